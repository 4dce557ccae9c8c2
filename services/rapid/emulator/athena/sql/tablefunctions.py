"""`TABLE(function(…))` in FROM: https://trino.io/docs/current/functions/table.html (read 2026-11)."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlglot import exp

from rapid.emulator.athena.sql.dialect import position
from rapid.emulator.athena.sql.errors import SqlError, not_supported
from rapid.emulator.athena.sql.expressions import Expressions
from rapid.emulator.athena.sql.scope import Column, Scope
from rapid.emulator.athena.sql.types import BIGINT, converts

if TYPE_CHECKING:
    from rapid.emulator.athena.sql.compiler import Compiler

Arguments = dict[str, exp.Expr]


def compile_call(compiler: "Compiler", node: exp.Table) -> tuple[str, list[Column]]:
    """SQL that gives `c0`, `c1`, …, and the columns.

    Raises:
        SqlError: FUNCTION_NOT_FOUND if there is no such function, or it is called wrongly.
    """
    call = node.this
    inner = call.expressions[0] if isinstance(call, exp.Anonymous) and len(call.expressions) == 1 else None
    if inner is None or str(call.this).lower() != "table" or not isinstance(inner, exp.Anonymous):
        known = str(call.this).lower() if isinstance(call, exp.Anonymous) else type(call).__name__
        raise not_supported(f"The table function {known}", position(node))
    name = str(inner.this).lower()
    if name not in _FUNCTIONS:
        raise SqlError("FUNCTION_NOT_FOUND", f"Table function '{name}' not registered", position(inner))
    names, function = _FUNCTIONS[name]
    given: Arguments = dict(zip(names, inner.expressions, strict=False))
    if any(isinstance(a, exp.Kwarg) for a in inner.expressions):
        given = {a.this.name.lower(): a.expression for a in inner.expressions}
    unknown = next((n for n in given if n not in names), None)
    if unknown is not None:
        message = f"Unexpected argument name: {unknown.upper()}"
        raise SqlError("INVALID_FUNCTION_ARGUMENT", message, position(inner))
    return function(compiler, given, inner)


def _needed(given: Arguments, name: str, call: exp.Expr) -> exp.Expr:
    if name not in given:
        raise SqlError("MISSING_ARGUMENT", f"Missing argument: {name.upper()}", position(call))
    return given[name]


def _sequence(compiler: "Compiler", given: Arguments, call: exp.Expr) -> tuple[str, list[Column]]:
    """The numbers from `start` to `stop`, both included."""
    expressions = Expressions(compiler, Scope())
    numbers = []
    for node in (given.get("start", exp.Literal.number(0)), _needed(given, "stop", call), given.get("step")):
        value = expressions.compile(node if node is not None else exp.Literal.number(1))
        if not converts(value.type, BIGINT):
            message = f"Invalid argument for function SEQUENCE: expected bigint, got {value.type}"
            raise SqlError("TYPE_MISMATCH", message, position(node))
        numbers.append(f"CAST({value.sql} AS BIGINT)")
    sql = f"SELECT sequential_number AS c0 FROM generate_series({', '.join(numbers)}) AS s(sequential_number)"
    return sql, [Column("sequential_number", BIGINT)]


def _exclude_columns(compiler: "Compiler", given: Arguments, call: exp.Expr) -> tuple[str, list[Column]]:
    """A table or a query without some of its columns."""
    table, named = _needed(given, "input", call), _needed(given, "columns", call)
    source = table.expressions[0] if isinstance(table, exp.Anonymous) and table.expressions else table
    if isinstance(source, exp.Column):
        parts = dict(zip(("this", "db", "catalog"), reversed(source.parts), strict=False))
        relation = exp.Table(**parts)
        relation.meta.update(source.meta)
        source = exp.Select(expressions=[exp.Star()], from_=exp.From(this=relation))
    query = compiler.query(source, None)
    dropped = {c.name.lower() for c in named.expressions}
    if missing := dropped - {c.name.lower() for c in query.columns}:
        message = f"Excluded columns: [{', '.join(sorted(missing))}] not present in the table"
        raise SqlError("INVALID_FUNCTION_ARGUMENT", message)
    kept = [i for i, c in enumerate(query.columns) if c.name.lower() not in dropped]
    if not kept:
        raise SqlError("INVALID_FUNCTION_ARGUMENT", "All columns are excluded")
    items = ", ".join(f"c{i} AS c{at}" for at, i in enumerate(kept))
    return f"SELECT {items} FROM ({query.sql})", [query.columns[i] for i in kept]


_FUNCTIONS: dict[str, tuple[tuple[str, ...], Callable[..., tuple[str, list[Column]]]]] = {
    "sequence": (("start", "stop", "step"), _sequence),
    "exclude_columns": (("input", "columns"), _exclude_columns),
}
"""The names of the arguments, in order, and what compiles a call."""
