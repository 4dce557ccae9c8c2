"""Results as a person or a program reads them."""

import csv
import json
import sys
from typing import Any

import click

from rapid.query import Result, Row

FORMATS = ("table", "csv", "json", "vertical")
_WHOLE = {"tinyint", "smallint", "integer", "bigint"}
_FRACTION = {"float", "double"}


def show(result: Result, form: str) -> None:
    """Prints a result in one of `FORMATS`."""
    if form == "json":
        click.echo(json.dumps([typed(result, row) for row in result.rows], indent=2, ensure_ascii=False))
    elif form == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(result.columns)
        writer.writerows(result.rows)
    elif form == "vertical":
        _vertical(result)
    elif result.kind == "DML":
        _table(result)
    else:
        _lines(result)


def typed(result: Result, row: Row) -> dict[str, Any]:
    """A row as JSON has it: numbers and booleans as such; decimals as text, since JSON has no exact ones."""
    return {name: _value(value, kind) for name, kind, value in zip(result.columns, result.types, row, strict=True)}


def _value(value: str | None, kind: str) -> Any:
    if value is None:
        return None
    if kind in _WHOLE:
        return int(value)
    if kind in _FRACTION and value not in ("NaN", "Infinity", "-Infinity"):
        return float(value)
    if kind == "boolean":
        return value == "true"
    return value


def summary(result: Result) -> str:
    """`3 rows · 1.2 MB scanned · 45 ms`."""
    count = len(result.rows)
    return f"{count} row{'' if count == 1 else 's'} · {size(result.scanned)} scanned · {result.millis} ms"


def size(count: float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TB"


def _table(result: Result) -> None:
    from rich.text import Text

    from rapid.cli.screen import screen, table

    shown = table()
    for name, kind in zip(result.columns, result.types, strict=True):
        right = kind in _WHOLE | _FRACTION | {"decimal"}
        shown.add_column(Text(name), justify="right" if right else "left", overflow="fold")
    for row in result.rows:
        shown.add_row(*(Text("NULL", style="dim") if value is None else Text(value) for value in row))
    if result.columns:
        screen().print(shown)
    click.secho(summary(result), dim=True)


def _lines(result: Result) -> None:
    """DDL and SHOW answer with lines, not with columns."""
    for row in result.rows:
        click.echo("\t".join(value or "" for value in row))
    click.secho(summary(result), dim=True)


def _vertical(result: Result) -> None:
    width = max(map(len, result.columns), default=0)
    for number, row in enumerate(result.rows, 1):
        click.secho(f"-- {number}", dim=True)
        for name, value in zip(result.columns, row, strict=True):
            click.echo(f"{name:>{width}}  {'NULL' if value is None else value}")
    click.secho(summary(result), dim=True)
