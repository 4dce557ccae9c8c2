"""Limits of one request: 10 MB of payload, 29 s for the integration; and payloads that come packed.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
and https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html (read 2026-11).
"""

import gzip
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError

from localstack.http import Response
from localstack.services.apigateway.next_gen.execute_api.api import RestApiGatewayHandler, RestApiGatewayHandlerChain
from localstack.services.apigateway.next_gen.execute_api.context import RestApiInvocationContext
from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    BadRequestException,
    IntegrationTimeoutError,
    RequestTooLargeError,
    UnsupportedMediaTypeError,
)

PAYLOAD_BYTES = 10 * 1024 * 1024
INTEGRATION_MILLISECONDS = 29_000
_PARALLEL = 512
_UNPACKERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.decompress, "deflate": zlib.decompress}


class FormHandler(RestApiGatewayHandler):
    """Lets a form be as large as any other payload: Werkzeug's own limit for forms would answer 500."""

    def __call__(
        self, _chain: RestApiGatewayHandlerChain, context: RestApiInvocationContext, _response: Response
    ) -> None:
        context.request.max_form_memory_size = None


class PayloadLimitHandler(RestApiGatewayHandler):
    """Refuses a payload above 10 MB with 413."""

    def __call__(
        self, _chain: RestApiGatewayHandlerChain, context: RestApiInvocationContext, _response: Response
    ) -> None:
        if len(context.invocation_request["body"]) > PAYLOAD_BYTES:
            raise RequestTooLargeError("Request Too Long")


class UnpackingHandler(RestApiGatewayHandler):
    """Unpacks the payload, where the API has a minimum compression size; else it is passed on as it came.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html
    (read 2026-11)
    """

    def __call__(
        self, _chain: RestApiGatewayHandlerChain, context: RestApiInvocationContext, _response: Response
    ) -> None:
        headers, size = context.invocation_request["headers"], "minimumCompressionSize"
        encoding = headers.get("Content-Encoding", "identity").lower()
        if encoding == "identity" or context.deployment.rest_api.rest_api.get(size) is None:
            return
        if encoding not in _UNPACKERS:
            raise UnsupportedMediaTypeError("Unsupported Media Type")
        try:
            context.invocation_request["body"] = _UNPACKERS[encoding](context.invocation_request["body"])
        except (OSError, EOFError, zlib.error) as error:
            raise BadRequestException("Bad Request") from error
        headers.remove("Content-Encoding")


class IntegrationTimeoutHandler(RestApiGatewayHandler):
    """Answers 504 when the integration takes longer than its timeout; as on AWS, what it started goes on.

    For access logs it notes how long the integration took, and with which status it answered.
    """

    def __init__(self, integration: RestApiGatewayHandler) -> None:
        self._integration = integration
        self._pool = ThreadPoolExecutor(_PARALLEL, "integration")

    def __call__(
        self, chain: RestApiGatewayHandlerChain, context: RestApiInvocationContext, response: Response
    ) -> None:
        if context.integration["type"] == "MOCK":
            self._integration(chain, context, response)
            return
        milliseconds = int(context.integration.get("timeoutInMillis") or INTEGRATION_MILLISECONDS)
        begin = time.monotonic()
        try:
            self._pool.submit(self._integration, chain, context, response).result(milliseconds / 1000)
        except FutureTimeoutError as error:
            raise IntegrationTimeoutError("Endpoint request timed out") from error
        finally:
            status = (context.endpoint_response or {}).get("status_code")
            took = round((time.monotonic() - begin) * 1000)
            told = {"latency": took, "status": status, "integrationStatus": status}
            context.logging_context_variables = {
                "integration": told, "integrationLatency": took, "integrationStatus": status
            }  # fmt: skip
