"""Literals and what is written like them: numbers, text, intervals, ARRAY[…], (a, b), arithmetic signs."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from sqlglot import exp

from rapid.emulator.athena.sql import casts, zones
from rapid.emulator.athena.sql.dialect import position
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.named_types import to_type
from rapid.emulator.athena.sql.nodes import compiles
from rapid.emulator.athena.sql.scope import Typed, literal
from rapid.emulator.athena.sql.typed_literals import no_literal, typed_literal
from rapid.emulator.athena.sql.types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    INTEGER,
    INTERVAL_DAY,
    INTERVAL_YEAR,
    JSON,
    UNKNOWN,
    VARBINARY,
    Type,
    array_of,
)

if TYPE_CHECKING:
    from rapid.emulator.athena.sql.expressions import Expressions


@compiles(exp.Literal)
def constant(_ex: "Expressions", node: exp.Literal) -> Typed:
    """`1.5` is a double in Athena, as `1.5E0` is."""
    text = node.name
    if node.is_string:
        return Typed(literal(text), Type("varchar", (len(text),)), text)
    if "e" in text.lower() or "." in text:
        return Typed(f"CAST({text} AS DOUBLE)", DOUBLE, float(text))
    number = int(text)
    if number > 2**63 - 1:
        raise SqlError("INVALID_LITERAL", f"Invalid numeric literal: {text}", position(node))
    if number > 2**31 - 1:
        return Typed(f"CAST({number} AS BIGINT)", BIGINT, number)
    return Typed(str(number), INTEGER, number)


@compiles(exp.Boolean)
def boolean(_ex: "Expressions", node: exp.Boolean) -> Typed:
    return Typed("TRUE" if node.this else "FALSE", BOOLEAN, bool(node.this))


@compiles(exp.Null)
def null(_ex: "Expressions", _node: exp.Null) -> Typed:
    return Typed("NULL", UNKNOWN)


@compiles(exp.HexString)
def hex_string(_ex: "Expressions", node: exp.HexString) -> Typed:
    digits = re.sub(r"\s", "", node.name)
    if len(digits) % 2:
        message = "Binary literal must contain an even number of digits"
        raise SqlError("INVALID_LITERAL", message, position(node))
    return Typed(f"unhex({literal(digits)})", VARBINARY)


@compiles(exp.UnicodeString)
def unicode_string(_ex: "Expressions", node: exp.UnicodeString) -> Typed:
    mark = re.escape(node.args["escape"].name if node.args.get("escape") else "\\")
    pattern = rf"{mark}\+([0-9A-Fa-f]{{6}})|{mark}([0-9A-Fa-f]{{4}})|{mark}({mark})"
    value = re.sub(pattern, lambda m: m[3] or chr(int(m[1] or m[2], 16)), node.name)
    return Typed(literal(value), Type("varchar", (len(value),)), value)


@compiles(exp.ParseJSON)
def json_literal(ex: "Expressions", node: exp.ParseJSON) -> Typed:
    text = ex.compile(node.this)
    try:
        json.loads(str(text.value))
    except ValueError as error:
        raise no_literal(str(text.value), "json", node) from error
    return Typed(f"CAST(p_json_parse({text.sql}) AS JSON)", JSON)


@compiles(exp.Placeholder)
def placeholder(_ex: "Expressions", node: exp.Placeholder) -> Typed:
    raise SqlError(
        "INVALID_PARAMETER_USAGE", "Incorrect number of parameters: expected more parameters", position(node)
    )


_UNITS = {"year": 12, "month": 1, "day": 86400, "hour": 3600, "minute": 60, "second": 1, "week": 7 * 86400}


@compiles(exp.Interval)
def interval(ex: "Expressions", node: exp.Interval) -> Typed:
    """`INTERVAL '2' DAY`, `INTERVAL '1-2' YEAR TO MONTH`, `INTERVAL '1 02:03:04' DAY TO SECOND`."""
    written, unit = node.this.name.strip(), node.args.get("unit")
    if unit is None and not node.this.is_string:  # sqlglot reads `INTERVAL '1' DAY + 1` as a sum of intervals
        return ex.compile(node.this)
    if unit is None and isinstance(node.parent, exp.Binary) and written.isdigit():
        return ex.compile(exp.Literal.number(written))
    if unit is None:
        raise SqlError("TYPE_NOT_FOUND", "Unknown type: interval", position(node))
    sign = -1 if written.startswith("-") else 1
    body = written.lstrip("+-")
    span = isinstance(unit, exp.IntervalSpan)
    first = (unit.this if span else unit).name.lower().rstrip("s")
    if first not in _UNITS:
        raise SqlError("INVALID_LITERAL", f"Invalid INTERVAL field: {first}")
    try:
        if first in ("year", "month"):
            years, _, months = body.partition("-") if span else (body, "", "0")
            total = int(years) * _UNITS[first] + int(months or 0)
            return Typed(f"to_months({sign * total})", INTERVAL_YEAR)
        seconds = _span_seconds(body, first) if span else Decimal(body) * _UNITS[first]
    except (ValueError, InvalidOperation) as error:
        raise no_literal(written, "interval", node) from error
    return Typed(f"to_milliseconds({sign * int(seconds * 1000)})", INTERVAL_DAY)


def _span_seconds(body: str, first: str) -> Decimal:
    units = ["day", "hour", "minute", "second"]
    numbers = re.split(r"[ :]", body)
    parts = zip(numbers, units[units.index(first) :], strict=False)
    return sum((Decimal(n) * _UNITS[u] for n, u in parts), Decimal(0))


@compiles(exp.Array)
def array(ex: "Expressions", node: exp.Array) -> Typed:
    if not node.expressions:
        return Typed("[]", array_of(UNKNOWN))
    values, kind = ex.unify([ex.compile(n) for n in node.expressions], node.expressions, "All ARRAY elements")
    return Typed("[" + ", ".join(v.sql for v in values) + "]", array_of(kind))


@compiles(exp.Tuple)
def row(ex: "Expressions", node: exp.Tuple) -> Typed:
    return ex.compile(exp.Anonymous(this="row", expressions=[n.copy() for n in node.expressions]))


@compiles(exp.Paren)
def paren(ex: "Expressions", node: exp.Paren) -> Typed:
    value = ex.compile(node.this)
    return Typed(f"({value.sql})", value.type, value.value, value.parts)


@compiles(exp.Neg)
def negative(ex: "Expressions", node: exp.Neg) -> Typed:
    least = exp.Literal.number(2**63)
    value = Typed("9223372036854775808", BIGINT, 2**63) if node.this == least else ex.compile(node.this)
    if not (value.type.is_number or value.type.name.startswith("interval") or value.type == UNKNOWN):
        raise SqlError("TYPE_MISMATCH", f"Cannot negate {value.type}", position(node))
    number = -value.value if isinstance(value.value, int) else None
    if number in (-(2**31), -(2**63)):  # DuckDB takes the digits for those of a wider type
        kind = INTEGER if number == -(2**31) else BIGINT
        return Typed(f"CAST({number} AS {kind.duckdb()})", kind, number)
    return Typed(f"(-{value.sql})", value.type, number)


@compiles(exp.Cast, exp.TryCast)
def cast(ex: "Expressions", node: exp.Cast) -> Typed:
    safe = isinstance(node, exp.TryCast)
    value = ex.compile_safely(node.this) if safe else ex.compile(node.this)
    target = to_type(node.to, position(node))
    if target.name.startswith("timestamp"):
        if value.type.name == target.name == "timestamp with time zone":
            target = Type(target.name, (target.scale, value.type.zone))
        elif value.value and isinstance(node.this, exp.Literal):
            if target.name == "timestamp with time zone":
                written = zones.spelled(str(value.value))
                value = Typed(literal(written), value.type, written)
            target = casts.literal_zone(target, str(value.value))
    if node.meta.get("literal"):
        return typed_literal(node, value, target)
    return casts.cast(value, target, safe or ex.safe, position(node))
