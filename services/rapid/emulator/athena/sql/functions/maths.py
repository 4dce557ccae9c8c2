"""Mathematical and bitwise functions: https://trino.io/docs/current/functions/math.html."""

from itertools import pairwise

from rapid.emulator.athena.sql.operators import arithmetic
from rapid.emulator.athena.sql.registry import SCALARS, Call, declare, special
from rapid.emulator.athena.sql.scope import Typed
from rapid.emulator.athena.sql.types import BIGINT, DOUBLE, MAX_DECIMAL, REAL, UNKNOWN, as_decimal, common, decimal

declare(
    SCALARS,
    """
    abs(num) -> num = abs({0})
    acos(double) -> double = t_acos({0})
    asin(double) -> double = t_asin({0})
    atan(double) -> double = atan({0})
    atan2(double, double) -> double = atan2({0}, {1})
    cbrt(double) -> double = t_cbrt({0})
    cos(double) -> double = cos({0})
    cosh(double) -> double = cosh({0})
    sin(double) -> double = sin({0})
    sinh(double) -> double = sinh({0})
    tan(double) -> double = tan({0})
    tanh(double) -> double = tanh({0})
    degrees(double) -> double = degrees({0})
    radians(double) -> double = radians({0})
    e() -> double = exp(CAST(1 AS DOUBLE))
    pi() -> double = pi()
    infinity() -> double = CAST('inf' AS DOUBLE)
    nan() -> double = CAST('nan' AS DOUBLE)
    is_nan(double) -> boolean = isnan({0})
    is_finite(double) -> boolean = isfinite({0})
    is_infinite(double) -> boolean = isinf({0})
    exp(double) -> double = exp({0})
    ln(double) -> double = t_ln({0})
    log2(double) -> double = (t_ln({0}) / ln(CAST(2 AS DOUBLE)))
    log10(double) -> double = t_log10({0})
    log(double, double) -> double = (t_ln({1}) / t_ln({0}))
    pow(double, double) -> double = pow({0}, {1})
    power(double, double) -> double = pow({0}, {1})
    sqrt(double) -> double = t_sqrt({0})
    sign(int) -> int = CAST(sign({0}) AS BIGINT)
    sign(dec) -> decimal(1,0) = CAST(sign({0}) AS DECIMAL(1,0))
    sign(double) -> double = CASE WHEN isnan({0}) THEN {0} ELSE CAST(sign({0}) AS DOUBLE) END
    random() -> double = random()
    rand() -> double = random()
    random(int) -> int = t_random({0})
    rand(int) -> int = t_random({0})
    random(int, int) -> int = t_random_in({0}, {1})
    rand(int, int) -> int = t_random_in({0}, {1})
    width_bucket(double, double, double, bigint) -> bigint = t_width_bucket({0}, {1}, {2}, {3})
    width_bucket(double, array(double)) -> bigint = t_bucket_of({0}, {1})
    bitwise_and(bigint, bigint) -> bigint = ({0} & {1})
    bitwise_or(bigint, bigint) -> bigint = ({0} | {1})
    bitwise_xor(bigint, bigint) -> bigint = xor({0}, {1})
    bitwise_not(bigint) -> bigint = (~ CAST({0} AS BIGINT))
    bit_count(bigint, bigint) -> bigint = t_bit_count({0}, {1})
    to_base(bigint, bigint) -> varchar = t_to_base({0}, {1})
    cosine_similarity(array(double), array(double)) -> double = list_cosine_similarity({0}, {1})
    """,
)


_BITS = {"tinyint": 8, "smallint": 16, "integer": 32, "bigint": 64}
_SHIFTS = {
    "bitwise_left_shift": "t_left({}, {}, {})",
    "bitwise_right_shift": "t_right({}, {}, {})",
    "bitwise_right_shift_arithmetic": "t_right_arithmetic({}, {})",
    "bitwise_arithmetic_shift_right": "t_right_arithmetic({}, {})",
}


@special(*_SHIFTS)
def shift(call: Call) -> Typed:
    """Within the bits of the value's type: `bitwise_left_shift(TINYINT '1', 7)` is -128."""
    call.count(2)
    value = call.typed(0)
    if not value.type.is_integer:
        raise call.wrong_arguments()
    made = _SHIFTS[call.name].format(value.sql, call.cast(1, BIGINT), _BITS[value.type.name])
    return Typed(f"CAST({made} AS {value.type.duckdb()})", value.type)


