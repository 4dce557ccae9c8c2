"""CAST and TRY_CAST as Trino does them, where DuckDB differs.

Rules: https://trino.io/docs/current/functions/conversion.html (read 2026-11).
"""

import json
import re

from rapid.emulator.athena.sql import offsets, zones
from rapid.emulator.athena.sql.errors import Position, SqlError
from rapid.emulator.athena.sql.scope import Typed, literal, quote
from rapid.emulator.athena.sql.shown import text
from rapid.emulator.athena.sql.types import INTEGER_DIGITS, IP_ADDRESS, PER_VALUE, UNKNOWN, Type, field_name

_FROM_STRING = {
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint"), "int"),
    "double": "double",
    "real": "double",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
    "timestamp with time zone": "timestamptz",
    "time": "time",
    offsets.NAME: "timetz",
    "decimal": "decimal",
    "uuid": "uuid",
}
_NOT = {
    ("date", "integer"), ("date", "bigint"), ("timestamp", "bigint"), ("timestamp", "integer"), ("timestamp", "double"),
    ("boolean", "date"), ("date", "boolean"), ("bigint", "date"), ("integer", "date"), ("bigint", "timestamp"),
    ("integer", "timestamp"), ("double", "timestamp"), ("double", "date"), ("decimal", "date"), ("varbinary", "varchar"),  # noqa: E501
    ("boolean", "timestamp"), ("timestamp", "boolean"), ("time", "date"), ("date", "time"), ("uuid", "bigint"),
}  # fmt: skip
_NO_TEXT = ("array", "map", "row", "varbinary", "Geometry", "SphericalGeography", "BingTile", "color")


def cast(value: Typed, target: Type, safe: bool, where: Position | None = None) -> Typed:
    """`CAST(value AS target)`; with `safe`, NULL where it would fail.

    Raises:
        SqlError: TYPE_MISMATCH for types that never convert.
    """
    source = value.type
    if source == UNKNOWN:
        return Typed(f"CAST(NULL AS {target.duckdb()})", target)
    if source == target:
        return Typed(value.sql, target, value.value)
    refusal = SqlError("TYPE_MISMATCH", f"Cannot cast {source} to {target}", where)
    if (source.name, target.name) in _NOT:
        raise refusal
    if IP_ADDRESS in (source, target):
        return _address(value, target, safe, refusal)
    if target.name == "char":
        return _to_char(value, target, refusal)
    if target.is_string:
        return _to_varchar(value, target, safe, refusal)
    if target.name == "json":
        return Typed(to_json(value, refusal), target)
    if source.name == "json":
        if not _of_json(target):
            raise refusal
        return _from_json(value, target, safe)
    if source.is_nested or target.is_nested:
        return _nested(value, target, safe, refusal)
    if {source.name, target.name} == {"HyperLogLog", "varbinary"}:
        return Typed(f"p_hyperloglog{'_bytes' if target.name == 'varbinary' else ''}({value.sql})", target)
    if source.is_string and target.name == "varbinary":
        return Typed(f"encode({value.sql})", target)
    if source.is_string:
        if target.name not in _FROM_STRING:
            raise refusal
        return _from_varchar(value, target, safe)
    if target.is_integer and source.name in ("double", "real"):
        return Typed(f"{_word(safe)}(round({value.sql}) AS {target.duckdb()})", target)
    if target.name == "decimal" and (source.is_integer or source.name in ("double", "real")):
        return _to_decimal(value, target, safe)
    if offsets.NAME in (source.name, target.name):
        made = offsets.cast(value, target)
        if made is None:
            raise refusal
        return made
    return _times(value, target) or Typed(f"{_word(safe)}({value.sql} AS {target.duckdb()})", target)


def _address(value: Typed, target: Type, safe: bool, refusal: SqlError) -> Typed:
    """`ipaddress` from and to text of any length and its 4 or 16 bytes."""
    pair = value.type.name, target.name
    if pair == ("ipaddress", "varchar") and not target.args:
        return Typed(text(value), target)
    if pair == ("ipaddress", "varbinary"):
        return Typed(value.sql, target)
    if pair == ("varbinary", "ipaddress"):
        made = f"p_address_of_bytes({value.sql})"
        return Typed(f"CASE WHEN octet_length({value.sql}) IN (4, 16) THEN {made} END" if safe else made, target)
    if pair != ("varchar", "ipaddress"):
        raise refusal
    made = f"p_address({value.sql})"
    return Typed(made if safe else f"t_cast({value.sql}, {made}, {', '.join(map(literal, _failure(target)))})", target)


