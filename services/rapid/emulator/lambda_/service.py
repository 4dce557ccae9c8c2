"""LocalStack's Lambda service with the parts exchanged that assume Docker or cost time on every invocation.

LocalStack 4.13.1 starts, per invocation, a timer thread, a thread that sends CloudWatch metrics and a log line per
output line; drops the client context; and iterates a dict that other threads change. The classes here take the place
of its own by name (`install`), which is the smallest change its structure allows.
"""

import base64
import logging
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from localstack import config as localstack_config
from localstack.aws.api.lambda_ import (
    RecursiveInvocationException,
    RecursiveLoop,
    ServiceException,
    TooManyRequestsException,
)
from localstack.services.lambda_ import provider
from localstack.services.lambda_.event_source_mapping import esm_worker_factory
from localstack.services.lambda_.event_source_mapping.esm_worker_factory import EsmWorkerFactory
from localstack.services.lambda_.invocation import assignment, event_manager, lambda_service, version_manager
from localstack.services.lambda_.invocation.assignment import AssignmentException, AssignmentService
from localstack.services.lambda_.invocation.execution_environment import (
    ExecutionEnvironment,
    InvalidStatusException,
    RuntimeStatus,
)
from localstack.services.lambda_.invocation.lambda_models import (
    FunctionVersion,
    InitializationType,
    Invocation,
    InvocationResult,
    S3Code,
)
from localstack.services.lambda_.invocation.lambda_service import LambdaService
from localstack.services.lambda_.invocation.version_manager import LambdaVersionManager
from localstack.services.lambda_.urlrouter import FunctionUrlRouter
from localstack.utils.xray.trace_header import TraceHeader

from rapid.emulator.lambda_ import lineage, streaming, urls
from rapid.emulator.lambda_.code import set_writable
from rapid.emulator.lambda_.dead_letters import Poller
from rapid.emulator.lambda_.event_queue import queue_of
from rapid.emulator.lambda_.executor import endpoint, telemetry
from rapid.emulator.lambda_.queues import SharedQueue
from rapid.emulator.lambda_.sandbox import Event
from rapid.emulator.lambda_.shards import KinesisShards, TableShards, worker
from rapid.emulator.lambda_.telemetry import Account
from rapid.emulator.lambda_.variables import Identity

LOG = logging.getLogger(__name__)


class Environment(ExecutionEnvironment):
    """An execution environment without timer threads. `idle_since` is on the clock of `time.monotonic`.

    A `retired` one belongs to a version that was updated or deleted: it finishes its invocation, then stops.
    """

    idle_since = 0.0
    retired = False

    def retire(self) -> bool:
        """Marks it. Returns: whether an invocation is running, which will stop it."""
        with self.status_lock:
            self.retired = True
            return bool(self.status == RuntimeStatus.INVOKING)

    def get_log_group_name(self) -> str:
        own = (self.function_version.config.logging_config or {}).get("LogGroup")
        return str(own or super().get_log_group_name())

    def get_log_stream_name(self) -> str:
        """With the function's name where functions may share a group, as on AWS."""
        day, _, rest = super().get_log_stream_name().rpartition("/")
        own = (self.function_version.config.logging_config or {}).get("LogGroup")
        return f"{day}/{self.function_version.id.function_name if own else ''}{rest}"

    def get_environment_variables(self) -> Identity:
        """What the executor makes the process's variables of."""
        version, config = self.function_version.id, self.function_version.config
        return Identity(
            function_name=version.function_name,
            version=version.qualifier,
            region=version.region,
            memory_mb=config.memory_size,
            runtime=config.runtime,
            handler=config.handler,
            initialization=str(self.initialization_type),
            log_group=self.get_log_group_name(),
            log_stream=self.get_log_stream_name(),
            endpoint=endpoint(),
            credentials=self.get_credentials(),
            logging=config.logging_config or {},
        )

    def start(self) -> None:
        with self.status_lock:
            self.status = RuntimeStatus.STARTING
        try:
            self.runtime_executor.start(self.get_environment_variables())
        except Exception:
            self.status = RuntimeStatus.STARTUP_FAILED
            self.runtime_executor.stop()
            raise
        with self.status_lock:
            self.status = RuntimeStatus.READY

    def reserve(self) -> None:
        with self.status_lock:
            if self.status != RuntimeStatus.READY:
                raise InvalidStatusException(f"Execution environment {self.id} is {self.status.name}.")
            self.status = RuntimeStatus.INVOKING

    def release(self) -> None:
        with self.status_lock:
            if self.status != RuntimeStatus.INVOKING:
                raise InvalidStatusException(f"Execution environment {self.id} is {self.status.name}.")
            self.status = RuntimeStatus.READY
            self.idle_since = time.monotonic()

    def invoke(self, invocation: Invocation) -> InvocationResult:
        header = invocation.trace_context.get("aws_trace_header") or TraceHeader()
        header.ensure_root_exists()
        header.ensure_parent_exists()
        header.ensure_sampled_exists()
        header, _ = lineage.counted(header, self.function_version.id.unqualified_arn())
        event = Event(
            request_id=invocation.request_id,
            function_arn=invocation.invoked_arn,
            payload=invocation.payload,
            trace_id=header.to_header_str(),
            client_context=_decoded(invocation.client_context or ""),
            sink=streaming.sink_of(invocation.request_id),
        )
        return self.runtime_executor.invoke(event)


