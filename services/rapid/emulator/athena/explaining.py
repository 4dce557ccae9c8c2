"""EXPLAIN and EXPLAIN ANALYZE: the plan of the engine that runs the query here, which is DuckDB's and not Trino's.

https://docs.aws.amazon.com/athena/latest/ug/athena-explain-statement.html (read 2026-11).
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from rapid.emulator.athena.hive import Words
from rapid.emulator.athena.results import text_column
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.sql.compiler import Query
from rapid.emulator.athena.sql.errors import MalformedQueryError, Position, SqlError
from rapid.emulator.athena.stages import rows_read
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
    elif analyze:
        rows = session.connection.rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {session.bound(query)}")
        session.measure()
        plan = _without_files(json.loads(str(rows[0][1])))
        lines = json.dumps(plan, indent=2).split("\n") if form == "JSON" else list(_profile(plan))
        _write(session, "Query Plan", lines)
    else:
        shape = f"(FORMAT {form}) " if form != "TEXT" else ""
        rows = session.connection.rows(f"EXPLAIN {shape}{session.bound(query)}")
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


def _without_files(plan: Any) -> Any:
    """A profile without the names of files on this disk, and without the SQL in which they stand."""
    if isinstance(plan, list):
        return [_without_files(each) for each in plan]
    if isinstance(plan, dict):
        return {k: _without_files(v) for k, v in plan.items() if k not in ("query_name", "Filename(s)")}
    return plan


def _profile(plan: dict[str, Any], depth: int = 0) -> Iterator[str]:
    """One line for each operator with its rows and its time, and one for each thing that it says of itself."""
    if "operator_type" not in plan:
        yield f"Query: {plan['latency'] * 1000:.2f} ms, {rows_read(plan)} rows scanned"
    elif plan["operator_type"] != "EXPLAIN_ANALYZE":
        indent = "    " * depth
        time = plan["operator_timing"] * 1000
        yield f"{indent}- {plan['operator_type']}: {plan['operator_cardinality']} rows, {time:.2f} ms"
        for name, value in plan["extra_info"].items():
            shown = ", ".join(map(str, value)) if isinstance(value, list) else value
            yield f"{indent}      {name}: {shown}"
        depth += 1
    for child in plan.get("children", ()):
        yield from _profile(child, depth)


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
