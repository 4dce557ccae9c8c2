"""The path of one request of an HTTP API: stage, CORS, route, authorization, integration."""

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import requests
from botocore.exceptions import ClientError
from localstack.http import Request, Response
from moto.apigatewayv2.models import Api, apigatewayv2_backends

from rapid.emulator.apigateway import access_logs
from rapid.emulator.apigateway.invoking import call_lambda
from rapid.emulator.apigateway.limits import PAYLOAD_BYTES
from rapid.emulator.apigateway.variables import asked_path, with_stage_variables
from rapid.emulator.apigatewayv2 import cors, events, mapping, routes, services
from rapid.emulator.apigatewayv2.authorizers import RefusedError, authorize

LOG = logging.getLogger(__name__)

_HOP = frozenset({"host", "connection", "content-length", "transfer-encoding", "keep-alive", "upgrade", "te"})


def find_api(api_id: str) -> tuple[str, str, Api] | None:
    """(account, region, API) of an HTTP API."""
    for account, region, backend in apigatewayv2_backends.iter_backends():
        if api_id in backend.apis:
            return account, region, backend.apis[api_id]
    return None


def function_arn(uri: str) -> str:
    """The function in an integration's or authorizer's URI, which is its ARN or API Gateway's path to it."""
    return uri.rpartition("/functions/")[2].partition("/invocations")[0] or uri


def answer(found: tuple[str, str, Api], request: Request, path: str) -> Response:
    """Answers one request.

    Args:
        found: as from `find_api`.
        path: what was asked for, from the slash after the API's address.
    """
    account, region, api = found
    named = path.lstrip("/").partition("/")[0]
    stage = api.stages.get(named) or api.stages.get(routes.DEFAULT)
    if stage is None:
        return message(404, "Not Found")
    inner = path if stage.name == routes.DEFAULT else path.removeprefix(f"/{stage.name}") or "/"
    settings = _settings(api.cors_configuration)
    if settings and (told := cors.preflight(settings, request)):
        return told
    if len(request.get_data()) > PAYLOAD_BYTES:
        made = message(413, "Request Entity Too Large")
    else:
        call, made = _routed(account, region, api, stage, request, asked_path(request) or path or "/", inner or "/")
        told = {"status": made.status_code, "responseLength": len(made.data)}
        access_logs.write(
            stage.access_log_settings,
            account,
            region,
            f"{api.api_id}/{stage.name}",
            lambda name: told[name] if name in told else call.variable(name),
        )
    if settings:
        cors.allow(settings, request, made)
    return made


def _settings(given: Any) -> dict[str, Any]:
    """CORS settings with the names of the API, which OpenAPI bodies share, and lists where one value was given."""
    settings = json.loads(given) if isinstance(given, str) else given or {}
    lists = ("allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders")
    return {n: [v] if n in lists and isinstance(v, str) else v for n, v in settings.items() if v is not None}


def _routed(
    account: str, region: str, api: Api, stage: Any, request: Request, path: str, inner: str
) -> tuple[events.Call, Response]:
    route, parameters = routes.find(list(api.routes.values()), request.method, inner) or (None, {})
    key, variables = route.route_key if route else "", dict(stage.stage_variables or {})
    call = events.Call(request, account, api.api_id, stage.name, key, path, parameters, variables)
    if route is None:
        return call, message(404, "Not Found")
    try:
        call = authorize(call, region, api, route)
    except RefusedError as refused:
        told = message(refused.status, refused.message)
        told.headers.update(refused.headers)
        return call, told
    integration = api.integrations.get((route.target or "").removeprefix("integrations/"))
    if integration is None:
        return call, message(500, "Internal Server Error")
    try:
        made = _integrated(call, region, integration)
    except NotImplementedError as error:
        return call, message(501, str(error))
    return call, mapping.mapped_answer(integration.response_parameters or {}, call, made)


def _integrated(call: events.Call, region: str, integration: Any) -> Response:
    if integration.integration_subtype:
        return services.answer(call, region, integration)
    if integration.integration_type == "HTTP_PROXY":
        return _forwarded(call, integration)
    return _invoked(call, region, integration)


def _invoked(call: events.Call, region: str, integration: Any) -> Response:
    version = integration.payload_format_version or "1.0"
    event = events.version_1(call) if version == "1.0" else events.version_2(call)
    source = f"arn:aws:execute-api:{region}:{call.account}:{call.api_id}/{call.stage}/{call.route_key}"
    uri = with_stage_variables(integration.integration_uri or "", call.stage_variables)
    try:
        payload = call_lambda(function_arn(uri), json.dumps(event).encode(), source, integration.credentials_arn)
        return events.response(payload, version)
    except events.MalformedAnswerError:
        LOG.warning("%s answered an HTTP API with something that is no response", uri)
    except (ClientError, ValueError) as error:
        LOG.warning("An HTTP API could not invoke %s: %s", uri, error)
    return message(500, "Internal Server Error")


def _forwarded(call: events.Call, integration: Any) -> Response:
    """An HTTP proxy: the request as it is, to the integration's address with its path variables filled in."""
    uri, request = integration.integration_uri, call.request
    for name, value in call.path_parameters.items():
        uri = uri.replace(f"{{{name}}}", value)
        uri = uri.replace(f"{{{name}+}}", value)
    method, mapped = integration.integration_method, integration.request_parameters or {}
    headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
    if overwritten := mapped.get("overwrite:path"):
        parts = urlsplit(uri)
        uri = urlunsplit((parts.scheme, parts.netloc, mapping.value(overwritten, call) or "/", parts.query, ""))
    query = request.query_string.decode("latin-1")
    if any(":querystring." in key for key in mapped):
        query = urlencode(mapping.query(mapped, call))
    try:
        reply = requests.request(
            request.method if method in (None, "ANY") else method,
            uri + (f"?{query}" if query else ""),
            headers=mapping.headers(mapped, headers, call),
            data=request.get_data(),
            timeout=(integration.timeout_in_millis or 30_000) / 1000,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        LOG.warning("An HTTP API could not reach %s: %s", uri, error)
        return message(503, "Service Unavailable")
    kept: Mapping[str, str] = {
        name: value for name, value in reply.headers.items() if name.lower() not in {*_HOP, "content-encoding"}
    }
    return Response(reply.content, reply.status_code, dict(kept))


def message(status: int, text: str) -> Response:
    """A refusal, or a failure."""
    return Response(json.dumps({"message": text}), status, {"Content-Type": "application/json"})
