"""Writing frames: files, and the catalog entries that go with them.

https://docs.aws.amazon.com/glue/latest/dg/update-from-job.html
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue import connectors
from awsglue.errors import OptionError
from awsglue.frame import catalog, formats, listing, paths, types
from awsglue.frame.mapping import drop_fields, null_fields

Options = Mapping[str, Any]

_FILES = frozenset({"s3", "file", "parquet", "orc"})


def check(connection_type: str) -> None:
    """Refuses a connection type that there is not.

    Raises:
        OptionError: no such connection type.
    """
    if connection_type not in _FILES:
        connectors.of(connection_type)


def keys_of(options: Options) -> list[str]:
    keys = options.get("partitionKeys") or []
    return [keys] if isinstance(keys, str) else list(keys)


def write(df: DataFrame, connection_type: str, options: Options, kind: str | None, format_options: Options) -> None:
    """Adds a frame's records to a folder, or to what a connector names. A frame without fields has nothing to write.

    Raises:
        OptionError: no path or no format, or no such connection type.
        NotSupportedError: the format is not written here, or what a connector needs is not there.
    """
    if connection_type not in _FILES:
        module = connectors.of(connection_type)
        if df.columns:
            module.write(df, connection_type, options)
        return
    path = options.get("path")
    if not path:
        raise OptionError("connection_options needs 'path', the S3 folder to write to.")
    kind = kind or (connection_type if connection_type in {"parquet", "orc"} else None)
    if not kind:
        raise OptionError("format must be given, for example format='parquet'.")
    if not df.columns:
        return
    ready = storable(df, kind)
    keys = keys_of(options)
    writer = ready.write.mode("append")
    given = {"compression": options["compression"]} if options.get("compression") else {}
    formats.write(writer.partitionBy(*keys) if keys else writer, kind, str(path), {**format_options, **given})


def storable(df: DataFrame, kind: str) -> DataFrame:
    """The frame as files can hold it: choices are structs; columns of nothing but nulls exist in JSON only, as text."""
    if kind != "json":
        df = drop_fields(df, null_fields(df.schema))
    if kind == "csv":
        return df.select(*(_csv_value(f) for f in df.schema.fields))
    return to_plain(df)


def to_plain(df: DataFrame) -> DataFrame:
    """Choices as ordinary structs, columns without a type as text."""
    wanted = types.plain(df.schema)
    assert isinstance(wanted, spark.StructType)  # noqa: S101 - a struct stays one
    if wanted == df.schema:
        return df
    pairs = zip(df.schema.fields, wanted.fields, strict=True)
    return df.select(
        *(
            F.col(paths.quote(a.name)) if a == b else F.col(paths.quote(a.name)).cast(b.dataType).alias(a.name)
            for a, b in pairs
        )
    )


def _csv_value(field: spark.StructField) -> Any:
    column = F.col(paths.quote(field.name))
    if types.is_choice(field.dataType):
        assert isinstance(field.dataType, spark.StructType)  # noqa: S101 - is_choice said so
        members = [column.getField(f.name).cast("string") for f in field.dataType.fields]
        return F.coalesce(*members).alias(field.name)
    if isinstance(field.dataType, spark.StructType | spark.ArrayType | spark.MapType):
        return F.to_json(column).alias(field.name)
    return column


def update_catalog(
    df: DataFrame,
    database: str,
    table: str,
    catalog_id: str | None,
    options: Options,
    kind: str,
    format_options: Options,
) -> None:
    """Makes or updates the table over a sink's folder, then adds the partitions that the folder holds."""
    location = str(options["path"]).rstrip("/") + "/"
    keys = keys_of(options)
    ready = storable(df, kind)
    if not ready.columns:
        return
    columns = [(f.name.lower(), types.hive_name(f.dataType)) for f in ready.schema.fields if f.name not in keys]
    typed_keys = [(key.lower(), types.hive_name(ready.schema[key].dataType)) for key in keys]
    storage = catalog.descriptor(kind, location, columns, format_options)
    behaviour = str(options.get("updateBehavior") or "UPDATE_IN_DATABASE")
    if behaviour not in {"UPDATE_IN_DATABASE", "LOG"}:
        raise OptionError(f"updateBehavior {behaviour!r} is not one. Valid: UPDATE_IN_DATABASE, LOG.")
    classification = "parquet" if kind == "glueparquet" else kind
    parameters = {"classification": classification, "typeOfData": "file"}
    if kind == "csv" and formats.flag(format_options, "writeHeader", default=True):
        parameters["skip.header.line.count"] = "1"
    catalog.save_table(database, table, storage, typed_keys, parameters, catalog_id, behaviour == "UPDATE_IN_DATABASE")
    if keys:
        found = _partitions(df, location, keys)
        catalog.add_partitions(database, table, storage, found, catalog_id)


def _partitions(df: DataFrame, location: str, keys: list[str]) -> list[catalog.Partition]:
    """The partitions below a folder: its key=value folders that hold files."""
    folders = {path.rsplit("/", 1)[0] for path in listing.files(df.sparkSession, [location], recurse=True)}
    found = []
    for folder in sorted(folders):
        parts = folder.split("/")[-len(keys) :]
        names = [part.partition("=")[0] for part in parts]
        if names == keys:
            values = tuple(unquote(part.partition("=")[2]) for part in parts)
            found.append(catalog.Partition(values, folder + "/"))
    return found
