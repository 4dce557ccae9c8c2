"""CloudFormation types of HTTP and WebSocket APIs.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_ApiGatewayV2.html (read 2026-11)
"""

import json
from functools import partial

from localstack.services.cloudformation.resource_provider import (
    CloudFormationResourceProviderPlugin,
    OperationStatus,
    ProgressEvent,
    ResourceRequest,
)

from rapid.emulator.cloudformation import Call, DeclaredProvider, Model, ResourceType, plugin


def _named(p: Model) -> Model:
    title = ((p.get("Body") or {}).get("info") or {}).get("title") if isinstance(p.get("Body"), dict) else None
    return {**p, "Name": p.get("Name") or title or "api", "ProtocolType": p.get("ProtocolType") or "HTTP"}


_API = ResourceType(
    "AWS::ApiGatewayV2::Api",
    "apigatewayv2",
    create=Call("CreateApi", _named),
    read=Call("GetApi", lambda p: {"ApiId": p["Ref"]}),
    update=Call("UpdateApi", lambda p: {**p, "ApiId": p["Ref"]}),
    delete=Call("DeleteApi", lambda p: {"ApiId": p["Ref"]}),
    ref=lambda _, response: str(response["ApiId"]),
    attributes=lambda _, response: {"ApiId": response["ApiId"], "ApiEndpoint": response["ApiEndpoint"]},
)


class ApiProvider(DeclaredProvider):
    """An API whose routes and integrations may come with it, in an OpenAPI body."""

    def create(self, request: ResourceRequest[Model]) -> ProgressEvent[Model]:
        return self._with_body(request, super().create(request))

    def update(self, request: ResourceRequest[Model]) -> ProgressEvent[Model]:
        return self._with_body(request, super().update(request))

    def _with_body(self, request: ResourceRequest[Model], event: ProgressEvent[Model]) -> ProgressEvent[Model]:
        body = request.desired_state.get("Body")
        if event.status is OperationStatus.SUCCESS and body:
            text = body if isinstance(body, str) else json.dumps(body)
            client = request.aws_client_factory.get_client("apigatewayv2")
            client.reimport_api(ApiId=event.resource_model["Ref"], Body=text)
        return event


class Api(CloudFormationResourceProviderPlugin):
    """AWS::ApiGatewayV2::Api"""

    name = "AWS::ApiGatewayV2::Api"
    factory = partial(ApiProvider, _API)


def _part(kind: str, *above: str) -> ResourceType:
    """A part of an API that has an identifier of its own: `Route` is made by CreateRoute and known by its RouteId.

    Args:
        kind: as in the type's name.
        above: properties that say where it is within its API.
    """
    identifier = f"{kind}Id"

    def where(p: Model) -> Model:
        return {name: p[name] for name in ("ApiId", *above)} | {identifier: p["Ref"]}

    return ResourceType(
        f"AWS::ApiGatewayV2::{kind}",
        "apigatewayv2",
        create=Call(f"Create{kind}"),
        read=Call(f"Get{kind}", where),
        update=Call(f"Update{kind}", lambda p: {**p, **where(p)}),
        delete=Call(f"Delete{kind}", where),
        ref=lambda _, response: str(response[identifier]),
        attributes=lambda _, response: {identifier: response[identifier]},
    )


Route = plugin(_part("Route"))
Integration = plugin(_part("Integration"))
Authorizer = plugin(_part("Authorizer"))
Deployment = plugin(_part("Deployment"))
ApiModel = plugin(_part("Model"))
RouteResponse = plugin(_part("RouteResponse", "RouteId"))
IntegrationResponse = plugin(_part("IntegrationResponse", "IntegrationId"))


def _stage(p: Model) -> Model:
    return {"ApiId": p["ApiId"], "StageName": p["StageName"]}


Stage = plugin(
    ResourceType(
        "AWS::ApiGatewayV2::Stage",
        "apigatewayv2",
        identifier="StageName",
        create=Call("CreateStage"),
        read=Call("GetStage", _stage),
        delete=Call("DeleteStage", _stage),
    )
)


def _domain(p: Model) -> Model:
    return {"DomainName": p["DomainName"]}


DomainName = plugin(
    ResourceType(
        "AWS::ApiGatewayV2::DomainName",
        "apigatewayv2",
        identifier="DomainName",
        create=Call("CreateDomainName"),
        read=Call("GetDomainName", _domain),
        delete=Call("DeleteDomainName", _domain),
        attributes=lambda p, response: {
            "DomainNameArn": response["DomainNameArn"],
            "RegionalDomainName": p["DomainName"],  # a request with this host name is for it
        },
    )
)


def _mapping(p: Model) -> Model:
    return {"ApiMappingId": p["Ref"], "DomainName": p["DomainName"]}


ApiMapping = plugin(
    ResourceType(
        "AWS::ApiGatewayV2::ApiMapping",
        "apigatewayv2",
        create=Call("CreateApiMapping"),
        read=Call("GetApiMapping", _mapping),
        delete=Call("DeleteApiMapping", _mapping),
        ref=lambda _, response: str(response["ApiMappingId"]),
        attributes=lambda _, response: {"ApiMappingId": response["ApiMappingId"]},
    )
)
