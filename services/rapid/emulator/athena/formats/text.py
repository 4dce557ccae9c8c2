"""Delimited text: LazySimpleSerDe, OpenCSVSerde and regular expressions; taken apart as Hive does, not as CSV.

https://docs.aws.amazon.com/athena/latest/ug/lazy-simple-serde.html and .../csv-serde.html (read 2026-11).
"""

import csv
import gzip
from pathlib import Path

from rapid.emulator.athena.formats import DataFile, Reading, file_list
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import Column, literal, quote
from rapid.emulator.athena.sql.types import Type

_MAX_LINE = 64 * 2**20
_NEVER, _NO_NULL = "\x1f\x1e", "\x1c\x1b"
"""A separator and a spelling of NULL that no text has: DuckDB then reads whole lines, as they are."""


def lines(files: list[DataFile], skip: int) -> str:
    """A relation with one column `l`, a line each."""
    return (
        f"(SELECT coalesce(l, '') AS l, file_index FROM read_csv({file_list(files)}, columns={{'l': 'VARCHAR'}}, "
        f"auto_detect=false, delim='{_NEVER}', quote='', escape='', header=false, strict_mode=false, nullstr='{_NO_NULL}', "  # noqa: E501
        f"skip={skip}, max_line_size={_MAX_LINE}, hive_partitioning=false))"
    )


def skipped(reading: Reading) -> int:
    """Header lines to leave out of each file."""
    return int(reading.parameters.get("skip.header.line.count", "0") or 0)


def _separator(reading: Reading, *names: str, default: str) -> str:
    for name in names:
        value = reading.parameters.get(name)
        if value:
            escapes = {"\\t": "\t", "\\n": "\n", "\\001": "\x01", "\\002": "\x02", "\\u0001": "\x01"}
            return escapes.get(value, chr(int(value)) if value.isdigit() and len(value) > 1 else value)
    return default


def lazy_simple(reading: Reading, files: list[DataFile]) -> tuple[dict[str, str], str]:
    r"""LazySimpleSerDe: no quotes; `\N` is NULL; what does not parse is NULL; missing fields are NULL."""
    separator = _separator(reading, "field.delim", "serialization.format", default="\x01")
    null = reading.parameters.get("serialization.null.format", "\\N")
    items = _separator(reading, "collection.delim", "colelction.delim", default="\x02")
    keys = _separator(reading, "mapkey.delim", default="\x03")
    escape = reading.parameters.get("escape.delim")
    split = f"string_split(l, {literal(separator)})"
    if escape:
        mark = "\x1d"
        split = f"list_transform(string_split(replace(l, {literal(escape + separator)}, '{mark}'), {literal(separator)}), lambda f: replace(f, '{mark}', {literal(separator)}))"  # noqa: E501
    source = f"(SELECT {split} AS f, file_index FROM {lines(files, skipped(reading))})"
    expressions = {}
    for column in reading.wanted:
        index = reading.columns.index(column) + 1
        text = f"nullif(f[{index}], {literal(null)})"
        expressions[column.name] = lazy_value(text, column.type, items, keys)
    return expressions, source


def lazy_value(text: str, kind: Type, items: str, keys: str) -> str:
    """A field's text as its type; NULL where it does not parse."""
    if kind.is_string:
        return f"left({text}, {kind.args[0]})" if kind.args else text
    if kind.name == "boolean":
        return f"CASE lower({text}) WHEN 'true' THEN true WHEN 'false' THEN false END"
    if kind.is_integer:
        return f"TRY_CAST(t_from_int({text}) AS {kind.duckdb()})"
    if kind.name == "timestamp":
        return f"t_timestamp({text})"
    if kind.name == "date":
        return f"TRY_CAST(t_from_date({text}) AS DATE)"
    if kind.name == "varbinary":
        return f"from_base64({text})"
    if kind.name == "array":
        inner = lazy_value("e", kind.args[0], "\x03", "\x04")
        return f"list_transform(string_split({text}, {literal(items)}), lambda e: {inner})"
    if kind.name == "map":
        key = lazy_value(f"split_part(e, {literal(keys)}, 1)", kind.args[0], "\x04", "\x05")
        value = lazy_value(f"list_extract(string_split(e, {literal(keys)}), 2)", kind.args[1], "\x04", "\x05")
        pairs = f"list_transform(string_split({text}, {literal(items)}), lambda e: {{'key': {key}, 'value': {value}}})"
        return f"t_map_from_pairs({pairs})"
    if kind.name == "row":
        parts = ", ".join(
            f"{quote(n)}: {lazy_value(f'string_split({text}, {literal(items)})[{i}]', t, keys, keys)}"
            for i, (n, t) in enumerate(kind.args, 1)
        )
        return f"CASE WHEN {text} IS NULL THEN NULL ELSE {{{parts}}} END"
    return f"TRY_CAST({text} AS {kind.duckdb()})"


