"""Times by pattern: MySQL's (`date_format`, `date_parse`) and Joda's (`format_datetime`, `parse_datetime`).

https://trino.io/docs/current/functions/datetime.html and https://www.joda.org/joda-time/key_format.html (read 2026-11).
Messages of what does not parse are Joda's.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from rapid.emulator.athena.sql.computed.registry import helper, refuse

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # fmt: skip  # noqa: E501
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_RANGES = {
    "month": ("monthOfYear", 1, 12), "day": ("dayOfMonth", 1, 31), "hour": ("hourOfDay", 0, 23),
    "minute": ("minuteOfHour", 0, 59),
    "second": ("secondOfMinute", 0, 59), "clock": ("clockhourOfHalfday", 1, 12), "half": ("hourOfHalfday", 0, 11),
    "clock24": ("clockhourOfDay", 1, 24), "ordinal": ("dayOfYear", 1, 366), "week": ("weekOfWeekyear", 1, 53),
    "weekday": ("dayOfWeek", 1, 7),
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One piece of a pattern: a field with its width, or literal text."""

    field: str
    width: int = 0
    most: int = 0
    text: str = ""


_MYSQL = {
    "a": [Part("weekday_short")], "b": [Part("month_short")], "c": [Part("month", 1, 2)], "d": [Part("day", 2, 2)],
    "e": [Part("day", 1, 2)], "f": [Part("fraction", 6, 9)], "H": [Part("hour", 2, 2)], "h": [Part("clock", 2, 2)],
    "I": [Part("clock", 2, 2)],
    "i": [Part("minute", 2, 2)], "j": [Part("ordinal", 3, 3)], "k": [Part("hour", 1, 2)], "l": [Part("clock", 1, 2)],
    "M": [Part("month_long")],
    "m": [Part("month", 2, 2)], "p": [Part("halfday")], "S": [Part("second", 2, 2)], "s": [Part("second", 2, 2)],
    "v": [Part("week", 2, 2)], "W": [Part("weekday_long")], "x": [Part("weekyear", 4, 4)], "Y": [Part("year", 4, 4)],
    "y": [Part("year2", 2, 2)],
    "T": [Part("hour", 2, 2), Part("", text=":"), Part("minute", 2, 2), Part("", text=":"), Part("second", 2, 2)],
    "r": [Part("clock", 2, 2), Part("", text=":"), Part("minute", 2, 2), Part("", text=":"), Part("second", 2, 2),
    Part("", text=" "), Part("halfday")],
}  # fmt: skip


@lru_cache(1000)
def mysql(pattern: str) -> tuple[Part, ...]:
    """The parts of a MySQL pattern.

    Raises:
        ValueError: INVALID_FUNCTION_ARGUMENT for a letter that Trino refuses.
    """
    parts: list[Part] = []
    for letter, other in re.findall(r"%(.)|([^%]+|%$)", pattern, re.DOTALL):
        if letter in tuple("DUuVwX"):
            raise refuse(f"%{letter} not supported in date format string")
        parts += _MYSQL.get(letter, [Part("", text=letter or other)])
    return tuple(parts)


_JODA = {
    "G": "era", "C": "century", "Y": "year", "y": "year", "x": "weekyear", "w": "week", "e": "weekday",
    "D": "ordinal", "d": "day",
    "a": "halfday", "K": "half", "h": "clock", "H": "hour", "k": "clock24", "m": "minute", "s": "second",
    "S": "fraction",
}  # fmt: skip


@lru_cache(1000)
def joda(pattern: str) -> tuple[Part, ...]:
    """The parts of a Joda pattern.

    Raises:
        ValueError: INVALID_FUNCTION_ARGUMENT for a letter that Joda does not know.
    """
    found = re.findall(r"('(?:[^']|'')*')|(([A-Za-z])\3*)|([^A-Za-z']+)", pattern)
    parts = []
    for index, (quoted, run, letter, other) in enumerate(found):
        adjacent = index + 1 < len(found) and found[index + 1][2] and found[index + 1][2] not in "aEGzZ"
        width = len(run)
        if quoted:
            parts.append(Part("", text=quoted[1:-1].replace("''", "'") or "'"))
        elif other:
            parts.append(Part("", text=other))
        elif letter == "M" and width > 2:
            parts.append(Part("month_short" if width == 3 else "month_long"))
        elif letter == "M":
            parts.append(Part("month", width, 2))
        elif letter == "E":
            parts.append(Part("weekday_short" if width < 4 else "weekday_long"))
        elif letter == "Z":
            parts.append(Part(("offset", "offset_colon", "zone")[min(width, 3) - 1]))
        elif letter == "z" and width < 4:
            parts.append(Part("zone_short"))
        elif letter in _JODA:
            field = _JODA[letter]
            if field in ("year", "weekyear"):
                parts.append(Part(f"{field}2", 2, 2) if width == 2 else Part(field, width, width if adjacent else 9))
            else:
                parts.append(
                    Part(field, width, {"ordinal": 3, "fraction": width, "century": 9, "weekday": 1}.get(field, 2))
                )
        else:
            raise refuse(f"Illegal pattern component: {run}")
    return tuple(parts)