@special("ceil", "ceiling", "floor")
def ceil_floor(call: Call) -> Typed:
    call.count(1)
    value = call.typed(0)
    function = "floor" if call.name == "floor" else "ceil"
    if value.type.is_integer:
        return value
    if value.type.name == "decimal":
        precision, scale = value.type.args
        kind = decimal(precision - scale + min(scale, 1), 0)
        return Typed(f"CAST({function}({value.sql}) AS {kind.duckdb()})", kind)
    if value.type.name == "real":
        return Typed(f"CAST({function}({value.sql}) AS FLOAT)", value.type)
    return Typed(f"{function}({call.cast(0, DOUBLE)})", DOUBLE)


@special("truncate")
def truncate(call: Call) -> Typed:
    """Towards zero; a decimal keeps its scale when the digits are given."""
    given, value = call.count(1, 2), call.typed(0)
    if value.type.is_integer:
        value = call.compiler.coerce(value, as_decimal(value.type))
    if value.type.name == "decimal":
        precision, scale = value.type.args
        if given == 2:
            digits = f"CAST({call.cast(1, BIGINT)} AS INTEGER)"
            return Typed(f"CAST(trunc({value.sql}, {digits}) AS {value.type.duckdb()})", value.type)
        kind = decimal(max(precision - scale, 1), 0)
        return Typed(f"CAST(trunc({value.sql}) AS {kind.duckdb()})", kind)
    if given == 2:
        raise call.wrong_arguments()
    if value.type == REAL:
        return Typed(f"trunc({value.sql})", REAL)
    return Typed(f"trunc({call.cast(0, DOUBLE)})", DOUBLE)


@special("mod")
def modulus(call: Call) -> Typed:
    """The operator `%` by name."""
    call.count(2)
    left, right = call.typed(0), call.typed(1)
    if not all(side.type.is_number or side.type == UNKNOWN for side in (left, right)):
        raise call.wrong_arguments()
    return arithmetic(call.compiler, "%", left, right, call.node)


@special("round")
def round_(call: Call) -> Typed:
    """Half away from zero; a decimal keeps its scale when the digits are given, a double its type."""
    digits = call.cast(1, BIGINT) if call.count(1, 2) == 2 else "0"
    value = call.typed(0)
    if value.type.name == "decimal":
        precision, scale = value.type.args
        kind = decimal(precision + 1, scale) if digits != "0" else decimal(precision - scale + min(scale, 1), 0)
        wide = f"CAST({value.sql} AS DECIMAL({min(precision + 1, MAX_DECIMAL)},{scale}))"  # 99.9 to -2 digits is 100
        return Typed(f"CAST(round({wide}, CAST({digits} AS INTEGER)) AS {kind.duckdb()})", kind)
    if value.type.is_integer:
        if digits == "0":
            return value
        return Typed(f"CAST(round({value.sql}, CAST({digits} AS INTEGER)) AS {value.type.duckdb()})", value.type)
    if not value.type.is_number and value.type.name != "unknown":
        raise call.wrong_arguments()
    kind = value.type if value.type.name == "real" else DOUBLE
    return Typed(f"CAST(round(CAST({value.sql} AS DOUBLE), CAST({digits} AS INTEGER)) AS {kind.duckdb()})", kind)


@special("greatest", "least")
def extreme(call: Call) -> Typed:
    """The largest or smallest; NULL if any is NULL (DuckDB skips NULLs), NaN only if all are."""
    values = call.all()
    if not values:
        raise call.wrong_arguments()
    for one, two in pairwise(values):
        if common(one.type, two.type) is None:
            raise call.wrong_arguments()
    values, kind = call.compiler.unify(values, call.arguments)
    nulls = " OR ".join(f"{v.sql} IS NULL" for v in values)
    found = f"{call.name}({', '.join(v.sql for v in values)})"
    if call.name == "greatest" and kind in (REAL, DOUBLE):  # DuckDB has NaN as the largest
        found = f"(-least({', '.join(f'-({v.sql})' for v in values)}))"
    return Typed(f"CASE WHEN {nulls} THEN NULL ELSE {found} END", kind)
