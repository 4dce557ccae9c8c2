"""What LocalStack's import of an OpenAPI body leaves out of a REST API.

Which authorization an operation has (an AWS signature; none, though the API has a default), the gateway responses, the
roles of integrations and the parameters that all methods of a path share.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html (read 2026-11)
"""

from collections.abc import Iterator
from typing import Any

from localstack.aws.api import RequestContext
from localstack.services.apigateway.legacy import provider as stock
from localstack.services.apigateway.models import apigateway_stores
from localstack.services.apigateway.next_gen.execute_api.gateway_response import build_gateway_response
from moto.apigateway.models import Method, RestAPI

Spec = dict[str, Any]

_EXTENSION = "x-amazon-apigateway-"
_PLACES = {"header": "header", "path": "path", "query": "querystring"}
_import = stock.import_api_from_openapi_spec


def _imported(api: RestAPI, context: RequestContext, open_api_spec: Spec, mode: Any) -> tuple[RestAPI, list[str]]:
    api, warnings = _import(api, context, open_api_spec, mode)
    container = apigateway_stores[context.account_id][context.region].rest_apis[api.id]
    for kind, given in (open_api_spec.get(f"{_EXTENSION}gateway-responses") or {}).items():
        status = given.get("statusCode")
        container.gateway_responses[kind] = build_gateway_response(
            response_type=kind,
            default_response=False,
            status_code=None if status is None else str(status),
            response_parameters=given.get("responseParameters"),
            response_templates=given.get("responseTemplates"),
        )
    for method, path, operation in _operations(api, open_api_spec):
        everywhere = open_api_spec.get("security")
        _secure(method, operation.get("security", everywhere) or [], open_api_spec)
        integration = operation.get(f"{_EXTENSION}integration") or {}
        if method.method_integration:
            method.method_integration.credentials = integration.get("credentials")
            method.method_integration.cache_key_parameters = integration.get("cacheKeyParameters") or []
        shared = {
            f"method.request.{_PLACES[one['in']]}.{one['name']}": bool(one.get("required"))
            for one in path.get("parameters") or ()
            if one.get("in") in _PLACES
        }
        if shared:
            method.request_parameters = shared | (method.request_parameters or {})
    return api, warnings


def _operations(api: RestAPI, spec: Spec) -> Iterator[tuple[Method, Spec, Spec]]:
    """The methods that were made, with the path and the operation they were made from."""
    made = {resource.get_path(): resource for resource in api.resources.values()}
    for path, methods in (spec.get("paths") or {}).items():
        resource = made.get(path.rstrip("/") or "/")
        for verb, operation in methods.items():
            name = "ANY" if verb == f"{_EXTENSION}any-method" else verb.upper()
            if resource and isinstance(operation, dict) and name in resource.resource_methods:
                yield resource.resource_methods[name], methods, operation


def _secure(method: Method, requirements: list[dict[str, Any]], spec: Spec) -> None:
    """Gives a method what its operation requires, and nothing that it does not."""
    schemes = spec.get("securityDefinitions") or (spec.get("components") or {}).get("securitySchemes") or {}
    named = [schemes.get(name) or {} for requirement in requirements for name in requirement]
    if any(f"{_EXTENSION}authorizer" in scheme for scheme in named):
        return
    signed = any(scheme.get(f"{_EXTENSION}authtype", "").lower() == "awssigv4" for scheme in named)
    method.authorization_type = "AWS_IAM" if signed else "NONE"
    method.authorizer_id = method.authorization_scopes = None


def install() -> None:
    """Puts this import in the place of LocalStack's."""
    stock.import_api_from_openapi_spec = _imported
