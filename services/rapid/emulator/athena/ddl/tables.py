"""CREATE TABLE and DROP TABLE: https://docs.aws.amazon.com/athena/latest/ug/create-table.html (read 2026-11)."""

import time

from rapid.emulator.athena import hive
from rapid.emulator.athena.catalog import Structure, is_iceberg
from rapid.emulator.athena.ddl.common import Definitions, call, failed, glue_columns
from rapid.emulator.athena.ddl.formats import FORMATS, JSON_OUTPUT
from rapid.emulator.athena.hive import Words
from rapid.emulator.athena.objects import split_uri
from rapid.emulator.athena.sql.errors import SqlError

_OWNER = "hadoop"


def create_table(definitions: Definitions, words: Words, external: bool) -> None:
    """CREATE EXTERNAL TABLE; CREATE TABLE alone makes Iceberg tables only."""
    made = hive.create_table(words)
    database = definitions.database_of(made.name)
    kind = made.properties.get("table_type", "").upper()
    if not made.location:
        raise failed("No location was specified for table. An S3 location must be specified", "MetaException")
    split_uri(made.location)
    if not definitions.session.catalog.has_database(database):
        raise failed(f"[Error 10072]: Database does not exist: {database}")
    if definitions.find(made.name):
        if made.if_not_exists:
            return
        raise failed(f"Table {made.name[1]} already exists", "AlreadyExistsException")
    _check_names(made)
    if kind == "ICEBERG":
        from rapid.emulator.athena.iceberg import create

        create.create_table(definitions.session, database, made, external)
        return
    if kind == "DELTA" and external:
        from rapid.emulator.athena.delta import create as delta

        made = delta.with_columns(made, definitions.session.objects)
    if not external:
        raise SqlError(
            "NOT_SUPPORTED", "line 1:8: CREATE TABLE without EXTERNAL makes Iceberg tables: set 'table_type'='ICEBERG'"
        )
    call(definitions.glue.create_table, DatabaseName=database, TableInput=table_input(made))


def _check_names(made: hive.CreateTable) -> None:
    names = [c.name for c in made.columns]
    repeated = next((n for n in names if names.count(n) > 1), None)
    if repeated:
        raise failed(f"[Error 10036]: Duplicate column name: {repeated}")
    if any(k.name in names for k in made.keys):
        raise failed("[Error 10035]: Column repeated in partitioning columns")


def table_input(made: hive.CreateTable) -> Structure:
    """A CREATE TABLE as Glue takes it, with the parameters that Hive adds."""
    inputs, outputs, serde = _formats(made)
    parameters = {"EXTERNAL": "TRUE", "transient_lastDdlTime": str(int(time.time())), **made.properties}
    if made.comment:
        parameters["comment"] = made.comment
    descriptor: Structure = {
        "Columns": glue_columns(made.columns),
        "Location": _path(made.location or ""),
        "InputFormat": inputs,
        "OutputFormat": outputs,
        "Compressed": False,
        "NumberOfBuckets": made.buckets[1] if made.buckets else -1,
        "SerdeInfo": {
            "SerializationLibrary": serde,
            "Parameters": {"serialization.format": "1", **made.serde_properties},
        },
        "BucketColumns": made.buckets[0] if made.buckets else [],
        "SortColumns": [],
        "StoredAsSubDirectories": False,
    }
    given: Structure = {
        "Name": made.name[1],
        "Owner": _OWNER,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": parameters,
        "PartitionKeys": glue_columns(made.keys),
        "StorageDescriptor": descriptor,
    }
    if made.comment:
        given["Description"] = made.comment
    return given


def _path(location: str) -> str:
    """A location as Hive writes paths: without a slash at its end, unless it is the bucket itself."""
    return location.rstrip("/") if split_uri(location)[1].strip("/") else location


def _formats(made: hive.CreateTable) -> tuple[str, str, str]:
    """Input format, output format and serde; a serde of a columnar format brings its formats along."""
    stored = {"JSONFILE": "JSON"}.get(made.stored_as or "", made.stored_as or "TEXTFILE")
    if stored not in FORMATS:
        raise failed(f"Unrecognized file format in STORED AS clause: '{made.stored_as}'")
    inputs, outputs, serde = FORMATS[stored]
    if made.formats:
        inputs, outputs = made.formats
    if made.serde:
        serde = made.serde
        if not made.stored_as and not made.formats:
            lower = serde.lower()
            found = next((f for f in ("PARQUET", "ORC", "AVRO", "ION") if FORMATS[f][2].lower() == lower), None)
            inputs, outputs, _ = (
                FORMATS[found] if found else (inputs, JSON_OUTPUT if "jsonserde" in lower else outputs, serde)
            )
    return inputs, outputs, serde


def drop_table(definitions: Definitions, words: Words) -> None:
    quiet = words.accept("IF", "EXISTS")
    name = words.name()
    words.accept("PURGE")
    words.end()
    database = definitions.database_of(name)
    found = definitions.find(name)
    if found is None:
        if quiet:
            return
        raise failed(f"[Error 10001]: Table not found {database}.{name[1]}")
    if found.get("TableType") == "VIRTUAL_VIEW":
        raise failed("Cannot drop a view with DROP TABLE", "MetaException")
    call(definitions.glue.delete_table, DatabaseName=database, Name=name[1])
    if is_iceberg(found):
        from rapid.emulator.athena.iceberg import create

        create.remove_files(definitions.session, found)
