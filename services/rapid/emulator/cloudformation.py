"""CloudFormation resource types, declared instead of programmed.

A type is one `ResourceType`: which boto3 operation creates, reads, updates and deletes it, and which arguments each of
them gets. Everything else is the same for all of them and lives here once. A new type is a declaration and a plugin
class in the service's `cfn.py`, plus one entry point in pyproject.toml:

    THING = ResourceType(
        "AWS::Athena::NamedQuery", "athena",
        create=Call("CreateNamedQuery"),                                  # the properties as they are
        read=Call("GetNamedQuery", lambda p: {"NamedQueryId": p["Ref"]}),
        delete=Call("DeleteNamedQuery", lambda p: {"NamedQueryId": p["Ref"]}),
        ref=lambda p, response: response["NamedQueryId"],                 # what `!Ref` gives
    )
    NamedQuery = plugin(THING)
    # "AWS::Athena::NamedQuery" = "rapid.emulator.athena.cfn:NamedQuery"

Which properties a type has, which are required and which need a replacement is read from AWS's own resource schemas,
as cfn-lint carries them. Arguments are fitted to botocore's shapes: a property that the operation does not know is left
out (so the schema is checked first), "5" becomes 5, "true" becomes True, JSON text becomes an object.
"""

import random
import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError
from localstack.services.cloudformation.resource_provider import (
    CloudFormationResourceProviderPlugin,
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)
from localstack.utils.catalog.catalog import AwsCatalogRuntimePlugin
from localstack.utils.catalog.common import (
    CloudFormationResourcesSupportAtRuntime,
    CloudFormationResourcesSupportInLatest,
)

from rapid.emulator.schemas import Model, fit, problems, schema

__all__ = ["Call", "Model", "ResourceType", "plugin"]

TAGGING = {
    "glue": ("ResourceArn", "TagsToAdd", "TagsToRemove"),
    "athena": ("ResourceARN", "Tags", "TagKeys"),
    "pipes": ("resourceArn", "tags", "tagKeys"),
    "quicksight": ("ResourceArn", "Tags", "TagKeys"),
}
"""Per service: TagResource's argument for the ARN and for new tags, UntagResource's for the keys."""


def _as_they_are(properties: Model) -> Model:
    return properties


@dataclass(frozen=True)
class Call:
    """One boto3 operation (`CreateJob`), how its arguments come from the properties, and what is called after it."""

    operation: str
    arguments: Callable[[Model], Model] = _as_they_are
    then: "Call | None" = None


@dataclass(frozen=True)
class ResourceType:
    """One CloudFormation type.

    Attributes:
        name: `AWS::Glue::Job`.
        service: boto3 name of the service.
        identifier: dotted path of the property that names the resource (`DatabaseInput.Name`); a name is generated
            when the template has none. A function where the path depends on the properties. None: the service makes
            its own identifier.
        ref: what `Ref` returns, from the properties and the answer of `create`; default is the identifier.
        attributes: what `Fn::GetAtt` finds besides the properties, from the properties and the answer of `create`.
        arn: format string over the properties plus `region` and `account`; needed to update `Tags` in place.
        lowercase: the service stores names in lower case.
    """

    name: str
    service: str
    create: Call
    delete: Call
    read: Call
    update: Call | None = None
    identifier: str | Callable[[Model], str] | None = None
    ref: Callable[[Model, Model], str] | None = None
    attributes: Callable[[Model, Model], Model] | None = None
    arn: str | None = None
    lowercase: bool = False


def _get(model: Model, path: str) -> Any:
    for key in path.split("."):
        model = model.get(key) or {}
    return model or None


def _set(model: Model, path: str, value: str) -> None:
    *parents, last = path.split(".")
    for key in parents:
        model = model.setdefault(key, {})
    model[last] = value


def _tags(model: Model) -> dict[str, str]:
    tags = model.get("Tags") or {}
    if isinstance(tags, list):
        return {t["Key"]: str(t["Value"]) for t in tags}
    return {key: str(value) for key, value in tags.items()}


def _gone(error: ClientError) -> bool:
    response = error.response["Error"]
    return response["Code"].endswith("NotFoundException") or "not found" in response.get("Message", "").lower()


