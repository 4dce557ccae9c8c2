"""EXPLAIN and EXPLAIN ANALYZE: the plan of the engine that runs the query here, which is DuckDB's and not Trino's.

https://docs.aws.amazon.com/athena/latest/ug/athena-explain-statement.html (read 2026-11).
"""

import json
import re
from typing import Any

from rapid.emulator.athena.hive import Words
from rapid.emulator.athena.results import text_column
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.sql.compiler import Query
from rapid.emulator.athena.sql.errors import MalformedQueryError, Position, SqlError
from rapid.emulator.athena.stored import Row

_CHOICES = {"FORMAT": ("TEXT", "JSON", "GRAPHVIZ"), "TYPE": ("LOGICAL", "DISTRIBUTED", "VALIDATE", "IO")}


def explain(session: Session, words: Words) -> None:
    """`EXPLAIN [(FORMAT x, TYPE y)] query`, `EXPLAIN ANALYZE [VERBOSE] [(FORMAT x)] query`."""
    analyze = words.accept("ANALYZE")
    if analyze:
        words.accept("VERBOSE")
    options = _options(words)
    query = session.compile(words.rest())
    kind, form = (
        options.get("TYPE", "DISTRIBUTED"),
        options.get("FORMAT", "JSON" if options.get("TYPE") == "IO" else "TEXT"),
    )
    if analyze and (kind != "DISTRIBUTED" or form == "GRAPHVIZ"):
        raise SqlError("NOT_SUPPORTED", "EXPLAIN ANALYZE only supports TYPE DISTRIBUTED with FORMAT TEXT or JSON")
    if kind == "VALIDATE":
        _write(session, "Valid", ["true"])
    elif kind == "IO":
        _write(session, "Query Plan", json.dumps(_inputs(query), indent=2).split("\n"))
    else:
        rows = session.connection.rows(_statement(session.bound(query), analyze, form))
        session.measure()
        _write(session, "Query Plan", [line for row in rows for line in str(row[1]).split("\n")])


def _options(words: Words) -> dict[str, str]:
    if words.peek() != "(" or words.peek(1) not in _CHOICES:
        return {}
    options = {}
    for key, value in re.findall(r"(\w+)\s+(\w+)", words.parenthesised().upper()):
        if value not in _CHOICES.get(key, ()):
            raise MalformedQueryError(f"mismatched input '{value}'. Expecting: {_expected(key)}", Position(1, 1))
        options[key] = value
    return options


def _expected(key: str) -> str:
    return ", ".join(f"'{c}'" for c in _CHOICES.get(key, tuple(_CHOICES)))


def _statement(sql: str, analyze: bool, form: str) -> str:
    words = [w for w, wanted in (("ANALYZE", analyze), (f"FORMAT {form}", form != "TEXT")) if wanted]
    options = f"({', '.join(words)}) " if words else ""
    return f"EXPLAIN {options}{sql}"


def _inputs(query: Query) -> dict[str, Any]:
    """The tables that a query reads, as Trino's `TYPE IO` names them; it estimates, this does not."""
    tables = {(scan.table.database, scan.table.name): scan for scan in query.scans}
    return {
        "inputTableColumnInfos": [
            {
                "table": {"catalog": "awsdatacatalog", "schemaTable": {"schema": database, "table": name}},
                "constraint": {"none": False, "columnConstraints": []},
            }
            for database, name in tables
        ]
    }


def _write(session: Session, column: str, lines: list[str]) -> None:
    rows: list[Row] = [[line] for line in lines]
    session.write_text([text_column(column)], rows)
    session.execution.has_header = True
