"""The path of one API request: LocalStack's handlers with ours in between, in AWS's order.

To add a step, put a `RestApiGatewayHandler` into `INVOCATION`. A step refuses a request by raising one of
`localstack...gateway_response`'s errors; `responses` turns it into the API's gateway response.
"""

import time
from functools import partial

from localstack.http import Response
from localstack.services.apigateway.next_gen.execute_api import handlers
from localstack.services.apigateway.next_gen.execute_api.context import RestApiInvocationContext
from localstack.services.apigateway.next_gen.execute_api.gateway import RestApiGateway
from localstack.services.apigateway.next_gen.execute_api.integrations import REST_API_INTEGRATIONS

from rapid.emulator.apigateway import access_logs
from rapid.emulator.apigateway.authorizers import LambdaAuthorizerHandler
from rapid.emulator.apigateway.events import ContextHandler, FastBodyValidation, LambdaProxyIntegration, RequestHandler
from rapid.emulator.apigateway.limits import (
    FormHandler,
    IntegrationTimeoutHandler,
    PayloadLimitHandler,
    UnpackingHandler,
)
from rapid.emulator.apigateway.responses import GatewayResponseHandler
from rapid.emulator.apigateway.signatures import SignatureHandler
from rapid.emulator.apigateway.usage import UsageHandler
from rapid.emulator.apigateway.variables import value_at

INVOCATION = (
    FormHandler(),
    handlers.parse_request,
    PayloadLimitHandler(),
    UnpackingHandler(),
    ContextHandler(),
    handlers.modify_request,
    handlers.route_request,
    handlers.preprocess_request,
    SignatureHandler(),
    LambdaAuthorizerHandler(),
    UsageHandler(),
    FastBodyValidation(),
    RequestHandler(),
    IntegrationTimeoutHandler(handlers.integration_handler),
    handlers.integration_response_handler,
    handlers.method_response_handler,
)


REST_API_INTEGRATIONS["AWS_PROXY"] = LambdaProxyIntegration()


class Gateway(RestApiGateway):
    """LocalStack's gateway with our chain, and access logs."""

    def __init__(self) -> None:
        super().__init__()
        self.request_handlers[:] = INVOCATION
        self.exception_handlers[:] = [GatewayResponseHandler()]

    def process_with_context(self, context: RestApiInvocationContext, response: Response) -> None:
        """Answers a request, then writes of it."""
        begin = time.monotonic()
        super().process_with_context(context, response)
        settings = (context.stage_configuration or {}).get("accessLogSettings")
        if settings and context.context_variables:
            known = {
                **context.context_variables,
                **(context.logging_context_variables or {}),
                "status": response.status_code,
                "responseLength": len(response.data),
                "responseLatency": round((time.monotonic() - begin) * 1000),
            }
            stage = f"{context.api_id}/{context.stage}"
            variable = partial(value_at, known)
            access_logs.write(settings, context.account_id, context.region, stage, variable)