def _failed(
    request: ResourceRequest[Model], message: str, code: str = "GeneralServiceException"
) -> ProgressEvent[Model]:
    return ProgressEvent(
        OperationStatus.FAILED,
        resource_model=request.previous_state or request.desired_state,
        message=message,
        error_code=code,
    )


def _refused(request: ResourceRequest[Model], error: ClientError | ParamValidationError) -> ProgressEvent[Model]:
    """The event of a refused call, in the words of CloudFormation's resource handlers."""
    if isinstance(error, ParamValidationError):
        return _failed(request, f'Resource handler returned message: "{error}"', "InvalidRequest")
    detail, meta = error.response["Error"], error.response["ResponseMetadata"]
    return _failed(
        request,
        f'Resource handler returned message: "{detail.get("Message", "")} '
        f"(Service: {request.resource_type.split('::')[1]}, "
        f'Status Code: {meta["HTTPStatusCode"]}, Request ID: {meta.get("RequestId", "")})" '
        f"(HandlerErrorCode: {detail['Code']})",
        detail["Code"],
    )


class DeclaredProvider(ResourceProvider[Model]):
    """Creates, reads, updates and deletes the resources of one declared type."""

    def __init__(self, resource_type: ResourceType) -> None:
        self.type = resource_type

    @property
    def SCHEMA(self) -> Model:  # noqa: N802 - LocalStack's name
        return {**schema(self.type.name), "primaryIdentifier": ["/properties/Ref"]}

    def create(self, request: ResourceRequest[Model]) -> ProgressEvent[Model]:
        model = dict(request.desired_state)
        if event := self._invalid(request, model):
            return event
        path = self._identifier(model)
        if path and not _get(model, path):
            _set(model, path, self._generated_name(request))
        try:
            response = self._call(request, self.type.create, model)
        except (ClientError, ParamValidationError) as error:
            return _refused(request, error)
        model |= self.type.attributes(model, response) if self.type.attributes else {}
        if self.type.arn and "/properties/Arn" in (self.SCHEMA.get("readOnlyProperties") or ()) and "Arn" not in model:
            model["Arn"] = self._arn(request, model)
        return ProgressEvent(OperationStatus.SUCCESS, resource_model=self._complete(model, response))

    def read(self, request: ResourceRequest[Model]) -> ProgressEvent[Model]:
        try:
            self._call(request, self.type.read, request.desired_state)
        except (ClientError, ParamValidationError) as error:
            return _refused(request, error)
        return ProgressEvent(OperationStatus.SUCCESS, resource_model=request.desired_state)

    def update(self, request: ResourceRequest[Model]) -> ProgressEvent[Model]:
        """Updates in place; after a changed name, or without an update call, creates anew and deletes the old one."""
        before, model = dict(request.previous_state or {}), dict(request.desired_state)
        if event := self._invalid(request, model):
            return event
        path = self._identifier(model)
        renamed = path and _get(model, path) and _get(model, path) != _get(before, path)
        if self.type.update is None or renamed or self._recreates(before, model):
            return self._replace(request, before)
        if path:
            _set(model, path, _get(before, path))
        read_only = (p.removeprefix("/properties/") for p in self.SCHEMA.get("readOnlyProperties") or ())
        model = {key: before[key] for key in (*read_only, "Ref") if key in before} | model
        try:
            self._call(request, self.type.update, model)
            self._retag(request, before, model)
        except (ClientError, ParamValidationError) as error:
            return _refused(request, error)
        return ProgressEvent(OperationStatus.SUCCESS, resource_model=model)

    def delete(self, request: ResourceRequest[Model]) -> ProgressEvent[Model]:
        """Deletes; a resource that is already gone counts as deleted."""
        model = request.previous_state or request.desired_state
        try:
            if "Ref" in model:
                self._call(request, self.type.delete, model)
        except ClientError as error:
            if not _gone(error):
                return _refused(request, error)
        return ProgressEvent(OperationStatus.SUCCESS, resource_model={})

    def _identifier(self, model: Model) -> str | None:
        path = self.type.identifier
        return path(model) if callable(path) else path

    def _recreates(self, before: Model, model: Model) -> bool:
        """Whether a property has changed that AWS sets only once."""
        fixed = (p.removeprefix("/properties/") for p in self.SCHEMA.get("createOnlyProperties") or ())
        return any(name in model and name in before and model[name] != before[name] for name in fixed)

    def _replace(self, request: ResourceRequest[Model], before: Model) -> ProgressEvent[Model]:
        created = self.create(request)
        if created.status is OperationStatus.SUCCESS:
            request.previous_state = before
            deleted = self.delete(request)
            return created if deleted.status is OperationStatus.SUCCESS else deleted
        return created

    def _invalid(self, request: ResourceRequest[Model], model: Model) -> ProgressEvent[Model] | None:
        loaded = self.SCHEMA
        found = list(problems({k: v for k, v in model.items() if v is not None}, loaded, loaded))
        if not found:
            return None
        return _failed(
            request,
            f"Properties validation failed for resource {request.logical_resource_id} with message:\n"
            + "\n".join(found),
            "InvalidRequest",
        )

    def _generated_name(self, request: ResourceRequest[Model]) -> str:
        suffix = "".join(random.choices(string.ascii_letters + string.digits, k=12))  # noqa: S311 - not a secret
        name = f"{request.logical_resource_id}-{suffix}"
        return name.lower() if self.type.lowercase else name

    def _call(self, request: ResourceRequest[Model], call: Call, model: Model) -> Model:
        client = request.aws_client_factory.get_client(self.type.service)
        shape = client.meta.service_model.operation_model(call.operation).input_shape
        given = call.arguments(model)
        if shape and "AccountId" in shape.required_members:
            given = {**given, "AccountId": request.account_id}
        arguments = fit(given, shape) if shape else {}
        operations = {api: method for method, api in client.meta.method_to_api_mapping.items()}
        response: Model = getattr(client, operations[call.operation])(**arguments)
        if call.then:
            self._call(request, call.then, model)
        return response

    def _complete(self, model: Model, response: Model) -> Model:
        if self.type.ref:
            model["Ref"] = self.type.ref(model, response)
        elif path := self._identifier(model):
            model["Ref"] = _get(model, path)
        if "/properties/Id" in (self.SCHEMA.get("readOnlyProperties") or ()):
            model.setdefault("Id", model["Ref"])
        return model

    def _arn(self, request: ResourceRequest[Model], model: Model) -> str:
        return (self.type.arn or "").format(**model, region=request.region_name, account=request.account_id)

    def _retag(self, request: ResourceRequest[Model], before: Model, model: Model) -> None:
        old, new = _tags(before), _tags(model)
        if self.type.arn is None or old == new:
            return
        arn_argument, add, remove = TAGGING[self.type.service]
        where = {arn_argument: self._arn(request, model)}
        client = request.aws_client_factory.get_client(self.type.service)
        if gone := sorted(old.keys() - new.keys()):
            client.untag_resource(**where, **{remove: gone})
        if new:
            as_list = (
                client.meta.service_model.operation_model("TagResource").input_shape.members[add].type_name == "list"
            )
            client.tag_resource(**where, **{add: [{"Key": k, "Value": v} for k, v in new.items()] if as_list else new})


