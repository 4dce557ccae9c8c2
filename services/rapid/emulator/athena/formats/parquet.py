"""Parquet: columns by name without regard to case; a missing one is NULL; only the wanted ones are read."""

from collections import OrderedDict
from pathlib import Path
from typing import Any

from rapid.emulator.athena.formats import DataFile, Reading, file_list
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import Column, quote
from rapid.emulator.athena.sql.types import Type

_KNOWN_FILES = 20_000
_schemas: "OrderedDict[Path, tuple[tuple[str, str], ...]]" = OrderedDict()

_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_PHYSICAL = {"VARCHAR": "BINARY", "BLOB": "BINARY", "BIGINT": "INT64", "INTEGER": "INT32", "DATE": "INT32"}


def schema(connection: Any, path: Path) -> tuple[tuple[str, str], ...]:
    """Column names and DuckDB types of a file. Files never change, so each is looked into once.

    Raises:
        SqlError: HIVE_BAD_DATA if it is not Parquet.
    """
    known = _schemas.get(path)
    if known is None:
        text = str(path).replace("'", "''")
        try:
            rows = connection.rows(
                f"DESCRIBE SELECT * FROM read_parquet('{text}', binary_as_string=true, hive_partitioning=false)"
            )
        except SqlError as error:
            raise SqlError("HIVE_BAD_DATA", f"Not valid Parquet file: {path.name}: {error.message}") from error
        known = tuple((str(r[0]), str(r[1])) for r in rows)
        _schemas[path] = known
        while len(_schemas) > _KNOWN_FILES:
            _schemas.popitem(last=False)
    return known


def relations(reading: Reading, files: list[DataFile]) -> list[tuple[list[DataFile], dict[str, str], str]]:
    """Groups of files that agree on their schema: the files, SQL per wanted column, and the relation they come from."""
    groups: dict[tuple[tuple[str, str], ...], list[DataFile]] = {}
    for file in files:
        groups.setdefault(schema(reading.connection, file.path), []).append(file)
    found = []
    for columns, members in groups.items():
        by_name = {name.lower(): (name, kind) for name, kind in columns}
        by_index = reading.parameters.get("parquet.column.index.access", "").lower() == "true"
        expressions = {}
        for column in reading.wanted:
            index = reading.columns.index(column)
            have = (columns[index] if index < len(columns) else None) if by_index else by_name.get(column.name)
            expressions[column.name] = _column(column, have, members[0])
        source = f"read_parquet({file_list(members)}, binary_as_string=true, {reading.option})"
        found.append((members, expressions, source))
    return found


def _column(column: Column, have: tuple[str, str] | None, file: DataFile) -> str:
    target = column.type.duckdb()
    if have is None:
        return f"CAST(NULL AS {target})"
    name, kind = have
    if kind == target:
        return quote(name)
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