def zone_of(name: str) -> tzinfo:
    """The zone that a name or an offset stands for.

    Raises:
        ValueError: INVALID_FUNCTION_ARGUMENT if there is none.
    """
    match = re.fullmatch(r"([+-])(\d\d):?(\d\d)?", name)
    if match:
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))
    if name in ("UTC", "Z", "GMT"):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise refuse(f"'{name}' is not a valid time zone") from error


def _written(parts: tuple[Part, ...], moment: datetime, zone: str) -> str:
    return "".join(p.text or _field(p, moment, zone) for p in parts)


def _field(part: Part, moment: datetime, zone: str) -> str:
    name, iso = part.field, moment.isocalendar()
    if name.startswith(("offset", "zone")):
        return _zone_field(name, moment, zone)
    if name == "fraction":
        return f"{moment.microsecond:06d}000"[: part.width].ljust(part.width, "0")
    texts = {"month": MONTHS[moment.month - 1], "weekday": DAYS[moment.weekday()]}
    if name.endswith(("_short", "_long")):
        kind, _, length = name.partition("_")
        return texts[kind][:3] if length == "short" else texts[kind]
    if name in ("halfday", "era"):
        return "AD" if name == "era" else "AM" if moment.hour < 12 else "PM"
    number = {
        "year": moment.year, "year2": moment.year % 100, "weekyear": iso[0], "weekyear2": iso[0] % 100,
        "century": moment.year // 100,
        "week": iso[1], "weekday": iso[2], "ordinal": moment.timetuple().tm_yday, "month": moment.month,
        "day": moment.day,
        "hour": moment.hour, "half": moment.hour % 12, "clock": moment.hour % 12 or 12, "clock24": moment.hour or 24,
        "minute": moment.minute, "second": moment.second,
    }[name]  # fmt: skip
    return f"{number:0{part.width}d}"


def _zone_field(name: str, moment: datetime, zone: str) -> str:
    if name == "zone":
        return zone
    placed = moment.replace(tzinfo=zone_of(zone))
    if name == "zone_short":
        return placed.tzname() if not zone.startswith(("+", "-")) else zone  # type: ignore[return-value]
    text = placed.strftime("%z")[:5]
    return f"{text[:3]}:{text[3:]}" if name == "offset_colon" else text


_TEXTS = {
    "weekday_short": [d[:3] for d in DAYS], "weekday_long": [*DAYS], "month_short": [m[:3] for m in MONTHS],
    "month_long": [*MONTHS],
    "halfday": ["AM", "PM"], "era": ["AD", "BC"],
}  # fmt: skip
_ZONES = {"offset": r"Z|[+-]\d\d:?\d\d", "offset_colon": r"Z|[+-]\d\d:?\d\d", "zone": r"[A-Za-z][\w/+-]*|[+-]\d\d:?\d\d", "zone_short": r"[A-Za-z][\w/+-]*"}  # fmt: skip  # noqa: E501


def _read(text: str, parts: tuple[Part, ...]) -> tuple[datetime, str | None]:
    """The wall clock and the zone that a text says.

    Raises:
        ValueError: INVALID_FUNCTION_ARGUMENT, in Joda's words.
    """
    at = 0
    values: dict[str, int] = {}
    zone = None
    for part in parts:
        if part.text:
            if text[at : at + len(part.text)].lower() != part.text.lower():
                raise _invalid(text, at)
            at += len(part.text)
            continue
        if part.field in _ZONES:
            match = re.compile(_ZONES[part.field]).match(text, at)
            if not match:
                raise _invalid(text, at)
            zone, at = match[0], match.end()
            continue
        if part.field in _TEXTS:
            found = [(i, t) for i, t in enumerate(_TEXTS[part.field]) if text[at : at + len(t)].lower() == t.lower()]
            if not found:
                raise _invalid(text, at)
            values[part.field.partition("_")[0]] = found[0][0] + (part.field not in ("halfday", "era"))
            at += len(found[0][1])
            continue
        signed = r"[+-]?" if part.field in ("year", "weekyear") else ""
        match = re.compile(rf"{signed}\d{{1,{max(part.most, 1)}}}").match(text, at)
        if not match:
            raise _invalid(text, at)
        values[part.field] = int(match[0]) if part.field != "fraction" else int(match[0].ljust(9, "0")[:9])
        at = match.end()
    if at < len(text):
        raise _invalid(text, at)
    return _moment(text, values), zone


