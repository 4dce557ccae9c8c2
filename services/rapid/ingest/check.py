"""Is a record good? One sentence per fault, for the sender."""

import math
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from rapid.ingest.endpoints import Endpoint, Field

RESERVED = ("_ingest_id", "_received_at")
"""Fields that the store adds to a record."""
_INTEGER = re.compile(r"[+-]?\d+(\.0+)?")
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_AMERICAN = ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p")
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y")
_SHOWN = 60


def _iso(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _of_form(text: str, forms: tuple[str, ...]) -> bool:
    for form in forms:
        try:
            datetime.strptime(text, form)  # noqa: DTZ007 - only whether it reads as one
        except ValueError:
            continue
        return True
    return False


def _timestamp(value: Any) -> bool:
    """A date and time. A bare date is not one; a number is seconds or milliseconds since 1970."""
    if isinstance(value, int | float):
        return 0 <= value < 10**14
    text = value.strip()
    if text.isdigit():
        return len(text) >= 9 and int(text) < 10**14  # eight digits are a date: 20260901
    if len(text) > len("2026-09-01") and text[4:5] in ("-", "/"):
        return _iso(text.replace("/", "-").replace(" UTC", "Z"))
    return _of_form(text, _AMERICAN)


def _date(value: Any) -> bool:
    return (isinstance(value, str) and _of_form(value.strip(), _DATES)) or _timestamp(value)


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _integer(value: Any) -> bool:
    if isinstance(value, str):
        return bool(_INTEGER.fullmatch(value.strip()))
    return isinstance(value, int) or value.is_integer()


def _boolean(value: Any) -> bool:
    return isinstance(value, bool) or (isinstance(value, str) and value.strip().lower() in ("true", "false"))


_SCALARS: dict[str, Callable[[Any], bool]] = {
    "string": lambda _: True,
    "integer": lambda value: _number(value) is not None and _integer(value),
    "number": lambda value: _number(value) is not None,
    "timestamp": _timestamp,
    "date": _date,
}


def _fits(kind: str, value: Any) -> bool:
    if kind == "json":
        return True
    if kind == "boolean":
        return _boolean(value)
    return not isinstance(value, dict | list | bool) and _SCALARS[kind](value)


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def heading(name: str) -> str:
    """A field's name as aliases are compared: `Campaign ID` → `campaign_id`."""
    return _SEPARATORS.sub("_", name.lower()).strip("_")


def _value(record: dict[str, Any], headings: dict[str, str] | None, field: Field) -> Any:
    if field.name in record:
        return record[field.name]
    for name in (field.name, *field.aliases):
        if headings and (key := headings.get(heading(name))) is not None:
            return record[key]
    return None


def _field_fault(field: Field, value: Any) -> str | None:
    if value is None or value == "":
        return f"{field.name}: required, but missing" if field.required else None
    if not _fits(field.type, value):
        return f"{field.name}: {_show(value)} is not {'an' if field.type == 'integer' else 'a'} {field.type}"
    if field.enum and str(value) not in field.enum:
        return f"{field.name}: {_show(value)} is none of {', '.join(field.enum)}"
    if field.min is not None and float(value) < field.min:
        return f"{field.name}: {_show(value)} is below {field.min:g}"
    if field.max is not None and float(value) > field.max:
        return f"{field.name}: {_show(value)} is above {field.max:g}"
    return None


def _faults(endpoint: Endpoint, record: dict[str, Any]) -> Iterator[str]:
    yield from (f"{name}: reserved for the data lake" for name in RESERVED if name in record)
    plain = all(field.name in record for field in endpoint.fields)
    headings = None if plain else {heading(name): name for name in record}
    for field in endpoint.fields:
        if fault := _field_fault(field, _value(record, headings, field)):
            yield fault


def fault(endpoint: Endpoint, record: Any) -> str | None:
    """Why a record is refused: all its faults in one line, or None when it is good."""
    if not isinstance(record, dict):
        return f"a record is a JSON object, not {_show(record)}"
    return "; ".join(_faults(endpoint, record)) or None
