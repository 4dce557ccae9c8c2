"""Gateway responses: what a refused or failed request gets, as the API's owner defined it.

Templates and parameters know simple variables only, no Velocity:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html (read 2026-11).
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from localstack.http import Response
from localstack.services.apigateway.next_gen.execute_api.context import RestApiInvocationContext
from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    BaseGatewayException,
    get_gateway_response_or_default,
)
from localstack.services.apigateway.next_gen.execute_api.handlers.gateway_exception import GatewayExceptionHandler

from rapid.emulator.apigateway.validation import InvalidBodyError
from rapid.emulator.apigateway.variables import value_at

_NAME = r"(?:context|stageVariables|method\.request)\.[A-Za-z0-9_.\-]+"
_VARIABLE = re.compile(rf"\$(?:\{{({_NAME})\}}|({_NAME}))")
_DEFAULT_TEMPLATE = '{"message":$context.error.messageString}'


class GatewayResponseHandler(GatewayExceptionHandler):
    """LocalStack's handler, with the response's templates and parameters applied."""

    @staticmethod
    def set_error_context(exception: BaseGatewayException, context: RestApiInvocationContext) -> None:
        """LocalStack's, with what is wrong with a body."""
        GatewayExceptionHandler.set_error_context(exception, context)
        if isinstance(exception, InvalidBodyError):
            context.context_variables["error"]["validationErrorString"] = exception.details

    def create_exception_response(self, exception: BaseGatewayException, context: RestApiInvocationContext) -> Response:
        defined = get_gateway_response_or_default(exception.type, context.deployment.rest_api.gateway_responses)
        response = super().create_exception_response(exception, context)
        templates: Mapping[str, str] = defined.get("responseTemplates") or {}
        content_type = "application/json" if "application/json" in templates else next(iter(templates), None)
        if content_type and templates[content_type].replace(" ", "") != _DEFAULT_TEMPLATE:
            response.set_data(substitute(templates[content_type], context))
            response.headers["Content-Type"] = content_type
        for target, source in (defined.get("responseParameters") or {}).items():
            value = _parameter(source, context)
            if value is not None:
                response.headers[target.removeprefix("gatewayresponse.header.")] = value
        return response


def substitute(template: str, context: RestApiInvocationContext) -> str:
    """A template with its variables replaced; one without a value becomes empty."""
    return _VARIABLE.sub(lambda match: _text(_lookup(match[1] or match[2], context), match[1] or match[2]), template)


def _parameter(source: str, context: RestApiInvocationContext) -> str | None:
    """A header's value: a 'literal in quotes', or a variable without its dollar."""
    if source.startswith("'") and source.endswith("'"):
        return source[1:-1]
    match = _VARIABLE.fullmatch(f"${source}")
    value = _lookup(match[2], context) if match else None
    return None if value is None else str(value)


def _text(value: Any, path: str) -> str:
    if path == "context.error.messageString":  # the only one that brings its own quotes
        return json.dumps(value)
    return "" if value is None else str(value)


def _lookup(variable: str, context: RestApiInvocationContext) -> Any:
    root, _, path = variable.partition(".")
    if root == "stageVariables":
        return (context.stage_variables or {}).get(path)
    if root == "method":
        kind, _, name = path.removeprefix("request.").partition(".")
        request = context.invocation_request
        field = {"header": "headers", "querystring": "query_string_parameters", "path": "path_parameters"}.get(kind, "")
        return (request.get(field) or {}).get(name)
    return value_at(context.context_variables, path)
