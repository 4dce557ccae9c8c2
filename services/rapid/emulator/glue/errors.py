"""Errors of AWS Glue on the wire: codes and wording as AWS answers them.

Codes: https://docs.aws.amazon.com/glue/latest/webapi/CommonErrors.html and each operation's page (read 2026-11).
"""

from localstack.aws.api import ServiceException

from rapid.core.errors import RapidError


class GlueError(ServiceException):
    """Root of the errors that Glue answers."""

    code = "InternalServiceException"
    status_code = 400
    sender_fault = False


class EntityNotFoundException(GlueError):
    code = "EntityNotFoundException"


class AlreadyExistsException(GlueError):
    code = "AlreadyExistsException"


class InvalidInputException(GlueError):
    code = "InvalidInputException"


class IdempotentParameterMismatchException(GlueError):
    code = "IdempotentParameterMismatchException"


class ConcurrentRunsExceededException(GlueError):
    code = "ConcurrentRunsExceededException"


class ConcurrentModificationException(GlueError):
    code = "ConcurrentModificationException"


class VersionMismatchException(GlueError):
    code = "VersionMismatchException"


class IllegalSessionStateException(GlueError):
    code = "IllegalSessionStateException"


class IllegalWorkflowStateException(GlueError):
    code = "IllegalWorkflowStateException"


class CrawlerRunningException(GlueError):
    code = "CrawlerRunningException"


class CrawlerNotRunningException(GlueError):
    code = "CrawlerNotRunningException"


class CrawlerStoppingException(GlueError):
    code = "CrawlerStoppingException"


class NoScheduleException(GlueError):
    code = "NoScheduleException"


class SchedulerRunningException(GlueError):
    code = "SchedulerRunningException"


class SchedulerNotRunningException(GlueError):
    code = "SchedulerNotRunningException"


class OperationNotSupportedException(GlueError):
    code = "OperationNotSupportedException"


class ConditionCheckFailureException(GlueError):
    code = "ConditionCheckFailureException"


class ResourceNumberLimitExceededException(GlueError):
    code = "ResourceNumberLimitExceededException"


class ColumnStatisticsTaskRunningException(GlueError):
    code = "ColumnStatisticsTaskRunningException"


class ColumnStatisticsTaskNotRunningException(GlueError):
    code = "ColumnStatisticsTaskNotRunningException"


class RunnerUnavailableError(RapidError):
    """The Glue runner cannot be reached, or refuses to work. Becomes the ErrorMessage of a FAILED run."""


class RunUnknownError(RunnerUnavailableError):
    """The runner answers, and does not know the run."""
