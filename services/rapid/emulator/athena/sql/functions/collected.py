"""Aggregates computed over the list of all values: https://trino.io/docs/current/functions/aggregate.html."""

from decimal import Decimal

from sqlglot import exp

from rapid.emulator.athena.sql.computed.tdigest import FEW
from rapid.emulator.athena.sql.functions import arrays
from rapid.emulator.athena.sql.registry import Aggregation, Call, collecting
from rapid.emulator.athena.sql.scope import Typed
from rapid.emulator.athena.sql.types import BIGINT, DOUBLE, REAL, Type, array_of, map_of


@collecting("reduce_agg")
def reduce_agg(call: Call, parts: Aggregation) -> Typed:
    """`reduce_agg(value, start, input function, combine function)`, the values in any order, NULLs left out."""
    call.count(4)
    value = call.typed(0)
    collected = f"list_filter({parts.collect(value.sql)}, lambda e: e IS NOT NULL)"
    return arrays.reduced(call, Typed(collected, array_of(value.type)), 1, 2)


@collecting("numeric_histogram")
def numeric_histogram(call: Call, parts: Aggregation) -> Typed:
    given = call.count(2, 3)
    kind = REAL if call.typed(1).type.is_integer or call.typed(1).type == REAL else DOUBLE
    value = call.cast(1, DOUBLE)
    weight = call.cast(2, DOUBLE) if given == 3 else f"CASE WHEN {value} IS NOT NULL THEN 1.0 END"
    buckets = f"CAST({call.typed(0).sql} AS BIGINT)"
    sql = f"p_numeric_histogram({buckets}, {parts.collect(value)}, {parts.collect(weight)})"
    made = map_of(kind, kind)
    return Typed(f"CAST({sql} AS {made.duckdb()})", made)


@collecting("entropy")
def entropy(call: Call, parts: Aggregation) -> Typed:
    """Of counts, in bits: https://trino.io/docs/current/functions/aggregate.html#entropy."""
    call.count(1)
    value = call.cast(0, DOUBLE)
    total = f"sum({parts.distinct}{value}){parts.after}"
    logs = f"sum({parts.distinct}CASE WHEN {value} > 0 THEN {value} * log2({value}) ELSE 0 END){parts.after}"
    return Typed(f"t_entropy({total}, {logs})", DOUBLE)


@collecting("skewness")
def skewness(call: Call, parts: Aggregation) -> Typed:
    """Of the population, where DuckDB gives that of a sample."""
    call.count(1)
    value = call.cast(0, DOUBLE)
    count, sample = (f"{name}({parts.distinct}{value}){parts.after}" for name in ("count", "skewness"))
    return Typed(f"t_skewness({count}, {sample})", DOUBLE)


@collecting("approx_percentile")
def approx_percentile(call: Call, parts: Aggregation) -> Typed:
    """What Trino's digest says of few values, the exact one of many.

    The arguments are `(x, [weight,] percentile or array [, accuracy])`.
    """
    given = call.count(2, 3, 4)
    value, second = call.typed(0), call.typed(1)
    weighted = given > 2 and (call.typed(2).type.name == "array" or _weighs(call, given))
    share = call.typed(2) if weighted else second
    many = share.type.name == "array"
    if not value.type.is_number or not (many or share.type.is_number):
        raise call.wrong_arguments()
    value = call.compiler.coerce(value, _percentile_type(value.type))
    kind: Type = array_of(value.type) if many else value.type
    shares = call.compiler.coerce(share, array_of(DOUBLE) if many else DOUBLE).sql
    number = call.compiler.coerce(value, DOUBLE).sql
    weights = parts.collect(call.compiler.coerce(second, DOUBLE).sql) if weighted else "[]"
    exact = _exact(call, parts, value, shares, many) if not weighted else None
    few = _digested(parts.collect(number), weights, shares, kind)
    if exact is None:
        exact = _of_list(f"p_weighted({parts.collect(number)}, {weights}, {shares if many else f'[{shares}]'})", kind)
    return Typed(
        f"CASE WHEN count({parts.distinct}{value.sql}){parts.after} <= {FEW} THEN {few} ELSE {exact} END", kind
    )


def _digested(values: str, weights: str, shares: str, kind: Type) -> str:
    """Integers are rounded half up."""
    many, element = kind.name == "array", kind.args[0] if kind.name == "array" else kind
    found = f"p_tdigest({values}, {weights}, {shares if many else f'[{shares}]'})"
    if element.is_integer:
        found = f"list_transform({found}, lambda e: floor(e + 0.5))"
    return _of_list(found, kind)


def _of_list(found: str, kind: Type) -> str:
    return f"CAST({found if kind.name == 'array' else f'list_extract({found}, 1)'} AS {kind.duckdb()})"


def _exact(call: Call, parts: Aggregation, value: Typed, shares: str, many: bool) -> str:
    known = _descending(call, call.arguments[1])
    if known is not None:
        return f"quantile_disc({parts.distinct}{value.sql}, {known}){parts.after}"
    ordered = f"list_sort({parts.collect(value.sql)}, 'ASC', 'NULLS LAST')"
    return f"t_percentile{'s' if many else ''}({ordered}, {shares})"


def _percentile_type(kind: Type) -> Type:
    """Integers are taken as bigint, decimals as real, as Trino finds its overload."""
    return BIGINT if kind.is_integer else kind if kind == DOUBLE else REAL


def _descending(call: Call, node: exp.Expr) -> str | None:
    """Literal percentiles for DuckDB, None for others.

    Trino takes element `floor(share * count)`, counted from 0. DuckDB counts so only from the largest value down, which
    a negative share asks for; shares are decimals, so that it counts exactly.
    """
    nodes = node.expressions if isinstance(node, exp.Array) else [node]
    values = [call.compiler.compile(n).value for n in nodes]
    if not values or not all(isinstance(v, int | float) and 0 <= v <= 1 for v in values):
        return None
    rests = [max(1 - Decimal(repr(v)), Decimal("1e-18")) for v in values]
    shares = ", ".join(f"-{rest:f}" for rest in rests)
    return f"[{shares}]" if isinstance(node, exp.Array) else shares


def _weighs(call: Call, given: int) -> bool:
    """`(x, w, p)` from `(x, p, accuracy)`: an accuracy is a literal below the percentile's place,
    a weight any number."""
    second = call.typed(1)
    return given == 4 or second.value is None or second.type.is_integer or second.value > 1
