"""Dates, times and their formats: https://trino.io/docs/current/functions/datetime.html."""

import re

from rapid.emulator.athena.sql import zones
from rapid.emulator.athena.sql.dialect import position
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.functions.registry import SCALARS, Call, declare, special
from rapid.emulator.athena.sql.scope import Typed, literal
from rapid.emulator.athena.sql.types import BIGINT, DATE, DOUBLE, TIMESTAMP, TIMESTAMP_TZ, VARCHAR, Type

declare(
    SCALARS,
    """
    to_unixtime(timestamp) -> double = epoch({0})
    to_unixtime(timestamptz) -> double = epoch({0})
    from_iso8601_date(varchar) -> date = CAST({0} AS DATE)
    from_unixtime_nanos(bigint) -> timestamp with time zone = make_timestamptz({0} // 1000)
    """,
)

_STEPS = {
    "millisecond": "to_milliseconds({})",
    "second": "to_seconds({})",
    "minute": "to_minutes({})",
    "hour": "to_hours({})",
    "day": "to_days(CAST({} AS INTEGER))",
    "week": "to_weeks(CAST({} AS INTEGER))",
    "month": "to_months(CAST({} AS INTEGER))",
    "quarter": "to_months(CAST(3 * ({}) AS INTEGER))",
    "year": "to_years(CAST({} AS INTEGER))",
}
_OF_DAY = ("millisecond", "second", "minute", "hour")

_PARTS = {
    "day": "day({})",
    "day_of_month": "day({})",
    "day_of_week": "isodow({})",
    "dow": "isodow({})",
    "day_of_year": "dayofyear({})",
    "doy": "dayofyear({})",
    "hour": "hour({})",
    "millisecond": "(millisecond({}) % 1000)",
    "minute": "minute({})",
    "month": "month({})",
    "quarter": "quarter({})",
    "second": "second({})",
    "week": "weekofyear({})",
    "week_of_year": "weekofyear({})",
    "year": "year({})",
    "year_of_week": "isoyear({})",
    "yow": "isoyear({})",
}
"""Parts of a date or time that can be extracted; each is also a function."""


_INTERVAL_PARTS = {
    "day": "CAST(trunc(epoch({}) / 86400) AS BIGINT)",
    "hour": "CAST(trunc(epoch({}) / 3600) % 24 AS BIGINT)",
    "minute": "CAST(trunc(epoch({}) / 60) % 60 AS BIGINT)",
    "second": "CAST(trunc(epoch({})) % 60 AS BIGINT)",
    "millisecond": "CAST(round(epoch({}) * 1000) % 1000 AS BIGINT)",
    "month": "CAST(datepart('month', {}) AS BIGINT)",
    "year": "CAST(datepart('year', {}) AS BIGINT)",
}


def local(value: Typed) -> str:
    """The wall clock of a value in its own zone, as a DuckDB DATE or TIMESTAMP."""
    if value.type.name == "timestamp with time zone":
        return zones.wall(value.sql, value.type.zone)
    return value.sql


def _is_time(value: Typed) -> bool:
    return value.type.name in ("date", "timestamp", "timestamp with time zone")


def extract(call: Call, part: str, value: Typed) -> Typed:
    """`EXTRACT(part FROM value)`, also spelt `part(value)`."""
    name = part.lower()
    if name in ("timezone_hour", "timezone_minute") and value.type.name == "timestamp with time zone":
        seconds = f"(epoch({local(value)}) - epoch({value.sql}))"
        sql = f"{seconds} // 3600" if name == "timezone_hour" else f"({seconds} // 60) % 60"
        return Typed(f"CAST({sql} AS BIGINT)", BIGINT)
    if value.type.name.startswith("interval") and name in _INTERVAL_PARTS:
        return Typed(_INTERVAL_PARTS[name].format(value.sql), BIGINT)
    allowed = _is_time(value) or (value.type.name == "time" and name in _OF_DAY) or value.type.name == "unknown"
    if name not in _PARTS:
        raise SqlError("TYPE_MISMATCH", f"Invalid EXTRACT field: {part}", position(call.node))
    if not allowed or (value.type.name == "date" and name in _OF_DAY):
        raise SqlError("TYPE_MISMATCH", f"Cannot extract {part} from {value.type}", position(call.node))
    return Typed(_PARTS[name].format(local(value)), BIGINT)


@special(*_PARTS, "timezone_hour", "timezone_minute")
def part_function(call: Call) -> Typed:
    call.count(1)
    value = call.typed(0)
    if not (_is_time(value) or value.type.name in ("time", "unknown") or value.type.name.startswith("interval")):
        raise call.wrong_arguments()
    return extract(call, call.name, value)


def _unit(call: Call, units: dict[str, str] | tuple[str, ...], value: Typed) -> str:
    unit = call.text(0).lower()
    if unit not in units or (value.type.name == "date" and unit in _OF_DAY):
        raise SqlError(
            "INVALID_FUNCTION_ARGUMENT", f"'{unit}' is not a valid {value.type.name.upper()} field", position(call.node)
        )
    return unit


