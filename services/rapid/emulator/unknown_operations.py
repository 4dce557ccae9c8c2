"""Operations newer than LocalStack's model of a service: refused in one sentence, once.

LocalStack calls them an internal error, which SDKs take for a passing one and ask again. AWS's word for an operation
that an endpoint does not have is UnknownOperationException, status 400 (JSON protocols,
https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html, read 2026-11).
"""

from typing import Any


def refuse_unknown_operations() -> None:
    """Puts the refusal in its place."""
    from localstack.aws.api import CommonServiceException, RequestContext
    from localstack.aws.handlers.service import ServiceExceptionSerializer

    stock = ServiceExceptionSerializer.create_exception_response

    def create_exception_response(
        self: ServiceExceptionSerializer, exception: Exception, context: RequestContext
    ) -> Any:
        if context.operation is None and is_unknown(exception):
            name = context.request.headers.get("X-Amz-Target", "").rpartition(".")[2] or "This operation"
            message = f"{name} of {context.service.service_name} is not supported by Rapid Analytics."
            # The serializer wants an operation to write an answer of; any will do for an error.
            context.operation = context.service.operation_model(context.service.operation_names[0])
            exception = CommonServiceException("UnknownOperationException", message, status_code=400, sender_fault=True)
        return stock(self, exception, context)

    ServiceExceptionSerializer.create_exception_response = create_exception_response


def is_unknown(exception: Exception) -> bool:
    """Whether a request could not be parsed because no such operation is known."""
    from botocore.model import OperationNotFoundError
    from localstack.aws.protocol.parser import OperationNotFoundParserError

    return isinstance(exception, OperationNotFoundParserError) or isinstance(
        exception.__cause__, OperationNotFoundError
    )