def _invalid(text: str, at: int) -> ValueError:
    where = " is too short" if at >= len(text) else f' is malformed at "{text[at:]}"' if at else ""
    return refuse(f'Invalid format: "{text}"{where}')


def _moment(text: str, values: dict[str, int]) -> datetime:
    for name, value in values.items():
        field, least, most = _RANGES.get(name, ("", value, value))
        if not least <= value <= most:
            raise refuse(f'Cannot parse "{text}": Value {value} for {field} must be in the range [{least},{most}]')
    year = values.get("year", 2000 if values.keys() & {"month", "day"} else 1970)  # as Joda's DateTimeParserBucket
    if "year2" in values:
        year = values["year2"] + (1900 if values["year2"] >= 70 else 2000)
    hour = values.get("hour", values.get("clock24", 0) % 24)
    if "clock" in values or "half" in values:
        hour = (values.get("clock", values.get("half", 0)) % 12) + 12 * values.get("halfday", 0)
    try:
        if "weekyear" in values or "week" in values:
            day = date.fromisocalendar(values.get("weekyear", year), values.get("week", 1), values.get("weekday", 1))
        elif "ordinal" in values:
            day = date(year, 1, 1) + timedelta(values["ordinal"] - 1)
        else:
            day = date(year, values.get("month", 1), values.get("day", 1))
    except ValueError as error:
        last = (date(year + values.get("month", 1) // 12, values.get("month", 1) % 12 + 1, 1) - timedelta(1)).day
        value = values.get("day", 1)
        raise refuse(f'Cannot parse "{text}": Value {value} for dayOfMonth must be in the range [1,{last}]') from error
    micro = values.get("fraction", 0) // 1000
    return datetime(day.year, day.month, day.day, hour, values.get("minute", 0), values.get("second", 0), micro)  # noqa: DTZ001


@helper("p_date_format", "TIMESTAMP; VARCHAR", "VARCHAR")
def date_format(moment: datetime, pattern: str) -> str:
    return _written(mysql(pattern), moment, "UTC")


@helper("p_date_parse", "VARCHAR; VARCHAR", "TIMESTAMP")
def date_parse(text: str, pattern: str) -> datetime:
    return _read(text, mysql(pattern))[0]


@helper("p_format_datetime", "TIMESTAMP; VARCHAR; VARCHAR", "VARCHAR")
def format_datetime(moment: datetime, zone: str, pattern: str) -> str:
    return _written(joda(pattern), moment, zone)


@helper("p_parse_datetime", "VARCHAR; VARCHAR", "STRUCT(i TIMESTAMP, z VARCHAR)")
def parse_datetime(text: str, pattern: str) -> dict[str, object]:
    """The instant in UTC and the zone it is shown in."""
    moment, zone = _read(text, joda(pattern))
    if zone is None or zone == "Z":
        return {"i": moment, "z": "UTC"}
    if zone[0] in "+-":
        zone = f"{zone[:3]}:{zone[-2:]}"
        zone = "UTC" if zone[1:] == "00:00" else zone
    return {"i": moment.replace(tzinfo=zone_of(zone)).astimezone(UTC).replace(tzinfo=None), "z": zone}


_ISO = re.compile(
    r"(?P<year>[+-]?\d{4,})(?:-W(?P<week>\d\d)(?:-(?P<weekday>\d))?|-(?P<ordinal>\d{3})|-(?P<month>\d\d?)(?:-(?P<day>\d\d?))?)?"
    r"(?:T(?:(?P<hour>\d\d)(?::?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?)?)?(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?)?"
)


@helper("p_from_iso8601", "VARCHAR", "STRUCT(i TIMESTAMP, z VARCHAR)")
def from_iso8601(text: str) -> dict[str, object]:
    """An ISO 8601 date, week date or ordinal date, with a time and a zone or without."""
    match = _ISO.fullmatch(text.strip())
    if not match:
        raise refuse(f'Invalid format: "{text}"')
    given = match.groupdict()
    values = {k: int(v) for k, v in given.items() if v and k not in ("zone", "fraction")}
    if "week" in values:
        values["weekyear"] = values.pop("year")
    if given["fraction"]:
        values["fraction"] = int(given["fraction"].ljust(9, "0"))
    moment, zone = _moment(text, values), given["zone"] or "Z"
    if zone == "Z":
        return {"i": moment, "z": "UTC"}
    zone = f"{zone[:3]}:{zone[3:].strip(':') or '00'}"
    return {"i": moment - (zone_of(zone).utcoffset(None) or timedelta()), "z": "UTC" if zone[1:] == "00:00" else zone}