@special("date_add")
def date_add(call: Call) -> Typed:
    call.count(3)
    value = call.typed(2)
    if not (_is_time(value) or value.type.name == "time"):
        raise call.wrong_arguments()
    step = _STEPS[_unit(call, _STEPS, value)].format(call.cast(1, BIGINT))
    if value.type.name == "date":
        return Typed(f"CAST({value.sql} + {step} AS DATE)", DATE)
    if value.type.name == "timestamp with time zone":
        return Typed(zones.instant(f"{local(value)} + {step}", value.type.zone), value.type)
    return Typed(f"({value.sql} + {step})", value.type)


@special("date_diff")
def date_diff(call: Call) -> Typed:
    """Whole units between two times, as Trino counts them: `datesub` in DuckDB."""
    call.count(3)
    sides, kind = call.compiler.unify([call.typed(1), call.typed(2)], call.node)
    if not _is_time(sides[0]):
        raise call.wrong_arguments()
    unit = _unit(call, _STEPS, sides[0])
    one, two = (local(Typed(s.sql, kind)) for s in sides)
    return Typed(f"datesub('{unit}', {one}, {two})", BIGINT)


@special("date_trunc")
def date_trunc(call: Call) -> Typed:
    call.count(2)
    value = call.typed(1)
    if not _is_time(value):
        raise call.wrong_arguments()
    unit = _unit(call, _STEPS, value)
    sql = f"date_trunc('{unit}', {local(value)})"
    if value.type.name == "date":
        return Typed(f"CAST({sql} AS DATE)", DATE)
    if value.type.name == "timestamp with time zone":
        return Typed(zones.instant(sql, value.type.zone), value.type)
    return Typed(f"CAST({sql} AS TIMESTAMP)", value.type)


@special("date")
def date(call: Call) -> Typed:
    """`date(x)` is `CAST(x AS date)`."""
    call.count(1)
    return call.compiler.cast(call.typed(0), DATE)


@special("last_day_of_month")
def last_day_of_month(call: Call) -> Typed:
    call.count(1)
    return Typed(f"last_day({local(call.typed(0))})", DATE)


@special("now", "current_timestamp")
def now(call: Call) -> Typed:
    return Typed("now()", TIMESTAMP_TZ)


@special("localtimestamp")
def localtimestamp(call: Call) -> Typed:
    return Typed("timezone('UTC', now())", TIMESTAMP)


@special("current_date")
def current_date(call: Call) -> Typed:
    return Typed("CAST(timezone('UTC', now()) AS DATE)", DATE)


@special("localtime")
def localtime(call: Call) -> Typed:
    return Typed("CAST(timezone('UTC', now()) AS TIME)", Type("time", (3,)))


@special("current_timezone")
def current_timezone(call: Call) -> Typed:
    return Typed("'UTC'", VARCHAR)


@special("from_unixtime")
def from_unixtime(call: Call) -> Typed:
    zone = call.text(1) if call.count(1, 2) == 2 else "UTC"
    kind = Type("timestamp with time zone", (3, zone))
    return Typed(f"make_timestamptz(CAST(round({call.cast(0, DOUBLE)} * 1000) AS BIGINT) * 1000)", kind)


@special("from_iso8601_timestamp")
def from_iso8601_timestamp(call: Call) -> Typed:
    """Always with a zone: the one that is written, or UTC. The zone of a column's values is shown as UTC."""
    call.count(1)
    value = call.typed(0)
    zone = "UTC"
    if isinstance(value.value, str) and (match := re.search(r"[+-]\d\d:?\d\d$", value.value)):
        zone = match[0]
    return Typed(f"CAST({call.cast(0, VARCHAR)} AS TIMESTAMPTZ)", Type("timestamp with time zone", (3, zone)))


@special("to_iso8601")
def to_iso8601(call: Call) -> Typed:
    call.count(1)
    value = call.typed(0)
    if value.type.name == "date":
        return Typed(f"CAST({value.sql} AS VARCHAR)", VARCHAR)
    sql = f"strftime({local(value)}, '%Y-%m-%dT%H:%M:%S.%g')"
    if value.type.name == "timestamp":
        return Typed(sql, VARCHAR)
    if value.type.name != "timestamp with time zone":
        raise call.wrong_arguments()
    if value.type.zone != "UTC":
        raise SqlError("NOT_SUPPORTED", "to_iso8601 outside UTC is not supported", position(call.node))
    return Typed(f"({sql} || 'Z')", VARCHAR)


@special("at_timezone")
def at_timezone(call: Call) -> Typed:
    call.count(2)
    return in_zone(call, call.typed(0), call.text(1))


