"""Carries out one statement of a query: compile, read, run, write the result.

`Session` has what every kind of statement needs; queries are here, the other kinds in `ddl`, `writing` and `showing`.
"""

import re
import time
from collections.abc import Iterable
from itertools import chain
from typing import Any

from sqlglot import exp

from rapid.emulator.athena import information_schema, stages
from rapid.emulator.athena.catalog import GlueCatalog
from rapid.emulator.athena.engine import Connection
from rapid.emulator.athena.hive import Name
from rapid.emulator.athena.models import Execution
from rapid.emulator.athena.objects import Objects
from rapid.emulator.athena.results import column_info, csv_line, metadata, put_options
from rapid.emulator.athena.runs import Run, Runs
from rapid.emulator.athena.sql.compiler import Compiler, Query, bind, compile_query
from rapid.emulator.athena.sql.errors import Position
from rapid.emulator.athena.sql.relations import check_catalog
from rapid.emulator.athena.sql.scope import Column, Scan, Typed
from rapid.emulator.athena.sql.shown import RESULT_DIGITS, text
from rapid.emulator.athena.stored import Row
from rapid.emulator.athena.tables import Reader

_KEPT = 5000
"""A result of at most so many rows is kept in memory for a while."""


class Session:
    """What a statement works with: the account's catalog and objects, its connection, its run."""

    def __init__(self, run: Run, runs: Runs, glue: Any, s3: Any, store: Any) -> None:
        assert run.connection is not None  # noqa: S101 - given by Runs
        self.run, self.runs, self.store = run, runs, store
        self.execution: Execution = run.execution
        self.connection: Connection = run.connection
        self.objects = Objects(s3, runs.engine.work / "objects")
        self.catalog = GlueCatalog(glue, self.objects, store.catalogs)
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

    def database_of(self, name: Name) -> str:
        """The database in which a name is looked for.

        Raises:
            SqlError: CATALOG_NOT_FOUND; NOT_SUPPORTED of a connector.
        """
        if name.catalog:
            check_catalog(self.known, name.catalog, Position(1, 1))
        return name.database or self.database

    @property
    def known(self) -> information_schema.Known:
        """The catalog as the compiler asks it."""
        return information_schema.Known(self.catalog, lambda sql: self.connection.rows(sql)[0][0])

    def bound(self, query: Query) -> str:
        """The query's SQL with every scan replaced by the relation that reads its files."""
        sql = query.sql
        relations = {scan.token: self._relation(scan) for scan in query.scans}
        relations |= {scan.count: scan.sum_of_counts for scan in query.scans if scan.counted}
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
        items = ", ".join(
            f"CAST({text(Typed(f'c{i}', c.type), RESULT_DIGITS)} AS VARCHAR)" for i, c in enumerate(query.columns)
        )
        self.connection.execute(f"SELECT {items} FROM ({self.bound(query)})")
        self._write_rows(query.columns)

    def measure(self) -> None:
        """Takes over the bytes that were read so far, and stops the query where it must."""
        self.run.scanned = min(self.connection.bytes_read + self.reader.bytes_read, self.reader.bytes_found)
        self.run.check()

    def _write_rows(self, columns: list[Column]) -> None:
        """Writes the rows of the statement that the connection runs to `<id>.csv`, with its metadata.

        A small result is kept for GetQueryResults. A large one never passes through Python, nor is it ever in memory.
        """
        execution = self.execution
        execution.columns = [column_info(c) for c in columns]
        execution.update_count = 0
        header = csv_line([c.name for c in columns])
        batches = self.connection.batches()
        rows: list[Row] = []
        for batch in batches:
            if len(rows) + batch.num_rows > _KEPT:
                self._write_file(header + "".join(map(csv_line, rows)), len(rows), chain([batch], batches))
                break
            rows += map(list, zip(*(column.to_pylist() for column in batch.columns), strict=True))
        else:
            self._executed()
            body = (header + "".join(map(csv_line, rows))).encode()
            self.objects.put(execution.location, body, self.put_options)
            execution.rows, execution.output_bytes = len(rows), len(body)
            self.runs.keep(execution.id, rows, len(body))
        self.write_metadata()

    def _write_file(self, begin: str, count: int, batches: Iterable[Any]) -> None:
        """Writes a result through a file: its first rows as text, then record batches."""
        from pyarrow import OSFile, csv

        path = self.runs.engine.work / self.execution.id
        options = csv.WriteOptions(include_header=False, quoting_style="all_valid")
        try:
            with OSFile(str(path), "wb") as sink:
                sink.write(begin.encode())
                for batch in batches:
                    csv.write_csv(batch, sink, options)
                    count += batch.num_rows
                    self.run.check()
            self._executed()
            self.execution.rows, self.execution.output_bytes = count, path.stat().st_size
            self.objects.put(self.execution.location, path, self.put_options)
        finally:
            path.unlink(missing_ok=True)

    def _executed(self) -> None:
        """The engine is done: what it has measured is taken over."""
        self.connection.finish()
        self.measure()
        self.run.executed = time.monotonic()
        self.execution.stage = stages.stage(self.connection.profile, self.run.scanned)

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
        self.runs.keep(execution.id, [[line] for line in lines], len(body))
