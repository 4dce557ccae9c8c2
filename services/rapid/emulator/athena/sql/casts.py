"""CAST and TRY_CAST as Trino does them, where DuckDB differs; and values as the text that Athena prints.

Rules: https://trino.io/docs/current/functions/conversion.html (read 2026-11).
"""

import re

from sqlglot import exp

from rapid.emulator.athena.sql import zones
from rapid.emulator.athena.sql.errors import Position, SqlError
from rapid.emulator.athena.sql.scope import Typed, literal, quote
from rapid.emulator.athena.sql.types import INTERVAL_DAY, INTERVAL_YEAR, UNKNOWN, Type, field_name

_TO_STRING = ("boolean", "tinyint", "smallint", "integer", "bigint", "decimal", "date", "uuid")
_FROM_STRING = {
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint"), "int"),
    "double": "double",
    "real": "double",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
    "timestamp with time zone": "timestamptz",
    "time": "time",
    "decimal": "decimal",
    "uuid": "uuid",
}
_NOT = {
    ("date", "integer"), ("date", "bigint"), ("timestamp", "bigint"), ("timestamp", "integer"), ("timestamp", "double"),
    ("boolean", "date"), ("date", "boolean"), ("bigint", "date"), ("integer", "date"), ("bigint", "timestamp"),
    ("integer", "timestamp"), ("double", "timestamp"), ("double", "date"), ("decimal", "date"), ("varbinary", "varchar"),  # noqa: E501
    ("boolean", "timestamp"), ("timestamp", "boolean"), ("time", "date"), ("date", "time"), ("uuid", "bigint"),
}  # fmt: skip


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
    if target.is_string:
        return _to_varchar(value, target, safe, refusal)
    if target.name == "json":
        return Typed(_to_json(value, refusal), target)
    if source.name == "json":
        return Typed(f"{_word(safe)}({value.sql} AS {target.duckdb()})", target)
    nested = ("array", "map", "row")
    if source.name in nested or target.name in nested:
        return _nested(value, target, safe, refusal)
    if source.is_string:
        if target.name not in _FROM_STRING:
            raise refusal
        return _from_varchar(value, target, safe)
    if target.is_integer and source.name in ("double", "real"):
        return Typed(f"{_word(safe)}(round({value.sql}) AS {target.duckdb()})", target)
    return Typed(_times(value, target) or f"{_word(safe)}({value.sql} AS {target.duckdb()})", target)


def _word(safe: bool) -> str:
    return "TRY_CAST" if safe else "CAST"


def _times(value: Typed, target: Type) -> str | None:
    source = value.type
    if source.name == "timestamp with time zone" and target.name in ("timestamp", "date", "time"):
        return f"CAST({zones.wall(value.sql, source.zone)} AS {target.duckdb()})"
    if target.name == "timestamp with time zone" and source.name in ("timestamp", "date"):
        return zones.instant(f"CAST({value.sql} AS TIMESTAMP)", target.zone)
    if target.name == "timestamp" and source.name == "timestamp" and target.scale < source.scale:
        return f"t_timestamp_scale({value.sql}, {target.scale})"
    return None


def _to_varchar(value: Typed, target: Type, safe: bool, refusal: SqlError) -> Typed:
    source = value.type
    if source.is_string:
        sql = value.sql
    elif source.name == "json":
        sql = f"t_json_to_varchar(CAST({value.sql} AS VARCHAR))"
    elif source.name in ("array", "map", "row", "varbinary"):
        raise refusal
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
    if kind in ("timestamptz", "timestamp") and isinstance(value.value, str):
        target = literal_zone(target, value.value)
    shown = "INT" if target.name == "integer" else str(target.name).upper()
    inner = f"TRY_CAST(t_from_{kind}({value.sql}) AS {target.duckdb()})"
    if kind == "timestamp":
        inner = f"t_timestamp({value.sql})"
    if safe:
        return Typed(inner, target)
    return Typed(f"t_cast({value.sql}, {inner}, {literal(shown)})", target)


def literal_zone(target: Type, written: str) -> Type:
    """The zone that a literal names: `TIMESTAMP '2020-01-01 00:00 Europe/Berlin'`."""
    match = re.search(r"\d\s+([A-Za-z][A-Za-z_/+\-0-9]*)$|([+-]\d\d:\d\d)$", written.strip())
    if target.name != "timestamp with time zone" or not match:
        return target
    return Type(target.name, (target.scale, match[1] or match[2]))


