"""The emulator process answers, and says so where it does not support an operation."""

import json
import re
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from rapid.cli.services import spec
from rapid.core import aws as clients
from rapid.core.config import Config
from tests.conftest import free_port, run_service


@pytest.mark.parametrize(
    ("service", "operation"), [("dynamodb", "ListContributorInsights"), ("lambda", "ListCapacityProviders")]
)
def test_unwritten_operation_answers_501_and_names_itself(
    aws: Callable[[str], Any], service: str, operation: str
) -> None:
    with pytest.raises(ClientError, match=rf"does not support {service}\.{operation} yet\.") as caught:
        getattr(aws(service), xform_name(operation))()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_an_operation_of_tomorrow_is_refused_once(aws: Callable[[str], Any]) -> None:
    """SDKs newer than the emulator know more operations; a 5xx would have them ask again and again."""
    headers = {"X-Amz-Target": "AWSGlue.ListThingsToCome", "Content-Type": "application/x-amz-json-1.1"}
    request = urllib.request.Request(aws("glue").meta.endpoint_url, b"{}", headers)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    answer = json.loads(refused.value.read())
    assert refused.value.code == 400
    assert answer["__type"] == "UnknownOperationException"
    assert answer["message"] == "ListThingsToCome of glue is not supported by Rapid Analytics."


def test_a_body_that_calls_itself_a_form_is_read(aws: Callable[[str], Any]) -> None:
    """`curl -d` names every body a form; S3 reads it all the same."""
    s3 = aws("s3")
    s3.create_bucket(Bucket="called-a-form")
    s3.put_object(Bucket="called-a-form", Key="k", Body=b"x")
    xml = b"<Tagging><TagSet><Tag><Key>a</Key><Value>b=1</Value></Tag></TagSet></Tagging>"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    url = f"{aws('s3').meta.endpoint_url}/called-a-form/k?tagging"
    with urllib.request.urlopen(urllib.request.Request(url, xml, headers, method="PUT")) as response:
        assert response.status == 200
    assert s3.get_object_tagging(Bucket="called-a-form", Key="k")["TagSet"] == [{"Key": "a", "Value": "b=1"}]


def test_an_object_after_an_empty_one_on_the_same_connection(aws: Callable[[str], Any]) -> None:
    """Both ask for a 100: no answer may be misread, which would only show after botocore's minute of waiting."""
    s3 = aws("s3")
    s3.create_bucket(Bucket="empty-and-not")
    retries = [
        s3.put_object(Bucket="empty-and-not", Key=key, Body=body)["ResponseMetadata"]["RetryAttempts"]
        for key, body in (("empty", b""), ("full", b"x"), ("again", b""))
    ]
    assert retries == [0, 0, 0]


@pytest.mark.parametrize("kind", ["cbor", "json"])
def test_times_as_the_sdk_for_java_writes_them(aws: Callable[[str], Any], kind: str) -> None:
    """It sends CBOR to Kinesis, with times as tag 1 and milliseconds, or JSON with milliseconds."""
    kinesis, stream = aws("kinesis"), f"read-from-a-time-{kind}"
    kinesis.create_stream(StreamName=stream, ShardCount=1)
    kinesis.put_record(StreamName=stream, Data=b"datum", PartitionKey="p")
    (shard,) = kinesis.list_shards(StreamName=stream)["Shards"]
    fields = {"StreamName": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "AT_TIMESTAMP"}
    an_hour_ago = round((time.time() - 3600) * 1000)

    def text(value: str) -> bytes:
        return b"\x78" + bytes([len(value)]) + value.encode()

    bodies = {
        "cbor": b"\xa4" + b"".join(text(name) + text(value) for name, value in fields.items())
        + text("Timestamp") + b"\xc1\x1b" + an_hour_ago.to_bytes(8, "big"),
        "json": json.dumps({**fields, "Timestamp": an_hour_ago}).encode(),
    }  # fmt: skip
    headers = {"X-Amz-Target": "Kinesis_20131202.GetShardIterator", "Content-Type": f"application/x-amz-{kind}-1.1"}
    with urllib.request.urlopen(urllib.request.Request(kinesis.meta.endpoint_url, bodies[kind], headers)) as response:
        answer = response.read().partition(b"ShardIterator")[2]
    # What stands between: in CBOR two bytes with the kind and the length of the text, in JSON quotes and a colon.
    iterator = re.match(rb"[A-Za-z0-9+/=]+", answer[2:] if kind == "cbor" else answer.lstrip(b'": '))
    assert iterator
    found = kinesis.get_records(ShardIterator=iterator[0].decode())["Records"]
    assert [record["Data"] for record in found] == [b"datum"]


def test_lists_come_in_pages_of_the_size_that_was_asked_for(aws: Callable[[str], Any]) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html and others"""
    made = {f"paged-{number}" for number in range(3)}
    trust = json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]})
    for name in sorted(made):
        aws("logs").create_log_group(logGroupName=name)
        aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        aws("apigateway").create_rest_api(name=name)
        aws("stepfunctions").create_activity(name=name)
    for service, operation, listed, called in (
        ("logs", "describe_log_groups", "logGroups", "logGroupName"),
        ("iam", "list_roles", "Roles", "RoleName"),
        ("apigateway", "get_rest_apis", "items", "name"),
        ("stepfunctions", "list_activities", "activities", "name"),
    ):
        paginator = aws(service).get_paginator(operation)
        pages = [page[listed] for page in paginator.paginate(PaginationConfig={"PageSize": 1})]
        assert {len(page) for page in pages} == {1}, service
        assert made <= {page[0][called] for page in pages}, service


PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
CREATIONS: dict[str, tuple[str, Callable[[Any, str, int], Any]]] = {
    "a user": ("iam", lambda iam, name, _: iam.create_user(UserName=name)),
    "an archive": (
        "events",
        lambda events, name, _: events.create_archive(
            ArchiveName=name, EventSourceArn="arn:aws:events:us-east-1:000000000000:event-bus/default"
        ),
    ),
    "a connection": (
        "events",
        lambda events, name, _: events.create_connection(
            Name=name,
            AuthorizationType="BASIC",
            AuthParameters={"BasicAuthParameters": {"Username": "a", "Password": "b"}},
        ),
    ),
    "a state machine": (
        "stepfunctions",
        lambda states, name, at: states.create_state_machine(
            name=name, definition=json.dumps({**PASS, "Comment": str(at)}), roleArn="arn:aws:iam::000000000000:role/r"
        ),
    ),
}


@pytest.mark.parametrize("thing", CREATIONS)
def test_of_creations_at_once_with_one_name_one_succeeds(aws: Callable[[str], Any], thing: str) -> None:
    service, create = CREATIONS[thing]
    client, name = aws(service), f"n{uuid.uuid4().hex[:10]}"

    def answer(at: int) -> str:
        try:
            create(client, name, at)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "made"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(answer, range(8)))
    assert answers.count("made") == 1
    assert all("AlreadyExists" in code for code in answers if code != "made")


def test_the_account_is_the_one_that_is_set(config: Config, tmp_path: Path) -> None:
    other = replace(config, home=tmp_path, emulator_port=free_port(), account="123456789012")
    with contextmanager(run_service)(other, spec(other, "emulator")):
        assert clients.client(other, "sts").get_caller_identity()["Account"] == "123456789012"
        topic = clients.client(other, "sns").create_topic(Name="t")["TopicArn"]
    assert topic == "arn:aws:sns:us-east-1:123456789012:t"
