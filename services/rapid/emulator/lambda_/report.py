"""The lines the platform itself writes to a function's log, as text or as JSON.

Text: https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html, and for failed inits
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html. JSON (LoggingConfig LogFormat):
https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html. Since 2025-08 the billed duration of a
cold start includes its init. All read 2026-11.
"""

import json
import math
import time
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Failure:
    """Why a phase failed: `status` is error or timeout. What a handler raises is no failure of the platform's."""

    status: str
    error_type: str = ""
    raised: bool = False

    @property
    def text(self) -> str:
        return f"Status: {self.status}" + (f"\tError Type: {self.error_type}" if self.error_type else "")

    @property
    def record(self) -> dict[str, str]:
        return {"status": self.status, **({"errorType": self.error_type} if self.error_type else {})}


@dataclass(frozen=True)
class Function:
    """What the platform's lines say of the function. `level` is the lowest system log level that is written."""

    name: str
    arn: str
    version: str
    memory_mb: int
    runtime: str
    runtime_arn: str
    initialization: str
    json_format: bool
    level: str


_LEVELS = ("DEBUG", "INFO", "WARN")


class PlatformLog:
    """Makes the platform's lines for one function version. Durations are in milliseconds."""

    def __init__(self, function: Function) -> None:
        self._function = function

    def init_start(self, phase: str) -> str:
        f = self._function
        text = f"INIT_START Runtime Version: {f.runtime}\tRuntime Version ARN: {f.runtime_arn}\n"
        record = {
            "initializationType": f.initialization,
            "phase": phase,
            "runtimeVersion": f.runtime,
            "runtimeVersionArn": f.runtime_arn,
            "functionName": f.name,
            "functionVersion": f.version,
        }
        return self._line("INFO", text, "platform.initStart", record)

    def init_report(self, phase: str, duration: float, failure: Failure) -> str:
        text = f"INIT_REPORT Init Duration: {duration:.2f} ms\tPhase: {phase}\t{failure.text}\n"
        record: dict[str, Any] = {
            "initializationType": self._function.initialization,
            "phase": phase,
            **failure.record,
            "metrics": {"durationMs": round(duration, 3)},
        }
        return self._line("WARN", text, "platform.initReport", record)

    def start(self, request_id: str) -> str:
        f = self._function
        text = f"START RequestId: {request_id} Version: {f.version}\n"
        record = {"requestId": request_id, "functionArn": f.arn, "version": f.version}
        return self._line("INFO", text, "platform.start", record)

    def exited(self, request_id: str, reason: str) -> str:
        """The crash of a runtime; text in both formats, as AWS passes it through."""
        return f"RequestId: {request_id} Error: {reason}\nRuntime.ExitError\n"

    def timed_out(self, request_id: str, seconds: float) -> str:
        stamp = timestamp()
        return f"{stamp} {request_id} Task timed out after {seconds:.2f} seconds\n\n"

    def end(self, request_id: str) -> str:
        return "" if self._function.json_format else f"END RequestId: {request_id}\n"

    def report(
        self, request_id: str, duration: float, peak_bytes: int, init: float | None, failure: Failure | None
    ) -> str:
        f = self._function
        used = min(math.ceil(peak_bytes / 2**20), f.memory_mb)
        billed = math.ceil(duration + (init or 0.0))
        parts = [
            f"REPORT RequestId: {request_id}",
            f"Duration: {duration:.2f} ms",
            f"Billed Duration: {billed} ms",
            f"Memory Size: {f.memory_mb} MB",
            f"Max Memory Used: {used} MB",
        ]
        metrics: dict[str, float] = {
            "durationMs": round(duration, 3),
            "billedDurationMs": billed,
            "memorySizeMB": f.memory_mb,
            "maxMemoryUsedMB": used,
        }
        if init is not None:
            parts.append(f"Init Duration: {init:.2f} ms")
            metrics["initDurationMs"] = round(init, 3)
        if failure and not failure.raised:
            parts.append(failure.text)
        record = {"requestId": request_id, "metrics": metrics, **(failure.record if failure else {"status": "success"})}
        return self._line("WARN" if failure else "INFO", "\t".join([*parts, "\n"]), "platform.report", record)

    def _line(self, level: str, text: str, kind: str, record: dict[str, Any]) -> str:
        if not self._function.json_format:
            return text
        if _LEVELS.index(level) < _LEVELS.index(self._function.level):
            return ""
        return json.dumps({"time": timestamp(), "type": kind, "record": record}, separators=(",", ":")) + "\n"


def timestamp() -> str:
    """Now, in UTC with milliseconds: 2026-11-22T19:00:00.000Z."""
    now = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1000):03d}Z"
