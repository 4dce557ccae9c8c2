"""RegexSerDe and GrokSerDe: a line is taken apart by a pattern; one that does not match is a row of NULLs.

DuckDB matches what RE2 knows; patterns that look around, and Grok, are matched here, line by line.
https://docs.aws.amazon.com/athena/latest/ug/regex-serde.html, .../grok-serde.html (read 2026-11).
"""

import re
from collections.abc import Callable

from rapid.emulator.athena.formats import DataFile, Reading
from rapid.emulator.athena.formats.lazy import Form, lazy_value
from rapid.emulator.athena.formats.lines import lines
from rapid.emulator.athena.sql.computed import patterns
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import literal, quote

Match = Callable[[str], list[str | None] | None]
"""The fields of a line in the order of the columns, or None if it does not match."""


def relation(reading: Reading, files: list[DataFile], name: str) -> tuple[dict[str, str], str]:
    """SQL per wanted column and the relation it reads; `name` is for an Arrow table, if it takes one.

    Raises:
        SqlError: the pattern is missing or broken, or has another number of groups than the table has columns.
    """
    if "grok" in reading.serde.lower():
        return _matched_here(reading, files, name, _grok(reading))
    pattern = reading.parameters.get("input.regex")
    if not pattern:
        raise SqlError("HIVE_INVALID_METADATA", "The RegexSerDe needs the property input.regex")
    if reading.parameters.get("input.regex.case.insensitive", "").lower() == "true":
        pattern = f"(?i){pattern}"
    try:
        compiled = patterns.compiled(pattern)
    except ValueError as error:
        raise SqlError("HIVE_CURSOR_ERROR", f"Dangling meta character or broken pattern {pattern}: {error}") from error
    if compiled.groups < len(reading.columns):  # AWS's own tables of load balancers have a group more
        message = f"Number of matching groups doesn't match the number of columns: {compiled.groups} groups, {len(reading.columns)} columns"  # noqa: E501
        raise SqlError("HIVE_CURSOR_ERROR", message)
    if _needs_python(pattern):
        return _matched_here(reading, files, name, lambda line: _groups(compiled, line))
    names = ", ".join(f"'f{i}'" for i in range(len(reading.columns)))
    whole = literal(f"^(?:{pattern})$")
    taken = f"CASE WHEN regexp_full_match(l, {literal(pattern)}) THEN regexp_extract(l, {whole}, [{names}]) END AS m"
    source = f"(SELECT {taken}, {reading.carried} FROM {lines(reading, files)})"
    return {c.name: lazy_value(f"m.f{reading.columns.index(c)}", c.type, Form()) for c in reading.wanted}, source


def _needs_python(pattern: str) -> bool:
    """Whether RE2 would refuse it, or give '' where a group took no part."""
    return bool(re.search(r"\(\?[=!<>]|\\[1-9]|[*+?}]\+|\)\?|\)\*|\|", pattern))


def _groups(compiled: patterns.Pattern, line: str) -> list[str | None] | None:
    try:
        found = compiled.fullmatch(line)
    except ValueError as error:
        raise SqlError("HIVE_CURSOR_ERROR", str(error).partition(": ")[2]) from error
    return list(found.groups()) if found else None


def _grok(reading: Reading) -> Match:
    from rapid.emulator.grok import GrokError, compiled

    pattern = reading.parameters.get("input.format")
    if not pattern:
        raise SqlError("HIVE_INVALID_METADATA", "The GrokSerDe needs the property input.format")
    columns = {c.name for c in reading.columns}
    # A part without a name is the column that is called like its pattern.
    pattern = re.sub(r"%\{(\w+)\}", lambda m: f"%{{{m[1]}:{m[1]}}}" if m[1].lower() in columns else m[0], pattern)
    try:
        grok = compiled(pattern, reading.parameters.get("input.grokcustompatterns", ""))
    except GrokError as error:
        raise SqlError("HIVE_INVALID_METADATA", f"{error}") from error

    def match(line: str) -> list[str | None] | None:
        found = grok.match(line)
        if found is None:
            return None
        by_name = {k.lower(): v for k, v in found.items()}
        return [by_name.get(c.name) for c in reading.columns]

    return match


def _matched_here(reading: Reading, files: list[DataFile], name: str, match: Match) -> tuple[dict[str, str], str]:
    import pyarrow as pa

    given = reading.connection.rows(f"SELECT l, {reading.carried} FROM {lines(reading, files)}")
    found = [match(row[0]) for row in given]
    wanted = {c.name: reading.columns.index(c) for c in reading.wanted}
    columns = {f"f{i}": pa.array([f[i] if f else None for f in found], "string") for i in wanted.values()}
    carried = ["file_index", *(k.name for k in reading.keys)]
    for place, column in enumerate(carried, 1):
        columns[column] = pa.array([row[place] for row in given]) if given else pa.array([], "int64")
    reading.connection.register(name, pa.table(columns))
    return {c.name: lazy_value(f"f{wanted[c.name]}", c.type, Form()) for c in reading.wanted}, quote(name)
