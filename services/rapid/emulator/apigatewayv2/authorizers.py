"""Who may use a route.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html and
http-api-jwt-authorizer.html (read 2026-11). Answers are not cached.
"""

import json
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from rapid.emulator.apigateway.invoking import call_lambda
from rapid.emulator.apigateway.policies import Decision, evaluate
from rapid.emulator.apigateway.signatures import SignatureError
from rapid.emulator.apigatewayv2 import events
from rapid.emulator.apigatewayv2.signed import signed
from rapid.emulator.cognito import tokens


class RefusedError(Exception):
    """The request may not pass."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers or {}


def authorize(call: events.Call, region: str, api: Any, route: Any) -> events.Call:
    """The call with what its authorizer said of the caller.

    Raises:
        RefusedError: the caller may not.
    """
    kind = route.authorization_type or "NONE"
    if kind == "NONE":
        return call
    if kind == "AWS_IAM":
        return _signed(call)
    authorizer = api.authorizers.get(route.authorizer_id)
    if kind == "JWT" and authorizer is not None:
        return _with_token(call, authorizer, route.authorization_scopes or [])
    if kind != "CUSTOM" or authorizer is None:
        raise RefusedError(403, "Forbidden")
    values = [_identity(call, source) for source in _listed(authorizer.identity_source)]
    if not all(values):
        raise RefusedError(401, "Unauthorized")
    arn = f"arn:aws:execute-api:{region}:{call.account}:{call.api_id}/{call.stage}/{call.request.method}{call.path}"
    verdict = _ask(call, authorizer, arn, values)
    context = verdict.get("context") or {}
    if _is_true(authorizer.enable_simple_response):
        allowed = verdict.get("isAuthorized") is True
    else:
        try:
            allowed = evaluate(verdict.get("policyDocument") or {}, arn) is Decision.ALLOWED
        except ValueError as error:
            raise RefusedError(500, "Internal Server Error") from error
    if not allowed:
        raise RefusedError(403, "Forbidden")
    return replace(call, authorizer={"lambda": context})


def _with_token(call: events.Call, authorizer: Any, wanted: list[str]) -> events.Call:
    """The call with the claims of its token, which has to be one that the authorizer's issuer gave its audience."""
    settings = {name.lower(): value for name, value in (authorizer.jwt_config or {}).items()}
    (source,) = _listed(authorizer.identity_source)[:1] or ("$request.header.Authorization",)
    token = _identity(call, source)
    if token.lower().startswith("bearer "):
        token = token[len("bearer ") :]
    if not token:
        raise RefusedError(401, "Unauthorized", {"WWW-Authenticate": "Bearer"})
    try:
        claims = tokens.verify(token.strip())
        if claims["iss"] != settings.get("issuer"):
            raise tokens.TokenError("invalid issuer")
        audience = [*_listed(claims.get("aud")), *_listed(claims.get("client_id"))]
        if not set(audience) & set(settings.get("audience") or ()):
            raise tokens.TokenError("invalid audience")
    except tokens.TokenError as error:
        told = f'Bearer scope="{" ".join(wanted)}" error="invalid_token" error_description="{error}"'
        raise RefusedError(401, "Unauthorized", {"WWW-Authenticate": told}) from error
    granted = tokens.scopes(claims)
    if wanted and not set(wanted) & set(granted):
        told = f'Bearer scope="{" ".join(wanted)}" error="insufficient_scope"'
        raise RefusedError(403, "Forbidden", {"WWW-Authenticate": told})
    return replace(call, authorizer={"jwt": {"claims": tokens.texts(claims), "scopes": granted if wanted else None}})


def _signed(call: events.Call) -> events.Call:
    try:
        return signed(call, call.account)
    except SignatureError as error:
        raise RefusedError(403, "Forbidden") from error


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _ask(call: events.Call, authorizer: Any, arn: str, values: list[str]) -> dict[str, Any]:
    if authorizer.auth_payload_format_version == "1.0":
        event = {**events.version_1(call), "type": "REQUEST", "methodArn": arn, "identitySource": ",".join(values)}
    else:
        event = {**events.version_2(call), "type": "REQUEST", "routeArn": arn, "identitySource": values}
        event.pop("body", None)
    function = authorizer.authorizer_uri.rpartition("/functions/")[2].partition("/invocations")[0]
    try:
        answer = json.loads(call_lambda(function, json.dumps(event).encode(), arn, authorizer.auth_creds_arn))
    except (ClientError, ValueError) as error:
        raise RefusedError(500, "Internal Server Error") from error
    if not isinstance(answer, dict) or "errorMessage" in answer:
        raise RefusedError(500, "Internal Server Error")
    return answer


def _identity(call: events.Call, source: str) -> str:
    kind, _, name = source.removeprefix("$request.").partition(".")
    places: dict[str, Any] = {"header": call.request.headers, "querystring": call.request.args}
    return str(places.get(kind, {}).get(name) or "")


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"
