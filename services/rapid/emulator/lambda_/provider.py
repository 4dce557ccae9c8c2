"""LocalStack's Lambda provider with AWS's payload limits, and logs flushed before it stops."""

from typing import IO, Any

from localstack.aws.api import RequestContext
from localstack.aws.api.lambda_ import InvocationResponse, InvocationType
from localstack.services.lambda_.invocation.lambda_models import RequestEntityTooLargeException
from localstack.services.lambda_.provider import LambdaProvider

from rapid.emulator.lambda_.executor import telemetry

SYNCHRONOUS_LIMIT = 6 * 1024 * 1024
ASYNCHRONOUS_LIMIT = 1024 * 1024
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (read 2026-11; 256 KB until 2025-10)"""


class RapidLambdaProvider(LambdaProvider):
    """Lambda, in processes."""

    def invoke(
        self,
        context: RequestContext,
        function_name: str,
        invocation_type: str | None = None,
        payload: IO[bytes] | None = None,
        **kwargs: Any,
    ) -> InvocationResponse:
        """Refuses too large payloads, else LocalStack's.

        Raises:
            RequestEntityTooLargeException: more than 6 MB, or 1 MB asynchronously.
        """
        size = context.request.content_length or 0
        asynchronous = invocation_type == InvocationType.Event
        limit = ASYNCHRONOUS_LIMIT if asynchronous else SYNCHRONOUS_LIMIT
        if size > limit:
            kind = invocation_type or InvocationType.RequestResponse
            raise RequestEntityTooLargeException(
                f"{size} byte payload is too large for the {kind} invocation type (limit {limit} bytes)"
            )
        return super().invoke(
            context, function_name=function_name, invocation_type=invocation_type, payload=payload, **kwargs
        )

    def on_before_stop(self) -> None:
        for manager in list(self.lambda_service.event_managers.values()):
            manager.stopped.set()  # LocalStack would wait for each poller's long poll to end, seconds in all
            if manager.poller:
                manager.poller.stop()
        super().on_before_stop()
        telemetry().close()
