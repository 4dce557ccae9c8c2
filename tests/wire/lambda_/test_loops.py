"""Recursive loops: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html (read 2026-11)"""

import json
from typing import Any

from tests.waiting import until
from tests.wire.lambda_.test_sources import make_queue

QUEUE = """
import boto3
sqs = boto3.client("sqs")
def handler(event, context):
    for record in event["Records"]:
        url, _, number = record["body"].partition(" ")
        sqs.send_message(QueueUrl=url, MessageBody=url + " " + str(int(number) + 1))
"""
INVOKE = """
import boto3, json
functions = boto3.client("lambda")
def handler(event, context):
    if event == {"to": 20}:
        return "there"
    event["to"] += 1
    kind = event.get("kind", "RequestResponse")
    answer = functions.invoke(FunctionName=context.function_name, InvocationType=kind, Payload=json.dumps(event))
    return json.loads(answer["Payload"].read() or "null")
"""


def received(aws: Any, url: str) -> str:
    found = until(lambda: aws("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages"))
    return str(found[0]["Body"])


def test_a_loop_through_a_queue_ends_after_16_invocations(functions: Any, aws: Any) -> None:
    dead_url, dead_arn = make_queue(aws, "loop-dead")
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": "1"})
    url, arn = make_queue(aws, "loop", VisibilityTimeout="10", RedrivePolicy=redrive)
    name = functions.create(QUEUE, Timeout=10)
    mapping = aws("lambda").create_event_source_mapping(FunctionName=name, EventSourceArn=arn)
    try:
        aws("sqs").send_message(QueueUrl=url, MessageBody=f"{url} 1")
        assert received(aws, dead_url) == f"{url} 17"
    finally:
        aws("lambda").delete_event_source_mapping(UUID=mapping["UUID"])


def test_a_function_that_invokes_itself(functions: Any, aws: Any) -> None:
    name = functions.create(INVOKE, Timeout=60)
    refused = functions.invoke(name, {"to": 0}).payload
    assert refused["errorType"] == "RecursiveInvocationException"
    aws("lambda").put_function_recursion_config(FunctionName=name, RecursiveLoop="Allow")
    assert functions.invoke(name, {"to": 0}).payload == "there"


def test_an_event_that_comes_round_is_a_dead_letter(functions: Any, aws: Any) -> None:
    dead_url, dead_arn = make_queue(aws, "round-dead")
    name = functions.create(INVOKE, Timeout=60, DeadLetterConfig={"TargetArn": dead_arn})
    functions.invoke(name, {"to": 0, "kind": "Event"}, InvocationType="Event", LogType="None")
    assert json.loads(received(aws, dead_url)) == {"to": 16, "kind": "Event"}
