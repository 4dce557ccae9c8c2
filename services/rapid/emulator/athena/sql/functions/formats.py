"""Times as text and back, by pattern and by ISO 8601: https://trino.io/docs/current/functions/datetime.html.

Patterns that `strftime` can express, written as literals, are DuckDB's work; the rest goes to `computed.dates`.
"""

import re

from rapid.emulator.athena.sql import zones
from rapid.emulator.athena.sql.computed import dates
from rapid.emulator.athena.sql.dialect import position
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.functions.times import is_time, local
from rapid.emulator.athena.sql.registry import Call, special
from rapid.emulator.athena.sql.scope import Typed, literal
from rapid.emulator.athena.sql.types import DATE, PER_VALUE, TIMESTAMP, VARCHAR, Type

_STRFTIME = {
    ("year", 4): "%Y", ("year", 1): "%Y", ("year2", 2): "%y", ("weekyear", 4): "%G", ("month", 1): "%-m",
    ("month", 2): "%m",
    ("day", 1): "%-d", ("day", 2): "%d", ("hour", 1): "%-H", ("hour", 2): "%H", ("clock", 1): "%-I", ("clock", 2): "%I",
    ("minute", 1): "%-M", ("minute", 2): "%M", ("second", 1): "%-S", ("second", 2): "%S", ("fraction", 3): "%g",
    ("fraction", 6): "%f",
    ("ordinal", 1): "%-j", ("ordinal", 3): "%j", ("week", 2): "%V", ("weekday", 1): "%u", ("halfday", 1): "%p",
    ("halfday", 0): "%p",
    ("month_short", 0): "%b", ("month_long", 0): "%B", ("weekday_short", 0): "%a", ("weekday_long", 0): "%A",
}  # fmt: skip


def _strftime(parts: tuple[dates.Part, ...]) -> str | None:
    """The pattern for DuckDB's `strftime`, if it has one."""
    pieces = [p.text.replace("%", "%%") if p.text else _STRFTIME.get((p.field, p.width)) for p in parts]
    return None if None in pieces else "".join(p for p in pieces if p)


def _parts(call: Call, pattern: Typed, read: str) -> tuple[dates.Part, ...] | None:
    """The parts of a literal pattern; None for one that is computed.

    Raises:
        SqlError: INVALID_FUNCTION_ARGUMENT if it is malformed.
    """
    if not isinstance(pattern.value, str):
        return None
    try:
        return (dates.mysql if read == "mysql" else dates.joda)(pattern.value)
    except ValueError as error:
        code, _, message = str(error).partition(": ")
        raise SqlError(code, message) from error


def _pattern(call: Call, index: int) -> Typed:
    found = call.typed(index)
    if not found.type.is_string:
        raise call.wrong_arguments()
    return found


def _native(call: Call, pattern: Typed, read: str) -> str | None:
    """DuckDB's own pattern for a constant one, where DuckDB has all of its parts."""
    parts = _parts(call, pattern, read)
    return _strftime(parts) if parts is not None else None


@special("date_format")
def date_format(call: Call) -> Typed:
    call.count(2)
    value, pattern = call.typed(0), _pattern(call, 1)
    if not is_time(value):
        raise call.wrong_arguments()
    native = _native(call, pattern, "mysql")
    if native is not None:
        return Typed(f"strftime({local(value)}, {literal(native)})", VARCHAR)
    return Typed(f"p_date_format(CAST({local(value)} AS TIMESTAMP), {pattern.sql})", VARCHAR)


@special("date_parse")
def date_parse(call: Call) -> Typed:
    call.count(2)
    text, pattern = call.cast(0, VARCHAR), _pattern(call, 1)
    native = _native(call, pattern, "mysql")
    slow = f"p_date_parse({text}, {pattern.sql})"
    if native is None or "%Y" not in native or "%I" in native:
        return Typed(slow, TIMESTAMP)
    return Typed(f"coalesce(CAST(try_strptime({text}, {literal(native)}) AS TIMESTAMP), {slow})", TIMESTAMP)


@special("format_datetime")
def format_datetime(call: Call) -> Typed:
    call.count(2)
    value, pattern = call.typed(0), _pattern(call, 1)
    if not is_time(value):
        raise call.wrong_arguments()
    native = _native(call, pattern, "joda")
    if native is not None:
        return Typed(f"strftime({local(value)}, {literal(native)})", VARCHAR)
    zone = zones.name(value) if value.type.name == "timestamp with time zone" else "'UTC'"
    return Typed(f"p_format_datetime(CAST({local(value)} AS TIMESTAMP), {zone}, {pattern.sql})", VARCHAR)


