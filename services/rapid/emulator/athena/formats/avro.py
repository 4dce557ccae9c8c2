"""Avro, through a DuckDB of its own with the avro extension: the queries' own starts half a second sooner without it.

Columns come by name, as Hive's AvroSerDe has them; `avro.schema.literal` may rename them by aliases.
https://docs.aws.amazon.com/athena/latest/ug/avro-serde.html (read 2026-11).
"""

import json
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb

from rapid.emulator.athena.formats import DataFile, Reading
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import literal, quote

_lock = threading.Lock()
_engine: Any = None


def _connection() -> Any:
    """A cursor of the DuckDB with the extension, which is loaded on first use."""
    global _engine  # noqa: PLW0603 - one per process
    with _lock:
        if _engine is None:
            found = find_spec("duckdb_extension_avro")
            if found is None or found.origin is None:
                raise SqlError("NOT_SUPPORTED", "Avro needs the package duckdb-extension-avro")
            made = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
            folder = Path(found.origin).parent / "extensions" / f"v{duckdb.__version__}"
            made.execute(f"LOAD {literal(str(folder / 'avro.duckdb_extension'))}")
            _engine = made
        return _engine.cursor()


def relation(reading: Reading, file: DataFile, name: str) -> tuple[dict[str, str], str]:
    """SQL per wanted column and the name the file's Arrow table has in DuckDB."""
    connection = _connection()
    source = f"read_avro({literal(file.path)})"
    try:
        kinds = {str(r[0]): str(r[1]) for r in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    except duckdb.Error as error:
        detail = str(error).splitlines()[0]
        raise SqlError("HIVE_CANNOT_OPEN_SPLIT", f"Error opening Hive split {file.uri}: not Avro: {detail}") from error
    spelt = {n.lower(): n for n in kinds}
    aliases = _aliases(reading.parameters.get("avro.schema.literal"))
    expressions, read = {}, []
    for column in reading.wanted:
        have = next((spelt[n] for n in (column.name, *aliases.get(column.name, ())) if n in spelt), None)
        if have is None:
            expressions[column.name] = f"CAST(NULL AS {column.type.duckdb()})"
            continue
        read.append(have)
        plain = quote(have)
        if column.type.is_string and kinds[have] == "BLOB":
            plain = f"decode({plain})"
        expressions[column.name] = f"CAST({plain} AS {column.type.duckdb()})"
    columns = ", ".join(quote(n) for n in dict.fromkeys(read)) or "1 AS nothing"
    reading.connection.register(name, connection.execute(f"SELECT {columns} FROM {source}").fetch_arrow_table())
    return expressions, quote(name)


def _aliases(schema: str | None) -> dict[str, list[str]]:
    """Other names of the fields of an Avro schema."""
    if not schema:
        return {}
    try:
        fields = json.loads(schema).get("fields", [])
    except ValueError as error:
        raise SqlError("HIVE_BAD_DATA", f"avro.schema.literal is not JSON: {error}") from error
    return {f["name"].lower(): [a.lower() for a in f.get("aliases", [])] for f in fields}


def write(table: Any, path: Path) -> None:
    """Writes an Arrow table."""
    connection = _connection()
    connection.register("rows", table)
    connection.execute(f"COPY (SELECT * FROM rows) TO {literal(str(path))} (FORMAT avro)")
