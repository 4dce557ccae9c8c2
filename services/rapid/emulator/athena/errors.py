"""Athena's errors on the wire.

    InvalidRequestException     the request, or a statement that does not parse
    MetadataException           the catalog could not answer
    ResourceNotFoundException   no such tagged resource
    TooManyRequestsException    too many queries wait

https://docs.aws.amazon.com/athena/latest/APIReference/CommonErrors.html and each operation's page (read 2026-11).
"""

from localstack.aws.api import ServiceException


class InvalidRequestException(ServiceException):
    code = "InvalidRequestException"
    status_code = 400
    sender_fault = True

    def __init__(self, message: str, error_code: str = "INVALID_INPUT") -> None:
        super().__init__(message)
        self.AthenaErrorCode = error_code


class MetadataException(ServiceException):
    code = "MetadataException"
    status_code = 400
    sender_fault = True


class ResourceNotFoundException(ServiceException):
    code = "ResourceNotFoundException"
    status_code = 400
    sender_fault = True

    def __init__(self, message: str, resource: str = "") -> None:
        super().__init__(message)
        self.ResourceName = resource


class TooManyRequestsException(ServiceException):
    code = "TooManyRequestsException"
    status_code = 400
    sender_fault = True

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.Reason = "CONCURRENT_QUERY_LIMIT_EXCEEDED"
