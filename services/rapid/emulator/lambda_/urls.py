"""Function URLs that resolve offline: `http://127.0.0.1:4566/_aws/lambda-url/us-east-1/<id>/`.

AWS's are host names of their own (`<id>.lambda-url.<region>.on.aws`). LocalStack's under `127.0.0.1` have no name
server; a call with that name in its Host header keeps working.
"""

import json
from typing import Any

from localstack import config
from localstack.aws.handlers import cors as edge_cors
from localstack.http import Request, Response
from localstack.services.edge import ROUTER
from localstack.services.lambda_ import api_utils
from localstack.services.lambda_.invocation.lambda_models import FunctionUrlConfig
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.lambda_.urlrouter import FunctionUrlRouter

from rapid.emulator.apigateway.signatures import SignatureError, UnknownKeyError, UnsignedError, verify
from rapid.emulator.apigatewayv2 import cors

_PREFIX = "/_aws/lambda-url"


def install(router: FunctionUrlRouter) -> None:
    """Routes the URLs to LocalStack's own handler and has the API answer them."""

    def handle(request: Request, region: str, url_id: str, path: str = "") -> Response:
        request.path = f"/{path}"  # what the function gets as rawPath
        found = _find(region, url_id)
        settings = _settings(found) if found else {}
        if settings and (told := cors.preflight(settings, request)):
            told.status_code = 200
            return told
        if found and found.auth_type == "AWS_IAM" and (refused := _refused(request, found)):
            return refused
        made = router.handle_lambda_url_invocation(request, url_id, region)
        if settings:
            cors.allow(settings, request, made)
        return made

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


def _refused(request: Request, found: FunctionUrlConfig) -> Response | None:
    """The answer to a request that nobody signed, or not rightly; what the signer's policies allow is not evaluated.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html (read 2026-11)
    """
    try:
        verify(request, request.get_data(), found.function_arn.split(":")[4])
    except UnsignedError:
        return _forbidden("AccessDeniedException", {"Message": "Forbidden"})
    except UnknownKeyError as error:
        return _forbidden("UnrecognizedClientException", {"message": str(error)})
    except SignatureError as error:
        return _forbidden("InvalidSignatureException", {"message": str(error)})
    return None


def _forbidden(kind: str, body: dict[str, str]) -> Response:
    return Response(json.dumps(body), 403, {"Content-Type": "application/json", "x-amzn-ErrorType": kind})
