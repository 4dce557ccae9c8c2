"""Wall clock and instant of `timestamp with time zone`.

Its zone is known when the query is compiled (a literal, `AT TIME ZONE 'x'`), and then DuckDB carries the instant alone;
or every value has its own, and then DuckDB carries a struct of instant `i` and zone `z`. DuckDB knows zones by name,
Trino also by offset (`+02:00`). A wall clock that comes twice, as clocks are put back, means its first time.
"""

import datetime
import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rapid.emulator.athena.sql.scope import Typed, literal
from rapid.emulator.athena.sql.types import PER_VALUE, Type

_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)$")
_HOURS = re.compile(r"(:\d{1,2}(?:\.\d+)?)\s*([+-])(\d{1,2})$")


def shift(zone: str) -> int | None:
    """Minutes that an offset is ahead of UTC; None for a zone by name."""
    match = _OFFSET.fullmatch(zone)
    return int(match[1] + "1") * (int(match[2]) * 60 + int(match[3])) if match else None


def exists(zone: str) -> bool:
    """Whether a zone is an offset or one that the time zone database has."""
    if _OFFSET.fullmatch(zone):
        return True
    try:
        ZoneInfo(zone)
    except (ValueError, ZoneInfoNotFoundError):
        return False
    return True


def has(zone: str, wall_clock: str) -> bool:
    """Whether clocks of a zone ever show a time: not in the hour that is left out as they are put forward."""
    if shift(zone) is not None:
        return True
    try:
        wall = datetime.datetime.fromisoformat(wall_clock).replace(tzinfo=ZoneInfo(zone))
    except ValueError:  # a year or a spelling that Python does not know
        return True
    return wall.astimezone(datetime.UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall.replace(tzinfo=None)


def instant(wall_clock: str, zone: str) -> str:
    """The TIMESTAMPTZ at which clocks of a known zone show a TIMESTAMP."""
    minutes = shift(zone)
    if minutes is not None:
        return f"timezone('UTC', {wall_clock} - to_minutes({minutes}))"
    return f"{'timezone' if zone == 'UTC' else 't_instant'}({literal(zone)}, {wall_clock})"


def wall(value: Typed) -> str:
    """The TIMESTAMP that clocks of its zone show at a value."""
    if value.type.zone == PER_VALUE:
        return f"t_wall({value.sql})"
    minutes = shift(value.type.zone)
    if minutes is None:
        return f"timezone({literal(value.type.zone)}, {value.sql})"
    return f"(timezone('UTC', {value.sql}) + to_minutes({minutes}))"


def moment(value: Typed) -> str:
    """The TIMESTAMPTZ of a value."""
    return f"({value.sql}).i" if value.type.zone == PER_VALUE else value.sql


def name(value: Typed) -> str:
    """The zone of a value as SQL."""
    return f"({value.sql}).z" if value.type.zone == PER_VALUE else literal(value.type.zone)


def at_wall(value: Typed, wall_clock: str) -> Typed:
    """Another wall clock in the zone of a value, at the offset of the value if it can be."""
    zone = value.type.zone
    if zone == PER_VALUE:
        return Typed(f"t_moved({wall_clock}, {value.sql})", value.type)
    if zone == "UTC" or shift(zone) is not None:
        return Typed(instant(wall_clock, zone), value.type)
    return Typed(f"t_instant_at({literal(zone)}, {wall_clock}, t_ahead({literal(zone)}, {value.sql}))", value.type)


def at_moment(value: Typed, moment_: str) -> Typed:
    """Another instant in the zone of a value."""
    if value.type.zone == PER_VALUE:
        return Typed(struct(moment_, f"({value.sql}).z"), value.type)
    return Typed(moment_, value.type)


def struct(moment_: str, zone: str) -> str:
    """Instant and zone as DuckDB carries values that each have a zone."""
    return f"struct_pack(i := {moment_}, z := {zone})"


def shown_in(moment_: str, scale: int, zone: Typed) -> Typed:
    """An instant in a zone: a literal's is known now, a column's is per value."""
    if isinstance(zone.value, str):
        return Typed(moment_, Type("timestamp with time zone", (scale, canonical(zone.value))))
    sql = f"CASE WHEN {moment_} IS NOT NULL AND {zone.sql} IS NOT NULL THEN {struct(moment_, zone.sql)} END"
    return Typed(sql, Type("timestamp with time zone", (scale, PER_VALUE)))


def to_zone(value: Typed, target: Type) -> Typed:
    """The same instants as a type with a known zone, or with one per value."""
    if target.zone == value.type.zone:
        return Typed(value.sql, target)
    if target.zone == PER_VALUE:
        packed = struct(value.sql, literal(value.type.zone))
        return Typed(f"CASE WHEN {value.sql} IS NOT NULL THEN {packed} END", target)
    return Typed(moment(value), target)


def spelled(written: str) -> str:
    """A time with `+HH:MM` where it ends with hours alone, which Trino's `TimeZoneKey` takes too: `-7`, `+05`, `-0`."""
    return _HOURS.sub(lambda m: f"{m[1]} {m[2]}{int(m[3]):02}:00", written.strip())


def canonical(zone: str) -> str:
    """`Z` and offsets of nothing are UTC."""
    return "UTC" if zone in ("Z", "+00:00", "-00:00") else zone
