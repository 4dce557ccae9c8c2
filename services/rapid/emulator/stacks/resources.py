"""How single resources are made: LocalStack's resource types, ours where theirs leave something out.

An update that a type does not know is done by `updates`, by its `create` where that overwrites, by deleting it and
making it anew where nothing is lost by that, and fails otherwise. LocalStack calls it done.
"""

import importlib
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceProviderExecutor,
    ResourceProviderPayload,
    ResourceRequest,
    convert_payload,
)

from rapid.emulator.cloudformation import DeclaredProvider
from rapid.emulator.schemas import problems, schema
from rapid.emulator.stacks.updates import UPDATES, update

OURS = {
    "AWS::CloudFormation::Stack": "rapid.emulator.stacks.completed:NestedStack",
    "AWS::S3::Bucket": "rapid.emulator.stacks.completed:Bucket",
    "AWS::Logs::LogGroup": "rapid.emulator.stacks.completed:LogGroup",
    "AWS::ApiGateway::RestApi": "rapid.emulator.apigateway.cfn:RestApi",
    "AWS::ApiGateway::Stage": "rapid.emulator.stacks.completed:Stage",
    "AWS::Kinesis::Stream": "rapid.emulator.stacks.completed:Stream",
    "AWS::KinesisFirehose::DeliveryStream": "rapid.emulator.stacks.completed:DeliveryStream",
    "AWS::SNS::Topic": "rapid.emulator.stacks.completed:Topic",
}
"""Types of LocalStack that we complete."""
OVERWRITTEN = {
    "AWS::ApiGateway::Account",
    "AWS::CloudWatch::Alarm",
    "AWS::Events::EventBusPolicy",
    "AWS::Events::Rule",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::S3::BucketPolicy",
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::SNS::TopicPolicy",
}
"""Their `create` is a Put operation."""
REMADE = {
    "AWS::ApiGateway::ApiKey",
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::GatewayResponse",
    "AWS::ApiGateway::Model",
    "AWS::ApiGateway::RequestValidator",
    "AWS::ApiGateway::UsagePlanKey",
    "AWS::Logs::SubscriptionFilter",
    "AWS::SNS::Subscription",
}
"""They hold no data; a new one is as good."""
_FIRST_WAIT = 0.1


def _failed(message: str) -> ProgressEvent[Any]:
    return ProgressEvent(OperationStatus.FAILED, resource_model={}, message=message)


def _refused(provider: ResourceProvider[Any], request: ResourceRequest[Any]) -> ProgressEvent[Any] | None:
    """What CloudFormation says of properties that a type does not have, or lacks. Declared types say it themselves."""
    if isinstance(provider, DeclaredProvider):
        return None
    try:
        whole = schema(request.resource_type)
    except KeyError:
        return None
    found = list(problems(request.desired_state, whole, whole))
    if not found:
        return None
    name = request.logical_resource_id
    return _failed("\n".join([f"Properties validation failed for resource {name} with message:", *found]))