def plugin(resource_type: ResourceType) -> type[CloudFormationResourceProviderPlugin]:
    """The plugin class that an entry point `"AWS::X::Y" = "module:Y"` names."""
    return type(
        resource_type.name.rpartition("::")[2],
        (CloudFormationResourceProviderPlugin,),
        {"name": resource_type.name, "factory": staticmethod(partial(DeclaredProvider, resource_type))},
    )


class Catalog(AwsCatalogRuntimePlugin):
    """Answers which resource types exist from what is installed, where LocalStack asks its vendor's server.

    Its name is the one that LocalStack prefers over its own remote catalogue. Offline that one says that no type at all
    is supported; this one fails a stack exactly for the types without a provider, by name.
    """

    name = "aws-catalog-remote-state-with-license"

    def get_cloudformation_resource_status(
        self,
        resource_name: str,
        service_name: str,  # noqa: ARG002
        is_pro_resource: bool = False,  # noqa: ARG002
    ) -> CloudFormationResourcesSupportAtRuntime | CloudFormationResourcesSupportInLatest:
        name = "AWS::CloudFormation::CustomResource" if resource_name.startswith("Custom::") else resource_name
        if name in self._get_cfn_resources_available_at_runtime():
            return CloudFormationResourcesSupportAtRuntime.AVAILABLE
        return CloudFormationResourcesSupportInLatest.NOT_SUPPORTED
