"""Lambda authorizers, TOKEN and REQUEST, with their cache; and Cognito user pools as authorizers.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html (read 2026-11).
"""

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from localstack.http import Response
from localstack.services.apigateway.next_gen.execute_api.api import RestApiGatewayHandler, RestApiGatewayHandlerChain
from localstack.services.apigateway.next_gen.execute_api.context import RestApiInvocationContext
from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    AccessDeniedError,
    AuthorizerConfigurationError,
    UnauthorizedError,
)
from localstack.services.apigateway.next_gen.execute_api.header_utils import build_multi_value_headers
from localstack.services.apigateway.next_gen.execute_api.helpers import get_lambda_function_arn_from_invocation_uri

from rapid.emulator.apigateway.invoking import call_lambda
from rapid.emulator.apigateway.policies import Decision, evaluate
from rapid.emulator.cognito import tokens

DEFAULT_TTL_SECONDS = 300
_CACHE_ENTRIES = 10_000
Invoke = Callable[[str, bytes, str, str | None], bytes]


@dataclass(frozen=True)
class Verdict:
    """What an authorizer answered: usable for every method of the API while it is cached."""

    policy: Mapping[str, Any]
    context: Mapping[str, Any]
    api_key: str | None


class LambdaAuthorizerHandler(RestApiGatewayHandler):
    """Asks the method's authorizer, unless its answer for the same caller is still cached."""

    def __init__(self, invoke: Invoke = call_lambda, clock: Callable[[], float] = time.monotonic) -> None:
        self._invoke = invoke
        self._clock = clock
        self._cache: dict[tuple[Any, ...], tuple[float, Verdict]] = {}
        self._lock = threading.Lock()

    def __call__(
        self, _chain: RestApiGatewayHandlerChain, context: RestApiInvocationContext, _response: Response
    ) -> None:
        kind = context.resource_method.get("authorizationType")
        if kind not in ("CUSTOM", "COGNITO_USER_POOLS"):
            return
        authorizer = context.deployment.rest_api.authorizers.get(context.resource_method.get("authorizerId") or "")
        if authorizer is None:
            raise AuthorizerConfigurationError
        if kind == "COGNITO_USER_POOLS":
            context.context_variables["authorizer"] = {"claims": _claims(context, authorizer)}
            return
        arn = method_arn(context)
        verdict = self._verdict(context, authorizer, arn)
        try:
            decision = evaluate(verdict.policy, arn)
        except ValueError as error:
            raise AuthorizerConfigurationError from error
        if decision is Decision.DENIED:
            raise AccessDeniedError("User is not authorized to access this resource with an explicit deny")
        if decision is Decision.NOT_ALLOWED:
            raise AccessDeniedError("User is not authorized to access this resource")
        context.context_variables["authorizer"] = dict(verdict.context)
        if verdict.api_key:
            context.context_variables["identity"]["apiKey"] = verdict.api_key

    def _verdict(self, context: RestApiInvocationContext, authorizer: Mapping[str, Any], arn: str) -> Verdict:
        ttl = authorizer.get("authorizerResultTtlInSeconds")
        lifetime = DEFAULT_TTL_SECONDS if ttl is None else int(ttl)
        identity = _identity(context, authorizer, required=lifetime > 0 or authorizer["type"] == "TOKEN")
        key = (context.api_id, context.stage, context.deployment_id, authorizer["id"], *identity)
        now = self._clock()
        with self._lock:
            expires, cached = self._cache.get(key, (0.0, None))
        if cached is not None and now < expires:
            return cached
        verdict = self._ask(context, authorizer, arn, identity)
        if lifetime > 0:
            with self._lock:
                if len(self._cache) >= _CACHE_ENTRIES:
                    self._cache.clear()
                self._cache[key] = (now + lifetime, verdict)
        return verdict

    def _ask(
        self, context: RestApiInvocationContext, authorizer: Mapping[str, Any], arn: str, identity: list[str]
    ) -> Verdict:
        event = (
            {"type": "TOKEN", "authorizationToken": identity[0], "methodArn": arn}
            if authorizer["type"] == "TOKEN"
            else _request_event(context, arn)
        )
        function = get_lambda_function_arn_from_invocation_uri(authorizer["authorizerUri"])
        source = f"{arn.rsplit(':', 1)[0]}:{context.api_id}/authorizers/{authorizer['id']}"
        try:
            payload = self._invoke(
                function, json.dumps(event).encode(), source, authorizer.get("authorizerCredentials") or None
            )
            answer = json.loads(payload)
        except (ClientError, ValueError) as error:
            raise AuthorizerConfigurationError from error
        return _read(answer)


