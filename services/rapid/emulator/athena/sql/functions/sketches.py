"""Sketches: https://trino.io/docs/435/functions/{hyperloglog,qdigest,tdigest,setdigest}.html.

They are exact here, which is inside the error that Trino allows: a HyperLogLog is the list of the hashes it has met,
as a set digest is, with repetitions; a digest of quantiles is the list of its values. So they are larger than Trino's,
and their bytes are not Trino's.
"""

from rapid.emulator.athena.sql.computed.tdigest import FEW
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.functions.checksums import as_bytes, as_number, is_short_decimal
from rapid.emulator.athena.sql.registry import SCALARS, Aggregation, Call, collecting, declare, special
from rapid.emulator.athena.sql.scope import Typed
from rapid.emulator.athena.sql.types import (
    BIGINT,
    DOUBLE,
    HYPER_LOG_LOG,
    SET_DIGEST,
    TDIGEST,
    UNKNOWN,
    VARCHAR,
    Type,
    array_of,
)

declare(
    SCALARS,
    """
    cardinality(HyperLogLog) -> bigint = len({0})
    cardinality(SetDigest) -> bigint = len(list_distinct({0}))
    intersection_cardinality(SetDigest, SetDigest) -> bigint = len(list_intersect({0}, {1}))
    jaccard_index(SetDigest, SetDigest) -> double = p_jaccard({0}, {1})
    hash_counts(SetDigest) -> map(bigint, smallint) = CAST(list_histogram({0}) AS MAP(BIGINT, SMALLINT))
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


@collecting("make_set_digest")
def set_digest(call: Call, parts: Aggregation) -> Typed:
    """The hashes are Trino's: those of a number's eight bytes, or of a text's."""
    call.count(1)
    value = call.typed(0)
    name = value.type.name
    if value.type.is_string or name == "varbinary":
        hashed = f"p_murmur({as_bytes(value)})"
    elif value.type.is_integer or name in ("date", "timestamp", "real") or is_short_decimal(value.type):
        hashed = f"p_murmur_long({as_number(value)})"
    else:
        message = (
            f"Unsupported type parameters (system.builtin.make_set_digest({value.type}):SetDigest) for <T>(t):setdigest"
        )
        raise SqlError("FUNCTION_IMPLEMENTATION_MISSING", message)
    return Typed(f"t_sketch({parts.collect(hashed)})", SET_DIGEST)


@collecting("merge_set_digest")
def merge_set_digest(call: Call, parts: Aggregation) -> Typed:
    call.count(1)
    sketch = call.typed(0)
    if sketch.type != SET_DIGEST:
        raise call.wrong_arguments()
    return Typed(f"t_sketch(flatten({parts.collect(sketch.sql)}))", SET_DIGEST)


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
