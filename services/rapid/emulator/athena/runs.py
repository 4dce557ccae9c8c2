"""Runs queries: a thread each, from QUEUED to SUCCEEDED, FAILED or CANCELLED, with measured times and bytes.

What is stored never says SUCCEEDED before the result object is in S3.
"""

import logging
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from rapid.emulator.athena.engine import CONNECTIONS, Connection, Engine, StoppedError
from rapid.emulator.athena.models import TERMINAL, Execution, now
from rapid.emulator.athena.sql.errors import USER, SqlError
from rapid.emulator.athena.stored import Row
from rapid.emulator.schedule import Clock
from rapid.emulator.telling import Scope

LOG = logging.getLogger(__name__)
DDL_TIMEOUT = timedelta(minutes=600)
"""https://docs.aws.amazon.com/athena/latest/ug/service-limits.html (read 2026-11)."""
_KEPT_BYTES = 32 * 2**20
"""What recent results may take in memory for GetQueryResults; older ones are read from S3 again."""
_CELL, _RESULT = 64, 1024
"""What Python takes for a value and for a result, beside the bytes of the text."""


@dataclass
class Run:
    """A query while it runs. `stop` interrupts it wherever it is."""

    execution: Execution
    scope: Scope
    done: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)
    stop_reason: str | None = None
    timed_out: bool = False
    queued: float = field(default_factory=time.monotonic)
    started: float = 0.0
    planned: float = 0.0
    executed: float = 0.0
    scanned: int = 0
    _connection: Connection | None = None
    _ended: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def connection(self) -> Connection | None:
        return self._connection

    def use(self, connection: Connection | None) -> None:
        """Says which connection `stop` interrupts; None before it goes to another query."""
        with self._lock:
            self._connection = connection

    def begin(self) -> None:
        """Enters RUNNING; raises StoppedError if the query was stopped while it waited."""
        with self._lock:
            self.check()
            self.started = time.monotonic()
            self.execution.state = "RUNNING"

    def stop(self, reason: str | None = None) -> bool:
        """Interrupts the query; true if it has not begun."""
        with self._lock:
            self.stop_reason = self.stop_reason or reason
            self.stopping.set()
            if self._connection:
                self._connection.stop()
            return self.execution.state == "QUEUED"

    def end(self) -> bool:
        """Whether the query has not ended before; it has now."""
        with self._lock:
            first, self._ended = not self._ended, True
            return first

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

    def __init__(self, engine: Engine, timeout: timedelta, changed: Callable[[Run, str | None], None]) -> None:
        """Takes queries from now on.

        Args:
            engine: what runs them.
            timeout: how long DML may run.
            changed: told of each state a query enters, with the state that it left.
        """
        self.engine = engine
        self._timeout = timeout
        self._changed = changed
        self._pool = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="athena")
        self._clock = Clock("athena-timeouts")
        self._running: dict[str, Run] = {}
        self._rows: OrderedDict[str, tuple[list[Row], int]] = OrderedDict()
        self._kept = 0
        self._lock = threading.Lock()

    def submit(self, execution: Execution, scope: Scope, work: Callable[[Run], None]) -> None:
        """Queues a query; `work` does it and fills in the execution, or raises SqlError."""
        run = Run(execution, scope)
        self._running[execution.id] = run
        self._changed(run, None)
        self._pool.submit(self._run, run, work)

    def stop_all(self) -> None:
        """Cancels what runs or waits, so that the process can end."""
        for run in list(self._running.values()):
            run.stop("The query was cancelled because the service stopped.")
        self._pool.shutdown(wait=False)

    def stop(self, query_id: str, seconds: float) -> None:
        """Cancels a query and waits for its end, at most so long; one that waits for its turn ends at once."""
        run = self._running.get(query_id)
        if run:
            if run.stop():
                self._finish(run, "CANCELLED", None)
            run.done.wait(seconds)

    def active(self, scope: Scope, ddl: bool) -> int:
        """How many queries of an account and region wait or run."""
        runs = list(self._running.values())
        return sum(r.scope == scope and (r.execution.statement_type == "DDL") == ddl for r in runs)

    def wait(self, query_id: str, seconds: float) -> None:
        """Returns when the query has ended, or the time is over."""
        run = self._running.get(query_id)
        if run:
            run.done.wait(seconds)

    def keep(self, query_id: str, rows: list[Row], size: int) -> None:
        """Keeps the rows of a result for a while; `size` are the bytes of their text."""
        weight = size + _RESULT + _CELL * sum(map(len, rows))
        with self._lock:
            self._rows[query_id] = rows, weight
            self._kept += weight
            while self._kept > _KEPT_BYTES:
                self._kept -= self._rows.popitem(last=False)[1][1]

    def rows(self, query_id: str) -> list[Row] | None:
        found = self._rows.get(query_id)
        return found[0] if found else None

    def _run(self, run: Run, work: Callable[[Run], None]) -> None:
        execution = run.execution
        try:
            run.begin()
            self._changed(run, "QUEUED")
            limit = DDL_TIMEOUT if execution.statement_type == "DDL" else self._timeout
            self._clock.at(execution.id, now() + limit, lambda: _time_out(run))
            with self.engine.connection() as connection:
                run.use(connection)
                try:
                    run.check()
                    work(run)
                finally:
                    run.use(None)
                    connection.forget()
            self._finish(run, "SUCCEEDED", None)
        except StoppedError:
            if run.timed_out:
                execution.error = _error(USER, 0, "Query timeout")
                self._finish(run, "FAILED", "Query timeout")
            else:
                self._finish(run, "CANCELLED", run.stop_reason)
        except CutoffError:
            self._finish(run, "CANCELLED", "Bytes scanned limit was exceeded")
        except SqlError as error:
            execution.error = _error(USER, error.error_type, error.reason)
            self._finish(run, "FAILED", error.reason)
        except BaseException as error:  # a panic of Rust (pyiceberg-core) is no Exception
            LOG.exception("Query %s failed inside Rapid Analytics", execution.id)
            reason = f"GENERIC_INTERNAL_ERROR: {type(error).__name__}: {error}"
            execution.error = _error(1, 0, reason)
            self._finish(run, "FAILED", reason)

    def _finish(self, run: Run, state: str, reason: str | None) -> None:
        execution = run.execution
        if not run.end():
            return  # it was cancelled while it waited for its turn
        self._clock.cancel(execution.id)
        execution.statistics = _measured(run)
        execution.completed, execution.reason = now(), reason
        previous, execution.state = execution.state, state
        try:
            self._changed(run, previous)
        finally:
            del self._running[execution.id]  # whoever does not find it any more sees how it ended
            run.done.set()
        LOG.info("Query %s %s in %d ms", execution.id, state, execution.statistics["TotalExecutionTimeInMillis"])


