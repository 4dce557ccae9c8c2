"""Dates and times: their parts, arithmetic and zones, https://trino.io/docs/current/functions/datetime.html.

Their text is in `formats`.
"""

from collections.abc import Callable

from rapid.emulator.athena.sql import offsets, zones
from rapid.emulator.athena.sql.dialect import position
from rapid.emulator.athena.sql.errors import SqlError, not_supported
from rapid.emulator.athena.sql.registry import SCALARS, Call, declare, special
from rapid.emulator.athena.sql.scope import Typed, literal
from rapid.emulator.athena.sql.types import BIGINT, DATE, DOUBLE, PER_VALUE, TIMESTAMP, VARCHAR, Type, common

declare(
    SCALARS,
    """
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
_DAYS = {"day": "CAST({} AS INTEGER)", "week": "CAST(7 * ({}) AS INTEGER)"}
"""The same for a date, which plain numbers move faster."""
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
        return zones.wall(value)
    return offsets.clock(value) if value.type.name == offsets.NAME else value.sql


def is_clock(value: Typed) -> bool:
    return value.type.name in ("time", offsets.NAME)


def is_time(value: Typed) -> bool:
    return value.type.name in ("date", "timestamp", "timestamp with time zone")


def extract(call: Call, part: str, value: Typed) -> Typed:
    """`EXTRACT(part FROM value)`, also spelt `part(value)`."""
    name = part.lower()
    if name in ("timezone_hour", "timezone_minute") and value.type.name == "timestamp with time zone":
        minutes = f"date_diff('minute', timezone('UTC', {zones.moment(value)}), {local(value)})"
        sql = f"trunc({minutes} / 60)" if name == "timezone_hour" else f"{minutes} % 60"
        return Typed(f"CAST({sql} AS BIGINT)", BIGINT)
    if name in ("timezone_hour", "timezone_minute") and value.type.name == offsets.NAME:
        minutes = f"({value.sql}).o"
        sql = f"trunc({minutes} / 60)" if name == "timezone_hour" else f"{minutes} % 60"
        return Typed(f"CAST({sql} AS BIGINT)", BIGINT)
    if value.type.name.startswith("interval") and name in _INTERVAL_PARTS:
        return Typed(_INTERVAL_PARTS[name].format(value.sql), BIGINT)
    allowed = is_time(value) or value.type.name == "unknown" or (is_clock(value) and name in _OF_DAY)
    if name not in _PARTS:
        raise SqlError("SYNTAX_ERROR", f"Invalid EXTRACT field: {part}", position(call.node))
    if not allowed or (value.type.name == "date" and name in _OF_DAY):
        raise SqlError(
            "TYPE_MISMATCH", f"Cannot extract {part.upper()} from {value.type}", position(call.node.expression)
        )
    return Typed(_PARTS[name].format(local(value)), BIGINT)


@special(*_PARTS, "timezone_hour", "timezone_minute")
def part_function(call: Call) -> Typed:
    call.count(1)
    value = call.typed(0)
    kind = value.type.name
    if not (is_time(value) or is_clock(value) or kind == "unknown" or kind.startswith("interval")):
        raise call.wrong_arguments()
    if value.type.name == "date" and call.name in _OF_DAY:
        value = call.compiler.coerce(value, TIMESTAMP)
    return extract(call, call.name, value)


def _per_unit(call: Call, value: Typed, make: Callable[[str], str]) -> str:
    """SQL for the unit that the first argument names; a column's is chosen row by row."""
    allowed = [u for u in _STEPS if u in _OF_DAY or not is_clock(value)]
    if value.type.name == "date":
        allowed = [u for u in _STEPS if u not in _OF_DAY]
    given = call.typed(0)
    kind = "TIME" if is_clock(value) else "DATE" if value.type.name == "date" else "Timestamp"
    if isinstance(given.value, str):
        if given.value.lower() not in allowed:
            message = f"'{given.value}' is not a valid {kind} field"
            raise SqlError("INVALID_FUNCTION_ARGUMENT", message)
        return make(given.value.lower())
    if not given.type.is_string:
        raise call.wrong_arguments()
    branches = " ".join(f"WHEN {literal(u)} THEN {make(u)}" for u in allowed)
    quoted = f"'INVALID_FUNCTION_ARGUMENT: ' || chr(39) || {given.sql} || chr(39) || ' is not a valid {kind} field'"
    chosen = f"CASE lower({given.sql}) {branches} ELSE t_error({quoted}) END"
    return f"CASE WHEN {given.sql} IS NULL THEN NULL ELSE {chosen} END"


@special("date_add")
def date_add(call: Call) -> Typed:
    """Years to days move the wall clock, hours and less the instant."""
    call.count(3)
    value = call.typed(2)
    if not (is_time(value) or is_clock(value)):
        raise call.wrong_arguments()
    count = call.cast(1, BIGINT)
    if value.type.name == offsets.NAME:
        sql = _per_unit(call, value, lambda unit: f"({local(value)} + {_STEPS[unit].format(count)})")
        return offsets.at_clock(value, sql)
    if value.type.name != "timestamp with time zone":
        steps = _STEPS | _DAYS if value.type.name == "date" else _STEPS
        sql = _per_unit(call, value, lambda unit: f"({value.sql} + {steps[unit].format(count)})")
        return Typed(f"CAST({sql} AS {value.type.duckdb()})", value.type)

    def moved(unit: str) -> str:
        step = _STEPS[unit].format(count)
        if unit in _OF_DAY:
            return zones.at_moment(value, f"({zones.moment(value)} + {step})").sql
        return zones.at_wall(value, f"({local(value)} + {step})").sql

    return Typed(_per_unit(call, value, moved), value.type)


@special("date_diff")
def date_diff(call: Call) -> Typed:
    """Whole units between two times, as Trino counts them: `datesub` in DuckDB."""
    call.count(3)
    values = call.all()[1:]
    if common(values[0].type, values[1].type) is None:
        raise call.wrong_arguments()
    sides, kind = call.compiler.unify(values, call.arguments[1:])
    if not (is_time(sides[0]) or is_clock(sides[0])):
        raise call.wrong_arguments()
    first, second = (Typed(s.sql, kind) for s in sides)

    def whole(unit: str) -> str:
        if kind.name == offsets.NAME:
            one, two = offsets.utc(first), offsets.utc(second)
        elif kind.name == "timestamp with time zone" and unit in _OF_DAY:
            one, two = zones.moment(first), zones.moment(second)
        elif kind.name == "timestamp with time zone":
            one, two = local(first), local(zones.at_moment(first, zones.moment(second)))
        else:
            one, two = local(first), local(second)
        return f"datesub('{unit}', {one}, {two})"

    return Typed(_per_unit(call, sides[0], whole), BIGINT)


@special("date_trunc")
def date_trunc(call: Call) -> Typed:
    call.count(2)
    value = call.typed(1)
    if is_clock(value):
        zero = f"(DATE '1970-01-01' + {local(value)})"
        sql = _per_unit(call, value, lambda unit: f"CAST(date_trunc('{unit}', {zero}) AS TIME)")
        return Typed(sql, value.type) if value.type.name == "time" else offsets.at_clock(value, sql)
    if not is_time(value):
        raise call.wrong_arguments()
    sql = _per_unit(call, value, lambda unit: f"date_trunc('{unit}', {local(value)})")
    if value.type.name == "timestamp with time zone":
        return zones.at_wall(value, sql)
    return Typed(f"CAST({sql} AS {value.type.duckdb()})", value.type)


@special("date")
def date(call: Call) -> Typed:
    """`date(x)` is `CAST(x AS date)`."""
    call.count(1)
    return call.compiler.cast(call.typed(0), DATE)


@special("last_day_of_month")
def last_day_of_month(call: Call) -> Typed:
    call.count(1)
    value = call.typed(0)
    if not is_time(value):
        raise call.wrong_arguments()
    return Typed(f"last_day({local(value)})", DATE)


def _scale(call: Call) -> int:
    """The digits that `current_timestamp(6)` asks for."""
    if not call.count(0, 1):
        return 3
    given = call.typed(0).value
    if not isinstance(given, int) or not 0 <= given <= 12:
        raise call.wrong_arguments()
    return given


@special("now", "current_timestamp")
def now(call: Call) -> Typed:
    digits = _scale(call)
    moment = "t_now()" if digits >= 3 else f"t_instant_scale(t_now(), {digits})"
    return Typed(moment, Type("timestamp with time zone", (digits, "UTC")))


@special("localtimestamp")
def localtimestamp(call: Call) -> Typed:
    moment = now(call)
    return Typed(f"timezone('UTC', {moment.sql})", Type("timestamp", (moment.type.scale,)))


@special("current_date")
def current_date(call: Call) -> Typed:
    return Typed("CAST(timezone('UTC', now()) AS DATE)", DATE)


@special("localtime")
def localtime(call: Call) -> Typed:
    moment = localtimestamp(call)
    return Typed(f"CAST({moment.sql} AS TIME)", Type("time", (moment.type.scale,)))


@special("current_time")
def current_time(call: Call) -> Typed:
    clock = localtime(call)
    return offsets.made(clock.sql, "0", clock.type.scale)


@special("current_timezone")
def current_timezone(call: Call) -> Typed:
    return Typed("'UTC'", VARCHAR)


@special("from_unixtime")
def from_unixtime(call: Call) -> Typed:
    """Seconds since 1970, shown in UTC, in a zone, or at an offset of hours and minutes."""
    given = call.count(1, 2, 3)
    moment = f"make_timestamptz(CAST(round({call.cast(0, DOUBLE)} * 1000) AS BIGINT) * 1000)"
    if given == 3:
        hours, minutes = (call.typed(i).value for i in (1, 2))
        if not isinstance(hours, int) or not isinstance(minutes, int):
            raise not_supported("from_unixtime with a computed offset", position(call.node))
        sign = "-" if hours < 0 or minutes < 0 else "+"
        zone = f"{sign}{abs(hours):02d}:{abs(minutes):02d}"
        return zones.shown_in(moment, 3, Typed("", VARCHAR, zone))
    return zones.shown_in(moment, 3, call.typed(1) if given == 2 else Typed("", VARCHAR, "UTC"))


@special("to_unixtime")
def to_unixtime(call: Call) -> Typed:
    call.count(1)
    value = call.typed(0)
    if not is_time(value):
        raise call.wrong_arguments()
    zoned = value.type.name == "timestamp with time zone"
    return Typed(f"epoch({zones.moment(value) if zoned else value.sql})", DOUBLE)


@special("timezone")
def timezone(call: Call) -> Typed:
    call.count(1)
    value = call.typed(0)
    if value.type.name != "timestamp with time zone":
        raise call.wrong_arguments()
    return Typed(f"CASE WHEN {value.sql} IS NOT NULL THEN {zones.name(value)} END", VARCHAR)


@special("at_timezone")
def at_timezone(call: Call) -> Typed:
    call.count(2)
    return in_zone(call, call.typed(0), call.typed(1))


@special("with_timezone")
def with_timezone(call: Call) -> Typed:
    """The instant at which clocks of a zone show the timestamp."""
    call.count(2)
    given, zone = call.typed(0), call.typed(1)
    if given.type == DATE:
        given = call.compiler.coerce(given, Type("timestamp", (0,)))
    if given.type.name not in ("timestamp", "unknown"):
        raise call.wrong_arguments()
    wall = call.compiler.coerce(given, given.type if given.type.name == "timestamp" else TIMESTAMP).sql
    if isinstance(zone.value, str):
        return zones.shown_in(zones.instant(wall, zone.value), given.type.scale, zone)
    return Typed(f"t_placed({wall}, {zone.sql})", Type("timestamp with time zone", (given.type.scale, PER_VALUE)))


def in_zone(call: Call, value: Typed, zone: Typed) -> Typed:
    """`value AT TIME ZONE zone`: the same instant, shown elsewhere."""
    if not zone.type.is_string:
        raise SqlError("TYPE_MISMATCH", f"Type of time zone must be varchar (actual {zone.type})", position(call.node))
    if is_clock(value):
        return offsets.in_zone(value, zone)
    if value.type.name == "date":
        value = call.compiler.coerce(value, TIMESTAMP)
    if value.type.name == "timestamp":
        return zones.shown_in(f"timezone('UTC', {value.sql})", value.type.scale, zone)
    if value.type.name != "timestamp with time zone":
        raise SqlError(
            "TYPE_MISMATCH",
            f"Type of value must be a time or timestamp with or without time zone (actual {value.type})",
            position(call.node),
        )
    return zones.shown_in(zones.moment(value), value.type.scale, zone)


@special("to_milliseconds")
def to_milliseconds(call: Call) -> Typed:
    call.count(1)
    return Typed(f"CAST(epoch_ms({call.typed(0).sql}) AS BIGINT)", BIGINT)
