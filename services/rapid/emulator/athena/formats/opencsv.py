"""OpenCSVSerde: quotes and escapes, every field a string that is then cast; a bad number fails the query.

https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html (read 2026-11).
"""

import csv
import gzip
from pathlib import Path

from rapid.emulator.athena.formats import DataFile, Reading, file_list
from rapid.emulator.athena.formats.lines import MAX_LINE, NO_NULL, skipped
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import Column, literal


def open_csv(reading: Reading, files: list[DataFile]) -> tuple[dict[str, str], str]:
    """SQL per wanted column and the relation it reads."""
    separator = (reading.parameters.get("separatorchar", "").replace("\\t", "\t") or ",")[0]
    quotes = reading.parameters.get("quotechar", '"')[:1]
    escape = (reading.parameters.get("escapechar") or "\\")[0]
    width = max([len(reading.columns), *(_width(Path(f.path), separator, quotes, escape) for f in files)])
    names = ", ".join(f"'f{i}': 'VARCHAR'" for i in range(width))
    source = (
        f"read_csv({file_list(files)}, columns={{{names}}}, auto_detect=false, delim={literal(separator)}, "
        f"quote={literal(quotes)}, escape={literal(escape if escape != quotes else quotes)}, header=false, "
        f"strict_mode=false, null_padding=true, nullstr='{NO_NULL}', skip={skipped(reading)}, parallel=false, "
        f"max_line_size={MAX_LINE}, {reading.option})"
    )
    expressions = {}
    for column in reading.wanted:
        index = reading.columns.index(column)
        text = f"f{index}"
        if quotes and escape != quotes:  # a quote that is doubled is one, whatever the escape
            text = f"replace({text}, {literal(quotes * 2)}, {literal(quotes)})"
        expressions[column.name] = _value(text, column, index)
    return expressions, source


def _value(text: str, column: Column, index: int) -> str:
    """Dates are days since 1970 and timestamps milliseconds, or text; an empty field is NULL except in a string."""
    kind = column.type
    if kind.is_string:
        return text
    given = f"nullif(trim({text}), '')"
    if kind.name == "date":
        value = f"coalesce(DATE '1970-01-01' + TRY_CAST({given} AS INTEGER), TRY_CAST(t_from_date({given}) AS DATE))"
    elif kind.name == "timestamp":
        value = f"coalesce(make_timestamp(TRY_CAST({given} AS BIGINT) * 1000), t_timestamp({given}))"
    elif kind.name == "boolean":
        value = f"CASE lower({given}) WHEN 'true' THEN true WHEN 'false' THEN false END"
    elif kind.is_nested:
        raise SqlError("HIVE_UNSUPPORTED_FORMAT", f"OpenCSVSerde has no {kind.name}: column {column.name}")
    elif kind.is_integer:
        value = f"TRY_CAST(t_from_int({given}) AS {kind.duckdb()})"
    else:
        value = f"TRY_CAST({given} AS {kind.duckdb()})"
    message = f"error('HIVE_BAD_DATA: Error parsing field value ''' || {text} || ''' for field {index}: For input string: \"' || {text} || '\"')"  # noqa: E501
    return f"CASE WHEN {given} IS NOT NULL AND {value} IS NULL THEN {message} ELSE {value} END"


def _width(path: Path, separator: str, quotes: str, escape: str) -> int:
    """Fields of the first line, since DuckDB must be told of every one."""
    if path.suffix == ".zst":
        return 0
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", errors="replace", newline="") as file:
            options = {} if escape == quotes else {"escapechar": escape}
            return len(next(csv.reader(file, delimiter=separator, quotechar=quotes or None, **options), []))  # type: ignore[arg-type]
    except (OSError, EOFError) as error:
        raise SqlError("HIVE_CANNOT_OPEN_SPLIT", f"{path.name}: {error}") from error
