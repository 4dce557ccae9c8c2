"""CREATE TABLE AS, INSERT INTO and UNLOAD: a query's rows as files in S3, and the tables that know them.

Files are made by DuckDB in a folder of its own and then uploaded; the catalog changes only after every upload.
https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html, .../insert-into.html, .../unload.html (read 2026-11).
"""

import shutil
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from rapid.emulator.athena import hive
from rapid.emulator.athena.catalog import Structure
from rapid.emulator.athena.ddl.common import Definitions, call
from rapid.emulator.athena.ddl.formats import FORMATS
from rapid.emulator.athena.ddl.partitions import add, partition_input
from rapid.emulator.athena.hive import HiveColumn, Words
from rapid.emulator.athena.objects import split_uri
from rapid.emulator.athena.results import column_info
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.sql.casts import text
from rapid.emulator.athena.sql.compiler import Query
from rapid.emulator.athena.sql.errors import SqlError, not_supported
from rapid.emulator.athena.sql.expressions import Expressions
from rapid.emulator.athena.sql.scope import Column, Scope, Typed, literal, quote
from rapid.emulator.athena.sql.types import BIGINT, Type, converts, field_name, to_hive
from rapid.emulator.athena.tables import NO_VALUE

MAX_PARTITIONS = 100
_PARQUET = {"GZIP": "gzip", "SNAPPY": "snappy", "ZSTD": "zstd", "NONE": "uncompressed", "LZ4": "lz4"}


@dataclass
class Target:
    """Where and how rows are written. `keys` are the partition columns, last among `columns`."""

    location: str
    columns: list[Column]
    keys: list[str]
    form: str
    compression: str
    delimiter: str = "\x01"


class Writer:
    """Writes a query's rows to a target."""

    def __init__(self, session: Session, target: Target) -> None:
        self.session, self.target = session, target
        self.folder: Path = session.runs.engine.work / f"write-{uuid.uuid4().hex}"
        self.written: list[str] = []
        self.partitions: dict[tuple[str, ...], str] = {}

    def write(self, sql: str) -> int:
        """Writes the rows of `sql`, whose columns are named as the target's; returns their number."""
        self.folder.mkdir()
        try:
            count = self._make(sql)
            self.session.measure()
            self.session.run.executed = time.monotonic()
            stamp = time.strftime("%Y%m%d_%H%M%S", time.gmtime())
            for number, path in enumerate(sorted(p for p in self.folder.rglob("*") if p.is_file())):
                self.session.run.check()
                self._upload(path, f"{stamp}_{number:05d}_{uuid.uuid4().hex[:5]}_{uuid.uuid4()}")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
        return count

    def _make(self, sql: str) -> int:
        target = self.target
        data = [c for c in target.columns if c.name not in target.keys]
        keys = [c for c in target.columns if c.name in target.keys]
        items = [self._item(c) for c in data]
        items += [f"coalesce({text(Typed(quote(c.name), c.type))}, '{NO_VALUE}') AS {quote(c.name)}" for c in keys]
        if target.form == "JSON":
            record = ", ".join(f"{quote(c.name)}: {self._item(c).rpartition(' AS ')[0]}" for c in data)
            items[: len(data)] = [f"CAST(to_json({{{record}}}) AS VARCHAR) AS line"]
        if target.form == "TEXTFILE":
            values = ", ".join(self._item(c).rpartition(" AS ")[0] for c in data)
            items[: len(data)] = [f"array_to_string([{values}], {literal(target.delimiter)}) AS line"]
        source = f"SELECT {', '.join(items)} FROM ({sql})"
        if target.form == "ORC":
            return self._orc(source, [c.name for c in keys])
        where = str(self.folder) if keys else str(self.folder / "part")
        options = [self._format()]
        if keys:
            options.append(f"PARTITION_BY ({', '.join(quote(c.name) for c in keys)})")
            self._check_partitions(sql, keys)
        (row,) = self.session.connection.rows(f"COPY ({source}) TO {literal(where)} ({', '.join(options)})")
        return int(row[0])

    def _check_partitions(self, sql: str, keys: list[Column]) -> None:
        names = ", ".join(quote(c.name) for c in keys)
        (row,) = self.session.connection.rows(f"SELECT count(*) FROM (SELECT DISTINCT {names} FROM ({sql}))")
        if int(row[0]) > MAX_PARTITIONS:
            message = f"Exceeded limit of {MAX_PARTITIONS} open writers for partitions/buckets"
            raise SqlError("HIVE_TOO_MANY_OPEN_PARTITIONS", message)

    def _item(self, column: Column) -> str:
        """A column as the file holds it: text files hold Athena's text, the others the value."""
        name = quote(column.name)
        if self.target.form == "TEXTFILE":
            return f"coalesce({lazy_text(Typed(name, column.type))}, '\\N') AS {name}"
        if self.target.form == "JSON" and column.type.name.startswith("timestamp"):
            return f"{text(Typed(name, column.type))} AS {name}"
        return f"CAST({name} AS {column.type.duckdb()}) AS {name}"

    def _format(self) -> str:
        form, compression = self.target.form, self.target.compression
        if form == "PARQUET":
            return f"FORMAT parquet, COMPRESSION {_PARQUET.get(compression, 'gzip')}"
        packed = "none" if compression == "NONE" else "gzip"
        if form in ("JSON", "TEXTFILE"):
            # Whole lines: characters that text does not have stand for the separator and the quotes.
            return f"FORMAT csv, HEADER false, DELIM '\x1f', QUOTE '\x1e', ESCAPE '\x1e', COMPRESSION {packed}"
        raise not_supported(f"Writing the format {form}")

    def _orc(self, source: str, keys: list[str]) -> int:
        if keys:
            raise not_supported("Writing partitioned ORC")
        from pyarrow import orc

        table = self.session.connection.arrow(source)
        orc.write_table(table, str(self.folder / "part"), compression="zlib")
        return int(table.num_rows)

    def _upload(self, path: Path, name: str) -> None:
        relative = path.relative_to(self.folder).parent
        place = self.target.location.rstrip("/") + "/"
        if self.target.keys:
            place += "/".join(relative.parts) + "/"
            values = tuple(unquote(part.partition("=")[2]) for part in relative.parts)
            self.partitions[values] = place
        ending = ".gz" if self.target.form in ("JSON", "TEXTFILE") and self.target.compression != "NONE" else ""
        uri = f"{place}{name}{ending}"
        self.session.objects.put(uri, path)
        self.written.append(uri)


