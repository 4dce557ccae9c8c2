"""Carries out one statement of a query: compile, read, run, write the result.

`Session` has what every kind of statement needs; queries are here, the other kinds in `ddl`, `writing` and `showing`.
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlglot import exp

from rapid.emulator.athena import information_schema, stages
from rapid.emulator.athena.catalog import GlueCatalog
from rapid.emulator.athena.engine import Connection
from rapid.emulator.athena.models import Execution
from rapid.emulator.athena.objects import Objects
from rapid.emulator.athena.results import Row, column_info, csv_line, metadata, put_options
from rapid.emulator.athena.runs import Run, Runs
from rapid.emulator.athena.sql.compiler import Compiler, Query, bind, compile_query
from rapid.emulator.athena.sql.scope import Column, Scan, Typed
from rapid.emulator.athena.sql.shown import RESULT_DIGITS, text
from rapid.emulator.athena.tables import Reader

_KEPT = 5000
_SPOOL = 4 * 2**20


class Session:
    """What a statement works with: the account's catalog and objects, its connection, its run."""

    def __init__(self, run: Run, runs: Runs, glue: Any, s3: Any, store: Any) -> None:
        assert run.connection is not None  # noqa: S101 - given by Runs
        self.run, self.runs, self.store = run, runs, store
        self.execution: Execution = run.execution
        self.connection: Connection = run.connection
        self.objects = Objects(s3, runs.engine.work / "objects")
        self.catalog = GlueCatalog(glue, self.objects)
        self.database = self.execution.database or "default"
        self.reader = Reader(self.catalog, self.objects, self.connection)

    @property
    def put_options(self) -> dict[str, str]:
        """How result objects are written, by the query's result configuration."""
        return put_options(self.execution.configuration)

    def compile(self, sql: str, parameters: list[str] | None = None) -> Query:
        return compile_query(sql, self.known, self.database, parameters)

    def compile_tree(self, tree: exp.Expr) -> Query:
        """A query that was made here, of parts of the statement's own tree."""
        compiler = Compiler(self.known, self.database, self.execution.query)
        query = compiler.query(tree, None)
        query.scans = compiler.scans
        return query

    def bind_parameters(self, tree: exp.Expr) -> None:
        """Puts the execution's parameters in place of `?`."""
        if self.execution.parameters is not None:
            bind(tree, self.execution.parameters)

    @property
    def known(self) -> information_schema.Known:
        """The catalog as the compiler asks it."""
        return information_schema.Known(self.catalog, lambda sql: self.connection.rows(sql)[0][0])

    def bound(self, query: Query) -> str:
        """The query's SQL with every scan replaced by the relation that reads its files."""
        sql = query.sql
        relations = {scan.token: self._relation(scan) for scan in query.scans}
        if relations:
            pattern = re.compile("|".join(map(re.escape, relations)))
            sql = pattern.sub(lambda m: relations[m[0]], sql)
        self.run.planned = time.monotonic()
        return sql

    def _relation(self, scan: Scan) -> str:
        self.run.check()
        if scan.table.database == "information_schema":
            return information_schema.Rows(scan, self.catalog, self.connection).relation()
        return self.reader.relation(scan)

    def select(self, sql: str, parameters: list[str] | None = None) -> None:
        """Runs a query and writes its rows to the result object."""
        query = self.compile(sql, parameters)
        self.write_rows(query.columns, self._rows(query))

    def _rows(self, query: Query) -> Iterator[list[tuple[Any, ...]]]:
        items = ", ".join(text(Typed(f"c{i}", c.type), RESULT_DIGITS) for i, c in enumerate(query.columns))
        self.connection.execute(f"SELECT {items} FROM ({self.bound(query)})")
        for batch in self.connection.batches():
            self.measure()
            yield batch
        self.measure()
        self.run.executed = time.monotonic()
        self.execution.stage = stages.stage(self.connection.profile, self.run.scanned)

    def measure(self) -> None:
        """Takes over the bytes that were read so far, and stops the query where it must."""
        self.run.scanned = min(self.connection.bytes_read + self.reader.bytes_read, self.reader.bytes_found)
        self.run.check()

    def write_rows(self, columns: list[Column], batches: Iterator[list[tuple[Any, ...]]]) -> None:
        """Writes `<id>.csv` and its metadata, and keeps the first rows for GetQueryResults."""
        execution = self.execution
        execution.columns = [column_info(c) for c in columns]
        execution.update_count = 0
        header = [c.name for c in columns]
        kept: list[Row] | None = []
        spool = Spool(self.runs.engine.work / execution.id)
        try:
            spool.write(csv_line(header))
            count = 0
            for batch in batches:
                count += len(batch)
                spool.write("".join(map(csv_line, batch)))
                if kept is not None:
                    kept = [*kept, *map(list, batch)] if count <= _KEPT else None
            self.objects.put(execution.location, spool.body(), self.put_options)
        finally:
            spool.close()
        execution.rows, execution.output_bytes = count, spool.size
        self.write_metadata()
        if kept is not None:
            self.runs.keep(execution.id, kept)

    def write_metadata(self, update: str = "") -> None:
        body = metadata(self.execution.id, self.execution.columns, update)
        self.objects.put(f"{self.execution.location}.metadata", body, self.put_options)

    def write_text(self, columns: list[Column], rows: list[Row]) -> None:
        """Writes `<id>.txt` of a DDL or SHOW statement: a line per row, its fields separated by tabs, no header.

        GetQueryResults gives each line as one value, as Athena does.
        """
        execution = self.execution
        execution.columns = [column_info(c, hive=True) for c in columns]
        execution.has_header, execution.update_count = False, 0
        lines = ["\t".join(v or "" for v in row) for row in rows]
        body = "".join(line + "\n" for line in lines).encode()
        self.run.executed = time.monotonic()
        self.objects.put(execution.location, body, self.put_options)
        execution.rows, execution.output_bytes = len(rows), len(body)
        self.write_metadata()
        self.runs.keep(execution.id, [[line] for line in lines])


class Spool:
    """Text that is kept in memory until it is large, then in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._parts: list[str] = []
        self._file: Any = None
        self._pending = 0
        self.size = 0

    def write(self, part: str) -> None:
        self._parts.append(part)
        self._pending += len(part)
        if self._pending > _SPOOL:
            if self._file is None:
                self._file = self._path.open("wb")
            self._flush()

    def _flush(self) -> None:
        encoded = "".join(self._parts).encode()
        self._file.write(encoded)
        self.size += len(encoded)
        self._parts, self._pending = [], 0

    def body(self) -> bytes | Path:
        if self._file is None:
            encoded = "".join(self._parts).encode()
            self.size = len(encoded)
            return encoded
        self._flush()
        self._file.close()
        return self._path

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._path.unlink(missing_ok=True)
