"""ORC through pyarrow, as an Arrow table that DuckDB scans: only the wanted columns are read.

A column is the one at its place, unless the table says `orc.column.index.access` = `false`: then the one of its name.
https://docs.aws.amazon.com/athena/latest/ug/handling-schema-updates-chapter.html (read 2026-11).
"""

from typing import Any

from rapid.emulator.athena.formats import DataFile, Reading
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import Column, quote
from rapid.emulator.athena.sql.types import Type


def by_index(parameters: dict[str, str]) -> bool:
    """Whether a serde's properties (lower-case keys) leave columns to their places."""
    return parameters.get("orc.column.index.access", "true").lower() != "false"


def relation(reading: Reading, file: DataFile, name: str) -> tuple[dict[str, str], str]:
    """SQL per wanted column and the name the file's Arrow table has in DuckDB.

    Raises:
        SqlError: HIVE_BAD_DATA if it is not ORC, or has a column of another type.
    """
    from pyarrow import ArrowException, orc

    try:
        source = orc.ORCFile(file.path)
        schema = source.schema
    except (ArrowException, ValueError, OSError) as error:
        raise SqlError("HIVE_BAD_DATA", f"Malformed ORC file. {error} [{file.uri}]") from error
    places = {c.name: i for i, c in enumerate(reading.columns)}
    spelt = {n.lower(): i for i, n in enumerate(schema.names)}
    # Hive writes ORC without names, as _col0, _col1, …: then the order counts.
    positional = by_index(reading.parameters) or all(n.startswith("_col") for n in schema.names)
    expressions, read = {}, []
    for column in reading.wanted:
        place = places[column.name] if positional else spelt.get(column.name, len(schema))
        if place >= len(schema):
            expressions[column.name] = f"CAST(NULL AS {column.type.duckdb()})"
            continue
        _check(column, schema.field(place), file)
        read.append(schema.names[place])
        expressions[column.name] = f"CAST({quote(schema.names[place])} AS {column.type.duckdb()})"
    try:
        table = source.read(columns=read or schema.names[:1])
        table.validate(full=True)  # text that is not UTF-8 would fail the query far from here
    except (ArrowException, ValueError, OSError) as error:
        raise SqlError("HIVE_BAD_DATA", f"Malformed ORC file. {error} [{file.uri}]") from error
    reading.connection.register(name, table)
    return expressions, quote(name)


def _check(column: Column, have: Any, file: DataFile) -> None:
    """Trino's readers of ORC turn no kind of value into another, but numbers into wider ones."""
    if not _readable(have.type, column.type):
        message = f"Malformed ORC file. Cannot read SQL type '{column.type}' from ORC stream '.{have.name}' of type {have.type} [{file.uri}]"  # noqa: E501
        raise SqlError("HIVE_BAD_DATA", message)


def _readable(have: Any, target: Type) -> bool:
    from pyarrow import types

    if target.is_integer:
        return bool(types.is_integer(have))
    if target.name in ("double", "real"):
        return bool(types.is_integer(have) or types.is_floating(have))
    kinds = {
        "boolean": types.is_boolean, "date": types.is_date, "timestamp": types.is_timestamp, "array": types.is_list,
        "map": types.is_map, "row": types.is_struct, "varbinary": types.is_binary,
    }  # fmt: skip
    if target.name == "decimal":
        return bool(types.is_decimal(have) or types.is_integer(have))
    return bool(kinds.get(target.name, types.is_string)(have))
