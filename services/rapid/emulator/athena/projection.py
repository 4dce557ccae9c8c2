"""Partition projection: partitions computed from the table's properties instead of listed by Glue.

https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html (read 2026-11).
"""

import itertools
import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from sqlglot import exp, parse_one

from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import Column, Table

MAX_VALUES = 1_000_000
_SECONDS = {"SECONDS": 1, "MINUTES": 60, "HOURS": 3600, "DAYS": 86400, "WEEKS": 7 * 86400}
_JAVA = {
    "yyyy": "%Y", "uuuu": "%Y", "y": "%Y", "yy": "%y", "MM": "%m", "M": "%-m", "MMM": "%b", "MMMM": "%B", "dd": "%d",
    "d": "%-d", "DDD": "%j", "HH": "%H", "H": "%-H", "hh": "%I", "a": "%p", "mm": "%M", "m": "%-M", "ss": "%S",
    "s": "%-S", "SSS": "000", "EEE": "%a", "EEEE": "%A",
}  # fmt: skip
_PIECE = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")

Filter = Callable[[Column, list[str]], list[str]]
"""Leaves the values of one key that the query's conditions over that key alone accept."""


def projected(
    table: Table, location: str, parameters: dict[str, str], predicates: list[str], keep: Filter
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Values and location of every projected partition that conditions over single keys leave.

    Raises:
        SqlError: INVALID_TABLE_PROPERTY if a projection is incomplete, CONSTRAINT_VIOLATION if an injected key has
            no condition, HIVE_EXCEEDED_PARTITION_LIMIT if there are too many.
    """
    template = parameters.get("storage.location.template")
    columns = [keep(key, values(key, parameters, predicates)) for key in table.partition_keys]
    count = 1
    for found in columns:
        count *= len(found)
    if count > MAX_VALUES:
        message = f"Projection of table {table.database}.{table.name} has {count} partitions: narrow the query to fewer than {MAX_VALUES}"  # noqa: E501
        raise SqlError("HIVE_EXCEEDED_PARTITION_LIMIT", message)
    for row in itertools.product(*columns):
        pairs = list(zip(table.partition_keys, row, strict=True))
        if template:
            place = template
            for key, value in pairs:
                place = place.replace("${" + key.name + "}", value)
        else:
            place = location.rstrip("/") + "/" + "/".join(f"{k.name}={v}" for k, v in pairs)
        yield row, place


def values(key: Column, parameters: dict[str, str], predicates: list[str]) -> list[str]:
    """Every value of one key."""

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
        low, high = _range(key, setting("range"))
        step, digits = int(setting("interval", "1")), int(setting("digits", "0"))
        return [f"{v:0{digits}d}" if digits else str(v) for v in range(int(low), int(high) + 1, step)]
    if kind == "date":
        return _dates(
            key, setting("range"), setting("format"), int(setting("interval", "1")), setting("interval.unit", "")
        )
    if kind == "injected":
        return _injected(key, predicates)
    raise SqlError("INVALID_TABLE_PROPERTY", f"Unknown projection type '{kind}' for column {key.name}")


def _range(key: Column, text: str) -> tuple[str, str]:
    parts = [p.strip() for p in text.split(",")]
    if len(parts) != 2:
        message = f"Property projection.{key.name}.range needs two values, found '{text}'"
        raise SqlError("INVALID_TABLE_PROPERTY", message)
    return parts[0], parts[1]


def _injected(key: Column, predicates: list[str]) -> list[str]:
    """An injected key has exactly the values that the query names, as constants."""
    for predicate in predicates:
        tree = parse_one(predicate, read="duckdb").unnest()
        choices = [_named(key, c.unnest()) for c in (tree.flatten() if isinstance(tree, exp.Or) else [tree])]
        found = [v for choice in choices for v in choice or [None]]
        if None not in found:
            return [v for v in found if v is not None]
    raise SqlError(
        "CONSTRAINT_VIOLATION",
        f"For the injected projected partition column {key.name}, the WHERE clause must contain only static equality "
        "conditions, and at least one such condition must be present.",
    )


def _named(key: Column, condition: exp.Expr) -> list[str | None]:
    """The constants that a key is compared with; None in place of anything else."""
    column = condition.this
    if not isinstance(condition, exp.EQ | exp.In) or not isinstance(column, exp.Column) or column.name != key.name:
        return [None]
    return [_constant(e) for e in condition.expressions or [condition.args.get("expression")]]


def _constant(found: exp.Expr | None) -> str | None:
    if isinstance(found, exp.Neg) and isinstance(found.this, exp.Literal):
        return f"-{found.this.this}"
    if isinstance(found, exp.Cast):
        found = found.this
    return str(found.this) if isinstance(found, exp.Literal) else None


def strftime_of(pattern: str, others: Mapping[str, str] | None = None) -> str:
    """A pattern of Java's DateTimeFormatter as Python writes it; `others` go before what letters stand for here.

    Raises:
        SqlError: INVALID_TABLE_PROPERTY for letters that have no counterpart.
    """
    made = ""
    for piece in _PIECE.finditer(pattern):
        if piece[1] is not None:
            made += piece[1].replace("''", "'").replace("%", "%%") or "'"
        elif piece[2]:
            found = {**_JAVA, **(others or {})}.get(piece[0])
            if found is None:
                raise SqlError("INVALID_TABLE_PROPERTY", f"Unknown date format: {pattern}")
            made += found
        else:
            made += piece[0].replace("%", "%%")
    return made


def _dates(key: Column, span: str, pattern: str, step: int, unit: str) -> list[str]:
    """All dates of a range; without a unit, days or months as the format is precise."""
    form = strftime_of(pattern)
    if not unit:
        day = any(p in form for p in ("%d", "%-d", "%j"))
        hour = any(p in form for p in ("%H", "%-H", "%I"))
        if hour or (not day and not any(p in form for p in ("%m", "%-m", "%b", "%B"))):
            message = f"Table is missing required projection property: projection.{key.name}.interval.unit"
            raise SqlError("INVALID_TABLE_PROPERTY", message)
        unit = "DAYS" if day else "MONTHS"
    unit = unit.upper() + ("" if unit.upper().endswith("S") else "S")
    first, last = (_date(part, form) for part in _range(key, span))
    found: list[str] = []
    current, count = first, 0
    while current <= last and len(found) <= MAX_VALUES:
        text = current.strftime(form)
        if not found or found[-1] != text:
            found.append(text)
        count += step
        current = _add(first, count, unit)
    return found


def _add(start: datetime, count: int, unit: str) -> datetime:
    if unit in ("MONTHS", "YEARS"):
        months = start.year * 12 + start.month - 1 + count * (12 if unit == "YEARS" else 1)
        year, month = months // 12, months % 12 + 1
        return start.replace(year=year, month=month, day=min(start.day, monthrange(year, month)[1]))
    if unit not in _SECONDS:
        raise SqlError("INVALID_TABLE_PROPERTY", f"Unknown projection interval unit: {unit}")
    return start + timedelta(seconds=count * _SECONDS[unit])


def _date(text: str, form: str) -> datetime:
    """A bound: a date in the column's format, or `NOW`, `NOW-3DAYS`."""
    match = re.fullmatch(r"NOW(?:\s*([+-])\s*(\d+)\s*([A-Z]+?)S?)?", text.upper())
    if not match:
        try:
            return datetime.strptime(text, form.replace("%-", "%")).replace(tzinfo=UTC)
        except ValueError as error:
            raise SqlError("INVALID_TABLE_PROPERTY", f"Bound of a projected range does not parse: {text}") from error
    now = datetime.now(UTC)
    if not match[1]:
        return now
    return _add(now, int(match[1] + match[2]), match[3] + "S")