def open_csv(reading: Reading, files: list[DataFile]) -> tuple[dict[str, str], str]:
    """OpenCSVSerde: quotes and escapes, every field a string that is then cast; a bad number fails the query."""
    separator = _separator(reading, "separatorchar", default=",")
    quotes = reading.parameters.get("quotechar", '"')
    escape = reading.parameters.get("escapechar", "\\")
    width = max([len(reading.columns), *(_width(f.path, separator, quotes, escape) for f in files)])
    names = ", ".join(f"'f{i}': 'VARCHAR'" for i in range(width))
    source = (
        f"read_csv({file_list(files)}, columns={{{names}}}, auto_detect=false, delim={literal(separator)}, "
        f"quote={literal(quotes)}, escape={literal(escape if escape != quotes else quotes)}, header=false, "
        f"strict_mode=false, null_padding=true, nullstr='{_NO_NULL}', skip={skipped(reading)}, parallel=false, "
        f"max_line_size={_MAX_LINE}, hive_partitioning=false)"
    )
    expressions = {}
    for column in reading.wanted:
        text = f"f{reading.columns.index(column)}"
        expressions[column.name] = _csv_value(text, column)
    return expressions, source


def _csv_value(text: str, column: Column) -> str:
    """Dates are days since 1970 and timestamps milliseconds, or text; an empty field is NULL except in a string."""
    kind = column.type
    if kind.is_string:
        return text
    given = f"nullif({text}, '')"
    if kind.name == "date":
        value = f"coalesce(DATE '1970-01-01' + TRY_CAST({given} AS INTEGER), TRY_CAST(t_from_date({given}) AS DATE))"
    elif kind.name == "timestamp":
        value = f"coalesce(make_timestamp(TRY_CAST({given} AS BIGINT) * 1000), t_timestamp({given}))"
    elif kind.name in ("array", "map", "row"):
        raise SqlError("HIVE_UNSUPPORTED_FORMAT", f"OpenCSVSerde has no {kind.name}: column {column.name}")
    else:
        value = f"TRY_CAST({given} AS {kind.duckdb()})"
    message = f"HIVE_BAD_DATA: Error parsing field value for field {column.name}: For input string: "
    return (
        f"CASE WHEN {given} IS NOT NULL AND {value} IS NULL THEN error({literal(message)} || {text}) ELSE {value} END"
    )


def _width(path: Path, separator: str, quotes: str, escape: str) -> int:
    """Fields of the first line, since DuckDB must be told of every one."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", errors="replace", newline="") as file:
            options = {} if escape == quotes else {"escapechar": escape}
            return len(next(csv.reader(file, delimiter=separator, quotechar=quotes or None, **options), []))  # type: ignore[arg-type]
    except OSError as error:
        raise SqlError("HIVE_CANNOT_OPEN_SPLIT", f"{path.name}: {error}") from error


def regex(reading: Reading, files: list[DataFile]) -> tuple[dict[str, str], str]:
    """RegexSerDe: a group per column; a line that does not match is a row of NULLs."""
    pattern = reading.parameters.get("input.regex")
    if not pattern:
        raise SqlError("HIVE_INVALID_METADATA", "The RegexSerDe needs the property input.regex")
    if reading.parameters.get("input.regex.case.insensitive", "").lower() == "true":
        pattern = f"(?i){pattern}"
    expressions = {}
    for column in reading.wanted:
        group = reading.columns.index(column) + 1
        text = f"CASE WHEN regexp_full_match(l, {literal(pattern)}) THEN regexp_extract(l, {literal('^(?:' + pattern + ')$')}, {group}) END"  # noqa: E501
        expressions[column.name] = lazy_value(f"({text})", column.type, "\x02", "\x03")
    return expressions, lines(files, skipped(reading))
