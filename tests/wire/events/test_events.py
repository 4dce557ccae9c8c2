"""EventBridge: delivery, retries, dead-letter queues, schedules, S3's events.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html.
"""

import json
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.waiting import until


@pytest.fixture
def events(aws: Callable[[str], Any]) -> Any:
    return aws("events")


@pytest.fixture
def queue(aws: Callable[[str], Any]) -> Callable[[], tuple[str, Callable[..., Any]]]:
    """`queue()` makes a queue: its ARN, and a function that waits for its next message, or so long for none."""
    sqs = aws("sqs")

    def make() -> tuple[str, Callable[..., Any]]:
        url = sqs.create_queue(QueueName=f"q-{secrets.token_hex(4)}")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

        def receive(seconds: int | None = None) -> Any:
            return until(lambda: message(20)) if seconds is None else message(seconds)

        def message(seconds: int) -> Any:
            answer = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=seconds, MessageAttributeNames=["All"])
            for found in answer.get("Messages", []):
                sqs.delete_message(QueueUrl=url, ReceiptHandle=found["ReceiptHandle"])
                attributes = found.get("MessageAttributes", {})
                return json.loads(found["Body"]), {k: v["StringValue"] for k, v in attributes.items()}
            return None

        return arn, receive

    return make


def put(events: Any, source: str, **detail: Any) -> str:
    entry = {"Source": source, "DetailType": "test", "Detail": json.dumps(detail)}
    event_id: str = events.put_events(Entries=[entry])["Entries"][0]["EventId"]
    return event_id


def test_refused_delivery_goes_to_the_dead_letter_queue(events: Any, queue: Any) -> None:
    arn, receive = queue()
    name = f"rule-{secrets.token_hex(4)}"
    rule = events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))["RuleArn"]
    target = "arn:aws:glue:us-east-1:000000000000:workflow/nothing"
    events.put_targets(Rule=name, Targets=[{"Id": "t", "Arn": target, "DeadLetterConfig": {"Arn": arn}}])
    event_id = put(events, name, a=1)
    event, attributes = receive()
    assert (event["id"], event["detail"]) == (event_id, {"a": 1})
    assert attributes == {
        "RULE_ARN": rule,
        "TARGET_ARN": target,
        "ERROR_CODE": "EntityNotFoundException",
        "ERROR_MESSAGE": "Workflow nothing not found.",
        "RETRY_ATTEMPTS": "0",
    }


def test_a_glue_target_must_be_a_workflow(events: Any) -> None:
    events.put_rule(Name="glue-job", EventPattern=json.dumps({"source": ["x"]}))
    with pytest.raises(events.exceptions.ClientError, match="ValidationException"):
        events.put_targets(Rule="glue-job", Targets=[{"Id": "t", "Arn": "arn:aws:glue:us-east-1:000000000000:job/x"}])


def test_an_unsupported_target_is_refused_by_name(events: Any) -> None:
    events.put_rule(Name="batch", EventPattern=json.dumps({"source": ["x"]}))
    with pytest.raises(events.exceptions.ClientError, match="does not support EventBridge targets of batch"):
        events.put_targets(
            Rule="batch", Targets=[{"Id": "t", "Arn": "arn:aws:batch:us-east-1:000000000000:job-queue/x"}]
        )


def test_a_disabled_rule_is_silent(events: Any, queue: Any) -> None:
    arn, receive = queue()
    name = f"rule-{secrets.token_hex(4)}"
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    events.put_targets(Rule=name, Targets=[{"Id": "t", "Arn": arn}])
    events.disable_rule(Name=name)
    put(events, name, number=1)
    events.enable_rule(Name=name)
    put(events, name, number=2)
    assert receive()[0]["detail"] == {"number": 2}
    assert receive(1) is None