def _to_json(value: Typed, refusal: SqlError) -> str:
    if value.type.name == "row" and not all(name for name, _ in value.type.args):
        raise SqlError("NOT_SUPPORTED", "CAST of a row without field names to JSON is not supported", refusal.position)
    if value.type.name in ("timestamp", "timestamp with time zone"):
        return f"to_json({text(value)})"
    return f"to_json({value.sql})"


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
        return Typed(f"{_word(safe)}({value.sql} AS {target.duckdb()})", target)
    fields = []
    parts = value.parts or tuple(
        Typed(f"({value.sql}).{quote(field_name(name, i))}", kind) for i, (name, kind) in enumerate(source.args)
    )
    for index, (name, kind) in enumerate(target.args):
        fields.append(f"{quote(field_name(name, index))}: {cast(parts[index], kind, safe).sql}")
    made = "{" + ", ".join(fields) + "}"
    if value.parts:
        return Typed(made, target)
    return Typed(f"CASE WHEN {value.sql} IS NULL THEN NULL ELSE {made} END", target)


def text(value: Typed, least: int = 0) -> str:
    """The value as text: DuckDB SQL that gives VARCHAR or NULL.

    Args:
        value: what is shown.
        least: digits that a timestamp's fraction has at least; results show 3, CAST shows what the type has.
    """
    kind, sql = value.type, value.sql
    if kind.is_string:
        return sql
    if kind.name == "decimal" and kind.args[0] == kind.args[1]:
        return f"regexp_replace(CAST({sql} AS VARCHAR), '^(-?)[.]', '\\10.')"  # DuckDB writes .5
    if kind.name in _TO_STRING or kind.name == "json":
        return f"CAST({sql} AS VARCHAR)"
    if kind.name in ("double", "real"):
        return f"t_double_text({sql}, CAST({sql} AS VARCHAR))"
    if kind.name == "timestamp":
        return f"t_timestamp_text({sql}, {max(least, kind.scale)})"
    if kind.name == "timestamp with time zone":
        return (
            f"(t_timestamp_text({zones.wall(sql, kind.zone)}, {max(least, kind.scale)}) || {literal(' ' + kind.zone)})"
        )
    if kind.name == "time":
        return f"t_time_text({sql}, {max(least, kind.scale)})"
    if kind.name == "varbinary":
        return f"t_binary_text({sql})"
    if kind.name.startswith("interval"):
        return f"t_{'days' if kind == INTERVAL_DAY else 'months'}_text({sql})"
    if kind.name == "array":
        return (
            f"t_list_text(list_transform({sql}, lambda e: coalesce({text(Typed('e', kind.args[0]), least)}, 'null')))"
        )
    if kind.name == "map":
        key, item = text(Typed("e.key", kind.args[0]), least), text(Typed("e.value", kind.args[1]), least)
        pairs = f"list_transform(list_sort(map_entries({sql})), lambda e: {key} || '=' || coalesce({item}, 'null'))"
        return f"t_braces_text({pairs})"
    if kind.name == "row":
        return _row_text(value, least)
    return f"CAST({sql} AS VARCHAR)"


def _row_text(value: Typed, least: int) -> str:
    pieces = []
    for index, (name, kind) in enumerate(value.type.args):
        item = text(Typed(f"({value.sql}).{quote(field_name(name, index))}", kind), least)
        label = f"{literal(name + '=')} || " if name else ""
        pieces.append(f"{label}coalesce({item}, 'null')")
    joined = " || ', ' || ".join(pieces)
    return f"CASE WHEN {value.sql} IS NULL THEN NULL ELSE '{{' || {joined} || '}}' END"


_UNITS = {"year": 12, "month": 1, "day": 86400, "hour": 3600, "minute": 60, "second": 1, "week": 7 * 86400}


def interval(node: exp.Interval) -> Typed:
    """`INTERVAL '2' DAY`, `INTERVAL '1-2' YEAR TO MONTH`, `INTERVAL '1 02:03:04' DAY TO SECOND`."""
    written, unit = node.this.name.strip(), node.args["unit"]
    sign = -1 if written.startswith("-") else 1
    body = written.lstrip("+-")
    first = (unit.this if isinstance(unit, exp.IntervalSpan) else unit).name.lower().rstrip("s")
    if first not in _UNITS:
        raise SqlError("INVALID_LITERAL", f"Invalid INTERVAL field: {first}")
    try:
        if first in ("year", "month"):
            years, _, months = body.partition("-") if isinstance(unit, exp.IntervalSpan) else (body, "", "0")
            total = int(years) * _UNITS[first] + int(months or 0)
            return Typed(f"to_months({sign * total})", INTERVAL_YEAR)
        seconds = _span_seconds(body, first) if isinstance(unit, exp.IntervalSpan) else float(body) * _UNITS[first]
    except ValueError as error:
        raise SqlError("INVALID_LITERAL", f"'{written}' is not a valid INTERVAL literal") from error
    return Typed(f"to_milliseconds({sign * round(seconds * 1000)})", INTERVAL_DAY)


def _span_seconds(body: str, first: str) -> float:
    units = ["day", "hour", "minute", "second"]
    numbers = re.split(r"[ :]", body)
    return sum(float(n) * _UNITS[u] for n, u in zip(numbers, units[units.index(first) :], strict=False))
