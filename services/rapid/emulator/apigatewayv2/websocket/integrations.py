"""What stands behind a route: a Lambda function, an AWS service, an HTTP address, or nothing but templates.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integrations.html (read 2026-11).
Services, addresses and templates are reached by what LocalStack has for REST APIs.
"""

import base64
import json
import logging
import re
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from localstack.http import Request
from localstack.services.apigateway.next_gen.execute_api.context import IntegrationRequest, RestApiInvocationContext
from localstack.services.apigateway.next_gen.execute_api.gateway_response import BaseGatewayException
from localstack.services.apigateway.next_gen.execute_api.integrations import REST_API_INTEGRATIONS
from localstack.services.apigateway.next_gen.execute_api.template_mapping import ApiGatewayVtlTemplate
from localstack.services.apigateway.next_gen.execute_api.variables import ContextVariableOverrides
from werkzeug.datastructures import Headers

from rapid.emulator.apigateway.invoking import call_lambda
from rapid.emulator.apigateway.variables import with_stage_variables
from rapid.emulator.apigatewayv2.endpoint import function_arn
from rapid.emulator.apigatewayv2.websocket.turns import DEFAULT, Turn, selected, value_of

LOG = logging.getLogger(__name__)

_TEMPLATES = ApiGatewayVtlTemplate()


class FailedError(Exception):
    """The integration cannot be reached, failed, or answered with what is no answer."""


@dataclass(frozen=True)
class Answer:
    """What an integration answers."""

    status: int
    body: str
    subprotocol: str | None = None


def integrate(turn: Turn, integration: Any) -> Answer:
    """Has an integration answer a turn.

    Raises:
        FailedError: it does not.
    """
    try:
        if integration.integration_type == "AWS_PROXY":
            return _invoked(turn, integration)
        return _mapped(turn, integration)
    except (ClientError, BaseGatewayException, ValueError) as error:
        LOG.warning("Route %s of %s failed: %s", turn.route_key, turn.connection.api_id, error)
        raise FailedError from error


def _invoked(turn: Turn, integration: Any) -> Answer:
    function = function_arn(with_stage_variables(integration.integration_uri or "", turn.stage_variables))
    payload = call_lambda(function, json.dumps(turn.event()).encode(), source_arn(turn), integration.credentials_arn)
    answer = json.loads(payload or b"null")
    if not isinstance(answer, dict):
        answer = {"body": answer}
    if "statusCode" not in answer and "errorMessage" in answer:
        raise ValueError("the function failed")
    body = answer.get("body")
    text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
    if answer.get("isBase64Encoded"):
        text = base64.b64decode(text).decode("utf-8", "replace")
    headers = {str(name).lower(): str(value) for name, value in (answer.get("headers") or {}).items()}
    return Answer(int(answer.get("statusCode", 200)), text, headers.get("sec-websocket-protocol"))


def source_arn(turn: Turn) -> str:
    """The route, as permissions and policies name it."""
    at = turn.connection
    return f"arn:aws:execute-api:{at.region}:{at.account}:{at.api_id}/{at.stage}/{turn.route_key}"


def _mapped(turn: Turn, integration: Any) -> Answer:
    """The way through templates: request, integration, response."""
    kind = integration.integration_type
    context = _context(turn, integration)
    response = REST_API_INTEGRATIONS[kind].invoke(context)
    status, text = int(response["status_code"]), response["body"].decode("utf-8", "replace")
    if status >= 400:
        LOG.warning("Route %s of %s got %d: %s", turn.route_key, turn.connection.api_id, status, text)
    if kind.endswith("_PROXY"):
        return Answer(status, text)
    told = _response(integration, status)
    if told is None:
        return Answer(status, text)
    if told.integration_response_key.strip("/").isdigit():
        status = int(told.integration_response_key.strip("/"))
    template = _template(told.response_templates, told.template_selection_expression, turn)
    if template:
        variables = _variables(turn, text)
        text, override = _TEMPLATES.render_response(template, variables, context.context_variable_overrides)
        status = int(override.get("status") or status)
    return Answer(status, text)


def _context(turn: Turn, integration: Any) -> RestApiInvocationContext:
    at, parameters = turn.connection, integration.request_parameters or {}
    overrides = ContextVariableOverrides(
        requestOverride={"header": {}, "path": {}, "querystring": {}}, responseOverride={"header": {}, "status": 0}
    )
    body = turn.body
    template = _template(integration.request_templates, integration.template_selection_expression, turn)
    if template and not integration.integration_type.endswith("_PROXY"):
        body, overrides = _TEMPLATES.render_request(template, _variables(turn, body), overrides)
    places: dict[str, dict[str, str]] = {"header": {}, "querystring": {}, "path": {}}
    for target, source in parameters.items():
        kind, _, name = target.removeprefix("integration.request.").partition(".")
        if kind not in places:
            raise ValueError(f"Invalid mapping expression: {target}")
        places[kind][name] = value_of(source, turn)
    for kind, overridden in overrides["requestOverride"].items():
        places[kind] |= overridden
    uri = with_stage_variables(integration.integration_uri or "", turn.stage_variables)
    for name, value in places["path"].items():
        uri = uri.replace(f"{{{name}}}", value)
    context = RestApiInvocationContext(Request("POST", "/"))
    context.account_id, context.region, context.api_id, context.stage = at.account, at.region, at.api_id, at.stage
    context.stage_variables = turn.stage_variables
    context.context_variables = turn.context()
    context.context_variable_overrides = overrides
    context.integration = {"credentials": integration.credentials_arn, "type": integration.integration_type}
    context.resource, context.resource_method = {"path": turn.route_key}, {"httpMethod": ""}
    context.integration_request = IntegrationRequest(
        http_method=integration.integration_method or "POST",
        uri=uri,
        query_string_parameters=places["querystring"],
        headers=Headers({"Content-Type": "application/json", **places["header"]}),
        body=body.encode(),
    )
    return context


def _variables(turn: Turn, body: str) -> dict[str, Any]:
    asked = turn.asked()
    params = {"path": {}, "querystring": asked.get("queryStringParameters", {}), "header": asked.get("headers", {})}
    return {
        "context": turn.context(),
        "stageVariables": turn.stage_variables,
        "input": {"body": body, "params": params},
    }


def _template(templates: dict[str, str] | None, expression: str | None, turn: Turn) -> str | None:
    known = templates or {}
    return known.get(selected(expression or "\\$default", turn)) or known.get(DEFAULT)


def _response(integration: Any, status: int) -> Any:
    """The integration response of a status: keys are patterns as `/4\\d{2}/`, and `$default`."""
    known = {one.integration_response_key: one for one in integration.responses.values()}
    for key, one in known.items():
        if key.startswith("/") and re.fullmatch(key.strip("/"), str(status)):
            return one
    return known.get(DEFAULT)