def _decoded(client_context: str) -> str:
    """The JSON in an X-Amz-Client-Context header, which is base64; function URLs send theirs as it is."""
    try:
        return base64.b64decode(client_context, validate=True).decode()
    except ValueError:
        return client_context


class Assignment(AssignmentService):
    """Gives invocations an idle environment or a new one; stops those idle for LAMBDA_KEEPALIVE_MS."""

    def __init__(self) -> None:
        super().__init__()
        self._closing = threading.Event()
        self._retired: set[str] = set()
        """Versions that were updated or deleted: what was starting for them then is retired when it is there."""
        self._reaper = threading.Thread(target=self._reap, name="lambda-keepalive", daemon=True)
        self._reaper.start()

    @contextmanager
    def get_environment(
        self, version_manager_id: str, function_version: FunctionVersion, provisioning_type: InitializationType
    ) -> Iterator[Environment]:
        environment = self._reserve(version_manager_id, provisioning_type)
        if environment is None and provisioning_type == InitializationType.provisioned_concurrency:
            raise AssignmentException("No provisioned concurrency environment available despite lease.")
        if environment is None:
            environment = self.start_environment(version_manager_id, function_version)
            environment.reserve()
            self.environments[version_manager_id][environment.id] = environment
            if version_manager_id in self._retired:
                environment.retire()
        try:
            yield environment
        except Exception:
            self.stop_environment(environment)
            raise
        try:
            environment.release()
        except InvalidStatusException:
            LOG.debug("Environment %s was stopped during its invocation", environment.id)
            return
        if environment.retired:
            self.stop_environment(environment)

    def stop_environments_for_version(self, version_manager_id: str) -> None:
        """Stops a version's environments; those that run an invocation after it, as on AWS."""
        self._retired.add(version_manager_id)
        for environment in list(self.environments.get(version_manager_id, {}).values()):
            if not environment.retire():
                self.stop_environment(environment)

    def _reserve(self, version_manager_id: str, provisioning_type: InitializationType) -> Environment | None:
        environments: list[Environment] = list(self.environments[version_manager_id].values())
        for environment in environments:
            if environment.initialization_type == provisioning_type:
                try:
                    environment.reserve()
                except InvalidStatusException:
                    continue
                return environment
        return None

    def _reap(self) -> None:
        keepalive = localstack_config.LAMBDA_KEEPALIVE_MS / 1000
        while not self._closing.wait(max(keepalive / 4, 0.05)):
            limit = time.monotonic() - keepalive
            for manager_id, environments in list(self.environments.items()):
                for environment in list(environments.values()):
                    idle = environment.initialization_type == InitializationType.on_demand
                    if idle and environment.status == RuntimeStatus.READY and environment.idle_since < limit:
                        environment.on_timeout = lambda *_: None
                        environment.keepalive_passed()
                        self.environments[manager_id].pop(environment.id, None)

    def stop(self) -> None:
        self._closing.set()
        super().stop()