def _claims(context: RestApiInvocationContext, authorizer: Mapping[str, Any]) -> dict[str, str]:
    """What a user pool's token says of the caller: an identity token, or where scopes are asked for an access token.

    Raises:
        UnauthorizedError: there is no good token of one of the authorizer's pools.
    """
    (value,) = _identity(context, authorizer, required=True)[:1]
    try:
        claims = tokens.verify(value.removeprefix("Bearer ").strip())
    except tokens.TokenError as error:
        raise UnauthorizedError("The incoming token has expired" if error.expired else "Unauthorized") from error
    pool = tokens.find_pool(claims["iss"])
    wanted = context.resource_method.get("authorizationScopes") or []
    if pool is None or pool.arn not in (authorizer.get("providerARNs") or ()):
        raise UnauthorizedError("Unauthorized")
    if claims.get("token_use") != ("access" if wanted else "id"):
        raise UnauthorizedError("Unauthorized")
    if wanted and not set(wanted) & set(tokens.scopes(claims)):
        raise UnauthorizedError("Unauthorized")
    return tokens.texts(claims)


def method_arn(context: RestApiInvocationContext) -> str:
    """The ARN of the invoked method, with the path as requested."""
    path = context.invocation_request["path"].lstrip("/")
    resource = f"{context.api_id}/{context.stage}/{context.request.method}/{path}"
    return f"arn:aws:execute-api:{context.region}:{context.account_id}:{resource}"


def _identity(context: RestApiInvocationContext, authorizer: Mapping[str, Any], required: bool) -> list[str]:
    """The values of the authorizer's identity sources.

    Raises:
        UnauthorizedError: one is missing, or the token does not look as the authorizer demands.
    """
    sources = [source.strip() for source in (authorizer.get("identitySource") or "").split(",") if source.strip()]
    values = [_source(context, source) for source in sources]
    if required and (not values or not all(values)):
        raise UnauthorizedError("Unauthorized")
    expression = authorizer.get("identityValidationExpression")
    if expression and authorizer["type"] == "TOKEN" and not re.fullmatch(expression, values[0] or ""):
        raise UnauthorizedError("Unauthorized")
    return [value or "" for value in values]


def _source(context: RestApiInvocationContext, source: str) -> str | None:
    request = context.invocation_request
    kind, _, name = source.removeprefix("method.request.").partition(".")
    places: dict[str, Mapping[str, Any]] = {
        "header": request["headers"],
        "querystring": request["query_string_parameters"],
        "context": context.context_variables,
        "stageVariables": context.stage_variables or {},
    }
    return places.get(kind, {}).get(name)


def _request_event(context: RestApiInvocationContext, arn: str) -> dict[str, Any]:
    request = context.invocation_request
    return {
        "type": "REQUEST",
        "methodArn": arn,
        "resource": context.resource["path"],
        "path": request["path"],
        "httpMethod": request["http_method"],
        "headers": dict(request["headers"]),
        "multiValueHeaders": build_multi_value_headers(request["headers"]),
        "queryStringParameters": request["query_string_parameters"],
        "multiValueQueryStringParameters": request["multi_value_query_string_parameters"],
        "pathParameters": request["path_parameters"],
        "stageVariables": context.stage_variables or {},
        "requestContext": context.context_variables,
    }


def _read(answer: Any) -> Verdict:
    """An authorizer's answer.

    Raises:
        UnauthorizedError: it raised the error "Unauthorized".
        AuthorizerConfigurationError: it failed otherwise, or its answer has another form.
    """
    if isinstance(answer, dict) and answer.get("errorMessage") == "Unauthorized":
        raise UnauthorizedError("Unauthorized")
    if not isinstance(answer, dict) or not isinstance(answer.get("policyDocument"), dict):
        raise AuthorizerConfigurationError
    if not isinstance(answer.get("principalId"), str):
        raise AuthorizerConfigurationError
    values = answer.get("context") or {}
    if not isinstance(values, dict) or any(isinstance(value, dict | list) for value in values.values()):
        raise AuthorizerConfigurationError
    text = {name: _as_text(value) for name, value in values.items() if value is not None}
    return Verdict(
        answer["policyDocument"], {"principalId": answer["principalId"], **text}, answer.get("usageIdentifierKey")
    )


def _as_text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool | int | float) else str(value)
