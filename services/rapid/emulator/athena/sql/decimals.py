"""Decimal arithmetic: Trino's result types, every digit exact, quotients rounded half away from zero.

Types: https://trino.io/docs/current/functions/decimal.html (read 2026-11). DuckDB computes what its DECIMAL holds; a
quotient of at most 15 digits is one division of doubles, which is exact there: integers below 2^52 divide to something
nearer to a half than to the next double only if it is that half. Longer ones are divided as integers of 128 bits. What
needs more than 38 digits on its way goes row by row through `exactly`, which the engine registers as `t_decimal` and
`t_decimal_or_null`.
"""

from decimal import Decimal

from rapid.emulator.athena.sql.errors import Position, SqlError
from rapid.emulator.athena.sql.scope import Typed
from rapid.emulator.athena.sql.types import MAX_DECIMAL, Type, as_decimal, decimal

DOUBLE_DIGITS = 15
"""Integers of so many digits are below 2^52."""
LONG_DIGITS = 18
"""Decimals of so many digits are integers of 64 bits, in DuckDB and in Trino."""
EXACT_POWER = 22
"""Largest power of ten that is a double."""
LIMIT = 10**MAX_DECIMAL


def exactly(operator: str, left: str, right: str, scale: int) -> str:
    """`left operator right` in integers, with `scale` digits after the point: what both have at most.

    Raises:
        ValueError: NUMERIC_VALUE_OUT_OF_RANGE if the result has more than 38 digits.
    """
    (one, one_scale), (two, two_scale) = _integer(left), _integer(right)
    if operator == "/":
        whole, rest = divmod(abs(one) * 10 ** (scale - one_scale + two_scale), abs(two))
        digits = whole + (2 * rest >= abs(two))
        digits = -digits if (one < 0) != (two < 0) else digits
    else:
        one, two = one * 10 ** (scale - one_scale), two * 10 ** (scale - two_scale)
        if operator == "%":
            digits = abs(one) % abs(two) * (-1 if one < 0 else 1)
        else:
            digits = one + two if operator == "+" else one - two
    if abs(digits) >= LIMIT:
        raise ValueError("NUMERIC_VALUE_OUT_OF_RANGE: Decimal overflow")
    text = f"{abs(digits):0{scale + 1}d}"
    return f"{'-' if digits < 0 else ''}{text[: len(text) - scale]}.{text[len(text) - scale :]}"


def _integer(text: str) -> tuple[int, int]:
    """All digits as an integer, and how many of them come after the point."""
    whole, _, fraction = text.partition(".")
    return int(whole + fraction), len(fraction)


def arithmetic(operator: str, left: Typed, right: Typed, safe: bool, where: Position | None) -> Typed:
    """`left operator right`, one a decimal, the other a decimal or an integer.

    Raises:
        SqlError: the product would have more than 38 digits after the point.
    """
    left, right = _as_decimal(left), _as_decimal(right)
    (p1, s1), (p2, s2) = left.type.args, right.type.args
    scale, whole = max(s1, s2), max(p1 - s1, p2 - s2)
    if operator == "*":
        if s1 + s2 > MAX_DECIMAL:
            message = f"DECIMAL scale must be in range [0, precision ({MAX_DECIMAL})]: {s1 + s2}"
            raise SqlError("INVALID_FUNCTION_ARGUMENT", message, where)
        kind = decimal(p1 + p2, s1 + s2)
        return Typed(_product(left, right, kind), kind)
    if operator == "/":
        return quotient(left, right, safe)
    if operator == "%":
        kind = decimal(min(p1 - s1, p2 - s2) + scale, scale)
        right = Typed(_divisor(right.sql, safe), right.type)
    else:
        kind = decimal(whole + scale + 1, scale)
    if operator == "%" and whole + scale > MAX_DECIMAL:
        return Typed(_in_integers("%", left, right, 0, kind, scale, safe), kind)
    if whole + scale > MAX_DECIMAL:
        return Typed(_slow(operator, left, right, kind.duckdb(), scale, safe), kind)
    wide = f"DECIMAL({min(whole + scale + (operator != '%'), MAX_DECIMAL)},{scale})"
    return Typed(f"CAST(CAST({left.sql} AS {wide}) {operator} CAST({right.sql} AS {wide}) AS {kind.duckdb()})", kind)


