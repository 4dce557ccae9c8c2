"""What a schedule's target gets, and how: templated targets, and universal ones that are any operation of a service.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html, managing-targets-universal.html
and managing-schedule-context-attributes.html (read 2026-11)
"""

import json
import re
from typing import Any

from botocore.exceptions import UnknownServiceError
from localstack.aws.connect import connect_to

from rapid.emulator.pipes.targets import TARGETS, TargetError
from rapid.emulator.schemas import fit

Model = dict[str, Any]
_UNIVERSAL = re.compile(r"arn:[\w-]+:scheduler:::aws-sdk:(\w+):(\w+)")
_SERVICES = {"sfn": "stepfunctions", "eventbridge": "events", "cloudwatchlogs": "logs"}
"""Names of the SDK for Java, where boto3 has another one."""
_PARAMETERS = {"sqs": "SqsParameters", "kinesis": "KinesisParameters", "events": "EventBridgeParameters"}
_TEMPLATED = TARGETS.keys() - {"logs"}
_WHOLE = {"lambda", "states"}
"""They get the input itself; others get it as one event."""


def problem(arn: str) -> str | None:
    """Why a target cannot be called, if it cannot."""
    if found := _UNIVERSAL.fullmatch(arn):
        try:
            _operation(found[1], found[2], "us-east-1", "000000000000")
        except (UnknownServiceError, KeyError):
            return f"{arn} names no operation of a service that boto3 knows."
        return None
    if arn.startswith("arn:") and arn.split(":")[2] in _TEMPLATED:
        return None
    return f"Rapid Analytics does not support {arn} as the target of a schedule."


def text_of(target: Model, context: Model) -> str:
    """The input, `<aws.scheduler.…>` replaced by what is known of this call; AWS's event where there is none.

    Args:
        target: the schedule's.
        context: `schedule-arn`, `scheduled-time`, `execution-id` and `attempt-number`.
    """
    if given := target.get("Input"):
        for name, value in context.items():
            given = given.replace(f"<aws.scheduler.{name}>", str(value))
        return str(given)
    _, _, _, region, account, *_ = str(context["schedule-arn"]).split(":")
    return json.dumps({
        "version": "0", "id": context["execution-id"], "detail-type": "Scheduled Event", "source": "aws.scheduler",
        "account": account, "time": context["scheduled-time"], "region": region,
        "resources": [context["schedule-arn"]], "detail": "{}",
    })  # fmt: skip


def send(target: Model, text: str, schedule_arn: str) -> None:
    """Calls a target.

    Raises:
        ClientError: it refused.
        TargetError: the input is not what it takes.
    """
    arn = str(target["Arn"])
    _, _, _, region, account, *_ = schedule_arn.split(":")
    if found := _UNIVERSAL.fullmatch(arn):
        call, shape = _operation(found[1], found[2], region, account)
        call(**fit(_json(text), shape) if shape else {})
        return
    _, _, service, region, account, *_ = arn.split(":")
    name, deliver, _ = TARGETS[service]
    parameters = {"InvocationType": "FIRE_AND_FORGET", **(target.get(_PARAMETERS.get(service, "")) or {})}
    client = connect_to(aws_access_key_id=account, region_name=region).get_client(name)
    payload = _json(text) if service in _WHOLE else [_json(text) if service == "events" else text]
    deliver(client, arn, payload, parameters, "")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise TargetError(f"The input is not JSON: {error}") from error


def _operation(service: str, action: str, region: str, account: str) -> tuple[Any, Any]:
    """A client's method and the shape of its arguments."""
    client = connect_to(aws_access_key_id=account, region_name=region).get_client(_SERVICES.get(service, service))
    operation = action[:1].upper() + action[1:]
    names = {api: method for method, api in client.meta.method_to_api_mapping.items()}
    return getattr(client, names[operation]), client.meta.service_model.operation_model(operation).input_shape
