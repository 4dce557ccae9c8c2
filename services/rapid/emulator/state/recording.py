"""After each answered request, before its response leaves: lets the service's recorder put the change on disk.

A recorder is a function of the request's context. Services with one of their own (S3) register it; all others go to
the snapshots of their stores. A change that cannot be written turns the response into an InternalFailure: an answer
never promises what the disk did not take.
"""

import logging
from collections.abc import Callable

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.chain import HandlerChain
from localstack.aws.handlers.service import ServiceExceptionSerializer
from localstack.http import Response

from rapid.emulator.state import snapshots

LOG = logging.getLogger(__name__)

Recorder = Callable[[RequestContext], None]
recorders: dict[str, Recorder] = {}
"""Service name → its recorder. What is not here is recorded by `snapshots.record`."""

_serializer = ServiceExceptionSerializer()


def record(context: RequestContext) -> None:
    """Puts on disk what a request has changed.

    Raises:
        StateError: the disk did not take it; the request must then not succeed.
    """
    assert context.service  # noqa: S101 - the caller knows which service it asked
    recorders.get(context.service.service_name, snapshots.record)(context)


def record_response(_chain: HandlerChain, context: RequestContext, response: Response) -> None:
    """A response handler of LocalStack's gateway."""
    if not context.service or not context.operation or context.service_exception or response.status_code >= 400:
        return
    try:
        record(context)
    except Exception as error:  # LocalStack would only log it, and the promise of the 2xx would be empty
        LOG.exception("%s.%s could not be recorded", context.service.service_name, context.operation.name)
        failure = CommonServiceException("InternalFailure", str(error), status_code=500)
        serialized = _serializer.create_exception_response(failure, context)
        response.update_from(serialized)
