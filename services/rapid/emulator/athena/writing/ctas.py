"""CREATE TABLE … AS."""

from rapid.emulator.athena import hive
from rapid.emulator.athena.catalog import Structure
from rapid.emulator.athena.ddl.common import Definitions, call
from rapid.emulator.athena.ddl.partitions import add, partition_input
from rapid.emulator.athena.ddl.tables import table_input
from rapid.emulator.athena.hive import HiveColumn, Name, Words
from rapid.emulator.athena.objects import split_uri
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.sql.compiler import Query
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.types import to_hive
from rapid.emulator.athena.writing.files import Writer
from rapid.emulator.athena.writing.finish import finish
from rapid.emulator.athena.writing.fitting import hive_columns, named_columns, renamed
from rapid.emulator.athena.writing.options import Target, check_names, codec, compression_of, delimiter, form_of

_HIVE = {
    "format", "external_location", "partitioned_by", "bucketed_by", "bucket_count", "field_delimiter", "table_type",
    "is_external", "compression_level", "write_compression", "parquet_compression", "orc_compression", "compression",
}  # fmt: skip
_ICEBERG = {"location", "partitioning", "table_type", "is_external"}


def create_table_as(session: Session, words: Words) -> None:
    """CREATE TABLE … AS: files at `external_location`, or below the query's result location."""
    made = hive.create_table_as(words)
    definitions = Definitions(session)
    iceberg = str(made.properties.get("table_type", "HIVE")).upper() == "ICEBERG"
    check_names(made.properties, _iceberg_names() if iceberg else _HIVE)
    database = definitions.database_of(made.name)
    if not session.catalog.has_database(database):
        raise SqlError("SCHEMA_NOT_FOUND", f"line 1:1: Schema '{database}' does not exist")
    if definitions.find(made.name):
        if made.if_not_exists:
            finish(session, 0, [])
            return
        message = f"line 1:1: Destination table 'awsdatacatalog.{database}.{made.name[1]}' already exists"
        raise SqlError("TABLE_ALREADY_EXISTS", message)
    query = session.compile(made.query, session.execution.parameters)
    if iceberg:
        _iceberg(session, database, made, query)
    else:
        _hive(session, definitions, database, made, query)


def _iceberg_names() -> set[str]:
    from rapid.emulator.athena.iceberg import create

    return _ICEBERG | create.PROPERTIES


def _iceberg(session: Session, database: str, made: hive.CreateTableAs, query: Query) -> None:
    from rapid.emulator.athena.iceberg import changes, create

    properties = made.properties
    location = str(properties.get("location", ""))
    if str(properties.get("is_external", "true")).lower() != "false":
        message = "line 1:1: Iceberg tables are managed: set is_external = false"
        raise SqlError("INVALID_TABLE_PROPERTY", message)
    if not location:
        raise SqlError("INVALID_TABLE_PROPERTY", "line 1:1: Table property 'location' is required for Iceberg tables")
    create.require_empty(session, location)
    columns = named_columns(query)
    items = properties.get("partitioning", [])
    transforms = [create.to_transform(t) for t in ([items] if isinstance(items, str) else items)]
    given = {k: str(v) for k, v in properties.items() if k not in ("partitioning", "table_type")}
    kinds = [(c.name, c.type, None) for c in columns]
    table = create.new_table(session, (database, made.name[1]), kinds, transforms, location, given)
    count = 0
    if made.with_data:
        try:
            count = changes.append(session, table, renamed(session.bound(query), columns))
        except Exception:
            session.catalog.client.delete_table(DatabaseName=database, Name=made.name[1])
            raise
    finish(session, count, None)


def _hive(session: Session, definitions: Definitions, database: str, made: hive.CreateTableAs, query: Query) -> None:
    properties = made.properties
    columns = hive_columns(query)
    keys = [k.lower() for k in properties.get("partitioned_by", [])]
    names = [c.name for c in columns]
    if set(keys) - set(names):
        raise SqlError("INVALID_TABLE_PROPERTY", f"line 1:1: Partition columns {sorted(set(keys) - set(names))} not present in schema")  # fmt: skip  # noqa: E501
    if names[len(names) - len(keys) :] != keys:
        message = f"Partition keys must be the last columns in the table and in the same order as the table properties: [{', '.join(keys)}]"  # noqa: E501
        raise SqlError("HIVE_COLUMN_ORDER_MISMATCH", message)
    if len(keys) == len(names):
        raise SqlError("INVALID_TABLE_PROPERTY", "line 1:1: Table contains only partition columns")
    form = form_of(properties)
    compression = compression_of(properties, form)
    location = str(properties.get("external_location") or session.execution.location).rstrip("/") + "/"
    if "external_location" in properties and next(session.objects.list_all(*split_uri(location)), None):
        message = f"Target directory for table '{database}.{made.name[1]}' already exists: {location}. You may need to manually clean the data at location '{session.execution.location}' before retrying. Athena will not delete data in your account."  # noqa: E501
        raise SqlError("HIVE_PATH_ALREADY_EXISTS", message)
    default = "," if str(properties.get("format", "")).upper() == "CSV" else "\x01"
    target = Target(location, columns, keys, form, codec(form, compression), delimiter(properties, default))
    target.buckets = _buckets(properties, [n for n in names if n not in keys])
    writer = Writer(session, target)
    count = writer.write(renamed(session.bound(query), columns)) if made.with_data else 0
    table = _table_input(made.name[1], target, compression)
    call(definitions.glue.create_table, DatabaseName=database, TableInput=table)
    found = [partition_input(table, v, p) for v, p in writer.partitions.items()]
    add(definitions, database, made.name[1], found, quiet=True)
    finish(session, count, writer.written)


def _buckets(properties: dict[str, str | list[str]], names: list[str]) -> tuple[list[str], int] | None:
    columns = [c.lower() for c in properties.get("bucketed_by", [])]
    count = int(str(properties.get("bucket_count", "0")))
    if bool(columns) != bool(count):
        message = "line 1:1: bucketed_by and bucket_count must be specified together"
        raise SqlError("INVALID_TABLE_PROPERTY", message)
    missing = [c for c in columns if c not in names]
    if missing:
        raise SqlError("INVALID_TABLE_PROPERTY", f"line 1:1: Bucketing columns {missing} not present in schema")
    return (columns, count) if columns else None


def _table_input(name: str, target: Target, compression: str) -> Structure:
    parameters = {"has_encrypted_data": "false", "numFiles": "-1", "totalSize": "-1", "transactional": "false"}
    if target.form in ("PARQUET", "ORC"):
        parameters[f"{target.form.lower()}.compression" if target.form == "PARQUET" else "orc.compress"] = compression
    else:
        parameters["write.compression"] = compression
    made = hive.CreateTable(
        Name(None, name),
        [HiveColumn(c.name, to_hive(c.type)) for c in target.columns if c.name not in target.keys],
        [HiveColumn(c.name, to_hive(c.type)) for c in target.columns if c.name in target.keys],
        stored_as=target.form,
        location=target.location,
        buckets=target.buckets,
        properties=parameters,
    )
    if target.form == "TEXTFILE":
        made.serde_properties = {"field.delim": target.delimiter, "serialization.format": target.delimiter}
    return table_input(made)