def lazy_text(value: Typed) -> str:
    """A value as LazySimpleSerDe writes it: items of a collection between \\x02, a map's key and value between \\x03."""  # noqa: E501
    kind, sql = value.type, value.sql
    if kind.name == "array":
        item = lazy_text(Typed("e", kind.args[0]))
        return f"array_to_string(list_transform({sql}, lambda e: coalesce({item}, '\\N')), '\x02')"
    if kind.name == "map":
        key, item = lazy_text(Typed("e.key", kind.args[0])), lazy_text(Typed("e.value", kind.args[1]))
        return f"array_to_string(list_transform(map_entries({sql}), lambda e: {key} || '\x03' || coalesce({item}, '\\N')), '\x02')"  # noqa: E501
    if kind.name == "row":
        parts = [
            f"coalesce({lazy_text(Typed(f'({sql}).{quote(field_name(n, i))}', t))}, '\\N')"
            for i, (n, t) in enumerate(kind.args)
        ]
        joined = " || '\x02' || ".join(parts)
        return f"CASE WHEN {sql} IS NULL THEN NULL ELSE {joined} END"
    return text(value)


def _renamed(sql: str, columns: list[Column]) -> str:
    items = ", ".join(f"c{i} AS {quote(c.name)}" for i, c in enumerate(columns))
    return f"SELECT {items} FROM ({sql})"


def _settings(properties: dict[str, Any], known: set[str]) -> None:
    unknown = sorted(set(properties) - known)
    if unknown:
        raise SqlError(
            "INVALID_TABLE_PROPERTY", f"line 1:1: Catalog 'awsdatacatalog' table property '{unknown[0]}' does not exist"
        )


_COMPRESSIONS = ("write_compression", "parquet_compression", "orc_compression", "compression")
_CTAS = {
    "format", "external_location", "partitioned_by", "bucketed_by", "bucket_count", "field_delimiter", "table_type",
    "is_external", "location", "compression_level", "vacuum_max_snapshot_age_seconds", *_COMPRESSIONS,
}  # fmt: skip


def _form(properties: dict[str, Any]) -> tuple[str, str]:
    form = str(properties.get("format", "PARQUET")).upper()
    form = {"JSONFILE": "JSON", "CSV": "TEXTFILE"}.get(form, form)
    if form not in FORMATS or form == "AVRO":
        raise not_supported(f"Writing the format {form}")
    compression = next((str(properties[c]).upper() for c in _COMPRESSIONS if c in properties), "GZIP")
    return form, compression


