"""Decimal arithmetic against Python's `decimal`: every digit and every type, near all limits.

Result types: https://trino.io/docs/current/functions/decimal.html#binary-arithmetic-decimal-operators.
"""

import tempfile
from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rapid.emulator.athena.engine import Engine
from rapid.emulator.athena.sql.compiler import compile_query
from rapid.emulator.athena.sql.errors import SqlError

_FOLDER = tempfile.TemporaryDirectory()  # removed when this process ends
ENGINE = Engine([], Path(_FOLDER.name))
CONTEXT = Context(prec=400, rounding=ROUND_HALF_UP, Emin=-999, Emax=999)


@st.composite
def decimals(draw: st.DrawFn) -> tuple[int, int, Decimal]:
    """Precision, scale and a value, as often short as filling its type."""
    precision = draw(st.integers(1, 38))
    scale = draw(st.integers(0, precision))
    digits = draw(st.integers(0, 10 ** draw(st.integers(1, precision)) - 1))
    return precision, scale, Decimal(draw(st.sampled_from((1, -1))) * digits).scaleb(-scale, CONTEXT)


def expected(operator: str, left: tuple[int, int, Decimal], right: tuple[int, int, Decimal]) -> tuple[str, object]:
    """Type and value, or the error's code."""
    (p1, s1, one), (p2, s2, two) = left, right
    scale = max(s1, s2)
    if operator == "*":
        precision, scale, value = p1 + p2, s1 + s2, CONTEXT.multiply(one, two)
        if scale > 38:
            return "", "INVALID_FUNCTION_ARGUMENT"
    elif operator in "/%" and two == 0:
        return "", "DIVISION_BY_ZERO"
    elif operator == "/":
        precision = p1 + s2 + max(0, s2 - s1)
        value = CONTEXT.quantize(CONTEXT.divide(one, two), Decimal(1).scaleb(-scale))
    elif operator == "%":
        precision, value = min(p2 - s2, p1 - s1) + scale, CONTEXT.remainder(one, two)
    else:
        precision = scale + max(p1 - s1, p2 - s2) + 1
        value = CONTEXT.add(one, two) if operator == "+" else CONTEXT.subtract(one, two)
    precision = min(38, precision)
    if abs(value) >= Decimal(10) ** (precision - scale):
        return "", "NUMERIC_VALUE_OUT_OF_RANGE"
    return f"decimal({precision},{scale})", value


def computed(sql: str) -> tuple[str, object]:
    try:
        query = compile_query(sql, None, "default")  # type: ignore[arg-type]
        with ENGINE.connection() as connection:
            return str(query.columns[0].type), connection.rows(query.sql)[0][0]
    except SqlError as error:
        return "", error.code


def column(side: tuple[int, int, Decimal]) -> str:
    return f"CAST('{side[2]:f}' AS DECIMAL({side[0]},{side[1]}))"


def test_a_product_of_short_decimals_may_be_long() -> None:
    left, right = (18, 2, Decimal("9999999999999999.99")), (18, 4, Decimal("-99999999999999.9999"))
    assert computed(f"SELECT {column(left)} * {column(right)}") == expected("*", left, right)


@settings(max_examples=300, deadline=None)
@example("/", (38, 38, Decimal(0)), (1, 1, Decimal(0)))
@given(st.sampled_from("+-*/%"), decimals(), decimals())
def test_arithmetic_is_exact(operator: str, left: tuple[int, int, Decimal], right: tuple[int, int, Decimal]) -> None:
    sql = f"SELECT a {operator} b FROM (VALUES ({column(left)}, {column(right)})) AS t(a, b)"
    assert computed(sql) == expected(operator, left, right)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 38), st.data())
def test_an_average_is_exact(precision: int, data: st.DataObject) -> None:
    scale = data.draw(st.integers(0, precision))
    limit = (10**precision - 1) // 8
    values = data.draw(st.lists(st.integers(-limit, limit), min_size=1, max_size=8))
    rows = ", ".join(column((precision, scale, Decimal(v).scaleb(-scale, CONTEXT))) for v in values)
    mean = CONTEXT.divide(Decimal(sum(values)).scaleb(-scale, CONTEXT), Decimal(len(values)))
    answer = CONTEXT.quantize(mean, Decimal(1).scaleb(-scale))
    assert computed(f"SELECT avg(x) FROM (VALUES {rows}) AS t(x)") == (f"decimal({precision},{scale})", answer)


@pytest.mark.parametrize("operator", ["/", "%"])
@pytest.mark.parametrize("one", ["1", "DECIMAL '12345678901234567890123456789012345678'"])
def test_division_by_zero_is_null_inside_try(operator: str, one: str) -> None:
    assert computed(f"SELECT TRY({one} {operator} CAST(0 AS DECIMAL(38,10)))")[1] is None


def test_a_quotient_beyond_38_digits_is_null_inside_try() -> None:
    quotient = "DECIMAL '12345678901234567890123456789012345678' / DECIMAL '0.01'"
    assert computed(f"SELECT {quotient}") == ("", "NUMERIC_VALUE_OUT_OF_RANGE")
    assert computed(f"SELECT TRY({quotient})")[1] is None
