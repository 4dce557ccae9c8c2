"""`time with time zone`: a clock and the minutes that it is ahead of UTC.

DuckDB carries a struct of the clock in UTC `u` and the offset `o`, so that it orders values as Trino does. Two values
that say the same in different zones are equal, but stand in two groups of GROUP BY.
https://docs.aws.amazon.com/athena/latest/ug/data-types-examples.html (read 2026-11).
"""

from rapid.emulator.athena.sql import zones
from rapid.emulator.athena.sql.scope import Typed, literal
from rapid.emulator.athena.sql.types import PER_VALUE, Type

NAME = "time with time zone"
WRITTEN = r"(\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d{1,12})?)?)\s*([+-]\d\d:\d\d)?"
"""How one is written, the clock and the offset; without an offset it is UTC."""
MAX_OFFSET = 14 * 60


def clock(value: Typed) -> str:
    """The TIME that the clock shows."""
    return f"(({value.sql}).u + to_minutes(({value.sql}).o))"


def utc(value: Typed) -> str:
    """The TIME in UTC: what values are compared by."""
    return f"({value.sql}).u"


def made(clock_: str, offset: str, scale: int) -> Typed:
    """A clock at an offset; NULL if either is."""
    packed = f"struct_pack(u := {clock_} - to_minutes({offset}), o := CAST({offset} AS SMALLINT))"
    return Typed(f"CASE WHEN {clock_} IS NOT NULL AND {offset} IS NOT NULL THEN {packed} END", Type(NAME, (scale,)))


def at_clock(value: Typed, clock_: str, scale: int | None = None) -> Typed:
    """Another clock at the same offset."""
    return made(clock_, f"({value.sql}).o", value.type.scale if scale is None else scale)


def text(value: Typed) -> str:
    return f"(t_time_text({clock(value)}, {value.type.scale}) || t_offset_text(({value.sql}).o))"


def offset_of(zone: str) -> int | None:
    """Minutes of `+02:00`; None if it is no offset that Trino takes."""
    minutes = zones.shift(zone)
    return minutes if minutes is not None and abs(minutes) <= MAX_OFFSET else None


def in_zone(value: Typed, zone: Typed) -> Typed:
    """The same time on the clocks of a zone; where its offset changes, as it is today."""
    known = zones.shift(zone.value) if isinstance(zone.value, str) else None
    offset = str(known) if known is not None else f"t_offset_today({zone.sql})"
    held = value if value.type.name == NAME else made(value.sql, "0", value.type.scale)
    return made(f"(({held.sql}).u + to_minutes({offset}))", offset, value.type.scale)


def cast(value: Typed, target: Type) -> Typed | None:
    """Between this type and other times; None if Trino does not convert them."""
    source = value.type
    if target.name == NAME:
        if source.name == NAME:
            return at_clock(value, _scaled(clock(value), source.scale, target.scale), target.scale)
        if source.name == "time":
            return made(_scaled(value.sql, source.scale, target.scale), "0", target.scale)
        if source.name == "timestamp with time zone":
            wall = zones.wall(value)
            offset = f"date_diff('minute', timezone('UTC', {zones.moment(value)}), {wall})"
            return made(_scaled(f"CAST({wall} AS TIME)", source.scale, target.scale), offset, target.scale)
        return None
    shown = _scaled(clock(value), source.scale, target.scale)
    today = f"(CAST(timezone('UTC', now()) AS DATE) + {shown})"
    if target.name == "time":
        return Typed(shown, target)
    if target.name == "timestamp":
        return Typed(today, target)
    if target.name == "timestamp with time zone":
        return Typed(f"t_placed({today}, t_offset_text(({value.sql}).o))", Type(target.name, (target.scale, PER_VALUE)))
    return None


def _scaled(clock_: str, given: int, wanted: int) -> str:
    return f"t_time_scale({clock_}, {wanted})" if wanted < given else clock_


def from_text(sql: str, scale: int) -> str:
    """The value that a text says, NULL if it says none."""
    pattern = literal(f"^{WRITTEN}$")
    clock_ = f"TRY_CAST(t_from_time(nullif(regexp_extract({sql}, {pattern}, 1), '')) AS TIME)"
    clock_ = f"t_time_scale({clock_}, {scale})" if scale < 6 else clock_
    offset = f"t_offset(coalesce(nullif(regexp_extract({sql}, {pattern}, 2), ''), '+00:00'))"
    return made(clock_, offset, scale).sql
