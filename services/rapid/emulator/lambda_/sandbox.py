"""One execution environment: its phases (init, invoke), what each failure answers, and what is logged.

Lifecycle, failed inits repeated in the invoke phase, resets in place after a crash or timeout:
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html. Error shapes:
https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html (both read 2026-11).
"""

import json
import os
import signal
import threading
import time
from dataclasses import dataclass
from typing import Any

from rapid.emulator.lambda_.freezing import FREEZER
from rapid.emulator.lambda_.output import LogEvent, OutputParser
from rapid.emulator.lambda_.process import MAX_RESPONSE_BYTES, Kind, Launch, Outcome, RuntimeProcess, StreamSink
from rapid.emulator.lambda_.report import Failure, PlatformLog
from rapid.emulator.lambda_.telemetry import Stream, Telemetry

INIT_SECONDS = 10.0
TAIL_BYTES = 4096
"""What LogType=Tail answers: the last 4 KB."""
_CRASH_GRACE_SECONDS = 1.0
_GLANCE_SECONDS = 0.001


@dataclass(frozen=True)
class Event:
    """One invocation as the runtime gets it. `payload` is JSON; `client_context` is JSON or empty.

    `sink` takes the answer of a function that streams it, where the caller wants it so.
    """

    request_id: str
    function_arn: str
    payload: bytes
    trace_id: str
    client_context: str = ""
    sink: StreamSink | None = None


@dataclass(frozen=True)
class Result:
    """What an invocation answers. `duration_ms` is what REPORT says."""

    payload: bytes
    is_error: bool
    tail: bytes
    duration_ms: float


@dataclass(frozen=True)
class _Crash:
    """A failed phase: what ended it, how the process had exited, and how the platform reports it."""

    outcome: Outcome
    reason: str
    failure: Failure
    peak_bytes: int