def _to_decimal(value: Typed, target: Type, safe: bool) -> Typed:
    """Floating point is rounded as it is written: 1.005 is 1.01, though the nearest double is below it."""
    written = f"CAST({value.sql} AS VARCHAR)"
    digits = INTEGER_DIGITS.get(value.type.name)
    if safe or (digits and digits <= target.args[0] - target.args[1]):
        return Typed(f"{_word(safe)}({value.sql if digits else written} AS {target.duckdb()})", target)
    shown_ = written if digits else f"t_double_text({value.sql}, {written})"
    made = f"TRY_CAST({value.sql if digits else written} AS {target.duckdb()})"
    before = literal(f"Cannot cast {value.type.name.upper()} '")
    after = literal(f"' to DECIMAL({target.args[0]}, {target.args[1]})")
    return Typed(f"t_cast({shown_}, {made}, {before}, {after})", target)


def _word(safe: bool) -> str:
    return "TRY_CAST" if safe else "CAST"


def _times(value: Typed, target: Type) -> Typed | None:
    source, zoned = value.type, "timestamp with time zone"
    if source.name == target.name == zoned:
        return zones.to_zone(_rounded_instant(value, target.scale), target)
    digits = source.scale if source.name != "date" else 0
    if source.name == zoned and target.name in ("timestamp", "date", "time"):
        return _times(Typed(zones.wall(value), Type("timestamp", (digits,))), target)
    if target.name == zoned and source.name in ("timestamp", "date"):
        known = Type(zoned, (target.scale, "UTC"))
        wall = _rounded(f"CAST({value.sql} AS TIMESTAMP)", digits, target.scale)
        return zones.to_zone(Typed(zones.instant(wall, known.zone), known), target)
    if source.name == "timestamp" and target.name in ("timestamp", "time"):
        return Typed(f"CAST({_rounded(value.sql, digits, target.scale)} AS {target.duckdb()})", target)
    if source.name == "timestamp" and target.name == "date":
        return Typed(f"CAST({value.sql} AS DATE)", target)
    if target.name == source.name == "time":
        return Typed(f"t_time_scale({value.sql}, {target.scale})" if target.scale < digits else value.sql, target)
    if target.name == "timestamp" and source.name == "time":
        return Typed(f"(CAST(timezone('UTC', now()) AS DATE) + {value.sql})", target)
    return None


def _rounded(timestamp: str, given: int, wanted: int) -> str:
    """A TIMESTAMP with fewer digits."""
    return f"t_timestamp_scale({timestamp}, {wanted})" if wanted < given else timestamp


def _rounded_instant(value: Typed, wanted: int) -> Typed:
    if wanted >= value.type.scale:
        return value
    rounded = zones.at_moment(value, f"t_instant_scale({zones.moment(value)}, {wanted})")
    return Typed(f"CASE WHEN {value.sql} IS NOT NULL THEN {rounded.sql} END", value.type)


def _to_char(value: Typed, target: Type, refusal: SqlError) -> Typed:
    """`char(n)` is carried with the spaces that fill it."""
    length = target.args[0]
    if not value.type.is_string:
        raise refusal
    return Typed(f"rpad({value.sql}, {length}, ' ')", target)


def _to_varchar(value: Typed, target: Type, safe: bool, refusal: SqlError) -> Typed:
    source = value.type
    if source.is_string:
        sql = value.sql
    elif source.name == "json":
        sql = f"t_json_to_varchar(CAST({value.sql} AS VARCHAR))"
    elif source.name in _NO_TEXT:
        raise refusal
    elif source.name in (
        "double",
        "real",
    ):  # as the SQL standard writes it, https://github.com/trinodb/trino/pull/10657
        sql = f"t_double_cast({value.sql}, CAST({value.sql} AS VARCHAR))"
    else:
        sql = text(value)
    if not target.args or (source.args and source.is_string and source.args[0] <= target.args[0]):
        return Typed(sql, target, value.value if isinstance(value.value, str) else None)
    if source.is_string:
        return Typed(f"left({sql}, {target.args[0]})", target)
    checked = (
        f"t_fits({sql}, {target.args[0]}, {literal(str(source))})"
        if not safe
        else f"t_fits_or_null({sql}, {target.args[0]})"
    )
    return Typed(checked, target)


