"""Parquet: columns by name without regard to case; a missing one is NULL; only the wanted ones are read.

Where nothing is wanted but rows (`count(*)`), small files are not opened at all: their footers are known.
"""

from collections import OrderedDict
from typing import Any, NamedTuple

from rapid.emulator.athena.formats import DataFile, Reading, file_list
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import Column, literal, quote
from rapid.emulator.athena.sql.types import Type

_KNOWN_FILES = 200_000
_ROWS_PER_OPENING = 100_000
"""DuckDB makes so many empty rows in the time in which it opens a file (50 µs)."""


class Footer(NamedTuple):
    """What a file says of itself: names and DuckDB's types of its columns, and how many rows it has."""

    columns: tuple[tuple[str, str], ...]
    rows: int


_footers: "OrderedDict[str, Footer]" = OrderedDict()

_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_PHYSICAL = {"VARCHAR": "BINARY", "BLOB": "BINARY", "BIGINT": "INT64", "INTEGER": "INT32", "DATE": "INT32"}


def learn(connection: Any, files: list[DataFile]) -> None:
    """Looks into the files that are not known yet. Files never change, so each is looked into once.

    Files of one table mostly agree: all footers are read by one statement, and one of each kind is described.

    Raises:
        SqlError: HIVE_BAD_DATA if one is not Parquet.
    """
    unknown = {f.path: f for f in files if f.path not in _footers}
    if not unknown:
        return
    paths = ", ".join(literal(p) for p in unknown)
    footers = (
        "SELECT file_name, list((name, type, type_length, repetition_type, num_children, converted_type, scale, "
        f"precision, logical_type)), any_value(num_rows) FROM parquet_schema([{paths}]) "
        f"JOIN parquet_file_metadata([{paths}]) USING (file_name) GROUP BY file_name"
    )
    try:
        found = connection.look(footers)
    except SqlError as error:
        only = next(iter(unknown.values())).uri if len(unknown) == 1 else ""
        bad = next((f.uri for p, f in unknown.items() if p in error.message), only)
        raise SqlError("HIVE_BAD_DATA", f"Not valid Parquet file: {bad or error.message}") from error
    kinds: dict[str, tuple[tuple[str, str], ...]] = {}
    for path, footer, rows in found:
        key = repr(footer)
        if key not in kinds:
            source = f"read_parquet({literal(path)}, hive_partitioning=false)"
            described = connection.look(f"DESCRIBE SELECT * FROM {source}")
            kinds[key] = tuple((str(d[0]), str(d[1])) for d in described)
        _footers[unknown[path].path] = Footer(kinds[key], int(rows))
    while len(_footers) > _KNOWN_FILES:
        _footers.popitem(last=False)


def rows(connection: Any, files: list[DataFile]) -> list[int]:
    """How many rows each of the files has, as `learn` found."""
    learn(connection, files)
    return [_footers[f.path].rows for f in files]


def relations(reading: Reading, files: list[DataFile]) -> list[tuple[list[DataFile], dict[str, str], str]]:
    """Groups of files that agree on their schema: the files, SQL per wanted column, and the relation they come from."""
    count = sum(rows(reading.connection, files))
    if not reading.wanted and not reading.placed and count < _ROWS_PER_OPENING * len(files):
        return [(files, {}, f"range({count})")]
    groups: dict[tuple[tuple[str, str], ...], list[DataFile]] = {}
    for file in files:
        groups.setdefault(_footers[file.path].columns, []).append(file)
    found = []
    for columns, members in groups.items():
        by_name = {name.lower(): (name, kind) for name, kind in columns}
        by_index = reading.parameters.get("parquet.column.index.access", "").lower() == "true"
        have: dict[Column, tuple[str, str] | None] = {}
        for column in reading.wanted:
            index = reading.columns.index(column)
            in_place = columns[index] if index < len(columns) else None
            have[column] = in_place if by_index else by_name.get(column.name)
        as_text = any(h and _has_unmarked_text(h[1], c.type) for c, h in have.items())
        expressions = {c.name: _column(c, h, members[0], as_text) for c, h in have.items()}
        option = f"binary_as_string={str(as_text).lower()}, {reading.option}"
        option += ", file_row_number=true" if reading.numbered else ""
        found.append((members, expressions, f"read_parquet({file_list(members)}, {option})"))
    return found


def _has_unmarked_text(kind: str, target: Type) -> bool:
    """Whether there is text inside a column that is not marked as text: Impala and old Hive wrote it so."""
    return "BLOB" in kind and kind != "BLOB" and "varbinary" not in str(target)


def _column(column: Column, have: tuple[str, str] | None, file: DataFile, as_text: bool) -> str:
    """A column of the file as the table's type; `as_text` says that DuckDB takes all binary data for text."""
    target = column.type.duckdb()
    if have is None:
        return f"CAST(NULL AS {target})"
    name, kind = have[0], have[1].replace("BLOB", "VARCHAR") if as_text else have[1]
    if kind == target:
        return quote(name)
    if kind == "VARCHAR" and column.type.name == "varbinary":
        return f"encode({quote(name)})"
    if kind == "BLOB" and column.type.is_string:
        return f"coalesce(try(decode({quote(name)})), p_from_utf8({quote(name)}))"
    if not _readable(kind, column.type):
        physical = _PHYSICAL.get(kind, kind)
        raise SqlError(
            "HIVE_BAD_DATA",
            f"Field {column.name}'s type {physical} in parquet file {file.uri} is incompatible with type {column.type} "
            "defined in table schema",
        )
    if kind == "TIMESTAMP WITH TIME ZONE" and target == "TIMESTAMP":
        return f"timezone('UTC', {quote(name)})"
    return f"CAST({quote(name)} AS {target})"


def _readable(kind: str, target: Type) -> bool:
    """Whether Athena reads a Parquet column of this type as the declared one."""
    if target.is_integer:
        return kind in _INTEGERS
    if target.name in ("double", "real"):
        return kind in ("FLOAT", "DOUBLE", *_INTEGERS)
    if target.name == "decimal":
        return kind.startswith("DECIMAL") or kind in _INTEGERS
    if target.is_string:
        return kind in ("VARCHAR", "BLOB", "UUID", "JSON") or kind.startswith("ENUM")
    if target.name == "varbinary":
        return kind in ("VARCHAR", "BLOB", "UUID")
    if target.name in ("timestamp", "timestamp with time zone"):
        return kind.startswith("TIMESTAMP")
    if target.name == "array":
        return kind.endswith("]")
    if target.name == "map":
        return kind.startswith("MAP")
    if target.name == "row":
        return kind.startswith("STRUCT")
    return False