class Sandbox:
    """One execution environment. One invocation at a time; `stop` from any thread."""

    def __init__(
        self, launch: Launch, timeout: float, stream: Stream, platform: PlatformLog, telemetry: Telemetry
    ) -> None:
        """Args: timeout: the function's, in seconds."""
        self._launch = launch
        self._timeout = timeout
        self._stream = stream
        self._platform = platform
        self._telemetry = telemetry
        self._process: RuntimeProcess | None = None
        self._init_ms: float | None = None
        self._parser = OutputParser()
        self._tail = bytearray()
        self._retrying = False  # the init phase failed: the invoke phase repeats it
        self._stopped = False
        self._busy = threading.Lock()
        self._namespaces: list[int] = []

    def start(self, seconds: float = INIT_SECONDS) -> None:
        """The init phase. A failure is logged, and repeated by the first invocation, as on AWS."""
        with self._busy:
            self._retrying = isinstance(self._boot("init", time.monotonic() + seconds), _Crash)
        FREEZER.note(self._freeze)

    def invoke(self, event: Event) -> Result:
        """The invoke phase."""
        with self._busy:
            result = self._invoke(event)
        FREEZER.note(self._freeze)
        return result

    def stop(self) -> None:
        """Kills what runs. An invocation under way answers that its runtime was killed."""
        self._stopped = True
        process = self._process
        if process:
            process.kill()
        with self._busy:
            self._discard()
            for descriptor in self._namespaces:
                os.close(descriptor)
            self._namespaces = []

    def _freeze(self) -> bool:
        """Freezes the process if it waits for an event. Returns: whether it is still to be frozen."""
        if not self._busy.acquire(blocking=False):
            return False  # an invocation began: it will be noted again
        try:
            if self._process is None or self._stopped:
                return False
            if self._process.wait(time.monotonic() + _GLANCE_SECONDS).kind is not Kind.NEXT:
                return self._process.exit_code is None
            self._process.freeze()
        finally:
            self._busy.release()
        return False

    def _invoke(self, event: Event) -> Result:
        self._tail.clear()
        begin = time.monotonic()
        deadline = begin + self._timeout
        ready = self._ready(deadline)
        init_ms, self._init_ms = self._init_ms, None
        crash: _Crash | None = None
        self._write(self._platform.start(event.request_id))
        if isinstance(ready, _Crash):
            crash, outcome = ready, ready.outcome
        else:
            ready.deliver(event.request_id, event.payload, self._headers(event, deadline), event.sink)
            outcome = ready.wait(deadline)
            if outcome.kind not in (Kind.RESPONSE, Kind.ERROR):
                crash = self._crash(ready, outcome)
        peak = ready.peak_bytes
        self._log(list(self._parser.flush()))
        duration = (time.monotonic() - begin) * 1000
        if outcome.kind is Kind.DEADLINE:
            duration = self._timeout * 1000
        payload = self._answer(event.request_id, outcome, crash)
        failure = crash.failure if crash else _function_error(outcome)
        self._write(self._platform.end(event.request_id))
        self._write(self._platform.report(event.request_id, duration, peak, init_ms, failure))
        return Result(payload, failure is not None, bytes(self._tail[-TAIL_BYTES:]), duration)

    def _headers(self, event: Event, deadline: float) -> dict[str, str]:
        remaining = max(deadline - time.monotonic(), 0.0)
        return {
            "Lambda-Runtime-Aws-Request-Id": event.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + remaining) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": event.function_arn,
            "Lambda-Runtime-Trace-Id": event.trace_id,
            **({"Lambda-Runtime-Client-Context": event.client_context} if event.client_context else {}),
        }

    def _ready(self, deadline: float) -> RuntimeProcess | _Crash:
        """Has a runtime waiting for an event; starts one in the invoke phase if there is none (any more)."""
        if self._process:
            outcome = self._process.wait(deadline)
            if outcome.kind is Kind.NEXT:
                return self._process
            if outcome.kind is Kind.DEADLINE:
                return self._crash(self._process, outcome)
            self._discard()  # it died between invocations: AWS resets the environment
        return self._boot("invoke", deadline)

    def _boot(self, phase: str, deadline: float) -> RuntimeProcess | _Crash:
        """Starts the runtime and loads the function's module."""
        begin = time.monotonic()
        if not self._retrying:
            self._write(self._platform.init_start(phase))
        self._retrying = False
        process = self._process = RuntimeProcess(
            self._launch, lambda data: self._log(list(self._parser.feed(data))), self._namespaces
        )
        if self._stopped:
            process.kill()
        outcome = process.wait(deadline)
        self._namespaces = process.namespaces
        milliseconds = (time.monotonic() - begin) * 1000
        if outcome.kind is Kind.NEXT:
            self._init_ms = milliseconds if phase == "init" else None
            return process
        crash = self._crash(process, outcome)
        self._write(self._platform.init_report(phase, milliseconds, crash.failure))
        return crash

    def _crash(self, process: RuntimeProcess, outcome: Outcome) -> _Crash:
        """Ends the process after a failed phase and says how it failed."""
        if outcome.kind is Kind.TOO_LARGE:
            process.wait(time.monotonic() + _CRASH_GRACE_SECONDS)  # the runtime logs the 413, then exits
        code = process.exit_code if outcome.kind is Kind.EXITED else -signal.SIGKILL
        self._discard()
        self._log(list(self._parser.flush()))
        failures = {
            Kind.DEADLINE: Failure("timeout"),
            Kind.OUT_OF_MEMORY: Failure("error", "Runtime.OutOfMemory"),
            Kind.INIT_ERROR: Failure("error", outcome.error_type or "Runtime.Unknown"),
            Kind.TOO_LARGE: Failure("error", "Function.ResponseSizeTooLarge"),
        }
        failure = failures.get(outcome.kind, Failure("error", "Runtime.ExitError"))
        return _Crash(outcome, exit_reason(code or 0), failure, process.peak_bytes)

    def _answer(self, request_id: str, outcome: Outcome, crash: _Crash | None) -> bytes:
        """The payload of the invocation; writes the log line that goes with a crash."""
        if outcome.kind in (Kind.RESPONSE, Kind.ERROR) or crash is None:
            return outcome.body
        if outcome.kind is Kind.INIT_ERROR:
            return _with_request_id(outcome.body, request_id)
        if outcome.kind is Kind.TOO_LARGE:
            message = f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."
            return _json({"errorMessage": message, "errorType": "Function.ResponseSizeTooLarge"})
        if outcome.kind is Kind.DEADLINE:
            self._write(self._platform.timed_out(request_id, self._timeout))
            message = f"RequestId: {request_id} Error: Task timed out after {self._timeout:.2f} seconds"
            return _json({"errorType": "Sandbox.Timedout", "errorMessage": message})
        self._write(self._platform.exited(request_id, crash.reason))
        return _json(
            {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: {request_id} Error: {crash.reason}"}
        )

    def _discard(self) -> None:
        """Ends the process, if there is one. What it wrote last is logged."""
        process, self._process = self._process, None
        if process:
            process.close()

    def _write(self, message: str) -> None:
        if message:
            self._log([LogEvent(int(time.time() * 1000), message)])

    def _log(self, events: list[LogEvent]) -> None:
        for event in events:
            self._tail += event.message.encode()
        if len(self._tail) > 16 * TAIL_BYTES:
            del self._tail[:-TAIL_BYTES]
        self._telemetry.log(self._stream, events)


def exit_reason(code: int) -> str:
    """AWS's words for an exit status (negative: a signal, named as Go does)."""
    if code == 0:
        return "Runtime exited without providing a reason"
    if code > 0:
        return f"Runtime exited with error: exit status {code}"
    name = _SIGNALS.get(-code) or (signal.strsignal(-code) or f"signal {-code}").lower()
    return f"Runtime exited with error: signal: {name}"


_SIGNALS: dict[int, str] = {signal.SIGKILL: "killed", signal.SIGABRT: "aborted", signal.SIGSEGV: "segmentation fault"}


def _function_error(outcome: Outcome) -> Failure | None:
    return Failure("error", outcome.error_type, raised=True) if outcome.kind is Kind.ERROR else None


def _with_request_id(body: bytes, request_id: str) -> bytes:
    """The runtime's init error as the caller gets it: it did not know the request then."""
    try:
        error = json.loads(body)
    except ValueError:
        return body
    return _json({**error, "requestId": request_id}) if isinstance(error, dict) else body


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()