@special("parse_datetime")
def parse_datetime(call: Call) -> Typed:
    """In UTC unless the pattern reads a zone: then every value has the zone that it says."""
    call.count(2)
    text, pattern = call.cast(0, VARCHAR), _pattern(call, 1)
    parts = _parts(call, pattern, "joda")
    read = f"p_parse_datetime({text}, {pattern.sql})"
    if parts is not None and not any(p.field.startswith(("offset", "zone")) for p in parts):
        return Typed(f"timezone('UTC', ({read}).i)", Type("timestamp with time zone", (3, "UTC")))
    return zoned(read, text, 3)


def zoned(read: str, text: str, scale: int) -> Typed:
    """What a helper gives as instant and zone, NULL for a NULL text."""
    packed = zones.struct(f"timezone('UTC', ({read}).i)", f"({read}).z")
    return Typed(
        f"CASE WHEN {text} IS NOT NULL THEN {packed} END", Type("timestamp with time zone", (scale, PER_VALUE))
    )


@special("from_iso8601_timestamp", "from_iso8601_timestamp_nanos")
def from_iso8601_timestamp(call: Call) -> Typed:
    """With the zone that is written, or UTC."""
    call.count(1)
    value, scale = call.typed(0), 9 if call.name.endswith("nanos") else 3
    text = call.cast(0, VARCHAR)
    read = f"p_from_iso8601({text})"
    if isinstance(value.value, str):
        match = re.search(r"T.*([+-]\d\d):?(\d\d)?$", value.value)
        zone = zones.canonical(f"{match[1]}:{match[2] or '00'}") if match else "UTC"
        return Typed(f"timezone('UTC', ({read}).i)", Type("timestamp with time zone", (scale, zone)))
    return zoned(read, text, scale)


@special("from_iso8601_date")
def from_iso8601_date(call: Call) -> Typed:
    call.count(1)
    return Typed(f"CAST((p_from_iso8601({call.cast(0, VARCHAR)})).i AS DATE)", DATE)


@special("to_iso8601")
def to_iso8601(call: Call) -> Typed:
    call.count(1)
    value = call.typed(0)
    if value.type.name == "date":
        return Typed(f"CAST({value.sql} AS VARCHAR)", VARCHAR)
    if value.type.name not in ("timestamp", "timestamp with time zone"):
        raise call.wrong_arguments()
    digits = {0: "", 3: ".%g", 6: ".%f"}.get(value.type.scale, ".%f")
    sql = f"strftime({local(value)}, '%Y-%m-%dT%H:%M:%S{digits}')"
    if value.type.name == "timestamp":
        return Typed(sql, VARCHAR)
    if value.type.zone == "UTC":
        return Typed(f"({sql} || 'Z')", VARCHAR)
    return Typed(
        f"({sql} || t_offset_text(date_diff('minute', timezone('UTC', {zones.moment(value)}), {local(value)})))",
        VARCHAR,
    )


@special("to_char")
def to_char(call: Call) -> Typed:
    """Teradata's patterns, https://trino.io/docs/current/functions/teradata.html."""
    call.count(2)
    value = call.typed(0)
    if not is_time(value):
        raise call.wrong_arguments()
    return Typed(f"strftime({local(value)}, {literal(_teradata(call))})", VARCHAR)


@special("to_date", "to_timestamp")
def to_timestamp(call: Call) -> Typed:
    call.count(2)
    kind = DATE if call.name == "to_date" else TIMESTAMP
    return Typed(f"CAST(t_strptime({call.cast(0, VARCHAR)}, {literal(_teradata(call))}) AS {kind.duckdb()})", kind)


_TERADATA = {"dd": "%d", "hh24": "%H", "hh": "%I", "mi": "%M", "mm": "%m", "ss": "%S", "yyyy": "%Y", "yy": "%y"}


def _teradata(call: Call) -> str:
    pieces = []
    for token, mark in re.findall(r"(hh24|yyyy|dd|hh|mi|mm|ss|yy)|(.)", call.text(1).lower()):
        if mark.isalnum():
            message = f"Failed to tokenize string [{call.text(1)}]"
            raise SqlError("INVALID_FUNCTION_ARGUMENT", message, position(call.node))
        pieces.append(_TERADATA.get(token, mark))
    return "".join(pieces)
