"""JSON by Glue's rules: fields in the order in which they come, and a choice where a field has several types.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-json-home.html

Two passes, as Spark needs too: one finds the types, one parses. Types come from `jvm/JsonTypes.java`; the parsing is
Spark's own, with the schema found. Only where there are choices does each text pass through `JsonChoices` first.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame, DataFrameReader, DataFrameWriter, SparkSession
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue import gluetypes as glue
from awsglue.errors import OptionError
from awsglue.frame import exact, jvm, listing, types
from awsglue.frame.error_records import error_records
from awsglue.frame.formats.base import Options, Read, flag
from awsglue.frame.paths import quote

_STEP = re.compile(r"\.\*|\.[^.\[\]]+|\[\*\]|\[\d+\]|\['[^']*'\]")
LARGEST_TEXT = 128 * 1024 * 1024
"""Bytes of a file beyond which JSON is read by lines alone, broken ones or not."""
TEXTS = "awsglue.texts"
"""A format option of ours: what is written are JSON texts already, made by `texts`."""
UNREADABLE = "com.fasterxml.jackson.core.JsonParseException: the text is not JSON, or not an object"


def read(session: SparkSession, paths: list[str], options: Options, spark_options: Mapping[str, str]) -> Read:
    """Reads JSON: one record a line, or with `multiLine` or a `jsonPath` whole files of them.

    Where a line is no record, files are read whole too, unless they are large: Glue reads on over line ends, so that
    records of several lines are found, and a broken one takes the line along at which it turned out to be broken.

    Args:
        session: the Spark session.
        paths: files or folders.
        options: `multiLine` and `jsonPath` (`$.a.b`, `$.a[*]`, `$.*`, `$['a b']`).
        spark_options: for Spark's reader.
    """
    steps = parse_path(str(options.get("jsonPath") or "$"))
    whole = flag(options, "multiLine", "multiline", default=bool(steps)) or bool(steps)
    reader = session.read.options(**spark_options)
    if not whole:
        found = from_texts(reader.text(paths), reader, paths)
        if not found.errors or not _small(session, paths):
            return found
    return from_texts(split_records(reader.text(paths, wholetext=True), steps))


def _small(session: SparkSession, paths: list[str]) -> bool:
    """Whether every file may be read as one text."""
    return all(file.size <= LARGEST_TEXT for path in paths for file in listing.details(session, path, True))


def write(writer: DataFrameWriter, path: str, options: Options) -> None:
    """One record a line. A field that is null is left out, as Glue leaves it out."""
    writer.format("text" if options.get(TEXTS) else "json").save(path)


def texts(df: DataFrame, keys: Sequence[str]) -> DataFrame:
    """Records as JSON texts in the column `value`, beside the columns that name their partitions."""
    names = [name for name in df.columns if name not in keys]
    body = F.struct(*(F.col(quote(name)) for name in names))
    kind = spark.StructType([df.schema[name] for name in names])
    return df.select(text(body, kind).alias("value"), *(F.col(quote(key)) for key in keys))


def text(column: Column, kind: spark.DataType) -> Column:
    """A struct, an array or a map as JSON text. Of a choice, it is the value alone, whatever its type."""
    written = F.to_json(column)
    found = types.to_glue(kind)
    if not types.has_choices(found):
        return written
    plain = jvm.create(jvm.current_session(), "JsonPlain", json.dumps(found.jsonValue()))
    return jvm.call(plain, written, spark.StringType())


def parse_path(path: str) -> list[str]:
    """The steps of a JSON path, below its `$`.

    Raises:
        OptionError: it is something else, or uses filters, slices or `..`.
    """
    text = path.strip()
    rest = text.removeprefix("$") if text.startswith("$") else "." + text
    steps = _STEP.findall(rest)
    if "".join(steps) != rest:
        raise OptionError(f"jsonPath {path!r} cannot be read. Use names, [n], [*] and .*, such as $.data.items[*].")
    return ["." + s[2:-2] if s.startswith("['") else s for s in steps]


def split_records(df: DataFrame, steps: list[str]) -> DataFrame:
    """One row for each record that the texts in the column `value` hold."""
    function = jvm.create(df.sparkSession, "JsonRecords", steps)
    found = jvm.call(function, F.col("value"), spark.ArrayType(spark.StringType()))
    return df.select(F.explode(found).alias("value"), *_others(df))


def from_texts(df: DataFrame, reader: DataFrameReader | None = None, paths: list[str] | None = None) -> Read:
    """Reads JSON texts.

    Args:
        df: texts in the column `value`, one record or an array of records in each; other columns are kept, at the end.
        reader: with `paths`, reads the same lines from files, which is faster when nothing must be done to them.
        paths: those files.
    """
    session = df.sparkSession
    kind, bad, arrays = infer(df)
    taken = {name.lower() for name in df.columns if name != "value"}
    kind = glue.StructType([field for field in kind.fields if field.name.lower() not in taken])
    schema = types.to_spark(kind)
    choices = types.has_choices(kind)
    if reader is not None and paths is not None and not bad and not choices and not exact.twins(schema):
        return Read(reader.schema(schema).json(paths))
    errors: tuple[DataFrame, ...] = ()
    if bad:
        good = jvm.call(jvm.create(session, "JsonGood"), F.col("value"), spark.BooleanType())
        errors = (error_records(df.where(~good), UNREADABLE),)
        df = df.where(good)
    if arrays:
        df = split_records(df, [])
    text = F.col("value")
    if choices:
        text = jvm.call(jvm.create(session, "JsonChoices", json.dumps(kind.jsonValue())), text, spark.StringType())
    if not kind.fields:
        return Read(df.select(*_others(df)), errors)
    parsed = df.where(F.trim("value") != "").select(F.from_json(text, schema).alias("value"), *_others(df))
    return Read(parsed.select("value.*", *_others(df)), errors)


def infer(df: DataFrame) -> tuple[glue.StructType, int, int]:
    """The merged type of every record in the column `value`, how many texts are no JSON, and how many are arrays."""
    found = [json.loads(row) for row in jvm.per_partition(df.select("value"), jvm.create(df.sparkSession, "JsonTypes"))]
    kinds: list[glue.DataType] = [glue.StructType()]
    kinds.extend(glue._deserialize_json_value(part["type"]) for part in found)
    merged = reduce(glue.mergeDataTypes, kinds)
    assert isinstance(merged, glue.StructType)  # noqa: S101 - each part's type is one
    return merged, sum(part["bad"] for part in found), sum(part["arrays"] for part in found)


def _others(df: DataFrame) -> list[Column]:
    return [F.col(f"`{name}`") for name in df.columns if name != "value"]
