"""Writing frames: files, and the catalog entries that go with them.

https://docs.aws.amazon.com/glue/latest/dg/update-from-job.html
"""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue import connectors
from awsglue.errors import OptionError
from awsglue.frame import formats, paths, types
from awsglue.frame.formats import json
from awsglue.frame.mapping import drop_fields, hollow_fields, null_fields

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
    keys = keys_of(options)
    given = {"compression": options["compression"]} if options.get("compression") else {}
    if kind == "json" and types.has_choices(types.to_glue(df.schema)):
        ready, given = json.texts(df, keys), {**given, json.TEXTS: True}
    else:
        ready = storable(df, kind)
    writer = ready.write.mode("append")
    formats.write(writer.partitionBy(*keys) if keys else writer, kind, str(path), {**format_options, **given})


def storable(df: DataFrame, kind: str) -> DataFrame:
    """The frame as files can hold it: choices are structs; columns of nothing but nulls exist in JSON only, as text."""
    if kind != "json":
        df = drop_fields(df, null_fields(df.schema))
    if kind == "csv":
        return df.select(*(_csv_value(f) for f in df.schema.fields))
    plain = to_plain(df)
    return drop_fields(plain, hollow_fields(plain.schema))


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


def _csv_value(field: spark.StructField) -> Column:
    column = F.col(paths.quote(field.name))
    if types.is_choice(field.dataType):
        assert isinstance(field.dataType, spark.StructType)  # noqa: S101 - is_choice said so
        members = [_csv_text(column.getField(f.name), f.dataType) for f in field.dataType.fields]
        return F.coalesce(*members).alias(field.name)
    nested = isinstance(field.dataType, spark.StructType | spark.ArrayType | spark.MapType)
    return _csv_text(column, field.dataType).alias(field.name) if nested else column


def _csv_text(column: Column, kind: spark.DataType) -> Column:
    nested = isinstance(kind, spark.StructType | spark.ArrayType | spark.MapType)
    return json.text(column, kind) if nested else column.cast("string")