def _from_varchar(value: Typed, target: Type, safe: bool) -> Typed:
    """Trino takes fewer spellings than DuckDB: no fraction in integers, no `T` in timestamps."""
    kind = _FROM_STRING[target.name]
    shown = _failure(target)
    known: Typed | None = None
    if kind == "timestamptz":
        wall = _rounded(f"t_timestamp({value.sql})", 6, target.scale)
        if isinstance(value.value, str):
            target = literal_zone(target, value.value)
            inner = zones.instant(wall, target.zone)
        else:
            target = Type(target.name, (target.scale, PER_VALUE))
            inner = f"t_placed({wall}, coalesce(t_zone({value.sql}), 'UTC'))"
    elif kind == "timestamp":
        inner = f"t_timestamp({value.sql})"
        known = _times(Typed(inner, Type("timestamp", (6,))), target)
        inner = known.sql if known else inner
    elif kind == "timetz":
        inner = offsets.from_text(value.sql, target.scale)
    else:
        inner = f"TRY_CAST(t_from_{kind}({value.sql}) AS {target.duckdb()})"
    if kind == "time" and target.scale < 6:
        inner = f"t_time_scale({inner}, {target.scale})"
    if safe:
        return Typed(inner, target)
    if kind == "decimal":
        before, after = (literal(part) for part in shown)
        return Typed(f"t_cast_decimal({value.sql}, {inner}, {before}, {after})", target)
    return Typed(f"t_cast({value.sql}, {inner}, {', '.join(map(literal, shown))})", target)


def _failure(target: Type) -> tuple[str, str]:
    """What stands before and after the value in the message of a cast from text that fails."""
    name = "timestamp" if target.name == offsets.NAME else target.name.partition(" ")[0]  # sic
    if name in ("date", "time", "timestamp"):
        return f"Value cannot be cast to {name}: ", ""
    if name in ("uuid", "ipaddress"):
        return f"Cannot cast value to {name.upper()}: ", ""
    if name == "decimal":
        precision, scale = target.args
        return "Cannot cast VARCHAR '", f"' to DECIMAL({precision}, {scale}). Value "
    return "Cannot cast '", f"' to {'INT' if name == 'integer' else name.upper()}"


def literal_zone(target: Type, written: str) -> Type:
    """The zone that a literal names: `TIMESTAMP '2020-01-01 00:00 Europe/Berlin'`."""
    match = re.search(r"\d\s*([A-Za-z][A-Za-z_/+\-0-9]*)$|([+-]\d\d:\d\d)$", written.strip())
    if target.name != "timestamp with time zone" or not match:
        return target
    return Type(target.name, (target.scale, zones.canonical(match[1] or match[2])))


def to_json(value: Typed, refusal: SqlError) -> str:
    """The value as JSON, as Trino's cast writes it."""
    kind, sql = value.type, value.sql
    if kind.name in ("varbinary", "char", "uuid", "time", offsets.NAME) or kind.name.startswith("interval"):
        raise refusal
    if kind.name in ("double", "real"):
        return f"CAST(t_json_number({sql}, CAST({sql} AS VARCHAR)) AS JSON)"
    if kind.name in ("timestamp", "timestamp with time zone", "date"):
        return f"to_json({text(value)})"
    if kind.name == "decimal":
        return f"CAST({text(value)} AS JSON)"
    if kind.name == "array" and not _plain_json(kind.args[0]):
        item = to_json(Typed("e", kind.args[0]), refusal)
        return f"CAST(t_array_text(list_transform({sql}, lambda e: coalesce(CAST({item} AS VARCHAR), 'null'))) AS JSON)"
    if kind.name == "map":
        key, item = text(Typed("e.key", kind.args[0])), to_json(Typed("e.value", kind.args[1]), refusal)
        member = f"struct_pack(k := {key}, v := coalesce({item}, 'null'))"
        pairs = f"list_transform(list_sort(list_transform(map_entries({sql}), lambda e: {member})), lambda e: to_json(e.k) || ':' || e.v)"  # noqa: E501
        return f"CAST(t_object_text({pairs}) AS JSON)"
    if kind.name == "row":
        members = enumerate(kind.args)
        values = [to_json(Typed(_field(value, i), inner), refusal) for i, (_, inner) in members]
        keys = [literal(_json_key(name)) for name, _ in kind.args]
        pieces = [f"{k} || coalesce(CAST({v} AS VARCHAR), 'null')" for k, v in zip(keys, values, strict=True)]
        body = " || ',' || ".join(pieces)
        return f"CASE WHEN {sql} IS NOT NULL THEN CAST('{{' || {body} || '}}' AS JSON) END"
    return f"to_json({sql})"


