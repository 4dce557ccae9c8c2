"""Operations that no provider has, and those newer than LocalStack's model of a service: refused in one sentence.

The first LocalStack calls a matter of its licence. The second it calls an internal error, which SDKs take for a passing
one and ask again. AWS's word for an operation that an endpoint does not have is UnknownOperationException, status 400
(JSON protocols, https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html, read 2026-11).
"""

from typing import Any


def refuse_unwritten_operations() -> None:
    """Has operations without a provider refused in `refusal`'s words. What could not be parsed is `malformed`'s."""
    from localstack.aws.api import RequestContext
    from localstack.aws.skeleton import Skeleton

    stock = Skeleton.on_not_implemented_error

    def on_not_implemented_error(
        self: Skeleton, serializer: Any, context: RequestContext, exception: NotImplementedError
    ) -> Any:
        return stock(self, serializer, context, refusal(exception, context))

    Skeleton.on_not_implemented_error = on_not_implemented_error


def refusal(exception: Exception, context: Any) -> Exception:
    """What says that an operation is not supported, where an exception means that and does not say it; else itself."""
    from localstack.aws.api import CommonServiceException

    from rapid.emulator.moto import not_supported

    if context.operation is None and is_unknown(exception):
        name = context.request.headers.get("X-Amz-Target", "").rpartition(".")[2] or "This operation"
        message = f"{name} of {context.service.service_name} is not supported by Rapid Analytics."
        exception = CommonServiceException("UnknownOperationException", message, status_code=400, sender_fault=True)
    elif context.operation and isinstance(exception, NotImplementedError) and not exception.args:
        exception = not_supported(context)
    return exception


def is_unknown(exception: Exception) -> bool:
    """Whether a request could not be parsed because no such operation is known."""
    from botocore.model import OperationNotFoundError
    from localstack.aws.protocol.parser import OperationNotFoundParserError

    return isinstance(exception, OperationNotFoundParserError) or isinstance(
        exception.__cause__, OperationNotFoundError
    )