def _time_out(run: Run) -> None:
    run.timed_out = True
    run.stop()


def _error(category: int, kind: int, message: str) -> dict[str, object]:
    return {"ErrorCategory": category, "ErrorType": kind, "Retryable": category == 1, "ErrorMessage": message}


def _measured(run: Run) -> dict[str, int]:
    """QueryExecutionStatistics; a started millisecond counts."""
    end = time.monotonic()
    started = run.started or end
    executed = run.executed or end
    return {
        "EngineExecutionTimeInMillis": _millis(executed - started),
        "DataScannedInBytes": run.scanned,
        "TotalExecutionTimeInMillis": _millis(end - run.queued),
        "QueryQueueTimeInMillis": _millis(started - run.queued),
        "ServicePreProcessingTimeInMillis": 0,
        "QueryPlanningTimeInMillis": _millis((run.planned or executed) - started),
        "ServiceProcessingTimeInMillis": _millis(end - executed),
    }


def _millis(seconds: float) -> int:
    return max(0, math.ceil(seconds * 1000))


def fail_interrupted(executions: dict[str, Execution]) -> None:
    """After a restart: what was queued or running has failed, since nobody works on it any more."""
    for execution in executions.values():
        if execution.state not in TERMINAL:
            execution.state = "FAILED"
            execution.reason = "GENERIC_INTERNAL_ERROR: The emulator stopped while this query ran. Please try again."
            execution.completed = now()
            execution.error = _error(1, 0, execution.reason)
