"""Avro, through a DuckDB of its own with the avro extension: the queries' own starts half a second sooner without it.

Columns come by name, as Hive's AvroSerDe has them; `avro.schema.literal` may rename them by aliases and give defaults.
Files with decimals, or packed by a codec that the extension lacks, are read by the Avro project's own library.
https://docs.aws.amazon.com/athena/latest/ug/avro-serde.html (read 2026-11).
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb

from rapid.emulator.athena.formats import DataFile, Reading, records
from rapid.emulator.athena.formats.jsonl import How, value
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import Column, literal, quote

_CODECS = ("null", "deflate", "snappy")
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
    schema, codec = _header(file)
    literals = _fields(reading.parameters.get("avro.schema.literal"))
    if codec not in _CODECS or _has_decimals(schema):
        return records.relation(reading, name, _rows(reading, file, literals))
    connection = _connection()
    source = f"read_avro({literal(file.path)})"
    try:
        kinds = {str(r[0]): str(r[1]) for r in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    except duckdb.Error as error:
        detail = str(error).splitlines()[0]
        raise SqlError("HIVE_CANNOT_OPEN_SPLIT", f"Error opening Hive split {file.uri}: not Avro: {detail}") from error
    spelt = {n.lower(): n for n in kinds}
    expressions, read = {}, []
    for column in reading.wanted:
        have = next((spelt[n] for n in _names(column, literals) if n in spelt), None)
        if have is None:
            default = json.dumps(literals.get(column.name, {}).get("default"))
            expressions[column.name] = value(literal(default), column.type, How())
            continue
        read.append(have)
        plain = quote(have)
        if column.type.is_string and kinds[have] == "BLOB":
            plain = f"decode({plain})"
        expressions[column.name] = f"CAST({plain} AS {column.type.duckdb()})"
    columns = ", ".join(quote(n) for n in dict.fromkeys(read)) or "1 AS nothing"
    try:
        table = connection.execute(f"SELECT {columns} FROM {source}").fetch_arrow_table()
    except duckdb.Error as error:
        detail = str(error).splitlines()[0].replace(file.path, file.uri)
        raise SqlError("HIVE_CURSOR_ERROR", f"Error reading {file.uri}: {detail}") from error
    reading.connection.register(name, table)
    return expressions, quote(name)


def _fields(schema: str | None) -> dict[str, dict[str, Any]]:
    """The fields of the table's own Avro schema by name: other names and defaults of columns that a file lacks."""
    if not schema:
        return {}
    try:
        return {f["name"].lower(): f for f in json.loads(schema).get("fields", [])}
    except ValueError as error:
        raise SqlError("HIVE_BAD_DATA", f"avro.schema.literal is not JSON: {error}") from error


def _names(column: Column, literals: dict[str, dict[str, Any]]) -> list[str]:
    return [column.name, *(a.lower() for a in literals.get(column.name, {}).get("aliases", ()))]


def _header(file: DataFile) -> tuple[Any, str]:
    """The schema that a file was written with, and its codec.

    Raises:
        SqlError: HIVE_CANNOT_OPEN_SPLIT if it is not Avro.
    """
    with _opened(file) as source:
        return json.loads(source.meta["avro.schema"]), source.meta.get("avro.codec", b"null").decode()


def _has_decimals(schema: Any) -> bool:
    """Whether there are decimals of any length in a schema, which the extension gives as bytes (1.5.5)."""
    if isinstance(schema, list):
        return any(map(_has_decimals, schema))
    if not isinstance(schema, dict):
        return False
    if schema.get("logicalType") == "decimal" and schema["type"] == "bytes":
        return True
    return any(_has_decimals(v) for k, v in schema.items() if k in ("type", "items", "values", "fields"))


@contextmanager
def _opened(file: DataFile) -> Iterator[Any]:
    """The Avro project's own reader: slower than DuckDB's, but it knows every type."""
    from avro.datafile import DataFileReader
    from avro.errors import AvroException
    from avro.io import DatumReader

    try:
        with Path(file.path).open("rb") as body, DataFileReader(body, DatumReader()) as source:
            yield source
    except (AvroException, ValueError, LookupError, TypeError, OSError, EOFError, RecursionError) as error:
        raise SqlError("HIVE_CANNOT_OPEN_SPLIT", f"Error opening Hive split {file.uri}: not Avro: {error}") from error


def _rows(reading: Reading, file: DataFile, literals: dict[str, dict[str, Any]]) -> Iterator[list[Any]]:
    names = [(_names(c, literals), literals.get(c.name, {}).get("default")) for c in reading.wanted]
    with _opened(file) as source:
        for record in source:
            spelt = {k.lower(): v for k, v in record.items()}
            yield [next((spelt[n] for n in known if n in spelt), default) for known, default in names]


def write(table: Any, path: Path) -> None:
    """Writes an Arrow table."""
    connection = _connection()
    connection.register("rows", table)
    connection.execute(f"COPY (SELECT * FROM rows) TO {literal(str(path))} (FORMAT avro)")
