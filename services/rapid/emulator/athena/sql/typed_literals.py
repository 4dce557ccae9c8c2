"""`DATE '2020-01-01'`, `TINYINT '123'`: a type before a text, which is checked before the query runs.

https://docs.aws.amazon.com/athena/latest/ug/data-types-examples.html (read 2026-11).
"""

import datetime
import re
from collections.abc import Callable

from sqlglot import exp

from rapid.emulator.athena.sql import casts, offsets, zones
from rapid.emulator.athena.sql.computed import addresses
from rapid.emulator.athena.sql.dialect import position
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import Typed, literal
from rapid.emulator.athena.sql.types import INTEGERS, Type

_DATE = r"[+-]?\d{1,6}-\d{1,2}-\d{1,2}"
_TIME = r"\d{1,2}:\d{1,2}(:\d{1,2}(\.\d{1,12})?)?"
_ZONE = r"\s*[A-Za-z][\w/+\-]*$|\s*[+-]\d\d:\d\d$"
_BITS = dict(zip(INTEGERS, (8, 16, 32, 64), strict=True))


def typed_literal(node: exp.Cast, value: Typed, target: Type) -> Typed:
    """The value that the text means to the type.

    Raises:
        SqlError: INVALID_LITERAL if it means nothing.
    """
    written = str(value.value)
    wall = written.strip()
    if not _MEANS[target.name](wall):
        raise no_literal(written, target.name.partition(" ")[0], node)
    if target.name not in ("date", "time", "timestamp"):
        return casts.cast(value, target, target.name == "timestamp with time zone", position(node))
    if target.name == "timestamp" and ":" not in wall:
        wall += " 00:00"
    seconds = ":00" if wall.count(":") == 1 else ""
    return Typed(f"CAST({literal(wall + seconds)} AS {target.duckdb()})", target)


def no_literal(written: str, kind: str, node: exp.Expr) -> SqlError:
    return SqlError("INVALID_LITERAL", f"'{written}' is not a valid {kind.upper()} literal", position(node))


def _integer(bits: int) -> Callable[[str], bool]:
    return lambda text: bool(re.fullmatch(r"[+-]?\d+", text)) and -(2 ** (bits - 1)) <= int(text) < 2 ** (bits - 1)


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def _moment(pattern: str) -> Callable[[str], bool]:
    """A wall clock that the calendar has."""
    return lambda text: bool(re.fullmatch(pattern, text)) and _exists(text)


def _zoned_moment(text: str) -> bool:
    found = re.search(_ZONE, text)
    zone, wall = zones.canonical(found[0].strip()) if found else "UTC", re.sub(_ZONE, "", text)
    return _MEANS["timestamp"](wall) and zones.exists(zone) and zones.has(zone, wall)


def _zoned_clock(text: str) -> bool:
    found = re.fullmatch(offsets.WRITTEN, text)
    return bool(found and found[2] and _exists(found[1]) and offsets.offset_of(found[2]) is not None)


def _exists(wall: str) -> bool:
    date = re.match(r"(\d{1,4})-(\d+)-(\d+)", wall)
    time = re.search(r"(\d+):(\d+)(?::(\d+))?", wall)
    try:
        if date and int(date[1]):
            datetime.date(int(date[1]), int(date[2]), int(date[3]))
        if time:
            datetime.time(int(time[1]), int(time[2]), int(time[3] or 0))
    except ValueError:
        return False
    return True


_MEANS: dict[str, Callable[[str], bool]] = {
    **{name: _integer(bits) for name, bits in _BITS.items()},
    **dict.fromkeys(("real", "double"), _number),
    **dict.fromkeys(("char", "varchar"), lambda _: True),
    "boolean": lambda text: text.lower() in ("true", "t", "1", "false", "f", "0"),
    "decimal": lambda text: bool(re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", text)),
    "date": _moment(_DATE),
    "time": _moment(_TIME),
    offsets.NAME: _zoned_clock,
    "timestamp": _moment(rf"{_DATE}([ ]{_TIME})?"),
    "timestamp with time zone": _zoned_moment,
    "uuid": lambda text: bool(re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text)),
    "ipaddress": lambda text: addresses.parsed(text) is not None,
}
