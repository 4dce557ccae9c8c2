"""LocalStack's Lambda provider with AWS's checks of payloads and variables."""

import io
import json
import logging
from collections.abc import Iterator
from typing import IO, Any

from localstack.aws.api import RequestContext
from localstack.aws.api.lambda_ import (
    AliasConfiguration,
    CreateEventSourceMappingRequest,
    CreateFunctionRequest,
    EventSourceMappingConfiguration,
    FunctionConfiguration,
    InvalidParameterValueException,
    InvalidRequestContentException,
    InvocationResponse,
    InvocationType,
    InvokeResponseStreamUpdate,
    InvokeWithResponseStreamCompleteEvent,
    InvokeWithResponseStreamResponse,
    InvokeWithResponseStreamResponseEvent,
    ResourceConflictException,
    UpdateFunctionConfigurationRequest,
)
from localstack.aws.skeleton import DispatchTable, create_dispatch_table
from localstack.services.lambda_.invocation.lambda_models import RequestEntityTooLargeException, ValidationException
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.lambda_.provider import LambdaProvider
from localstack.utils.strings import to_bytes, to_str

from rapid.emulator.constraints import checked_table
from rapid.emulator.lambda_ import urls
from rapid.emulator.lambda_.executor import telemetry
from rapid.emulator.lambda_.positions import positions
from rapid.emulator.lambda_.runtimes import BLOCKED
from rapid.emulator.lambda_.streaming import Streamed

LOG = logging.getLogger(__name__)

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
        """Refuses payloads that AWS refuses, else LocalStack's.

        Raises:
            RequestEntityTooLargeException: more than 6 MB, or 1 MB asynchronously.
            InvalidRequestContentException: not JSON.
        """
        body = payload.read() if payload else b""
        size = len(body)
        asynchronous = invocation_type == InvocationType.Event
        limit = ASYNCHRONOUS_LIMIT if asynchronous else SYNCHRONOUS_LIMIT
        if size > limit:
            kind = invocation_type or InvocationType.RequestResponse
            raise RequestEntityTooLargeException(
                f"{size} byte payload is too large for the {kind} invocation type (limit {limit} bytes)"
            )
        if body:
            _require_json(body)
        return super().invoke(
            context,
            function_name=function_name,
            invocation_type=invocation_type,
            payload=io.BytesIO(body or b"{}"),
            **kwargs,
        )

    def invoke_with_response_stream(
        self,
        context: RequestContext,
        function_name: str,
        invocation_type: str | None = None,
        log_type: str | None = None,
        **kwargs: Any,
    ) -> InvokeWithResponseStreamResponse:
        """Invoke, answered as a stream of events: a piece each, or one where the function does not stream.

        https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html (read 2026-11)
        """
        kind = invocation_type or InvocationType.RequestResponse
        if kind == InvocationType.Event:
            raise InvalidParameterValueException("Invocation type Event is not supported for this API.", Type="User")
        streamed = Streamed(
            context.request_id, lambda: self.invoke(context, function_name, kind, log_type=log_type, **kwargs)
        )
        return InvokeWithResponseStreamResponse(
            StatusCode=204 if kind == InvocationType.DryRun else 200, EventStream=_events(streamed)
        )

    def delete_function(self, context: RequestContext, function_name: str, **kwargs: Any) -> Any:
        """Its last log lines go before it: whoever deletes a function deletes its log group next.

        Raises:
            ResourceConflictException: an alias names this version.
        """
        if version := kwargs.get("qualifier"):
            aliases = self.list_aliases(context, function_name)["Aliases"]
            if names := [alias["Name"] for alias in aliases if version in _versions(alias)]:
                raise ResourceConflictException(
                    f"Unable to delete version because the following aliases reference it: [{', '.join(names)}]",
                    Type="User",
                )
        telemetry().flush()
        return super().delete_function(context, function_name, **kwargs)

    def on_after_state_load(self) -> None:
        """Leaves out mappings that cannot be read: an earlier version kept them, and LocalStack would not start."""
        for _account, _region, store in list(lambda_stores.iter_stores()):
            for uuid, mapping in list(store.event_source_mappings.items()):
                if _source(mapping.get("EventSourceArn")) not in SOURCES:
                    del store.event_source_mappings[uuid]
                    LOG.warning("Event source mapping %s is left out: its source is not supported.", uuid)
        super().on_after_state_load()

    def on_after_init(self) -> None:
        super().on_after_init()
        urls.install(self.router)

    def create_function(self, context: RequestContext, request: CreateFunctionRequest) -> FunctionConfiguration:
        """LocalStack's, after AWS's checks of the runtime and the variables."""
        _refuse_blocked(request.get("Runtime"))
        _refuse_reserved(request.get("Environment"))
        return super().create_function(context, request)

    def create_event_source_mapping_v2(
        self, context: RequestContext, request: CreateEventSourceMappingRequest
    ) -> EventSourceMappingConfiguration:
        """LocalStack's, of what can be read here.

        Raises:
            InvalidParameterValueException: it is another source.
        """
        kind = _source(request.get("EventSourceArn"))
        if kind not in SOURCES:
            raise InvalidParameterValueException(
                f"Rapid Analytics does not support event source mappings of {kind}.", Type="User"
            )
        return super().create_event_source_mapping_v2(context, request)

    def delete_event_source_mapping(
        self, context: RequestContext, uuid: str, **kwargs: Any
    ) -> EventSourceMappingConfiguration:
        """LocalStack's; nobody will read on."""
        deleted = super().delete_event_source_mapping(context, uuid, **kwargs)
        positions().forget(uuid)
        return deleted

    def update_function_configuration(
        self, context: RequestContext, request: UpdateFunctionConfigurationRequest
    ) -> FunctionConfiguration:
        """LocalStack's, after AWS's checks of the runtime and the variables."""
        _refuse_blocked(request.get("Runtime"))
        _refuse_reserved(request.get("Environment"))
        return super().update_function_configuration(context, request)

    def on_before_stop(self) -> None:
        for manager in list(self.lambda_service.event_managers.values()):
            manager.stopped.set()  # LocalStack would wait for each poller's long poll to end, seconds in all
            if manager.poller:
                manager.poller.stop()
        super().on_before_stop()


