"""Operations that no provider has, and those newer than LocalStack's model of a service: refused in one sentence.

The first LocalStack calls a matter of its licence. The second it calls an internal error, which SDKs take for a passing
one and ask again. AWS's word for an operation that an endpoint does not have is UnknownOperationException, status 400
(JSON protocols, https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html, read 2026-11).
"""

from typing import Any


def refuse_unknown_operations() -> None:
    """Puts the refusal in its place."""
    from localstack.aws.api import CommonServiceException, RequestContext
    from localstack.aws.handlers.service import ServiceExceptionSerializer
    from localstack.aws.skeleton import Skeleton

    stock = ServiceExceptionSerializer.create_exception_response
    unwritten = Skeleton.on_not_implemented_error

    def create_exception_response(
        self: ServiceExceptionSerializer, exception: Exception, context: RequestContext
    ) -> Any:
        if context.operation is None and is_unknown(exception):
            name = context.request.headers.get("X-Amz-Target", "").rpartition(".")[2] or "This operation"
            message = f"{name} of {context.service.service_name} is not supported by Rapid Analytics."
            # The serializer wants an operation to write an answer of; any will do for an error.
            context.operation = context.service.operation_model(context.service.operation_names[0])
            exception = CommonServiceException("UnknownOperationException", message, status_code=400, sender_fault=True)
        return stock(self, _named(exception, context), context)

    def on_not_implemented_error(
        self: Skeleton, serializer: Any, context: RequestContext, exception: NotImplementedError
    ) -> Any:
        return unwritten(self, serializer, context, _named(exception, context))

    ServiceExceptionSerializer.create_exception_response = create_exception_response
    Skeleton.on_not_implemented_error = on_not_implemented_error


def _named(exception: Exception, context: Any) -> Exception:
    """What says that an operation is not supported, where the exception does not."""
    from rapid.emulator.moto import not_supported

    if context.operation and isinstance(exception, NotImplementedError) and not exception.args:
        return not_supported(context)
    return exception


def is_unknown(exception: Exception) -> bool:
    """Whether a request could not be parsed because no such operation is known."""
    from botocore.model import OperationNotFoundError
    from localstack.aws.protocol.parser import OperationNotFoundParserError

    return isinstance(exception, OperationNotFoundParserError) or isinstance(
        exception.__cause__, OperationNotFoundError
    )
