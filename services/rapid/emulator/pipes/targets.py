"""Where events go, and who enriches them on the way.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html and
eb-pipes-batching-concurrency.html (read 2026-11): functions and state machines get a batch as a list, others one event
each.
"""

import contextlib
import json
import time
from collections.abc import Callable
from typing import Any

from localstack.aws.connect import connect_to

from rapid.emulator.pipes.templates import dynamic

Events = list[Any]
Parameters = dict[str, Any]
Send = Callable[[Any, str, Events, Parameters, str], Any]
"""From a client, the target's ARN, what it gets, its parameters and the pipe's name. Returns what the target said."""


class TargetError(Exception):
    """A target or enrichment refused, or failed."""


def _text(event: Any) -> str:
    return event if isinstance(event, str) else json.dumps(event)


def _function(client: Any, arn: str, events: Events, parameters: Parameters, _pipe: str) -> Any:
    kind = "Event" if parameters.get("InvocationType") == "FIRE_AND_FORGET" else "RequestResponse"
    answer = client.invoke(FunctionName=arn, InvocationType=kind, Payload=json.dumps(events).encode())
    payload = answer["Payload"].read()
    if answer.get("FunctionError"):
        raise TargetError(payload.decode("utf-8", "replace"))
    return json.loads(payload) if payload else None


def _machine(client: Any, arn: str, events: Events, parameters: Parameters, _pipe: str) -> Any:
    if parameters.get("InvocationType") != "REQUEST_RESPONSE":
        client.start_execution(stateMachineArn=arn, input=json.dumps(events))
        return None
    answer = client.start_sync_execution(stateMachineArn=arn, input=json.dumps(events))
    if answer["status"] != "SUCCEEDED":
        raise TargetError(f"{answer['status']}: {answer.get('error', '')} {answer.get('cause', '')}".strip())
    return json.loads(answer["output"])


def _queue(client: Any, arn: str, events: Events, parameters: Parameters, _pipe: str) -> Any:
    name, account = arn.split(":")[5], arn.split(":")[4]
    url = client.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
    for event in events:
        more = {key: dynamic(parameters.get(key), event) for key in ("MessageGroupId", "MessageDeduplicationId")}
        client.send_message(QueueUrl=url, MessageBody=_text(event), **{k: v for k, v in more.items() if v})


def _topic(client: Any, arn: str, events: Events, _parameters: Parameters, _pipe: str) -> Any:
    for event in events:
        client.publish(TopicArn=arn, Message=_text(event))


def _bus(client: Any, arn: str, events: Events, parameters: Parameters, pipe: str) -> Any:
    for event in events:
        entry = {
            "EventBusName": arn,
            "Source": dynamic(parameters.get("Source"), event) or f"Pipe {pipe}",
            "DetailType": dynamic(parameters.get("DetailType"), event) or "Event from aws:pipes",
            "Detail": json.dumps(event if isinstance(event, dict) else {"data": event}),
            "Resources": [dynamic(one, event) for one in parameters.get("Resources") or ()],
        }
        answer = client.put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            raise TargetError(answer["Entries"][0].get("ErrorMessage", "PutEvents failed"))


def _stream(client: Any, arn: str, events: Events, parameters: Parameters, _pipe: str) -> Any:
    for event in events:
        key = dynamic(parameters.get("PartitionKey"), event) or ""
        client.put_record(StreamARN=arn, Data=_text(event).encode(), PartitionKey=key)


def _delivery(client: Any, arn: str, events: Events, _parameters: Parameters, _pipe: str) -> Any:
    for event in events:
        client.put_record(DeliveryStreamName=arn.rpartition("/")[2], Record={"Data": _text(event).encode()})


def _log_group(client: Any, arn: str, events: Events, parameters: Parameters, pipe: str) -> Any:
    group = arn.split(":")[6]
    for event in events:
        stream = dynamic(parameters.get("LogStreamName"), event) or pipe
        with contextlib.suppress(client.exceptions.ResourceAlreadyExistsException):
            client.create_log_stream(logGroupName=group, logStreamName=stream)
        said = dynamic(parameters.get("Timestamp"), event)
        entry = {"timestamp": int(said or time.time() * 1000), "message": _text(event)}
        client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[entry])


TARGETS: dict[str, tuple[str, Send, str]] = {
    "events": ("events", _bus, "EventBridgeEventBusParameters"),
    "firehose": ("firehose", _delivery, ""),
    "kinesis": ("kinesis", _stream, "KinesisStreamParameters"),
    "lambda": ("lambda", _function, "LambdaFunctionParameters"),
    "logs": ("logs", _log_group, "CloudWatchLogsParameters"),
    "sns": ("sns", _topic, ""),
    "sqs": ("sqs", _queue, "SqsQueueParameters"),
    "states": ("stepfunctions", _machine, "StepFunctionStateMachineParameters"),
}
"""Per service of a target's ARN: boto3's name, how it is sent to, and the member of TargetParameters that says more."""
ENRICHMENTS = ("lambda", "states")
SYNCHRONOUS = {"InvocationType": "REQUEST_RESPONSE"}


def send(arn: str, events: Events, parameters: Parameters, pipe: str) -> Any:
    """Sends events to a target.

    Args:
        arn: of the target.
        events: what it gets.
        parameters: TargetParameters.
        pipe: the pipe's name.
    """
    _, _, service, region, account, *_ = arn.split(":")
    name, target, member = TARGETS[service]
    client = connect_to(aws_access_key_id=account, region_name=region).get_client(name)
    return target(client, arn, events, parameters.get(member) or {}, pipe)


def enrich(arn: str, events: Events) -> Events:
    """What an enrichment makes of events; nothing goes on where it answers nothing."""
    _, _, member = TARGETS[arn.split(":")[2]]
    answer = send(arn, events, {member: SYNCHRONOUS}, "")
    if not answer:
        return []
    return answer if isinstance(answer, list) else [answer]
