"""AWS::ApiGateway::RestApi with updates, which LocalStack's type does not have.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigateway-restapi.html: every property
updates without replacement. https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html (read 2026-11).
"""

import json
from typing import Any

from localstack.services.apigateway.resource_providers.aws_apigateway_restapi import ApiGatewayRestApiProvider
from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent, ResourceRequest

Model = dict[str, Any]

_PATHS = {
    "ApiKeySourceType": "/apiKeySource",
    "Description": "/description",
    "DisableExecuteApiEndpoint": "/disableExecuteApiEndpoint",
    "MinimumCompressionSize": "/minimumCompressionSize",
    "Name": "/name",
    "Policy": "/policy",
}


class RestApi(ApiGatewayRestApiProvider):
    """An API whose description and definition can change."""

    def update(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        before: Model = request.previous_state or {}
        made = {name: before[name] for name in ("RestApiId", "RootResourceId") if name in before}
        model: Model = {**made, **request.desired_state}
        api = request.aws_client_factory.apigateway
        definition = _definition(request, model)
        if definition and any(model.get(name) != before.get(name) for name in ("Body", "BodyS3Location")):
            api.put_rest_api(
                restApiId=model["RestApiId"],
                body=definition,
                mode=model.get("Mode") or "overwrite",
                parameters={"basepath": "ignore", **(model.get("Parameters") or {})},
            )
            before = {}  # the definition took the place of the other properties, too
        if operations := patches(before, model):
            api.update_rest_api(restApiId=model["RestApiId"], patchOperations=operations)
        return ProgressEvent(OperationStatus.SUCCESS, resource_model=model)


def patches(before: Model, after: Model) -> list[dict[str, str]]:
    """UpdateRestApi's operations from one state of the properties to another."""
    operations = [
        {"op": "replace", "path": path, "value": _text(after[name])}
        for name, path in _PATHS.items()
        if name in after and after[name] != before.get(name)
    ]
    old, new = (model.get("BinaryMediaTypes") or [] for model in (before, after))
    changes = [("remove", kind) for kind in old if kind not in new] + [("add", kind) for kind in new if kind not in old]
    return operations + [{"op": op, "path": f"/binaryMediaTypes/{kind.replace('/', '~1')}"} for op, kind in changes]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _definition(request: ResourceRequest[Any], model: Model) -> bytes | None:
    """The OpenAPI document, from the template or from S3."""
    if body := model.get("Body"):
        return _text(body).encode()
    if not (location := model.get("BodyS3Location")):
        return None
    where = {"Bucket": location["Bucket"], "Key": location["Key"]}
    if version := location.get("Version"):
        where["VersionId"] = version
    content: bytes = request.aws_client_factory.s3.get_object(**where)["Body"].read()
    return content
