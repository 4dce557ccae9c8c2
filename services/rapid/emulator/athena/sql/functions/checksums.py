"""`checksum`: the sum of the hashes of all values, each times a prime, whatever their order.

https://trino.io/docs/435/functions/aggregate.html#checksum; hashes of each type as Trino 435's own types have them
(`XX_HASH_64` of `BigintType`, `DecimalType`, `ArrayType`, ...; checked against it 2026-11).
"""

from rapid.emulator.athena.sql import zones
from rapid.emulator.athena.sql.comparing import row_fields
from rapid.emulator.athena.sql.computed.binary import PRIME
from rapid.emulator.athena.sql.decimals import LONG_DIGITS
from rapid.emulator.athena.sql.dialect import position
from rapid.emulator.athena.sql.errors import not_supported
from rapid.emulator.athena.sql.registry import Aggregation, Call, collecting
from rapid.emulator.athena.sql.scope import Typed
from rapid.emulator.athena.sql.types import VARBINARY, Type

_NUMBERS = {
    "real": "p_real_bits({0})",
    "double": "p_double_bits({0})",
    "date": "epoch_us({0}) // 86400000000",
    "time": "1000000 * epoch_us({0})",
    "timestamp": "epoch_us({0})",
    "interval day to second": "CAST(t_micros({0}) // 1000 AS BIGINT)",
    "interval year to month": "CAST(t_months({0}) AS BIGINT)",
}
"""Types whose values Trino has as one word, beside integers and short decimals."""
_BYTES = {
    "varchar": "encode({0})",
    "char": "encode(rtrim({0}, ' '))",
    "json": "encode(CAST({0} AS VARCHAR))",
    "varbinary": "{0}",
}
_HALVES = {"ipaddress": "{0}", "uuid": "unhex(replace(CAST({0} AS VARCHAR), '-', ''))"}


def is_short_decimal(kind: Type) -> bool:
    return kind.name == "decimal" and int(kind.args[0]) <= LONG_DIGITS


def as_number(value: Typed) -> str:
    """The word that Trino has for a value, as a BIGINT."""
    if value.type.is_integer:
        return f"CAST({value.sql} AS BIGINT)"
    if value.type.name == "decimal":
        return _unscaled(value, "BIGINT")
    return _NUMBERS[value.type.name].format(value.sql)


def as_bytes(value: Typed) -> str:
    """The bytes that Trino has for a text or the like."""
    return _BYTES[value.type.name].format(value.sql)


def _unscaled(value: Typed, kind: str) -> str:
    digits = f"replace(CAST({value.sql} AS VARCHAR), '.', '')" if value.type.args[1] else value.sql
    return f"CAST({digits} AS {kind})"


@collecting("checksum")
def checksum(call: Call, parts: Aggregation) -> Typed:
    call.count(1)
    term = f"coalesce(p_checksum_term({_hash(call, call.typed(0))}), {PRIME})"
    return Typed(f"p_checksum(sum({parts.distinct}{term}){parts.after})", VARBINARY)


def _hash(call: Call, value: Typed, long: str = "p_xx_long") -> str:
    """The 64 bits of a value; NULL of NULL, which counts as 0 inside of others.

    Args:
        call: the call of `checksum`.
        value: what is hashed.
        long: hashes numbers; inside of rows, Trino takes another hash of theirs.
    """
    name, sql = value.type.name, value.sql
    if value.type.is_integer or is_short_decimal(value.type) or name in _NUMBERS:
        return f"{long}({as_number(value)})"
    if name in _BYTES:
        return f"p_xx_bytes({as_bytes(value)})"
    if name in _HALVES:
        return f"p_xx_halves({_HALVES[name].format(sql)})"
    if name == "boolean":
        return f"p_xx_long(CAST({sql} AS BIGINT))"
    if name == "unknown":
        return "CAST(NULL AS UBIGINT)"
    if name == "decimal":
        return f"p_xx_wide({_unscaled(value, 'HUGEINT')})"
    if name == "timestamp with time zone":
        return _moment(value, long)
    if name == "row":
        made = "CAST(1 AS UBIGINT)"
        for field in row_fields(value):
            made = f"t_hash_mixed({made}, coalesce({_hash(call, field, 'p_mix_long')}, 0))"
        return f"CASE WHEN {sql} IS NOT NULL THEN {made} END"
    if name not in ("array", "map"):
        raise not_supported(f"checksum of {value.type}", position(call.node))
    e = f"e{call.compiler.compiler.fresh()}"
    if name == "array":
        each = f"coalesce({_hash(call, Typed(e, value.type.args[0]), long)}, 0)"
        hashed = f"list_transform({sql}, lambda {e}: {each})"
        made = f"list_reduce(list_prepend(CAST(0 AS UBIGINT), {hashed}), lambda p, q: t_hash_mixed(p, q))"
        return f"CASE WHEN {sql} IS NOT NULL THEN {made} END"
    parts = zip(("key", "value"), value.type.args, strict=True)
    key, held = (_hash(call, Typed(f"{e}.{part}", kind), long) for part, kind in parts)
    pairs = f"list_transform(map_entries({sql}), lambda {e}: xor({key}, coalesce({held}, 0)))"
    made = f"CAST(coalesce(list_sum({pairs}), 0) % 18446744073709551616 AS UBIGINT)"
    return f"CASE WHEN {sql} IS NOT NULL THEN {made} END"


def _moment(value: Typed, long: str) -> str:
    """Milliseconds and, where the type has room for more digits, what is left in picoseconds."""
    micros = f"epoch_us({zones.moment(value)})"
    whole = f"CAST(floor({micros} / 1000) AS BIGINT)"
    if value.type.scale <= 3:
        return f"{long}({whole})"
    return f"xor(p_xx_long({whole}), p_xx_long(1000000 * ((({micros} % 1000) + 1000) % 1000)))"
