"""Who may connect: only `$connect` has authorization.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html (read 2026-11).
"""

import json
from typing import Any

from botocore.exceptions import ClientError
from localstack.http import Request

from rapid.emulator.apigateway.invoking import call_lambda
from rapid.emulator.apigateway.policies import Decision, evaluate
from rapid.emulator.apigateway.signatures import SignatureError, verify
from rapid.emulator.apigatewayv2.authorizers import RefusedError
from rapid.emulator.apigatewayv2.endpoint import function_arn
from rapid.emulator.apigatewayv2.websocket.integrations import source_arn
from rapid.emulator.apigatewayv2.websocket.turns import Turn, value_of


def admit(turn: Turn, request: Request, api: Any, route: Any) -> dict[str, Any]:
    """What is known of a client that may connect.

    Raises:
        RefusedError: it may not.
    """
    kind = route.authorization_type or "NONE"
    if kind == "NONE":
        return {}
    if kind == "AWS_IAM":
        try:
            return {"principalId": verify(request, b"", turn.connection.account).user_id}
        except SignatureError as error:
            raise RefusedError(403, "Forbidden") from error
    authorizer = api.authorizers.get(route.authorizer_id)
    if kind != "CUSTOM" or authorizer is None:
        raise RefusedError(403, "Forbidden")
    sources = authorizer.identity_source or []
    if not all(value_of(source, turn) for source in ([sources] if isinstance(sources, str) else sources)):
        raise RefusedError(401, "Unauthorized")
    arn = source_arn(turn)
    event = {
        "type": "REQUEST",
        "methodArn": arn,
        **turn.asked(),
        "stageVariables": turn.stage_variables,
        "requestContext": turn.context(),
    }
    try:
        function = function_arn(authorizer.authorizer_uri)
        verdict = json.loads(call_lambda(function, json.dumps(event).encode(), arn, authorizer.auth_creds_arn))
        if not isinstance(verdict, dict) or "principalId" not in verdict:
            raise ValueError("the authorizer's answer has no principalId")
        decision = evaluate(verdict.get("policyDocument") or {}, arn)
    except (ClientError, ValueError) as error:
        raise RefusedError(500, "Internal Server Error") from error
    if decision is not Decision.ALLOWED:
        raise RefusedError(403, "Forbidden")
    return {**(verdict.get("context") or {}), "principalId": verdict["principalId"]}
