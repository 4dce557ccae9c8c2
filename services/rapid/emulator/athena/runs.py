"""Runs queries: a thread each, from QUEUED to SUCCEEDED, FAILED or CANCELLED, with measured times and bytes.

What is stored never says SUCCEEDED before the result object is in S3.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from rapid.emulator.athena.engine import CONNECTIONS, Connection, Engine, StoppedError
from rapid.emulator.athena.models import TERMINAL, Execution, now
from rapid.emulator.athena.results import Row
from rapid.emulator.athena.sql.errors import USER, SqlError

LOG = logging.getLogger(__name__)
_KEPT_ROWS = 100_000
"""Rows of recent results that are kept in memory for GetQueryResults; older ones are read from S3 again."""


@dataclass
class Run:
    """A query while it runs. `stop` interrupts it wherever it is."""

    execution: Execution
    done: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)
    stop_reason: str | None = None
    connection: Connection | None = None
    queued: float = field(default_factory=time.monotonic)
    started: float = 0.0
    planned: float = 0.0
    executed: float = 0.0
    scanned: int = 0
    rows_read: int = 0

    def stop(self) -> None:
        self.stopping.set()
        if self.connection:
            self.connection.stop()

    def check(self) -> None:
        """Raises StoppedError once the query was asked to stop, and CutoffError past its limit of bytes."""
        if self.stopping.is_set():
            raise StoppedError
        cutoff = self.execution.cutoff
        if cutoff is not None and self.scanned > cutoff:
            raise CutoffError


class CutoffError(Exception):
    """The query read more than its workgroup allows."""


class Runs:
    """The queries that run now, and the rows of those that ended a moment ago."""

    def __init__(self, engine: Engine, changed: Callable[[], None]) -> None:
        self.engine = engine
        self._changed = changed
        self._pool = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="athena")
        self._running: dict[str, Run] = {}
        self._rows: OrderedDict[str, list[Row]] = OrderedDict()
        self._lock = threading.Lock()

    def submit(self, execution: Execution, work: Callable[[Run], None]) -> None:
        """Queues a query; `work` does it and fills in the execution, or raises SqlError."""
        run = Run(execution)
        self._running[execution.id] = run
        self._pool.submit(self._run, run, work)

    def stop_all(self) -> None:
        """Cancels what runs or waits, so that the process can end."""
        for run in list(self._running.values()):
            run.stop_reason = "The query was cancelled because the service stopped."
            run.stop()
        self._pool.shutdown(wait=False)

    def find(self, query_id: str) -> Run | None:
        return self._running.get(query_id)

    def wait(self, query_id: str, seconds: float) -> None:
        """Returns when the query has ended, or the time is over."""
        run = self._running.get(query_id)
        if run:
            run.done.wait(seconds)

    def keep(self, query_id: str, rows: list[Row]) -> None:
        with self._lock:
            self._rows[query_id] = rows
            while sum(map(len, self._rows.values())) > _KEPT_ROWS:
                self._rows.popitem(last=False)

    def rows(self, query_id: str) -> list[Row] | None:
        return self._rows.get(query_id)

    def _run(self, run: Run, work: Callable[[Run], None]) -> None:
        execution = run.execution
        run.started = time.monotonic()
        try:
            run.check()
            execution.state = "RUNNING"
            with self.engine.connection() as connection:
                run.connection = connection
                run.check()
                try:
                    work(run)
                finally:
                    connection.forget()
                    run.connection = None
            self._finish(run, "SUCCEEDED", None)
        except StoppedError:
            self._finish(run, "CANCELLED", run.stop_reason)
        except CutoffError:
            self._finish(run, "CANCELLED", "Bytes scanned limit was exceeded")
        except SqlError as error:
            execution.error = {
                "ErrorCategory": USER,
                "ErrorType": error.error_type,
                "Retryable": False,
                "ErrorMessage": error.reason,
            }
            self._finish(run, "FAILED", error.reason)
        except Exception as error:
            LOG.exception("Query %s failed inside Rapid Analytics", execution.id)
            reason = f"GENERIC_INTERNAL_ERROR: {type(error).__name__}: {error}"
            execution.error = {"ErrorCategory": 1, "ErrorType": 0, "Retryable": True, "ErrorMessage": reason}
            self._finish(run, "FAILED", reason)

    def _finish(self, run: Run, state: str, reason: str | None) -> None:
        execution, end = run.execution, time.monotonic()
        planned = run.planned or end
        execution.statistics = {
            "EngineExecutionTimeInMillis": _millis((run.executed or end) - run.started),
            "DataScannedInBytes": run.scanned,
            "TotalExecutionTimeInMillis": _millis(end - run.queued),
            "QueryQueueTimeInMillis": _millis(run.started - run.queued),
            "ServicePreProcessingTimeInMillis": 0,
            "QueryPlanningTimeInMillis": _millis(planned - run.started),
            "ServiceProcessingTimeInMillis": _millis(end - (run.executed or end)),
        }
        execution.completed, execution.reason = now(), reason
        execution.state = state
        self._running.pop(execution.id, None)
        run.done.set()
        self._changed()
        LOG.info("Query %s %s in %d ms", execution.id, state, execution.statistics["TotalExecutionTimeInMillis"])


def _millis(seconds: float) -> int:
    return max(0, round(seconds * 1000))


def fail_interrupted(executions: dict[str, Execution]) -> None:
    """After a restart: what was queued or running has failed, since nobody works on it any more."""
    for execution in executions.values():
        if execution.state not in TERMINAL:
            execution.state = "FAILED"
            execution.reason = "GENERIC_INTERNAL_ERROR: The emulator stopped while this query ran. Please try again."
            execution.completed = now()
            execution.error = {"ErrorCategory": 1, "ErrorType": 0, "Retryable": True, "ErrorMessage": execution.reason}
