"""HyperLogLogs and quantile digests: https://trino.io/docs/current/functions/{hyperloglog,qdigest,tdigest}.html.

They are exact here, which is inside the error that Trino allows: a HyperLogLog is the list of the hashes it has met,
a digest the list of its values. So they are larger than Trino's, and their bytes are not Trino's.
"""

from rapid.emulator.athena.sql.computed.tdigest import FEW
from rapid.emulator.athena.sql.registry import SCALARS, Aggregation, Call, collecting, declare, special
from rapid.emulator.athena.sql.scope import Typed
from rapid.emulator.athena.sql.types import BIGINT, DOUBLE, HYPER_LOG_LOG, TDIGEST, UNKNOWN, VARCHAR, Type, array_of

declare(
    SCALARS,
    """
    cardinality(HyperLogLog) -> bigint = len({0})
    empty_approx_set() -> HyperLogLog = CAST([] AS UBIGINT[])
    """,
)


@collecting("approx_set")
def approx_set(call: Call, parts: Aggregation) -> Typed:
    """The hashes are stable, since sketches are kept in tables."""
    call.count(1)
    value = call.typed(0)
    if not (value.type.is_number or value.type.is_string or value.type == UNKNOWN):
        raise call.wrong_arguments()
    kind = BIGINT if value.type.is_integer else DOUBLE if value.type.is_number else VARCHAR
    hashed = f"md5_number_lower(CAST({call.compiler.coerce(value, kind).sql} AS VARCHAR))"
    return Typed(f"t_sketch({Aggregation('DISTINCT ', '', parts.after).collect(hashed)})", HYPER_LOG_LOG)


@collecting("tdigest_agg", "qdigest_agg")
def digest(call: Call, parts: Aggregation) -> Typed:
    """A weight is how often a value counts; the accuracy is not needed."""
    given = call.count(1, 2) if call.name == "tdigest_agg" else call.count(1, 2, 3)
    value = call.typed(0)
    kind, made = DOUBLE, TDIGEST
    if call.name == "qdigest_agg":
        kind = BIGINT if value.type.is_integer else value.type
        made = Type("qdigest", (kind,))
    if not value.type.is_number or kind.name == "decimal":
        raise call.wrong_arguments()
    counted = call.compiler.coerce(value, kind).sql
    if given == 1:
        return Typed(f"t_sketch({parts.collect(counted)})", made)
    weight = call.typed(1)
    if not weight.type.is_number:
        raise call.wrong_arguments()
    return Typed(f"t_sketch(flatten({parts.collect(f't_weighted({counted}, {weight.sql})')}))", made)


@collecting("merge")
def merge(call: Call, parts: Aggregation) -> Typed:
    call.count(1)
    sketch = call.typed(0)
    if sketch.type not in (HYPER_LOG_LOG, TDIGEST) and sketch.type.name != "qdigest":
        raise call.wrong_arguments()
    whole = f"flatten({parts.collect(sketch.sql)})"
    if sketch.type == HYPER_LOG_LOG:
        whole = f"list_distinct({whole})"
    return Typed(f"t_sketch({whole})", sketch.type)


def _digest(call: Call) -> tuple[str, Type]:
    """A digest's values in order, and their type."""
    call.count(2)
    given = call.typed(0)
    if given.type != TDIGEST and given.type.name != "qdigest":
        raise call.wrong_arguments()
    return given.sql, DOUBLE if given.type == TDIGEST else given.type.args[0]


@special("value_at_quantile")
def value_at_quantile(call: Call) -> Typed:
    values, kind = _digest(call)
    return Typed(_quantiles(call, values, f"[{call.cast(1, DOUBLE)}]", "[1]"), kind)


@special("values_at_quantiles")
def values_at_quantiles(call: Call) -> Typed:
    values, kind = _digest(call)
    return Typed(_quantiles(call, values, call.cast(1, array_of(DOUBLE)), ""), array_of(kind))


def _quantiles(call: Call, values: str, shares: str, taken: str) -> str:
    """A t-digest of few values has Trino's answer between two of them."""
    exact = f"t_percentiles({values}, {shares})"
    if call.typed(0).type == TDIGEST:
        exact = f"CASE WHEN len({values}) <= {FEW} THEN p_tdigest({values}, [], {shares}) ELSE {exact} END"
    return f"({exact}){taken}"


@special("quantile_at_value")
def quantile_at_value(call: Call) -> Typed:
    """The share of the values below one; NULL outside of them."""
    values, kind = _digest(call)
    return Typed(f"t_quantile({values}, {call.cast(1, kind)})", DOUBLE)