def create_table_as(session: Session, words: Words) -> None:
    """CREATE TABLE … AS: files at `external_location`, or below the query's result location."""
    made = hive.create_table_as(words)
    definitions = Definitions(session)
    properties = made.properties
    _settings(properties, _CTAS)
    if str(properties.get("table_type", "HIVE")).upper() == "ICEBERG":
        raise not_supported("CREATE TABLE AS of an Iceberg table")
    database = definitions.database_of(made.name)
    if not session.catalog.has_database(database):
        raise SqlError("SCHEMA_NOT_FOUND", f"line 1:1: Schema '{database}' does not exist")
    if session.catalog.describe(database, made.name[1]):
        if made.if_not_exists:
            _finish(session, 0, [])
            return
        raise SqlError(
            "TABLE_ALREADY_EXISTS",
            f"line 1:1: Destination table 'awsdatacatalog.{database}.{made.name[1]}' already exists",
        )
    query = session.compile(made.query)
    columns = _hive_columns(query)
    keys = [k.lower() for k in properties.get("partitioned_by", [])]
    if [c.name for c in columns[len(columns) - len(keys) :]] != keys:
        message = f"Partition keys must be the last columns in the table and in the same order as the table properties: {keys}"  # noqa: E501
        raise SqlError("HIVE_COLUMN_ORDER_MISMATCH", message)
    form, compression = _form(properties)
    location = str(properties.get("external_location") or session.execution.location).rstrip("/") + "/"
    if "external_location" in properties and next(session.objects.list_all(*split_uri(location)), None):
        message = f"Target directory for table '{database}.{made.name[1]}' already exists: {location}. You may need to manually clean the data at location '{location}' before retrying. Athena will not delete data in your account."  # fmt: skip  # noqa: E501
        raise SqlError("HIVE_PATH_ALREADY_EXISTS", message)
    delimiter = str(
        properties.get("field_delimiter", "," if str(properties.get("format", "")).upper() == "CSV" else "\x01")
    )
    target = Target(location, columns, keys, form, compression, delimiter)
    writer = Writer(session, target)
    count = writer.write(_renamed(session.bound(query), columns)) if made.with_data else 0
    table = _table_input(made.name[1], target)
    call(definitions.glue.create_table, DatabaseName=database, TableInput=table)
    found = [partition_input(table, v, p) for v, p in writer.partitions.items()]
    add(definitions, database, made.name[1], found, quiet=True)
    _finish(session, count, writer.written)


def _hive_columns(query: Query) -> list[Column]:
    """The table's columns: lower-case names, types that Hive tables can hold."""
    columns, seen = [], set()
    for index, column in enumerate(query.columns):
        if column.name == f"_col{index}":
            raise SqlError("MISSING_COLUMN_NAME", f"line 1:1: Column name not specified at position {index + 1}")
        if column.name.lower() in seen:
            raise SqlError("DUPLICATE_COLUMN_NAME", f"line 1:1: Column name '{column.name}' specified more than once")
        seen.add(column.name.lower())
        kind = Type("timestamp", (3,)) if column.type.name == "timestamp" else column.type
        try:
            to_hive(kind)
        except ValueError as error:
            raise SqlError("NOT_SUPPORTED", f"{error}") from error
        columns.append(Column(column.name.lower(), Type("varchar") if kind.name == "varchar" else kind))
    return columns


def _table_input(name: str, target: Target) -> Structure:
    made = hive.CreateTable(
        (None, name),
        [HiveColumn(c.name, to_hive(c.type)) for c in target.columns if c.name not in target.keys],
        [HiveColumn(c.name, to_hive(c.type)) for c in target.columns if c.name in target.keys],
        stored_as=target.form,
        location=target.location,
    )
    if target.form == "TEXTFILE":
        made.serde_properties = {"field.delim": target.delimiter, "serialization.format": target.delimiter}
    from rapid.emulator.athena.ddl.tables import table_input

    return table_input(made)


