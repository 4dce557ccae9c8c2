"""LocalStack's runtime executor, answered by a `Sandbox`: where its objects become ours."""

import json
import shutil
from functools import cache
from pathlib import Path
from weakref import WeakSet

from localstack import config as localstack_config
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InitializationType, InvocationResult
from localstack.services.lambda_.invocation.runtime_executor import LambdaRuntimeException, RuntimeExecutor

from rapid.emulator.lambda_ import code, node_sdk
from rapid.emulator.lambda_.cloudwatch import CloudWatch
from rapid.emulator.lambda_.host import INSIDE, host
from rapid.emulator.lambda_.process import Launch
from rapid.emulator.lambda_.report import Function, PlatformLog
from rapid.emulator.lambda_.runtimes import Runtime, UnsupportedRuntimeError, find, own_python
from rapid.emulator.lambda_.sandbox import INIT_SECONDS, Event, Sandbox
from rapid.emulator.lambda_.telemetry import Account, Stream, Telemetry
from rapid.emulator.lambda_.variables import AS_ON_AWS, Identity, Paths, variables

PROVISIONED_INIT_SECONDS = 130.0
"""Least init time under provisioned concurrency; the function's timeout if that is longer."""


def endpoint() -> str:
    """Where a process on this machine reaches the emulator."""
    listen = localstack_config.GATEWAY_LISTEN[0]
    address = "127.0.0.1" if listen.host in ("0.0.0.0", "::") else listen.host  # noqa: S104 - compared, not bound
    return f"http://{address}:{listen.port}"


@cache
def telemetry() -> Telemetry:
    """The one of this emulator."""
    return Telemetry(CloudWatch())


_LIVING: "WeakSet[ProcessExecutor]" = WeakSet()


def shut_down() -> None:
    """Stops every execution environment and sends what is left of logs and metrics."""
    for executor in list(_LIVING):
        executor.stop()
    telemetry().close()


class ProcessExecutor(RuntimeExecutor):
    """One execution environment in a process. `start` takes the identity that `environment` makes."""

    def __init__(self, id: str, function_version: FunctionVersion) -> None:  # noqa: A002 - LocalStack's name
        super().__init__(id, function_version)
        self._sandbox: Sandbox | None = None
        self._scratch = host().scratch / id

    def start(self, env_vars: Identity) -> None:
        """Starts the process and runs its init phase."""
        config, identity = self.function_version.config, env_vars
        _LIVING.add(self)
        self._scratch.mkdir()
        runtime = find(config.runtime)
        folders = Paths(
            config.code.get_unzipped_code_location().resolve(),
            code.opt(config.layers, host()),
            self._scratch,
            host().runtime_folder(runtime),
        )
        isolated = host().isolates(runtime)
        seen = AS_ON_AWS if isolated else folders
        plan = {
            "mounts": {"task": folders.task, "opt": folders.opt, "runtime": folders.runtime} if isolated else None,
            "tmp_mb": config.ephemeral_storage.size,
            "commands": _commands(runtime, seen),
            "wrappable": runtime.family != "provided",
            "handler": config.handler,
            "opt": seen.opt,
        }
        python = runtime.program if runtime.family == "python" else own_python()
        warden = host().warden_fd
        launch = Launch(
            command=[python, "-S", str(INSIDE / "bootstrap.py"), str(warden), json.dumps(plan, default=str)],
            environment=variables(identity, seen, config.environment or {}),
            cwd=folders.task,
            memory_bytes=config.memory_size * 2**20,
            warden_fd=warden,
            isolated=isolated,
        )
        self._sandbox = Sandbox(
            launch, config.timeout, self._stream(identity), PlatformLog(self._function(identity)), telemetry()
        )
        provisioned = identity.initialization == InitializationType.provisioned_concurrency
        self._sandbox.start(max(PROVISIONED_INIT_SECONDS, config.timeout) if provisioned else INIT_SECONDS)

    def _stream(self, identity: Identity) -> Stream:
        version = self.function_version.id
        return Stream(Account(version.account, version.region), identity.log_group, identity.log_stream)

    def _function(self, identity: Identity) -> Function:
        version, config = self.function_version.id, self.function_version.config
        found = find(config.runtime)
        return Function(
            name=version.function_name,
            arn=version.unqualified_arn(),
            version=version.qualifier,
            memory_mb=config.memory_size,
            runtime=f"{found.family}:{found.version}",
            runtime_arn=(config.runtime_version_config or {}).get("RuntimeVersionArn", ""),
            initialization=identity.initialization,
            json_format=identity.logging.get("LogFormat") == "JSON",
            level=identity.logging.get("SystemLogLevel", "INFO"),
        )

    def invoke(self, payload: Event) -> InvocationResult:
        """Runs one invocation."""
        if self._sandbox is None:
            raise LambdaRuntimeException(f"Execution environment {self.id} was not started.")
        result = self._sandbox.invoke(payload)
        version = self.function_version.id
        telemetry().measure(
            Account(version.account, version.region),
            version.function_name,
            {"Invocations": 1.0, "Errors": float(result.is_error), "Duration": round(result.duration_ms, 2)},
        )
        return InvocationResult(
            payload.request_id, result.payload, result.is_error, result.tail.decode("utf-8", "replace")
        )

    def stop(self) -> None:
        if self._sandbox:
            self._sandbox.stop()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def get_address(self) -> str:
        return "127.0.0.1"

    def get_endpoint_from_executor(self) -> str:
        return endpoint()

    def get_runtime_endpoint(self) -> str:
        return ""  # only LocalStack's init binary would call back

    def get_logs(self) -> str:
        return ""  # in CloudWatch Logs

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        """Extracts code and layers.

        Raises:
            LambdaRuntimeException: the function cannot run here; its state becomes Failed with this reason.
        """
        config = function_version.config
        if config.package_type != "Zip":
            raise LambdaRuntimeException("Container images need Docker; Rapid Analytics runs Lambda in processes.")
        try:
            find(config.runtime)
        except UnsupportedRuntimeError as error:
            raise LambdaRuntimeException(str(error)) from error
        code.prepare(config, host())
        if config.runtime.startswith("nodejs") and node_sdk.needed(config.code.get_unzipped_code_location()):
            node_sdk.fetch(host().cache)

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Nothing: code is removed with the function, layers with the emulator."""

    @classmethod
    def validate_environment(cls) -> bool:
        return Path(own_python()).exists()


def _commands(runtime: Runtime, seen: Paths) -> list[list[str]] | None:
    """What may take the place of the Python in the process: the first whose program is there. None for Python."""
    if runtime.family == "python":
        return None
    if runtime.family == "nodejs":
        return [[runtime.program, str(seen.runtime / "client.mjs")]]
    return [[str(folder / "bootstrap")] for folder in (seen.task, seen.opt)]