def test_input_transformer(events: Any, queue: Any) -> None:
    arn, receive = queue()
    name = f"rule-{secrets.token_hex(4)}"
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    transformer = {"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '{"number": <n>}'}
    events.put_targets(Rule=name, Targets=[{"Id": "t", "Arn": arn, "InputTransformer": transformer}])
    put(events, name, n=5)
    assert receive()[0] == {"number": 5}


def test_a_pattern_that_is_none_is_refused_with_its_rule(events: Any) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html"""
    for pattern in ("{", '{"source": "text"}', '{"source": [{"nope": 1}]}'):
        with pytest.raises(events.exceptions.InvalidEventPatternException, match="Event pattern is not valid"):
            events.put_rule(Name="broken", EventPattern=pattern)
    assert put(events, "any")


def test_patterns_match_as_on_aws(events: Any, queue: Any) -> None:
    """Fields of one element, a number where text is wanted: https://github.com/aws/event-ruler#json-array-matching"""
    arn, receive = queue()
    name = f"pattern-{secrets.token_hex(4)}"
    detail = {"users": {"name": ["a"], "age": [1]}, "n": [{"prefix": {"equals-ignore-case": "X"}}, {"exists": False}]}
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name], "detail": detail}))
    events.put_targets(Rule=name, Targets=[{"Id": "t", "Arn": arn}])
    put(events, name, users=[{"name": "a", "age": 2}, {"name": "b", "age": 1}])
    put(events, name, users=[{"name": "a", "age": 1}], n=5)
    put(events, name, users=[{"name": "a", "age": 1}, {"name": "b"}], n="xy")
    assert receive()[0]["detail"]["n"] == "xy"
    assert receive(1) is None
    event = {"id": "1", "account": "1", "source": "s", "time": "t", "region": "r", "resources": [], "detail-type": "d"}
    for pattern, wanted in (({"source": ["s"]}, True), ({"source": ["S"]}, False)):
        asked = events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))
        assert asked["Result"] is wanted


def test_an_archive_is_replayed(events: Any, queue: Any) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html"""
    name = f"replay-{secrets.token_hex(4)}"
    arn, receive = queue()
    bus = events.create_event_bus(Name=name)["EventBusArn"]
    archive = events.create_archive(ArchiveName=name, EventSourceArn=bus)["ArchiveArn"]
    events.put_rule(Name=name, EventBusName=name, EventPattern=json.dumps({"source": [name]}))
    events.put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "q", "Arn": arn}])
    entry = {"Source": name, "DetailType": "test", "Detail": '{"n": 1}', "EventBusName": name}
    events.put_events(Entries=[entry])
    first, _ = receive()
    begin = datetime.fromisoformat(first["time"])
    events.start_replay(
        ReplayName=name,
        EventSourceArn=archive,
        EventStartTime=begin,
        EventEndTime=begin + timedelta(seconds=1),
        Destination={"Arn": bus},
    )
    again, _ = receive()
    assert (again["detail"], again["time"], again["replay-name"]) == ({"n": 1}, first["time"], name)


def test_s3_object_created_as_on_aws(events: Any, queue: Any, aws: Callable[[str], Any]) -> None:
    arn, receive = queue()
    s3, bucket = aws("s3"), f"bucket-{secrets.token_hex(4)}"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}})
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [bucket]}, "object": {"key": [{"prefix": "raw/"}]}},
    }
    events.put_rule(Name=bucket, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=bucket, Targets=[{"Id": "t", "Arn": arn}])
    s3.put_object(Bucket=bucket, Key="other/x", Body=b"no")
    etag = s3.put_object(Bucket=bucket, Key="raw/a b+ü.json", Body=b"{}")["ETag"].strip('"')
    event, _ = receive()
    assert event["resources"] == [f"arn:aws:s3:::{bucket}"]
    first = event["detail"]
    sequencer = first["object"].pop("sequencer")
    assert first["object"] == {"key": "raw/a b+ü.json", "size": 2, "etag": etag}
    assert first["reason"] == "PutObject"
    upload = s3.create_multipart_upload(Bucket=bucket, Key="raw/b")["UploadId"]
    where = {"Bucket": bucket, "Key": "raw/b", "UploadId": upload}
    part = s3.upload_part(**where, PartNumber=1, Body=b"x")["ETag"]
    s3.complete_multipart_upload(**where, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]})
    second = receive()[0]["detail"]
    assert second["reason"] == "CompleteMultipartUpload"
    assert second["object"]["sequencer"] > sequencer
    assert receive(1) is None


@pytest.mark.slow
def test_a_rate_fires_one_interval_after_the_rule_was_made(events: Any, queue: Any) -> None:
    arn, receive = queue()
    name = f"rule-{secrets.token_hex(4)}"
    rule = events.put_rule(Name=name, ScheduleExpression="rate(1 minute)")["RuleArn"]
    events.put_targets(Rule=name, Targets=[{"Id": "t", "Arn": arn}])
    assert receive(1) is None
    event, _ = receive()
    assert (event["source"], event["detail-type"], event["resources"]) == ("aws.events", "Scheduled Event", [rule])
    events.remove_targets(Rule=name, Ids=["t"])
    events.delete_rule(Name=name)


@pytest.mark.parametrize("expression", ["rate(1 minutes)", "cron(0 0 1 * 1 *)", "every day"])
def test_schedules_that_aws_refuses(events: Any, expression: str) -> None:
    with pytest.raises(events.exceptions.ClientError, match="ScheduleExpression is not valid"):
        events.put_rule(Name="wrong", ScheduleExpression=expression)