class VersionManager(LambdaVersionManager):
    """Runs invocations of one function version; logs and metrics go through `telemetry`."""

    def invoke(self, *, invocation: Invocation) -> InvocationResult:
        if self.shutdown_event.is_set():
            raise ServiceException(f"{self.function_arn} is being updated or deleted.")
        self._refuse_loop(invocation)
        try:
            with (
                self.counting_service.get_invocation_lease(self.function, self.function_version) as kind,
                self.assignment_service.get_environment(self.id, self.function_version, kind) as environment,
            ):
                result = environment.invoke(invocation)
        except TooManyRequestsException:
            version = self.function_version.id
            telemetry().measure(Account(version.account, version.region), version.function_name, {"Throttles": 1.0})
            raise
        result.executed_version = self.function_version.id.qualifier
        return result

    def _refuse_loop(self, invocation: Invocation) -> None:
        version = self.function_version.id
        header = invocation.trace_context.get("aws_trace_header") or TraceHeader()
        _, before = lineage.counted(header, version.unqualified_arn())
        if before >= lineage.LIMIT and self.function.recursive_loop == RecursiveLoop.Terminate:
            account = Account(version.account, version.region)
            telemetry().measure(account, version.function_name, {"RecursiveInvocationsDropped": 1.0})
            raise RecursiveInvocationException(
                "Lambda has detected your function being invoked in a recursive loop with other Amazon resources and "
                "stopped your function's invocation.",
                Type="User",
            )


class Service(LambdaService):
    """Deletes functions that never became active, too."""

    def stop_version(self, qualified_arn: str) -> None:
        if qualified_arn in self.lambda_running_versions or qualified_arn in self.lambda_starting_versions:
            super().stop_version(qualified_arn)


class NoLogHandler:
    """In place of LocalStack's per-version log thread: the sandbox sends its logs while the function runs."""

    def __init__(self, role_arn: str, region: str) -> None:
        pass

    def start_subscriber(self) -> None:
        pass

    def stop(self) -> None:
        pass


def _true_here(record: logging.LogRecord) -> bool:
    """Whether a log record of LocalStack's holds without Docker."""
    message = record.getMessage()
    return "Docker is available" not in message and "Advanced Lambda Logging Configuration" not in message


def code_folder(code: S3Code) -> Path:
    """Where a function's code is extracted: LocalStack's place, but each user of this machine has one."""
    return Path(tempfile.gettempdir(), f"lambda-{os.getuid()}", code.s3_bucket, code.id, "code")


def install() -> None:
    """Puts the classes of this file in the place of LocalStack's. Called once, before its provider is made."""
    replacements: list[tuple[Any, str, Any]] = [
        (assignment, "ExecutionEnvironment", Environment),
        (version_manager, "LogHandler", NoLogHandler),
        (lambda_service, "AssignmentService", Assignment),
        (lambda_service, "LambdaVersionManager", VersionManager),
        (provider, "LambdaService", Service),
        (event_manager, "Poller", Poller),
        (event_manager, "get_sqs_client", queue_of),
        (FunctionUrlRouter, "handle_lambda_url_invocation", urls.answer),
        (esm_worker_factory, "LambdaSender", lineage.Sender),
        (esm_worker_factory, "SqsPoller", SharedQueue),
        (esm_worker_factory, "KinesisPoller", KinesisShards),
        (esm_worker_factory, "DynamoDBPoller", TableShards),
        (EsmWorkerFactory, "get_esm_worker", worker),
        (S3Code, "get_unzipped_code_location", code_folder),
    ]
    for module, name, replacement in replacements:
        getattr(module, name)  # an AttributeError here means another LocalStack
        setattr(module, name, replacement)
    for logger in ("localstack.services.lambda_.provider", "localstack.services.lambda_.hints"):
        logging.getLogger(logger).addFilter(_true_here)
    destroy = S3Code.destroy_cached

    def destroy_cached(self: S3Code) -> None:
        folder = self.get_unzipped_code_location()
        if folder.exists():
            set_writable(folder, writable=True)  # `code.prepare` took that right
        destroy(self)

    S3Code.destroy_cached = destroy_cached
