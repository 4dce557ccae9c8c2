"""HTTP and WebSocket APIs on Moto's store, with what Moto lacks: addresses that resolve, OpenAPI bodies, refusals."""

from typing import Any

import yaml
from localstack import config
from localstack.aws.api import CommonServiceException, RequestContext, handler
from localstack.services.moto import call_moto
from localstack.services.plugins import SERVICE_PLUGINS, ServiceLifecycleHook
from moto.apigateway.models import apigateway_backends
from moto.apigatewayv2.models import Api, ApiMapping, apigatewayv2_backends

from rapid.emulator.apigatewayv2 import openapi
from rapid.emulator.moto_services import MotoProvider


class HttpApiProvider(MotoProvider, ServiceLifecycleHook):
    """The operations that are not Moto's as they are."""

    def __init__(self) -> None:
        super().__init__("apigatewayv2", "moto.apigatewayv2.models")

    def on_after_init(self) -> None:
        """The addresses of both kinds of API are routed by API Gateway's provider."""
        SERVICE_PLUGINS.require("apigateway")

    @handler("CreateApi", expand=False)
    def create_api(self, context: RequestContext, request: dict[str, Any]) -> Any:
        """Makes an API; one with a Target gets its route, integration and stage as well ("quick create")."""
        sockets = request.get("ProtocolType") == "WEBSOCKET"
        if sockets and not request.get("RouteSelectionExpression"):
            raise CommonServiceException("BadRequestException", "RouteSelectionExpression is required", 400)
        answer = call_moto(context)
        api = self._api(context, answer["ApiId"])
        api.api_endpoint = f"{config.external_service_url()}/_aws/execute-api/{api.api_id}"
        if sockets:
            api.api_endpoint = f"ws{api.api_endpoint.removeprefix('http')}"
        if target := request.get("Target"):
            kind = "HTTP_PROXY" if target.startswith("http") else "AWS_PROXY"
            extension = {
                "type": kind, "uri": target, "payloadFormatVersion": "2.0", "httpMethod": "ANY",
                "credentials": request.get("CredentialsArn"),
            }  # fmt: skip
            operation = {"x-amazon-apigateway-integration": extension}
            openapi.load(api, {"paths": {"/$default": {"x-amazon-apigateway-any-method": operation}}})
            api.create_stage({"stageName": "$default", "autoDeploy": True})
        return {**answer, "ApiEndpoint": api.api_endpoint}

    @handler("CreateRoute", expand=False)
    def create_route(self, context: RequestContext, request: dict[str, Any]) -> Any:
        """Makes a route; one that asks for an API key would let everybody through."""
        api, key = self._api(context, request["ApiId"]), request["RouteKey"]
        if request.get("ApiKeyRequired") and api.protocol_type == "WEBSOCKET":
            raise CommonServiceException(
                "NotImplementedException", "Rapid Analytics does not support API keys of WebSocket APIs.", 501
            )
        if any(route.route_key == key for route in api.routes.values()):
            raise _conflict(f"Route with key {key} already exists for this API")
        return call_moto(context)

    @handler("CreateStage", expand=False)
    def create_stage(self, context: RequestContext, request: dict[str, Any]) -> Any:
        """Makes a stage, where Moto would put it in the place of the one that has its name."""
        if request["StageName"] in self._api(context, request["ApiId"]).stages:
            raise _conflict("Stage already exists")
        return call_moto(context)

    @handler("ImportApi", expand=False)
    def import_api(self, context: RequestContext, request: dict[str, Any]) -> Any:
        """Makes an API from an OpenAPI body."""
        backend = apigatewayv2_backends[context.account_id][context.region]
        api = backend.create_api(
            api_key_selection_expression="", cors_configuration=None, description="", disable_schema_validation="",
            disable_execute_api_endpoint="", name="", protocol_type="HTTP", route_selection_expression="", tags={},
            version="",
        )  # fmt: skip
        api.api_endpoint = f"{config.external_service_url()}/_aws/execute-api/{api.api_id}"
        openapi.load(api, yaml.safe_load(request["Body"]))
        return _described(api)

    @handler("ReimportApi", expand=False)
    def reimport_api(self, context: RequestContext, request: dict[str, Any]) -> Any:
        """Replaces an API by what an OpenAPI body says."""
        api = self._api(context, request["ApiId"])
        openapi.load(api, yaml.safe_load(request["Body"]))
        return _described(api)

    @handler("CreateDeployment", expand=False)
    def create_deployment(self, context: RequestContext, request: dict[str, Any]) -> Any:
        """Changes reach every stage at once here, so a deployment is but its identity."""
        api = self._api(context, request["ApiId"])
        return {"DeploymentId": f"d{len(api.stages)}{context.request_id[:8]}", "DeploymentStatus": "DEPLOYED"}

    @handler("DeleteDeployment", expand=False)
    def delete_deployment(self, context: RequestContext, request: dict[str, Any]) -> None:
        """Nothing is left of it."""

    @handler("CreateApiMapping", expand=False)
    def create_api_mapping(self, context: RequestContext, request: dict[str, Any]) -> Any:
        """Moto's, which knows no REST API here; AWS takes one.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html (read 2026-11)
        """
        rest = apigateway_backends[context.account_id][context.region].apis.get(request["ApiId"])
        backend = apigatewayv2_backends[context.account_id][context.region]
        if rest is None or request["DomainName"] not in backend.domain_names:
            return call_moto(context)
        key, stage = request.get("ApiMappingKey") or "", request["Stage"]
        mapping = ApiMapping(request["ApiId"], key, context.request_id[:6], request["DomainName"], stage)
        backend.api_mappings[mapping.api_mapping_id] = mapping
        found = {"ApiId": rest.id, "ApiMappingId": mapping.api_mapping_id, "Stage": stage}
        return {**found, **({"ApiMappingKey": key} if key else {})}

    @handler("DeleteDomainName", expand=False)
    def delete_domain_name(self, context: RequestContext, request: dict[str, Any]) -> None:
        """With its mappings, over which Moto stumbles."""
        mappings = apigatewayv2_backends[context.account_id][context.region].api_mappings
        for one in [one for one in mappings.values() if one.domain_name == request["DomainName"]]:
            del mappings[one.api_mapping_id]
        call_moto(context)

    def _api(self, context: RequestContext, api_id: str) -> Api:
        return apigatewayv2_backends[context.account_id][context.region].get_api(api_id)


def _conflict(message: str) -> CommonServiceException:
    return CommonServiceException("ConflictException", message, 409)


def _described(api: Api) -> dict[str, Any]:
    found = {
        "ApiId": api.api_id,
        "ApiEndpoint": api.api_endpoint,
        "CreatedDate": api.created_date,
        "Description": api.description,
        "Name": api.name,
        "ProtocolType": api.protocol_type,
        "RouteSelectionExpression": api.route_selection_expression,
        "Version": api.version,
    }
    return {name: value for name, value in found.items() if value}