class Resources(ResourceProviderExecutor):
    """Loads resource types and runs their actions.

    Attributes:
        half_made: logical ids to the properties and physical ids of resources whose making began and then failed.
        untouched: logical ids of resources whose update failed before anything was done.
    """

    def __init__(self, *, stack_name: str, stack_id: str) -> None:
        super().__init__(stack_name=stack_name, stack_id=stack_id)
        self.half_made: dict[str, tuple[dict[str, Any], str]] = {}
        self.untouched: set[str] = set()
        self._wanted: dict[str, Any] = {}  # the properties of what is being made, as far as its type has filled them

    @staticmethod
    def try_load_resource_provider(resource_type: str) -> ResourceProvider[Any] | None:
        if where := OURS.get(resource_type):
            module, _, name = where.partition(":")
            provider: Callable[[], ResourceProvider[Any]] = getattr(importlib.import_module(module), name)
            return provider()
        return ResourceProviderExecutor.try_load_resource_provider(resource_type)

    def deploy_loop(
        self,
        resource_provider: ResourceProvider[Any],
        resource: dict[str, Any],
        raw_payload: ResourceProviderPayload,
        **kwargs: Any,
    ) -> ProgressEvent[Any]:
        """Asks a resource that takes its time every 0.1 s; LocalStack waits a second."""
        event = None
        try:
            event = super().deploy_loop(
                resource_provider, resource, raw_payload, **{"sleep_time": _FIRST_WAIT, **kwargs}
            )
        finally:
            failed = event is None or event.status == OperationStatus.FAILED
            if failed and raw_payload["action"] == "Add" and (made := self._made(resource_provider, resource, event)):
                physical = self.extract_physical_resource_id_from_model_with_schema(
                    made, raw_payload["resourceType"], resource_provider.SCHEMA
                )
                self.half_made[raw_payload["requestData"]["logicalResourceId"]] = made, physical
        return event

    def _made(
        self, provider: ResourceProvider[Any], resource: dict[str, Any], event: ProgressEvent[Any] | None
    ) -> dict[str, Any] | None:
        """Properties of a resource that was begun, or that has what only its service can give (`Arn`); else None."""
        begun: dict[str, Any] = resource.get("Properties") or {}
        model = begun or (event.resource_model if event else self._wanted) or {}
        given = (path.removeprefix("/properties/") for path in provider.SCHEMA.get("readOnlyProperties", ()))
        return model if begun or any(model.get(name) for name in given) else None

    def execute_action(
        self, resource_provider: ResourceProvider[Any], raw_payload: ResourceProviderPayload
    ) -> ProgressEvent[Any]:
        action = raw_payload["action"]
        request = convert_payload(self.stack_name, self.stack_id, raw_payload)
        if action != "Remove" and not raw_payload["callbackContext"] and (told := _refused(resource_provider, request)):
            return told
        if action == "Add":
            self._wanted = request.desired_state
            return resource_provider.create(request)
        try:
            return resource_provider.delete(request) if action == "Remove" else resource_provider.update(request)
        except NotImplementedError:
            return self._without_update(resource_provider, request)
        except ClientError as error:
            code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
            if action == "Remove" and _says_gone(code, message):
                return ProgressEvent(OperationStatus.SUCCESS, resource_model={})
            return _failed(f'Resource handler returned message: "{message}" (HandlerErrorCode: {code})')

    def _without_update(self, provider: ResourceProvider[Any], request: Any) -> ProgressEvent[Any]:
        before, kind = request.previous_state or {}, request.resource_type
        if kind in UPDATES:
            model = {name: before[name] for name in _given_once(provider) if name in before} | request.desired_state
            update(kind, request.aws_client_factory, before, model)
            return ProgressEvent(OperationStatus.SUCCESS, resource_model=model)
        if kind in REMADE:
            after, request.desired_state = request.desired_state, before
            if (gone := provider.delete(request)).status == OperationStatus.FAILED:
                return gone
            request.desired_state = after
        elif kind not in OVERWRITTEN:
            self.untouched.add(request.logical_resource_id)
            return _failed(
                f"Rapid Analytics cannot update a resource of type {kind} in place yet. Rename it to replace it."
            )
        made = provider.create(request)
        made.resource_model = {**before, **(made.resource_model or {})}
        return made


def _given_once(provider: ResourceProvider[Any]) -> set[str]:
    """The properties that a resource keeps for life: names that were generated, and what its service gave it."""
    lists = ("primaryIdentifier", "readOnlyProperties", "createOnlyProperties")
    return {path.removeprefix("/properties/").split("/")[0] for name in lists for path in provider.SCHEMA.get(name, ())}


def _says_gone(code: str, message: str) -> bool:
    missing = ("NotFound", "NoSuch", "NonExistent", "DoesNotExist")
    return any(word in code for word in missing) or "does not exist" in message or "not found" in message.lower()