def table(provider: object) -> DispatchTable:
    """The operations by name, which check their requests against AWS's model. CreateFunction does so itself."""
    return checked_table("lambda", create_dispatch_table(provider), ValidationException, {"CreateFunction"})


SOURCES = frozenset({"sqs", "kinesis", "dynamodb"})
RESERVED = frozenset({
    "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
})  # fmt: skip
"""https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime"""


def _events(streamed: Streamed[InvocationResponse]) -> Iterator[InvokeWithResponseStreamResponseEvent]:
    """What a function answers, and how it ended."""
    for piece in streamed:
        yield InvokeWithResponseStreamResponseEvent(PayloadChunk=InvokeResponseStreamUpdate(Payload=piece))
    answer = streamed.result or InvocationResponse()
    payload = to_bytes(answer.get("Payload") or b"")
    complete = InvokeWithResponseStreamCompleteEvent()
    if failure := answer.get("FunctionError"):
        complete.update(ErrorCode=failure, ErrorDetails=to_str(payload))
    elif payload:
        yield InvokeWithResponseStreamResponseEvent(PayloadChunk=InvokeResponseStreamUpdate(Payload=payload))
    if "LogResult" in answer:
        complete["LogResult"] = answer["LogResult"]
    yield InvokeWithResponseStreamResponseEvent(InvokeComplete=complete)


def _source(arn: str | None) -> str:
    """The service of an event source."""
    return arn.split(":")[2] if arn and arn.count(":") >= 5 else "sources of one's own"


def _versions(alias: AliasConfiguration) -> set[str]:
    """The versions that an alias may call."""
    return {alias["FunctionVersion"], *(alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights", ())}


def _refuse_blocked(runtime: str | None) -> None:
    if runtime in BLOCKED:
        raise InvalidParameterValueException(
            f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. "
            "We recommend you use a supported runtime while creating or updating functions.",
            Type="User",
        )


def _refuse_reserved(environment: dict[str, dict[str, str]] | None) -> None:
    used = sorted(RESERVED & set((environment or {}).get("Variables") or {}))
    if used:
        raise InvalidParameterValueException(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            "provided contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(used)}",
            Type="User",
        )


def _require_json(body: bytes) -> None:
    try:
        json.loads(body)
    except ValueError as error:
        raise InvalidRequestContentException(
            f"Could not parse request body into json: Could not parse payload into json: {error}", Type="User"
        ) from error