@special("with_timezone")
def with_timezone(call: Call) -> Typed:
    call.count(2)
    zone = call.text(1)
    return Typed(zones.instant(call.cast(0, TIMESTAMP), zone), Type("timestamp with time zone", (3, zone)))


def in_zone(call: Call, value: Typed, zone: str) -> Typed:
    """`value AT TIME ZONE zone`: the same instant, shown elsewhere."""
    if value.type.name == "timestamp":
        return Typed(f"timezone('UTC', {value.sql})", Type("timestamp with time zone", (value.type.scale, zone)))
    if value.type.name != "timestamp with time zone":
        raise SqlError(
            "TYPE_MISMATCH",
            f"Type of value must be a time or timestamp with or without time zone (actual {value.type})",
            position(call.node),
        )
    return Typed(value.sql, Type("timestamp with time zone", (value.type.scale, zone)))


_MYSQL = {
    **{c: f"%{c}" for c in "abdfHjmpSYy"},
    "c": "%-m",
    "e": "%-d",
    "h": "%I",
    "I": "%I",
    "i": "%M",
    "k": "%-H",
    "l": "%-I",
    "M": "%B",
    "r": "%I:%M:%S %p",
    "s": "%S",
    "T": "%H:%M:%S",
    "v": "%V",
    "x": "%G",
    "W": "%A",
    "%": "%%",
}
"""MySQL's format letters, as `date_format` and `date_parse` take them, in DuckDB's `strftime`."""


def _mysql_format(call: Call, text: str) -> str:
    pieces = []
    for char, other in re.findall(r"%(.)|([^%]+)", text):
        if char and char not in _MYSQL:
            raise SqlError(
                "INVALID_FUNCTION_ARGUMENT", f"%{char} not supported in date format string", position(call.node)
            )
        pieces.append(_MYSQL[char] if char else other)
    return "".join(pieces)


@special("date_format")
def date_format(call: Call) -> Typed:
    call.count(2)
    value = call.typed(0)
    if not _is_time(value):
        raise call.wrong_arguments()
    return Typed(f"strftime({local(value)}, {literal(_mysql_format(call, call.text(1)))})", VARCHAR)


@special("date_parse")
def date_parse(call: Call) -> Typed:
    call.count(2)
    text = call.cast(0, VARCHAR)
    return Typed(f"t_strptime({text}, {literal(_mysql_format(call, call.text(1)))})", TIMESTAMP)


_JODA = {
    "yyyy": "%Y", "y": "%Y", "YYYY": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%-m", "dd": "%d",
    "d": "%-d", "HH": "%H", "H": "%-H", "hh": "%I", "h": "%-I", "mm": "%M", "m": "%-M", "ss": "%S", "s": "%-S",
    "SSS": "%g", "SSSSSS": "%f", "a": "%p", "EEEE": "%A", "EEE": "%a", "E": "%a", "D": "%-j", "DDD": "%j", "ww": "%V",
    "xxxx": "%G", "e": "%u",
}  # fmt: skip
"""Joda's patterns, as `format_datetime` and `parse_datetime` take them, in DuckDB's `strftime`."""


def _joda_format(call: Call, text: str, zones: dict[str, str]) -> str:
    pieces = []
    for quoted, run, _letter, other in re.findall(r"('(?:[^']|'')*')|(([A-Za-z])\3*)|([^A-Za-z']+)", text):
        if quoted:
            pieces.append(quoted[1:-1].replace("''", "'").replace("%", "%%") or "'")
        elif run:
            known = {**_JODA, **zones}
            if run not in known:
                raise SqlError("NOT_SUPPORTED", f"The date pattern '{run}' is not supported", position(call.node))
            pieces.append(known[run])
        else:
            pieces.append(other.replace("%", "%%"))
    return "".join(pieces)


@special("format_datetime")
def format_datetime(call: Call) -> Typed:
    call.count(2)
    value = call.typed(0)
    if not _is_time(value):
        raise call.wrong_arguments()
    zones = {"Z": "+0000", "ZZ": "+00:00", "ZZZ": "UTC", "z": "UTC"} if value.type.name != "date" else {}
    if getattr(value.type, "zone", "UTC") != "UTC":
        zones = {"ZZZ": value.type.zone}
    return Typed(f"strftime({local(value)}, {literal(_joda_format(call, call.text(1), zones))})", VARCHAR)


@special("parse_datetime")
def parse_datetime(call: Call) -> Typed:
    call.count(2)
    pattern = _joda_format(call, call.text(1), {"Z": "%z", "ZZ": "%z"})
    return Typed(
        f"timezone('UTC', CAST(t_strptime({call.cast(0, VARCHAR)}, {literal(pattern)}) AS TIMESTAMP))", TIMESTAMP_TZ
    )


@special("to_milliseconds")
def to_milliseconds(call: Call) -> Typed:
    call.count(1)
    return Typed(f"CAST(epoch_ms({call.typed(0).sql}) AS BIGINT)", BIGINT)
