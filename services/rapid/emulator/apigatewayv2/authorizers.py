"""Who may use a route.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html (read 2026-11). Answers are
not cached. JWT authorizers refuse everybody: there is nothing here that verifies a token.
"""

import json
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from rapid.emulator.apigateway.invoking import call_lambda
from rapid.emulator.apigateway.policies import Decision, evaluate
from rapid.emulator.apigatewayv2 import events


class RefusedError(Exception):
    """The request may not pass."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def authorize(call: events.Call, region: str, api: Any, route: Any) -> events.Call:
    """The call with what its authorizer said of the caller.

    Raises:
        RefusedError: the caller may not.
    """
    kind = route.authorization_type or "NONE"
    if kind == "NONE":
        return call
    if kind == "JWT":
        raise RefusedError(401, "Unauthorized")
    authorizer = api.authorizers.get(route.authorizer_id)
    if kind != "CUSTOM" or authorizer is None:
        raise RefusedError(403, "Forbidden")
    sources = authorizer.identity_source or []
    values = [_identity(call, source) for source in ([sources] if isinstance(sources, str) else sources)]
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
