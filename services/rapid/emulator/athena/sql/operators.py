"""Arithmetic as Trino computes it: integers stay integers, decimals keep exact scales, zero divisors fail.

Rules: https://trino.io/docs/current/functions/math.html and .../decimal.html (read 2026-11).
"""

from typing import TYPE_CHECKING

from sqlglot import exp

from rapid.emulator.athena.sql import decimals, offsets, zones
from rapid.emulator.athena.sql.scope import Typed
from rapid.emulator.athena.sql.types import (
    DATE,
    INTERVAL_DAY,
    UNKNOWN,
    Type,
    common,
)

if TYPE_CHECKING:
    from rapid.emulator.athena.sql.expressions import Expressions


def arithmetic(compiler: "Expressions", operator: str, left: Typed, right: Typed, node: exp.Expr) -> Typed:
    """`left operator right`.

    Raises:
        SqlError: TYPE_MISMATCH if Trino has no such operator.
    """
    if left.type == UNKNOWN and right.type == UNKNOWN:
        return Typed("NULL", UNKNOWN)
    if not (left.type.is_number and right.type.is_number):
        if UNKNOWN in (left.type, right.type) and (left.type.is_number or right.type.is_number):
            kind = right.type if left.type == UNKNOWN else left.type
            return Typed(f"CAST(NULL AS {kind.duckdb()})", kind)
        timed = _times(operator, left, right)
        if timed is None:
            raise compiler.operator_error(operator, left, right, node)
        return timed
    shared = common(left.type, right.type)
    assert shared is not None  # noqa: S101 - numbers always have one
    if shared.name == "decimal":
        return decimals.arithmetic(operator, left, right, compiler.safe, compiler.operator_position(node))
    return _numbers(
        operator, _widened(compiler, left, shared), _widened(compiler, right, shared), shared, compiler.safe
    )


def _widened(compiler: "Expressions", value: Typed, kind: Type) -> Typed:
    """A side as the type of the result; a literal adapts by itself."""
    if value.type.is_integer and kind.is_integer and value.type != kind and value.value is None:
        return Typed(f"CAST({value.sql} AS {kind.duckdb()})", kind)
    return compiler.coerce(value, kind)


def _numbers(operator: str, left: Typed, right: Typed, kind: Type, safe: bool) -> Typed:
    if kind.is_integer and operator in "/%":
        if isinstance(right.value, int) and right.value:
            sql = f"({left.sql} {'//' if operator == '/' else '%'} {right.sql})"
        elif safe:
            sql = f"({left.sql} {'//' if operator == '/' else '%'} nullif({right.sql}, 0))"
        else:
            sql = f"{'t_div' if operator == '/' else 't_mod'}({left.sql}, {right.sql})"
        return Typed(sql, kind)
    if kind.name in ("tinyint", "smallint"):
        sides = [f"CAST({side.sql} AS {kind.duckdb()})" for side in (left, right)]
        return Typed(f"({sides[0]} {operator} {sides[1]})", kind)
    if operator == "%":
        return Typed(f"fmod({left.sql}, {right.sql})", kind)
    return Typed(f"({left.sql} {operator} {right.sql})", kind)


def _times(operator: str, left: Typed, right: Typed) -> Typed | None:
    """Arithmetic with dates, times and intervals; None if Trino has no such operator."""
    one, two = left.type.name, right.type.name
    if operator == "+" and one.startswith("interval") and not two.startswith("interval"):
        return _times("+", right, left) if not right.type.is_number else None
    if one.startswith("interval") and one == two and operator in "+-":
        return Typed(f"({left.sql} {operator} {right.sql})", left.type)
    if operator == "*" and one.startswith("interval") != two.startswith("interval"):
        interval, number = (left, right) if one.startswith("interval") else (right, left)
        return Typed(f"({interval.sql} * {number.sql})", interval.type) if number.type.is_number else None
    if operator == "/" and one.startswith("interval") and right.type.is_number:
        return Typed(f"({left.sql} / {right.sql})", left.type)
    zoned = "timestamp with time zone"
    if operator == "-" and {one, two} <= {"date", "timestamp", zoned}:
        start, end = (zones.moment(s) if s.type.name == zoned else f"CAST({s.sql} AS TIMESTAMP)" for s in (left, right))
        return Typed(f"to_microseconds(epoch_us({start}) - epoch_us({end}))", INTERVAL_DAY)
    if operator == "-" and one == two == "time":
        return Typed(f"to_microseconds(epoch_us({left.sql}) - epoch_us({right.sql}))", INTERVAL_DAY)
    if operator not in "+-" or not two.startswith("interval"):
        return None
    if one == "date":
        step = right.sql if right.type != INTERVAL_DAY else f"t_whole_days({right.sql})"
        return Typed(f"CAST({left.sql} {operator} {step} AS DATE)", DATE)
    if one == offsets.NAME and right.type == INTERVAL_DAY:
        return offsets.at_clock(left, f"({offsets.clock(left)} {operator} {right.sql})", max(left.type.scale, 3))
    if one == "time":
        return Typed(f"({left.sql} {operator} {right.sql})", Type("time", (max(left.type.scale, 3),)))
    if right.type == INTERVAL_DAY and one in ("timestamp", zoned):  # the interval has milliseconds
        left = Typed(left.sql, Type(one, (max(left.type.scale, 3), *left.type.args[1:])))
    if one == "timestamp":
        return Typed(f"({left.sql} {operator} {right.sql})", left.type)
    if one == zoned and right.type == INTERVAL_DAY:
        return zones.at_moment(left, f"({zones.moment(left)} {operator} {right.sql})")
    if one == zoned:
        return zones.at_wall(left, f"({zones.wall(left)} {operator} {right.sql})")
    return None
