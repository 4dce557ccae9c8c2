"""Lambda as API Gateway invokes it: in this process, without the HTTP of a client.

Each request of a user needs it, and a client's way (serialize, sign, route, parse, and back) costs twice the CPU of the
invocation itself (measured 2026-11). With credentials of a role it stays a client's call, as the role must be assumed.
"""

import io

from botocore.exceptions import ClientError
from localstack.aws.api import RequestContext, ServiceException
from localstack.aws.spec import load_service
from localstack.http import Request
from localstack.services.apigateway.next_gen.execute_api.integrations.aws import RestApiAwsProxyIntegration
from localstack.services.plugins import SERVICE_PLUGINS

from rapid.emulator.lambda_.provider import RapidLambdaProvider

_SERVICE = load_service("lambda")
_INVOKE = _SERVICE.operation_model("Invoke")
_through_client = RestApiAwsProxyIntegration.call_lambda


def call_lambda(function_arn: str, event: bytes, source_arn: str, credentials: str | None = None) -> bytes:
    """The payload that a function answers to an event.

    Raises:
        ClientError: Lambda refused the invocation.
    """
    if credentials:
        return bytes(_through_client(function_arn, event, source_arn, credentials))
    provider: RapidLambdaProvider = SERVICE_PLUGINS.require("lambda").lifecycle_hook
    context = RequestContext(Request("POST", f"/2015-03-31/functions/{function_arn}/invocations"))
    context.service, context.operation = _SERVICE, _INVOKE
    _, _, _, context.region, context.account_id, *_ = function_arn.split(":")
    try:
        answer = provider.invoke(context, function_arn, payload=io.BytesIO(event))
    except ServiceException as error:
        details = {"Code": error.code, "Message": error.message}
        raise ClientError(
            {"Error": details, "ResponseMetadata": {"HTTPStatusCode": error.status_code}}, "Invoke"
        ) from error
    return answer.get("Payload") or b""
