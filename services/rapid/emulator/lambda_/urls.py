"""Function URLs that resolve offline: `http://127.0.0.1:4566/_aws/lambda-url/us-east-1/<id>/`.

AWS's are host names of their own (`<id>.lambda-url.<region>.on.aws`). LocalStack's under `127.0.0.1` have no name
server; a call with that name in its Host header works, too.
https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html (read 2026-11)
"""

import json
import uuid
from collections.abc import Iterator
from typing import Any

from localstack import config
from localstack.aws.api import ServiceException
from localstack.aws.api.lambda_ import InvocationType, InvokeMode
from localstack.aws.handlers import cors as edge_cors
from localstack.http import Request, Response
from localstack.services.edge import ROUTER
from localstack.services.lambda_ import api_utils
from localstack.services.lambda_.invocation.lambda_models import FunctionUrlConfig, InvocationResult
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.lambda_.urlrouter import FunctionUrlRouter
from localstack.utils.strings import to_bytes

from rapid.emulator.apigateway.signatures import SignatureError, UnknownKeyError, UnsignedError
from rapid.emulator.apigatewayv2 import cors, events
from rapid.emulator.apigatewayv2.signed import signed
from rapid.emulator.lambda_.streaming import Streamed

_PREFIX = "/_aws/lambda-url"
_WITH_PRELUDE = "application/vnd.awslambda.http-integration-response"
_PRELUDE_END = b"\0" * 8


def install(router: FunctionUrlRouter) -> None:
    """Routes the URLs to LocalStack's own handler and has the API answer them."""

    def handle(request: Request, region: str, url_id: str, path: str = "") -> Response:
        return _answer(router, request, url_id, region, f"/{path}")

    for rule in ("/", "/<path:path>"):
        ROUTER.add(f"{_PREFIX}/<region>/<url_id>{rule}", handle)
    owned = edge_cors.is_execute_api_call
    edge_cors.is_execute_api_call = lambda context: owned(context) or _is_ours(context.request)
    describe = api_utils.map_function_url_config

    def with_path(model: FunctionUrlConfig) -> Any:
        region = model.function_arn.split(":")[3]
        return {
            **describe(model),
            "FunctionUrl": f"{config.external_service_url()}{_PREFIX}/{region}/{model.url_id}/",
        }

    api_utils.map_function_url_config = with_path


def answer(router: FunctionUrlRouter, request: Request, api_id: str, region: str, path: str = "", **_: str) -> Response:
    """In the place of LocalStack's: a request by the URL's host name."""
    return _answer(router, request, api_id, region, f"/{path}")


def _answer(router: FunctionUrlRouter, request: Request, url_id: str, region: str, path: str) -> Response:
    found = _find(region, url_id)
    if found is None:
        return _refusal(403, "AccessDeniedException", {"Message": None})
    settings = _settings(found)
    if settings and (told := cors.preflight(settings, request)):
        told.status_code = 200
        return told
    call = events.Call(request, "anonymous", found.url_id, "$default", "$default", path, {}, {})
    if found.auth_type == "AWS_IAM":
        try:
            call = signed(call, found.function_arn.split(":")[4])
        except SignatureError as error:
            return _refused(error)
    try:
        made = _invoked(router, found, call)
    except ServiceException as error:
        made = _refusal(error.status_code, error.code, {"message": error.message})
    if settings:
        cors.allow(settings, request, made)
    return made


def _invoked(router: FunctionUrlRouter, found: FunctionUrlConfig, call: events.Call) -> Response:
    _, _, _, region, account, _, name, *qualifier = found.function_arn.split(":")
    request_id = str(uuid.uuid4())

    def invoke() -> InvocationResult | None:
        return router.lambda_service.invoke(
            function_name=name,
            qualifier=qualifier[0] if qualifier else None,
            account_id=account,
            region=region,
            invocation_type=InvocationType.RequestResponse,
            client_context=None,
            payload=json.dumps(events.version_2(call)).encode(),
            request_id=request_id,
        )

    if found.invoke_mode == InvokeMode.RESPONSE_STREAM:
        streamed = Streamed(request_id, invoke)
        made = _piecewise(streamed) if streamed.content_type else _whole(streamed.result)
    else:
        made = _whole(invoke())
    made.headers["x-amzn-RequestId"] = request_id
    return made


def _whole(result: InvocationResult | None) -> Response:
    if result is None or result.is_error:
        return _failed()
    payload = to_bytes(result.payload)
    prelude, mark, body = payload.partition(_PRELUDE_END)
    if mark:  # of a function that streams, though nobody asked it to
        return _response(json.loads(prelude), [body])
    try:
        return events.response(payload, "2.0", "application/json")
    except events.MalformedAnswerError:
        return _failed()


def _piecewise(streamed: Streamed[InvocationResult | None]) -> Response:
    """What a function streams, as it comes: after a head of its own making, or with a content type only."""
    if streamed.content_type != _WITH_PRELUDE:
        return Response(iter(streamed), 200, {"Content-Type": streamed.content_type})
    pieces, head = iter(streamed), b""
    for piece in pieces:
        head += piece
        if _PRELUDE_END in head:
            break
    prelude, _, first = head.partition(_PRELUDE_END)
    try:
        return _response(json.loads(prelude), _joined(first, pieces))
    except ValueError:
        return _failed()


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _response(prelude: dict[str, Any], body: Any) -> Response:
    made = Response(body, int(prelude.get("statusCode") or 200), {"Content-Type": "application/octet-stream"})
    for name, value in (prelude.get("headers") or {}).items():
        made.headers[name] = str(value)
    for cookie in prelude.get("cookies") or ():
        made.headers.add("Set-Cookie", cookie)
    return made


def _is_ours(request: Request) -> bool:
    """Whether a request was for a function's URL, whose own settings say which pages may read the answer."""
    return str(request.environ.get("RAW_URI") or request.path).startswith(_PREFIX)


def _find(region: str, url_id: str) -> FunctionUrlConfig | None:
    for account in list(lambda_stores):
        for function in list(lambda_stores[account][region].functions.values()):
            for found in function.function_url_configs.values():
                if found.url_id == url_id.lower():
                    return found
    return None


def _settings(found: FunctionUrlConfig) -> dict[str, Any]:
    """CORS as HTTP APIs name its parts. https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors"""
    return {name[0].lower() + name[1:]: value for name, value in (found.cors or {}).items() if value is not None}


def _refused(error: SignatureError) -> Response:
    """The answer to a request that nobody signed, or not rightly; what the signer's policies allow is not evaluated.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html (read 2026-11)
    """
    if isinstance(error, UnsignedError):
        return _refusal(403, "AccessDeniedException", {"Message": "Forbidden"})
    kind = "UnrecognizedClientException" if isinstance(error, UnknownKeyError) else "InvalidSignatureException"
    return _refusal(403, kind, {"message": str(error)})


def _failed() -> Response:
    """The answer where the function failed, or gave what is none."""
    return Response("Internal Server Error", 502, {"Content-Type": "application/json"})


def _refusal(status: int, kind: str, body: dict[str, str | None]) -> Response:
    return Response(json.dumps(body), status, {"Content-Type": "application/json", "x-amzn-ErrorType": kind})