def insert(session: Session, words: Words) -> None:
    """INSERT INTO a Hive table: new files, and new partitions where they are needed."""
    words.expect("INTO")
    name = words.name()
    named: list[str] | None = None
    if words.peek() == "(" and words.peek(1) not in ("SELECT", "WITH", "VALUES", "("):
        named = [n.strip().strip('"`').lower() for n in words.parenthesised().split(",")]
    definitions = Definitions(session)
    database = definitions.database_of(name)
    found = session.catalog.table(database, name[1])
    if found is None:
        raise SqlError("TABLE_NOT_FOUND", f"line 1:1: Table 'awsdatacatalog.{database}.{name[1]}' does not exist")
    if found.view is not None:
        raise SqlError("NOT_SUPPORTED", "line 1:1: Inserting into views is not supported")
    table: Structure = found.source
    columns = [*found.columns, *found.partition_keys]
    query = session.compile(words.rest(), session.execution.parameters)
    sql = _fitted(session, query, columns, named or [c.name for c in columns])
    descriptor = table["StorageDescriptor"]
    serde = (descriptor.get("SerdeInfo") or {}).get("SerializationLibrary", "")
    form = next((f for f, (_, _, s) in FORMATS.items() if s == serde), "JSON" if "json" in serde.lower() else "")
    if not form:
        raise SqlError("NOT_SUPPORTED", f"INSERT is not supported for the serde {serde}")
    parameters = (descriptor.get("SerdeInfo") or {}).get("Parameters") or {}
    compression = str(
        (table.get("Parameters") or {}).get("parquet.compression", "SNAPPY" if form == "PARQUET" else "GZIP")
    ).upper()
    keys = [k.name for k in found.partition_keys]
    target = Target(descriptor["Location"], columns, keys, form, compression, parameters.get("field.delim", "\x01"))
    writer = Writer(session, target)
    count = writer.write(sql)
    made = [partition_input(table, v, p) for v, p in writer.partitions.items()]
    add(definitions, database, name[1], made, quiet=True)
    _finish(session, count, writer.written)


def _fitted(session: Session, query: Query, columns: list[Column], names: list[str]) -> str:
    """The query's columns converted to the table's; those that are not named are NULL."""
    by_name = {c.name: c for c in columns}
    for unknown in (n for n in names if n not in by_name):
        raise SqlError("COLUMN_NOT_FOUND", f"line 1:1: Insert column name does not exist in target table: {unknown}")
    wanted = [by_name[n].type for n in names]
    given = [c.type for c in query.columns]
    if len(wanted) != len(given) or not all(_assignable(g, w) for g, w in zip(given, wanted, strict=True)):
        shown = f"Table: [{', '.join(map(str, wanted))}], Query: [{', '.join(map(str, given))}]"
        raise SqlError("TYPE_MISMATCH", f"line 1:1: Insert query has mismatched column types: {shown}")
    expressions = Expressions(None, Scope())  # type: ignore[arg-type]
    values = {
        n: expressions.cast(Typed(f"c{i}", query.columns[i].type), by_name[n].type).sql for i, n in enumerate(names)
    }
    items = ", ".join(f"{values.get(c.name, f'CAST(NULL AS {c.type.duckdb()})')} AS {quote(c.name)}" for c in columns)
    return f"SELECT {items} FROM ({session.bound(query)})"


def _assignable(given: Type, wanted: Type) -> bool:
    if converts(given, wanted) or (given.is_string and wanted.is_string) or given.name == "unknown":
        return True
    if given.name == wanted.name == "row":
        return len(given.args) == len(wanted.args)
    return given.name == wanted.name and given.name in ("array", "map", "decimal", "timestamp")


def unload(session: Session, words: Words) -> None:
    """UNLOAD (query) TO 's3://…' WITH (format = …)."""
    text_of_query = words.parenthesised()
    words.expect("TO")
    location = words.string()
    properties = hive.query_properties(words) if words.accept("WITH") else {}
    words.end()
    _settings(properties, {"format", "compression", "compression_level", "field_delimiter", "partitioned_by"})
    if "format" not in properties:
        raise SqlError("INVALID_TABLE_PROPERTY", "line 1:1: UNLOAD requires the property format")
    query = session.compile(text_of_query, session.execution.parameters)
    columns = _hive_columns(query)
    form, compression = _form(properties)
    if next(session.objects.list_all(*split_uri(location.rstrip("/") + "/")), None):
        raise SqlError("HIVE_PATH_ALREADY_EXISTS", f"Target directory {location} already exists and is not empty")
    keys = [k.lower() for k in properties.get("partitioned_by", [])]
    delimiter = str(properties.get("field_delimiter", ","))
    writer = Writer(session, Target(location, columns, keys, form, compression, delimiter))
    count = writer.write(_renamed(session.bound(query), columns))
    _finish(session, count, writer.written)


def _finish(session: Session, count: int, written: list[str]) -> None:
    """The manifest, the metadata and the count of rows."""
    execution = session.execution
    base = execution.location.removesuffix(".csv")
    manifest = f"{base}-manifest.csv"
    body: Iterator[str] = (uri + "\n" for uri in written)
    session.objects.put(manifest, "".join(body).encode())
    execution.manifest = manifest
    execution.columns = [column_info(Column("rows", BIGINT))]
    execution.update_count, execution.rows = count, 0
    execution.has_header = False
    session.write_metadata("INSERT" if execution.substatement_type == "INSERT" else "CREATE TABLE AS SELECT")
    session.runs.keep(execution.id, [])
