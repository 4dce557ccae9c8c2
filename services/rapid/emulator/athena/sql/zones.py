"""Wall clock and instant: DuckDB knows zones by name, Trino also by offset (`+02:00`)."""

import re

from rapid.emulator.athena.sql.scope import literal

_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)$")


def _shift(zone: str) -> int | None:
    match = _OFFSET.fullmatch(zone)
    return int(match[1] + "1") * (int(match[2]) * 60 + int(match[3])) if match else None


def wall(instant: str, zone: str) -> str:
    """The TIMESTAMP that clocks of `zone` show at a TIMESTAMPTZ."""
    minutes = _shift(zone)
    if minutes is None:
        return f"timezone({literal(zone)}, {instant})"
    return f"(timezone('UTC', {instant}) + to_minutes({minutes}))"


def instant(wall_clock: str, zone: str) -> str:
    """The TIMESTAMPTZ at which clocks of `zone` show a TIMESTAMP."""
    minutes = _shift(zone)
    if minutes is None:
        return f"timezone({literal(zone)}, {wall_clock})"
    return f"timezone('UTC', {wall_clock} - to_minutes({minutes}))"
