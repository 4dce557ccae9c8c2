"""HTTP APIs from OpenAPI bodies, as SAM makes them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-open-api.html (read 2026-11). Moto's own import
knows no `$default`, no ANY and no security, so routes that demand an authorizer would be open.
"""

from typing import Any

from localstack.aws.api import CommonServiceException
from moto.apigatewayv2.models import Api

_ANY = "x-amazon-apigateway-any-method"
_INTEGRATION = "x-amazon-apigateway-integration"
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})


def load(api: Api, body: dict[str, Any]) -> None:
    """Replaces what an API consists of.

    Raises:
        CommonServiceException: the body says something that cannot be done here.
    """
    stages = dict(api.stages)
    api.clear()
    api.stages.update(stages)
    info = body.get("info") or {}
    api.name = info.get("title", api.name)
    api.version = str(info["version"]) if "version" in info else api.version
    api.cors_configuration = body.get("x-amazon-apigateway-cors", api.cors_configuration)
    schemes = (body.get("components") or {}).get("securitySchemes") or body.get("securityDefinitions") or {}
    authorizers = {name: _authorizer(api, name, scheme) for name, scheme in schemes.items()}
    for path, methods in (body.get("paths") or {}).items():
        for method, operation in methods.items():
            if method == _ANY or method in _METHODS:
                _route(api, path, method, operation, authorizers, body.get("security") or [])


def _route(
    api: Api, path: str, method: str, operation: dict[str, Any], authorizers: dict[str, Any], everywhere: list[Any]
) -> None:
    key = "$default" if path.strip("/") == "$default" else f"{'ANY' if method == _ANY else method.upper()} {path}"
    integration = operation.get(_INTEGRATION)
    target = None
    if integration:
        made = api.create_integration(
            connection_type=integration.get("connectionType", "INTERNET"),
            description="",
            integration_type=integration.get("type", "").upper(),
            integration_method=integration.get("httpMethod"),
            payload_format_version=integration.get("payloadFormatVersion"),
            integration_uri=integration.get("uri"),
            integration_subtype=integration.get("integrationSubtype") or integration.get("subtype"),
            credentials_arn=integration.get("credentials"),
            timeout_in_millis=integration.get("timeoutInMillis"),
            request_parameters=integration.get("requestParameters"),
            response_parameters=integration.get("responseParameters"),
        )
        target = f"integrations/{made.id}"
    kind, authorizer = "NONE", None
    scopes: list[str] = []
    for requirement in operation.get("security", everywhere):
        for name, asked in requirement.items():
            if name not in authorizers:
                raise CommonServiceException("BadRequestException", f"Security scheme {name} is not defined.", 400)
            kind, authorizer = authorizers[name]
            scopes = asked or []
    api.create_route(
        api_key_required=False,
        authorization_scopes=scopes,
        authorization_type=kind,
        authorizer_id=authorizer,
        route_key=key,
        target=target,
    )


def _authorizer(api: Api, name: str, scheme: dict[str, Any]) -> tuple[str, str | None]:
    """(authorization type, authorizer's id) of a security scheme."""
    if scheme.get("x-amazon-apigateway-authtype") == "awsSigv4":
        return "AWS_IAM", None
    given = scheme.get("x-amazon-apigateway-authorizer") or {}
    kind = "JWT" if given.get("type", "").lower() == "jwt" else "REQUEST"
    source = given.get("identitySource")
    made = api.create_authorizer(
        auth_creds_arn=given.get("authorizerCredentials"),
        auth_payload_format_version=given.get("authorizerPayloadFormatVersion"),
        auth_result_ttl=given.get("authorizerResultTtlInSeconds"),
        authorizer_type=kind,
        authorizer_uri=given.get("authorizerUri"),
        enable_simple_response=given.get("enableSimpleResponses"),
        identity_source=source.split(",") if isinstance(source, str) else source,
        identity_validation_expr=None,
        jwt_config=given.get("jwtConfiguration"),
        name=name,
    )
    return ("JWT" if kind == "JWT" else "CUSTOM"), made.id
