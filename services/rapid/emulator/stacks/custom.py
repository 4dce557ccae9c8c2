"""Custom resources: a function (or a topic's subscriber) of the template's author makes the resource and reports back.

The protocol: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html (read 2026-11). AWS calls the
function asynchronously and hears only from the pre-signed URL; here the call waits, so a function that raises without
having answered fails the resource at once instead of after an hour.
"""

import json
import uuid
from queue import Empty, Queue
from typing import Any

from localstack import config
from localstack.http import Request, Response
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)
from localstack.services.edge import ROUTER

Model = dict[str, Any]
_PATH = "/_rapid/cloudformation/responses"
_DEFAULT_TIMEOUT = 3600
_PHYSICAL_ID, _SENT = "PhysicalResourceId", "_SentProperties"
_waiting: dict[str, Queue[Model]] = {}


def _receive(request: Request, token: str) -> Response:
    """Takes a function's answer, as S3 takes it on AWS."""
    waiter = _waiting.get(token)
    if waiter is None:
        return Response("Nobody waits for this answer any more.", status=403)
    waiter.put(json.loads(request.get_data() or b"{}"))
    return Response("", status=200)


ROUTER.add(f"{_PATH}/<token>", _receive, methods=["PUT"])


def _strings(value: Any) -> Any:
    """CloudFormation sends every scalar as text."""
    if isinstance(value, dict):
        return {key: _strings(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_strings(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _call(request: ResourceRequest[Any], event: Model) -> str | None:
    """Hands the event to whatever ServiceToken names; what went wrong with the call, or None."""
    token = event["ServiceToken"]
    if token.split(":")[2] == "sns":
        subject = "AWS CloudFormation custom resource request"
        request.aws_client_factory.sns.publish(TopicArn=token, Subject=subject, Message=json.dumps(event))
        return None
    answer = request.aws_client_factory.lambda_.invoke(FunctionName=token, Payload=json.dumps(event))
    payload = answer["Payload"].read()
    if "FunctionError" not in answer:
        return None
    return f"{token} failed without answering: {json.loads(payload).get('errorMessage', '')}"


def _ask(request: ResourceRequest[Any], kind: str, sent: Model, **more: Any) -> Model:
    """One request to the author's function and its answer, which may come while the call still runs."""
    token, waiter = uuid.uuid4().hex, Queue[Model]()
    event = {
        "RequestType": kind,
        "ServiceToken": sent["ServiceToken"],
        "ResponseURL": f"{config.external_service_url()}{_PATH}/{token}",
        "StackId": request.stack_id,
        "RequestId": str(uuid.uuid4()),
        "ResourceType": request.resource_type,
        "LogicalResourceId": request.logical_resource_id,
        "ResourceProperties": sent,
        **more,
    }
    _waiting[token] = waiter
    timeout = int(sent.get("ServiceTimeout", _DEFAULT_TIMEOUT))
    try:
        problem = _call(request, event)
        return waiter.get(timeout=0 if problem else timeout)
    except Empty:
        late = f"CloudFormation did not receive a response from your Custom Resource within {timeout} s."
        return {"Status": "FAILED", "Reason": problem or late}
    finally:
        del _waiting[token]


class CustomResource(ResourceProvider[Any]):
    """`Custom::Anything`. `Fn::GetAtt` reads the `Data` of its answer."""

    SCHEMA: dict[str, Any] = {  # noqa: RUF012 - LocalStack's name and form
        "typeName": "AWS::CloudFormation::CustomResource",
        "primaryIdentifier": [f"/properties/{_PHYSICAL_ID}"],
        "createOnlyProperties": ["/properties/ServiceToken"],
    }

    def create(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        sent = _strings(request.desired_state)
        return self._event(sent, _ask(request, "Create", sent), f"{request.stack_name}-{uuid.uuid4().hex[:12]}")

    def update(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        """Updates; a new physical id in the answer is a replacement, so the old one is deleted."""
        before, sent = request.previous_state or {}, _strings(request.desired_state)
        sent = {name: value for name, value in sent.items() if name not in (_PHYSICAL_ID, _SENT)}
        old = {"OldResourceProperties": before.get(_SENT, {}), _PHYSICAL_ID: before[_PHYSICAL_ID]}
        event = self._event(sent, _ask(request, "Update", sent, **old), before[_PHYSICAL_ID])
        if event.status == OperationStatus.SUCCESS and event.resource_model[_PHYSICAL_ID] != before[_PHYSICAL_ID]:
            _ask(request, "Delete", before[_SENT], **{_PHYSICAL_ID: before[_PHYSICAL_ID]})
        return event

    def delete(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        model = request.previous_state or request.desired_state
        return self._event({}, _ask(request, "Delete", model[_SENT], **{_PHYSICAL_ID: model[_PHYSICAL_ID]}), "")

    def _event(self, sent: Model, answer: Model, physical_id: str) -> ProgressEvent[Any]:
        if answer.get("Status") != "SUCCESS":
            reason = answer.get("Reason") or "no reason given"
            message = f"Received response status [FAILED] from custom resource. Message returned: {reason}"
            return ProgressEvent(OperationStatus.FAILED, resource_model={}, message=message)
        model = {**sent, **(answer.get("Data") or {}), _SENT: sent}
        model[_PHYSICAL_ID] = answer.get(_PHYSICAL_ID) or physical_id
        return ProgressEvent(OperationStatus.SUCCESS, resource_model=model)
