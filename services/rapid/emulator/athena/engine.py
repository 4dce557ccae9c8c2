"""DuckDB, the only file that knows it: locked down once, a connection per running query.

Nothing but SQL from `sql.compiler` gets here. Should anything else ever do: no network, no settings, no extensions, and
files only where S3 keeps its objects and where results are made.
"""

import json
import logging
import os
import queue
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb

from rapid.emulator.athena.failures import translate
from rapid.emulator.athena.sql.computed import HELPERS
from rapid.emulator.athena.sql.decimals import exactly

LOG = logging.getLogger(__name__)

CONNECTIONS = 16
"""Queries that run at the same time; AWS's quota for DML is 20-200 by region, and this is one machine."""
MEMORY_SHARE = 0.4
_BATCH = 65_536
_AGAIN_SECONDS = 0.05
"""Until a query that was stopped, and still runs, is interrupted again."""


class Engine:
    """One in-memory DuckDB with the macros of `sql/macros.sql`."""

    def __init__(self, readable: list[Path], work: Path) -> None:
        """Starts DuckDB.

        Args:
            readable: folders that queries may read.
            work: folder for results being made and for what does not fit in memory; left-overs are removed.
        """
        for left_over in work.glob("duckdb-*"):  # of a process that was killed
            shutil.rmtree(left_over, ignore_errors=True)
        work.mkdir(parents=True, exist_ok=True)
        self.work = Path(tempfile.mkdtemp(prefix="duckdb-", dir=work))
        root = duckdb.connect(
            ":memory:", config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
        )
        folders = ", ".join(_text(str(p)) for p in [*readable, self.work])
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * MEMORY_SHARE / 2**20
        for setting in (
            f"temp_directory = {_text(str(self.work))}",
            f"allowed_directories = [{folders}]",
            "enable_external_access = false",
            "python_enable_replacements = false",
            "enable_external_file_cache = false",
            "GLOBAL parquet_metadata_cache = true",  # an object's file never changes
            "GLOBAL prefetch_all_parquet_files = true",  # only these reads are counted (DuckDB 1.5.5)
            f"memory_limit = '{int(memory)}MiB'",
            "GLOBAL TimeZone = 'UTC'",
        ):
            root.execute(f"SET {setting}")
        kinds = ["VARCHAR", "VARCHAR", "VARCHAR", "INTEGER"]
        for name, handling in (("t_decimal", "default"), ("t_decimal_or_null", "return_null")):
            root.create_function(name, exactly, kinds, "VARCHAR", exception_handling=handling)
        for each in HELPERS.values():
            given = None if each.parameters is None else list(each.parameters)
            nulls = "special" if given is None or each.null else "default"
            root.create_function(each.name, each.function, given, each.result, null_handling=nulls)
        with _pandas():
            root.execute("SELECT t_decimal('+', '1', '1', 0)")
        for statement in _statements((Path(__file__).parent / "sql" / "macros.sql").read_text()):
            root.execute(statement)
        self._idle: queue.LifoQueue[Any] = queue.LifoQueue()
        for _ in range(CONNECTIONS):
            cursor = root.cursor()
            cursor.execute("SET enable_profiling = 'no_output'")
            self._idle.put(cursor)
        root.execute("SET lock_configuration = true")

    @contextmanager
    def connection(self) -> Iterator["Connection"]:
        """A connection of one's own; waits until one is idle."""
        cursor = self._idle.get()
        connection = Connection(cursor)
        try:
            yield connection
        finally:
            connection.close()
            self._idle.put(cursor)


@contextmanager
def _pandas() -> Iterator[None]:
    """Where pandas is not installed, has DuckDB find some meanwhile; it looks for it once it calls a function.

    For each value that a Python function gives, DuckDB asks whether it is pandas' NaT or NA, and if it does not know
    them tries to import pandas again: 80 µs a call, and 0.7 µs if it knows them (DuckDB 1.5.5).
    """
    if find_spec("pandas") is not None:
        yield
        return
    stand_in = ModuleType("pandas")
    vars(stand_in).update(NaT=object(), NA=object(), __version__="0")
    sys.modules["pandas"] = stand_in
    try:
        yield
    finally:
        del sys.modules["pandas"]


class Connection:
    """One query at a time on DuckDB. `stop` may be called from another thread."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self._registered: list[str] = []
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self.stopped = threading.Event()
        self.bytes_read = 0
        self.profile: dict[str, Any] = {}

    def stop(self) -> None:
        """Interrupts what runs, until the connection is closed.

        Once would not do: a statement that begins forgets an interruption that came a moment before (DuckDB 1.5.5).
        """
        if not self.stopped.is_set():
            self.stopped.set()
            threading.Thread(target=self._interrupt, name="athena-stop", daemon=True).start()

    def _interrupt(self) -> None:
        while True:
            with self._lock:
                if self._closed.is_set():
                    return
                self._cursor.interrupt()
            self._closed.wait(_AGAIN_SECONDS)

    def close(self) -> None:
        """Called when its query has ended: nothing interrupts the next one on the same cursor."""
        with self._lock:
            self._closed.set()

    def execute(self, sql: str) -> None:
        """Runs a statement to its first row.

        Raises:
            SqlError: it failed, in Athena's words.
        """
        LOG.debug("DuckDB: %s", sql)
        if self.stopped.is_set():
            raise StoppedError
        try:
            self._cursor.execute(sql)
        except duckdb.Error as error:
            raise self._translated(error) from error

    def batches(self) -> Iterator[Any]:
        """The rows of the last statement as Arrow record batches."""
        from pyarrow import ArrowException

        try:
            yield from self._cursor.to_arrow_reader(_BATCH)
        except (duckdb.Error, ArrowException, OSError) as error:  # Arrow passes DuckDB's failures on as OSError
            raise self._translated(error) from error

    def finish(self) -> None:
        """Called when all rows of the last statement are taken: `bytes_read` and `profile` say what it did."""
        self.profile = json.loads(self._cursor.get_profiling_information("json"))
        self.bytes_read += int(self.profile.get("total_bytes_read", 0))  # a plan without operators reports nothing

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """All rows of a statement."""
        self.execute(sql)
        try:
            rows: list[tuple[Any, ...]] = self._cursor.fetchall()
        except duckdb.Error as error:
            raise self._translated(error) from error
        self.finish()
        return rows

    def look(self, sql: str) -> list[tuple[Any, ...]]:
        """All rows of a statement that reads what describes data (footers): not counted as data that was scanned."""
        before = self.bytes_read
        rows = self.rows(sql)
        self.bytes_read = before
        return rows

    def arrow(self, sql: str) -> Any:
        """All rows of a statement as an Arrow table."""
        self.execute(sql)
        return self._cursor.fetch_arrow_table()

    def register(self, name: str, table: Any) -> None:
        """Makes an Arrow table known by a name until `forget`."""
        self._cursor.register(name, table)
        self._registered.append(name)

    def forget(self) -> None:
        for name in self._registered:
            self._cursor.unregister(name)
        self._registered.clear()

    def _translated(self, error: Exception) -> Exception:
        if self.stopped.is_set() or isinstance(error, duckdb.InterruptException):
            return StoppedError()
        return translate(error)


class StoppedError(Exception):
    """The query was stopped while it ran."""


def _statements(script: str) -> list[str]:
    return [s for s in re.sub(r"(?m)^--.*$", "", script).split(";\n") if s.strip()]


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
