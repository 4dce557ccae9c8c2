"""Values as people write them: `format`, `format_number`, data sizes and durations.

https://trino.io/docs/current/functions/{string,conversion,datetime}.html (read 2026-11); `format` takes Java's
format
strings, https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/Formatter.html.
"""

import datetime
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from rapid.emulator.athena.sql.computed.registry import computed, helper, refuse

_SPECIFIER = re.compile(r"%(?:(\d+)\$|(<))?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([tT])?([a-zA-Z%])")
_NO_NUMBERS = {"nan": "NaN", "-nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


@helper("p_scientific", "VARCHAR", "VARCHAR")
def scientific(text: str) -> str:
    """A number that Python or DuckDB has written, as Java's `Double.toString` writes very large and small ones."""
    if text in _NO_NUMBERS:
        return _NO_NUMBERS[text]
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    mantissa, _, written = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    exponent = int(written or 0) + len(digits) - len(fraction) - 1
    return f"{sign}{digits[0]}.{digits[1:].rstrip('0') or '0'}E{exponent}"


def java_double(value: float) -> str:
    """As Java's `Double.toString`."""
    return repr(value) if value == 0 or 1e-3 <= abs(value) < 1e7 else scientific(repr(value))


@helper("p_format", None, "VARCHAR")
def format_(pattern: str | None, *values: Any) -> str | None:
    """Java's `String.format`. Values are numbers, booleans, dates and times, or text."""
    if pattern is None:
        return None
    pieces: list[str] = []
    at = ordinary = last = 0
    for match in _SPECIFIER.finditer(pattern):
        pieces.append(_plain(pattern, pattern[at : match.start()]))
        at = match.end()
        number, previous, flags, width, precision, time, kind = match.groups()
        if kind in "%n":
            pieces.append("%" if kind == "%" else "\n")
            continue
        if number:
            index = int(number) - 1
        elif previous:
            index = last
        else:
            index, ordinary = ordinary, ordinary + 1
        if index >= len(values):
            raise refuse(f"Invalid format string: {pattern} (MissingFormatArgument: Format specifier '{match[0]}')")
        last = index
        text = (
            _time(values[index], kind, time) if time else _one(values[index], kind, flags, precision, width, match[0])
        )
        pieces.append(text.ljust(int(width)) if width and "-" in flags else text.rjust(int(width or 0)))
    return "".join([*pieces, _plain(pattern, pattern[at:])])


def _plain(pattern: str, text: str) -> str:
    if "%" in text:
        rest = text[text.index("%") :]
        raise refuse(f"Invalid format string: {pattern} (UnknownFormatConversionException: '{rest}')")
    return text


def _one(value: Any, kind: str, flags: str, precision: str | None, width: str | None, written: str) -> str:
    lower = kind.lower()
    if value is None and lower != "b":
        text = "null"
    elif lower == "s":
        text = shown(value)[: int(precision) if precision else None]
    elif lower == "b":
        text = str(value).lower() if isinstance(value, bool) else str(value is not None).lower()
    elif lower == "c":
        text = chr(value) if isinstance(value, int) else str(value)
    elif lower == "h":
        text = f"{_hash(value):x}"
    elif lower in "doxefg":
        text = _number(value, lower, flags, precision, written)
        if "0" in flags and width:
            sign = text[:1] if text[:1] in "+-( " else ""
            text = sign + text[len(sign) :].rjust(int(width) - len(sign), "0")
    else:
        raise refuse(f"Invalid format string: {written} (Conversion = '{kind}')")
    return text.upper() if kind.isupper() else text


def _number(value: Any, kind: str, flags: str, precision: str | None, written: str) -> str:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if (kind in "dox") != whole or isinstance(value, bool | str):
        name = "java.lang." + {int: "Long", float: "Double", str: "String", bool: "Boolean"}.get(type(value), "Object")
        raise refuse(f"Invalid format string: {written} (IllegalFormatConversion: {kind} != {name})")
    if kind in "ox":
        made = f"{value if value >= 0 else value + 2**64:{'#' if '#' in flags else ''}{kind}}"
        return made.replace("0o", "0")
    size = Decimal(repr(value)) if isinstance(value, float) and abs(value) < float("inf") else value
    if isinstance(size, float):
        return java_double(size)
    digits = int(precision) if precision else 6
    if kind == "d":
        body = f"{abs(value):{',' if ',' in flags else ''}d}"
    elif kind == "f":
        body = f"{abs(size).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):{',' if ',' in flags else ''}f}"
    else:
        body = f"{abs(size):.{digits}{kind}}"
        body = re.sub(r"e([+-])(\d)$", r"e\g<1>0\2", body)
    if value < 0:
        return f"({body})" if "(" in flags else f"-{body}"
    return ("+" if "+" in flags else " " if " " in flags else "") + body


def shown(value: Any) -> str:
    """A value as Java's `toString` shows it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return java_double(value)
    if isinstance(value, datetime.datetime):
        text = value.isoformat()
        return text[:-3] if value.microsecond and not value.microsecond % 1000 else text
    return str(value)


def _hash(value: Any) -> int:
    text = value if isinstance(value, str) else shown(value)
    result = value if isinstance(value, int) else 0
    if not isinstance(value, int):
        for char in text:
            result = result * 31 + ord(char)
    return result & 0xFFFFFFFF


_TIMES = {
    "Y": "{0.year:04d}", "y": "{1:02d}", "m": "{0.month:02d}", "d": "{0.day:02d}", "e": "{0.day}", "B": "{0:%B}",
    "b": "{0:%b}", "h": "{0:%b}", "A": "{0:%A}", "a": "{0:%a}", "j": "{0:%j}", "H": "{0:%H}", "k": "{0.hour}",
    "I": "{0:%I}",
    "l": "{2}", "M": "{0:%M}", "S": "{0:%S}", "L": "{3:03d}", "N": "{4:09d}", "p": "{5}", "R": "{0:%H:%M}",
    "T": "{0:%H:%M:%S}",
    "r": "{0:%I:%M:%S %p}", "D": "{0:%m/%d/%y}", "F": "{0:%Y-%m-%d}", "c": "{0:%a %b %d %H:%M:%S UTC %Y}",
    "C": "{6:02d}",
}  # fmt: skip


def _time(value: Any, kind: str, capital: str) -> str:
    if not isinstance(value, datetime.date) or kind not in _TIMES:
        raise refuse(f"Invalid format string: %{capital}{kind}")
    moment = value if isinstance(value, datetime.datetime) else datetime.datetime(value.year, value.month, value.day)  # noqa: DTZ001
    micro, half = moment.microsecond, "am" if moment.hour < 12 else "pm"
    text = _TIMES[kind].format(
        moment, moment.year % 100, moment.hour % 12 or 12, micro // 1000, micro * 1000, half, moment.year // 100
    )
    return text.upper() if capital == "T" else text


@computed("format_number(bigint) -> varchar", "format_number(double) -> varchar")
def format_number(value: float) -> str:
    size, unit = Decimal(repr(value)), ""
    for next_unit in ("K", "M", "B", "T", "Q"):
        if abs(size) < 1000:
            break
        size, unit = size / 1000, next_unit
    if not unit:
        return str(int(size))
    digits = 0 if size >= 100 else 1 if size >= 10 else 2  # negative ones keep both
    text = f"{size.quantize(Decimal(1).scaleb(-digits)):f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + unit


_SIZES = {unit: 1024**power for power, unit in enumerate(("B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"))}


@computed("parse_data_size(varchar) -> decimal(38,0)", "parse_presto_data_size(varchar) -> decimal(38,0)")
def parse_data_size(text: str) -> Decimal:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([a-zA-Z]+)", text)
    if not match or match[2] not in _SIZES:
        raise refuse(f"Invalid data size: '{text}'")
    return Decimal(int(Decimal(match[1]) * _SIZES[match[2]]))


_DURATIONS = {"ns": 1e-6, "us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4, "h": 3.6e6, "d": 8.64e7}


@computed("parse_duration(varchar) -> interval day to second")
def parse_duration(text: str) -> datetime.timedelta:
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]+)\s*", text)
    if not match or match[2] not in _DURATIONS:
        raise refuse(f"duration is not a valid data duration string: {text}")
    return datetime.timedelta(milliseconds=int(float(match[1]) * _DURATIONS[match[2]] + 0.5))


@computed("human_readable_seconds(double) -> varchar")
def human_readable_seconds(seconds: float) -> str:
    rest, pieces = int(abs(seconds) + 0.5), []
    for unit, size in (("week", 604800), ("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, rest = divmod(rest, size)
        if count:
            pieces.append(f"{count} {unit}{'s' if count != 1 else ''}")
    return ", ".join(pieces) or "0 seconds"