def _product(left: Typed, right: Typed, kind: Type) -> str:
    """DuckDB gives two factors of up to 18 digits a product of 18: as fast as integers, where it is enough."""
    fast, wide = f"CAST({left.sql} * {right.sql} AS {kind.duckdb()})", f"DECIMAL({MAX_DECIMAL},{left.type.args[1]})"
    slow = f"CAST(CAST({left.sql} AS {wide}) * {right.sql} AS {kind.duckdb()})"
    (p1, s1), (p2, s2) = left.type.args, right.type.args
    if max(p1, p2, s1 + s2) > LONG_DIGITS:
        return slow
    if p1 + p2 <= LONG_DIGITS:
        return fast
    more = p1 + p2 - LONG_DIGITS
    room = [(left, p1 - more // 2), (right, p2 - (more + 1) // 2)]
    if any(digits <= side.type.args[1] for side, digits in room):
        return slow
    fits = [f"abs({side.sql}) < {_power(digits - side.type.args[1], 0)}" for side, digits in room]
    return f"CASE WHEN {' AND '.join(fits)} THEN {fast} ELSE {slow} END"


def quotient(left: Typed, right: Typed, safe: bool) -> Typed:
    """`left / right` of two decimals; by zero it is NULL if `safe`, an error otherwise."""
    (p1, s1), s2 = left.type.args, right.type.args[1]
    scale = max(s1, s2)
    shift = scale - s1 + s2
    kind = decimal(p1 + shift, scale)
    below = Typed(_divisor(right.sql, safe), right.type)
    slow = _in_integers("/", left, below, shift, kind, scale, safe)
    if max(s1, s2) > EXACT_POWER or shift >= DOUBLE_DIGITS:
        return Typed(slow, kind)
    divided = f"round({_digits(left)} * 1e{shift} / {_digits(below)})"
    unit = _power(-scale, scale)
    fast = f"CAST(CAST({divided} AS BIGINT) * {unit} AS {kind.duckdb()})"
    fits = [
        f"abs({side.sql}) < {_power(digits - side.type.args[1], side.type.args[1])}"
        for side, digits in ((left, DOUBLE_DIGITS - shift), (right, DOUBLE_DIGITS))
        if side.type.args[0] > digits
    ]
    return Typed(f"CASE WHEN {' AND '.join(fits)} THEN {fast} ELSE {slow} END" if fits else fast, kind)


def _as_decimal(value: Typed) -> Typed:
    kind = as_decimal(value.type)
    return value if value.type == kind else Typed(f"CAST({value.sql} AS {kind.duckdb()})", kind)


def _power(exponent: int, scale: int) -> str:
    """A power of ten as a decimal, in plain digits: DuckDB reads no exponent into a DECIMAL(38,38)."""
    precision = min(scale + max(exponent, 0) + 1, MAX_DECIMAL)
    return f"CAST('{Decimal(1).scaleb(exponent):f}' AS DECIMAL({precision},{scale}))"


def _divisor(sql: str, safe: bool) -> str:
    return f"nullif({sql}, 0)" if safe else f"t_divisor({sql})"


def _digits(value: Typed) -> str:
    """All digits as a double, exact up to 15 of them: twice rounded, and still nearest to the same integer."""
    return f"round(CAST({value.sql} AS DOUBLE) * 1e{value.type.args[1]})"


def _in_integers(operator: str, left: Typed, right: Typed, shift: int, kind: Type, scale: int, safe: bool) -> str:
    """Division in integers of 128 bits where all digits fit into one, row by row in Python where they do not."""
    slow = _slow(operator, left, right, kind.duckdb(), scale, safe)
    s1, s2 = left.type.args[1], right.type.args[1]
    up, down = (shift, 0) if operator == "/" else (scale - s1, scale - s2)
    if max(up, down) >= MAX_DECIMAL:
        return slow
    sides = [f"t_digits({side.sql}) * {10**by}::HUGEINT" for side, by in ((left, up), (right, down))]
    function = ("t_huge_quotient" if operator == "/" else "t_huge_rest") + ("_or_null" if safe else "")
    unit = _power(-scale, scale)
    exact = f"CAST(CAST({function}({', '.join(sides)}) AS DECIMAL({MAX_DECIMAL},0)) * {unit} AS {kind.duckdb()})"
    fits = [
        f"abs({side.sql}) < {_power(MAX_DECIMAL - by - digits, digits)}"
        for side, by, (precision, digits) in ((left, up, left.type.args), (right, down, right.type.args))
        if precision + by > MAX_DECIMAL
    ]
    return f"CASE WHEN {' AND '.join(fits)} THEN {exact} ELSE {slow} END" if fits else exact


def _slow(operator: str, left: Typed, right: Typed, kind: str, scale: int, safe: bool) -> str:
    function = "t_decimal_or_null" if safe else "t_decimal"
    sides = ", ".join(f"CAST({side.sql} AS VARCHAR)" for side in (left, right))
    return f"CAST({function}('{operator}', {sides}, {scale}) AS {kind})"


def average(call: str, argument: Typed, after: str) -> Typed:
    """The sum through the count, with the type of the argument; DuckDB's own is a double.

    Args:
        call: what stands before the argument, DISTINCT or nothing.
        argument: a decimal.
        after: FILTER and OVER.
    """
    total = Typed(f"sum({call}{argument.sql}){after}", decimal(MAX_DECIMAL, argument.type.args[1]))
    count = Typed(f"CAST(count({call}{argument.sql}){after} AS DECIMAL(19,0))", decimal(19, 0))
    return Typed(f"CAST({quotient(total, count, safe=True).sql} AS {argument.type.duckdb()})", argument.type)
