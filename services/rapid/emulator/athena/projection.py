"""Partition projection: partitions computed from the table's properties instead of listed by Glue.

https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html (read 2026-11).
"""

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import Column, Table

MAX_VALUES = 1_000_000
_UNITS = {"SECONDS": 1, "MINUTES": 60, "HOURS": 3600, "DAYS": 86400, "WEEKS": 7 * 86400}
_JAVA = {
    "yyyy": "%Y",
    "uuuu": "%Y",
    "yy": "%y",
    "MM": "%m",
    "dd": "%d",
    "HH": "%H",
    "mm": "%M",
    "ss": "%S",
    "SSS": "000",
}


def projected(
    table: Table, location: str, parameters: dict[str, str], predicates: list[str]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Values and location of every projected partition that predicates over single keys leave.

    Raises:
        SqlError: INVALID_TABLE_PROPERTY if a key's projection is incomplete.
    """
    template = parameters.get("storage.location.template")
    columns = [_values(key, parameters, predicates) for key in table.partition_keys]
    for values in itertools.islice(itertools.product(*columns), MAX_VALUES):
        pairs = list(zip(table.partition_keys, values, strict=True))
        if template:
            place = template
            for key, value in pairs:
                place = place.replace("${" + key.name + "}", value)
        else:
            place = location.rstrip("/") + "/" + "/".join(f"{k.name}={v}" for k, v in pairs)
        yield values, place


def _values(key: Column, parameters: dict[str, str], predicates: list[str]) -> list[str]:
    def setting(name: str, default: str | None = None) -> str:
        value = parameters.get(f"projection.{key.name}.{name}", default)
        if value is None:
            raise SqlError(
                "INVALID_TABLE_PROPERTY", f"Table is missing required projection property: projection.{key.name}.{name}"
            )
        return value

    kind = setting("type").lower()
    if kind == "enum":
        return [v.strip() for v in setting("values").split(",")]
    if kind == "integer":
        low, high = (int(v) for v in setting("range").split(","))
        digits, step = int(setting("digits", "0")), int(setting("interval", "1"))
        return [str(v).zfill(digits) for v in range(low, high + 1, step)]
    if kind == "date":
        return _dates(setting("range"), setting("format"), int(setting("interval", "1")), setting("interval.unit", ""))
    if kind == "injected":
        return _injected(key, predicates)
    raise SqlError("INVALID_TABLE_PROPERTY", f"Unknown projection type '{kind}' for column {key.name}")


def _injected(key: Column, predicates: list[str]) -> list[str]:
    """An injected key has exactly the values that the query names."""
    named = re.compile(rf'\."{re.escape(key.name)}" (?:= |IN \()(.*?)\)$')
    for predicate in predicates:
        match = named.search(predicate)
        if match:
            values = re.findall(r"'((?:[^']|'')*)'", match[1]) or re.findall(r"-?\d+", match[1])
            return [v.replace("''", "'") for v in values]
    raise SqlError(
        "CONSTRAINT_VIOLATION",
        f"For the injected projected partition column {key.name}, the WHERE clause must contain only static equality "
        "conditions, and at least one such condition must be present.",
    )


def _dates(span: str, pattern: str, step: int, unit: str) -> list[str]:
    form = re.sub("|".join(_JAVA), lambda m: _JAVA[m[0]], pattern.replace("'", ""))
    if not unit:
        unit = (
            "DAYS" if "%d" in form and "%H" not in form else "MONTHS" if "%d" not in form and "%m" in form else "DAYS"
        )
    unit = unit.upper() + ("" if unit.upper().endswith("S") else "S")
    first, last = (_date(part.strip(), form) for part in span.split(","))
    found: list[str] = []
    current, count = first, 0
    while current <= last and len(found) < MAX_VALUES:
        found.append(current.strftime(form))
        count += step
        current = _add(first, count, unit)
    return found


def _add(start: datetime, count: int, unit: str) -> datetime:
    if unit in ("MONTHS", "YEARS"):
        months = start.year * 12 + start.month - 1 + count * (12 if unit == "YEARS" else 1)
        return start.replace(year=months // 12, month=months % 12 + 1, day=min(start.day, 28))
    if unit not in _UNITS:
        raise SqlError("INVALID_TABLE_PROPERTY", f"Unknown projection interval unit: {unit}")
    return start + timedelta(seconds=count * _UNITS[unit])


def _date(text: str, form: str) -> datetime:
    """A bound: a date in the column's format, or `NOW`, `NOW-3DAYS`."""
    match = re.fullmatch(r"NOW(?:\s*([+-])\s*(\d+)\s*([A-Z]+?)S?)?", text.upper())
    if not match:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    now = datetime.now(UTC)
    if not match[1]:
        return now
    return _add(now, int(match[1] + match[2]), match[3] + "S")
