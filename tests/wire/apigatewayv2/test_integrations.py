"""Services and HTTP servers behind HTTP APIs, with parameter mapping.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services.html
"""

import base64
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

Aws = Callable[[str], Any]


@pytest.fixture(scope="module")
def api(aws: Aws) -> Iterator[dict[str, Any]]:
    v2 = aws("apigatewayv2")
    made = v2.create_api(Name="services", ProtocolType="HTTP")
    v2.create_stage(ApiId=made["ApiId"], StageName="$default", AutoDeploy=True, StageVariables={"word": "staged"})
    yield made
    v2.delete_api(ApiId=made["ApiId"])


def route(aws: Aws, api: dict[str, Any], key: str, **integration: Any) -> None:
    v2, given = aws("apigatewayv2"), {"IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "1.0", **integration}
    made = v2.create_integration(ApiId=api["ApiId"], **given)
    v2.create_route(ApiId=api["ApiId"], RouteKey=key, Target=f"integrations/{made['IntegrationId']}")


def test_a_request_becomes_a_message(aws: Aws, api: dict[str, Any]) -> None:
    sqs = aws("sqs")
    url = sqs.create_queue(QueueName=f"q{uuid.uuid4().hex}")["QueueUrl"]
    attributes = {"who": {"DataType": "String", "StringValue": "${request.header.x-who}-${stageVariables.word}"}}
    parameters = {"QueueUrl": url, "MessageBody": "$request.body", "MessageAttributes": json.dumps(attributes)}
    route(aws, api, "POST /send", IntegrationSubtype="SQS-SendMessage", RequestParameters=parameters)
    answer = requests.post(f"{api['ApiEndpoint']}/send", data="hello", headers={"x-who": "me"})
    assert answer.status_code == 200, answer.text
    [message] = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    assert message["Body"] == "hello"
    assert message["MessageAttributes"]["who"]["StringValue"] == "me-staged"
    assert f"<MessageId>{message['MessageId']}</MessageId>" in answer.text


def test_a_refusal_of_the_service_is_the_answer(aws: Aws, api: dict[str, Any]) -> None:
    parameters = {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/000000000000/none", "MessageBody": "$request.body"}
    route(aws, api, "POST /none", IntegrationSubtype="SQS-SendMessage", RequestParameters=parameters)
    answer = requests.post(f"{api['ApiEndpoint']}/none", data="hello")
    assert answer.status_code == 400
    assert "NonExistentQueue" in answer.text


def test_events_records_and_executions(aws: Aws, api: dict[str, Any]) -> None:
    name, machines, kinesis = f"n{uuid.uuid4().hex[:12]}", aws("stepfunctions"), aws("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    role = "arn:aws:iam::000000000000:role/any"
    machine = machines.create_state_machine(name=name, definition=json.dumps(definition), roleArn=role, type="EXPRESS")[
        "stateMachineArn"
    ]
    event = {"Source": "shop", "DetailType": "$request.header.x-type", "Detail": "$request.body"}
    route(aws, api, "POST /event", IntegrationSubtype="EventBridge-PutEvents", RequestParameters=event)
    record = {"StreamName": name, "Data": "$request.body.data", "PartitionKey": "$request.path.key"}
    route(aws, api, "POST /record/{key}", IntegrationSubtype="Kinesis-PutRecord", RequestParameters=record)
    start = {"StateMachineArn": machine, "Input": "$request.body.given"}
    route(aws, api, "POST /run", IntegrationSubtype="StepFunctions-StartSyncExecution", RequestParameters=start)

    url = api["ApiEndpoint"]
    put = requests.post(f"{url}/event", json={"a": 1}, headers={"x-type": "order"}).json()
    assert (put["FailedEntryCount"], len(put["Entries"])) == (0, 1)
    refused = requests.post(f"{url}/event", data="no JSON", headers={"x-type": "order"}).json()
    assert refused["Entries"][0]["ErrorCode"] == "MalformedDetail"
    kept = requests.post(f"{url}/record/k1", json={"data": base64.b64encode(b"\x00one").decode()}).json()
    shard = kinesis.get_shard_iterator(StreamName=name, ShardId=kept["ShardId"], ShardIteratorType="TRIM_HORIZON")
    [found] = kinesis.get_records(ShardIterator=shard["ShardIterator"])["Records"]
    assert (found["Data"], found["PartitionKey"]) == (b"\x00one", "k1")
    assert requests.post(f"{url}/record/k1", json={"data": "no base64!"}).status_code == 400
    ran = requests.post(f"{url}/run", json={"given": {"b": [1]}}).json()
    assert (ran["status"], json.loads(ran["output"])) == ("SUCCEEDED", {"b": [1]})


def test_parameters_of_requests_and_answers_are_mapped(aws: Aws, api: dict[str, Any]) -> None:
    """The server behind is another route, which answers what it was asked: a queue's message."""
    sqs, url = aws("sqs"), api["ApiEndpoint"]
    queue = sqs.create_queue(QueueName=f"q{uuid.uuid4().hex}")["QueueUrl"]
    seen = "$request.header.x-one|$request.querystring.two|$request.querystring.gone|$request.path.rest"
    body = "|".join(f"${{{part[1:]}}}" for part in seen.split("|"))
    route(
        aws,
        api,
        "POST /behind/{rest+}",
        IntegrationSubtype="SQS-SendMessage",
        RequestParameters={"QueueUrl": queue, "MessageBody": body},
    )
    route(
        aws,
        api,
        "POST /front/{id}",
        IntegrationType="HTTP_PROXY",
        IntegrationMethod="POST",
        IntegrationUri=f"{url}/elsewhere",
        RequestParameters={
            "overwrite:path": f"/{'/'.join(url.split('/')[3:])}/behind/$request.path.id",
            "append:header.x-one": "$context.httpMethod",
            "overwrite:querystring.two": "$request.body.two",
            "remove:querystring.gone": "''",
        },
        ResponseParameters={"200": {"overwrite:statuscode": "202", "append:header.x-by": "$context.routeKey"}},
    )
    answer = requests.post(f"{url}/front/7?gone=1&two=0", json={"two": "zwei"}, headers={"x-one": "1"})
    assert (answer.status_code, answer.headers["x-by"]) == (202, "POST /front/{id}")
    [message] = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert message["Body"] == "1,POST|zwei||7"