def _plain_json(kind: Type) -> bool:
    return kind.name in ("boolean", "varchar", "json", "unknown") or kind.is_integer or (kind.name == "array" and _plain_json(kind.args[0]))  # fmt: skip  # noqa: E501


def _json_key(name: str | None) -> str:
    return json.dumps(name or "", ensure_ascii=False) + ":"


def _from_json(value: Typed, target: Type, safe: bool) -> Typed:
    """Rows come from objects (names without regard to case) and from arrays, which DuckDB does not know."""
    given = value.parts[0].sql if value.parts and not _within(target, "map") else value.sql  # a map shows its order
    text_ = f"CAST({given} AS VARCHAR)"
    source = given
    if _within(target, "row"):
        source = f"CAST(p_json_shape({text_}, {literal(json.dumps(_shape(target)))}) AS JSON)"
    if safe:
        return Typed(f"TRY(CAST({source} AS {target.duckdb()}))", target)
    if target.is_nested:
        return Typed(f"CAST({source} AS {target.duckdb()})", target)
    made = f"TRY_CAST({source} AS {target.duckdb()})"
    before, after = (literal(part) for part in _failure(target))
    return Typed(f"t_cast(json_extract_string({text_}, '$'), {made}, {before}, {after})", target)


def _within(kind: Type, name: str) -> bool:
    """Whether a type is of this kind, or has parts that are."""
    inner = [t for _, t in kind.args] if kind.name == "row" else kind.args[-1:] if kind.name in ("array", "map") else []
    return kind.name == name or any(_within(t, name) for t in inner)


def _of_json(kind: Type) -> bool:
    """Whether JSON can be cast to a type."""
    inner = [t for _, t in kind.args] if kind.name == "row" else kind.args if kind.name in ("array", "map") else []
    plain = ("boolean", "double", "real", "decimal", "varchar", "json")
    return all(map(_of_json, inner)) if inner else kind.is_integer or kind.name in plain


def _shape(kind: Type) -> list[object] | None:
    if not _within(kind, "row"):
        return None
    if kind.name == "row":
        return ["row", [[field_name(n, i), _shape(t)] for i, (n, t) in enumerate(kind.args)]]
    return [kind.name, _shape(kind.args[-1])]


def _field(value: Typed, index: int) -> str:
    return f"({value.sql}).{quote(field_name(value.type.args[index][0], index))}"


def _nested(value: Typed, target: Type, safe: bool, refusal: SqlError) -> Typed:
    source = value.type
    if source.name != target.name or (source.name == "row" and len(source.args) != len(target.args)):
        raise refusal
    if source.name == "array":
        element = cast(Typed("e", source.args[0]), target.args[0], safe)
        if element.sql == "e" or source.args[0] == UNKNOWN:
            return Typed(f"CAST({value.sql} AS {target.duckdb()})", target)
        return Typed(f"list_transform({value.sql}, lambda e: {element.sql})", target)
    if source.name == "map":
        if UNKNOWN in source.args:
            return Typed(f"{_word(safe)}({value.sql} AS {target.duckdb()})", target)
        key, item = (
            cast(Typed(f"e.{n}", source.args[i]), target.args[i], safe) for i, n in enumerate(("key", "value"))
        )
        pair = f"struct_pack(key := {key.sql}, value := {item.sql})"
        return Typed(f"map_from_entries(list_transform(map_entries({value.sql}), lambda e: {pair}))", target)
    fields = []
    parts = value.parts or tuple(Typed(_field(value, i), kind) for i, (_, kind) in enumerate(source.args))
    for index, (name, kind) in enumerate(target.args):
        fields.append(f"{quote(field_name(name, index))}: {cast(parts[index], kind, safe).sql}")
    made = "{" + ", ".join(fields) + "}"
    if value.parts:
        return Typed(made, target)
    return Typed(f"CASE WHEN {value.sql} IS NULL THEN NULL ELSE {made} END", target)
