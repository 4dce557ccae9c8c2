"""Details of the event that an integration gets, and the validation of bodies, where LocalStack's are not AWS's.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html (read 2026-11).
"""

import base64
import datetime
import json
from functools import lru_cache
from typing import Any

import jsonschema  # type: ignore[import-untyped]
from botocore.exceptions import ClientError
from localstack.http import Response
from localstack.services.apigateway.helpers import EMPTY_MODEL, REQUEST_TIME_DATE_FORMAT, ModelResolver
from localstack.services.apigateway.models import MergedRestApi
from localstack.services.apigateway.next_gen.execute_api.api import RestApiGatewayHandler, RestApiGatewayHandlerChain
from localstack.services.apigateway.next_gen.execute_api.context import (
    EndpointResponse,
    InvocationRequest,
    RestApiInvocationContext,
)
from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    IntegrationFailureError,
    RequestTooLargeError,
)
from localstack.services.apigateway.next_gen.execute_api.handlers import integration_request, integration_response
from localstack.services.apigateway.next_gen.execute_api.handlers.integration_request import IntegrationRequestHandler
from localstack.services.apigateway.next_gen.execute_api.handlers.method_request import MethodRequestHandler
from localstack.services.apigateway.next_gen.execute_api.helpers import mime_type_matches_binary_media_types
from localstack.services.apigateway.next_gen.execute_api.integrations import aws
from localstack.services.apigateway.next_gen.execute_api.integrations.aws import RestApiAwsProxyIntegration
from rolo import Request
from werkzeug.datastructures import Headers

from rapid.emulator.apigateway.invoking import call_lambda
from rapid.emulator.apigateway.validation import InvalidBodyError, told
from rapid.emulator.apigateway.variables import asked_path


class ContextHandler(RestApiGatewayHandler):
    """Fills what LocalStack makes up: the caller's address and the time in UTC."""

    def __call__(
        self, _chain: RestApiGatewayHandlerChain, context: RestApiInvocationContext, _response: Response
    ) -> None:
        request, variables = context.request, context.context_variables
        address = request.remote_addr or "127.0.0.1"
        now = datetime.datetime.now(datetime.UTC)
        variables["identity"]["sourceIp"] = address
        variables["requestTime"] = now.strftime(REQUEST_TIME_DATE_FORMAT)
        variables["requestTimeEpoch"] = int(now.timestamp() * 1000)
        if asked := asked_path(request):
            variables["path"] = asked


class RequestHandler(IntegrationRequestHandler):
    """LocalStack's integration request, with the headers that AWS's edge adds."""

    @staticmethod
    def _set_proxy_headers(headers: Headers, request: Request) -> None:
        address, scheme = request.remote_addr or "127.0.0.1", request.scheme.lower()
        before = headers.get("X-Forwarded-For")
        headers.set("X-Forwarded-For", f"{before}, {address}" if before else address)
        headers.set("X-Forwarded-Proto", scheme)
        headers.set("X-Forwarded-Port", request.host.partition(":")[2] or ("443" if scheme == "https" else "80"))


def is_binary(mime_type: str | None, binary_media_types: list[str]) -> bool:
    """Whether a body is binary to an API; `*/*` is every body, where LocalStack takes it for none.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html (read 2026-11)
    """
    return "*/*" in binary_media_types or mime_type_matches_binary_media_types(mime_type, binary_media_types)


for _module in (aws, integration_request, integration_response):
    _module.mime_type_matches_binary_media_types = is_binary


@lru_cache(maxsize=256)
def _validator(rest_api: MergedRestApi, model: str) -> Any:
    """The compiled schema of a model, once per deployment (a deployment never changes)."""
    schema = ModelResolver(rest_api_container=rest_api, model_name=model).get_resolved_model()
    return jsonschema.validators.validator_for(schema)(schema) if schema else None


class FastBodyValidation(MethodRequestHandler):
    """LocalStack's request validation with schemas compiled once, and the model chosen by the request's content type.

    What is wrong is told to gateway responses.

    A content type without a model of its own is not validated.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
    """

    @staticmethod
    def _is_body_valid(method: dict[str, Any], rest_api: MergedRestApi, request: InvocationRequest) -> bool:
        models = method.get("requestModels") or {}
        content_type = request["headers"].get("Content-Type", "application/json").partition(";")[0].strip().lower()
        model = models.get(content_type) or models.get("$default")
        if models and model is None:
            return True
        validator = _validator(rest_api, model or EMPTY_MODEL)
        try:
            body = json.loads(request.get("body") or "{}")
        except ValueError:
            return False
        if validator is not None and not validator.is_valid(body):
            raise InvalidBodyError(told(validator.iter_errors(body)))
        return validator is not None


class LambdaProxyIntegration(RestApiAwsProxyIntegration):
    """LocalStack's Lambda proxy, with bodies encoded by the API's binary media types and not by what they contain.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html (read 2026-11).
    """

    def invoke(self, context: RestApiInvocationContext) -> EndpointResponse:
        """LocalStack's, which answers 502 for an event that is too large for Lambda; AWS answers 413.

        Raises:
            RequestTooLargeError: the event, with its headers and maybe in base64, is above Lambda's 6 MB.
        """
        try:
            return super().invoke(context)
        except IntegrationFailureError as error:
            cause = error.__cause__
            if isinstance(cause, ClientError) and cause.response["Error"]["Code"] == "RequestEntityTooLargeException":
                raise RequestTooLargeError("Request Too Long") from error
            raise

    call_lambda = staticmethod(call_lambda)

    def create_lambda_input_event(self, context: RestApiInvocationContext) -> dict[str, Any]:
        event: dict[str, Any] = super().create_lambda_input_event(context)
        if asked := asked_path(context.request):
            event["path"] = asked
        body: bytes = context.integration_request["body"]
        if not body:
            return event
        types = context.deployment.rest_api.rest_api.get("binaryMediaTypes") or []
        content_type = context.invocation_request["headers"].get("Content-Type")
        binary = is_binary(content_type, types)
        event["isBase64Encoded"] = binary
        event["body"] = base64.b64encode(body).decode() if binary else body.decode("utf-8", "replace")
        return event
