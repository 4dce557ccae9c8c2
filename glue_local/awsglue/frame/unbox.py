"""Unbox: text that a field holds becomes the structure that it stands for.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-Unbox.html
"""

import json
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue import gluetypes as glue
from awsglue.errors import NotSupportedError, OptionError
from awsglue.frame import error_records, jvm, nested, paths, types
from awsglue.frame.formats import Options, Read, csv, flag, xml
from awsglue.frame.formats.json import UNREADABLE, infer

_BOX = "v"
"""Any JSON value is inferred and parsed as the one field of a record."""


def unbox(df: DataFrame, path: str, kind: str, options: Options) -> Read:
    """Parses a field of text.

    Args:
        df: the frame.
        path: the field. One that is not there changes nothing.
        kind: json, csv or xml.
        options: the format's options; `withSchema` is a Glue or Spark struct type as JSON text.

    Returns:
        The records with the field parsed; those whose text cannot be read are error records.

    Raises:
        OptionError: no such format, or the field is not text.
    """
    found = paths.locate(df.schema, path)
    if found is None:
        return Read(df)
    parts, type_ = found
    if not isinstance(type_, spark.StringType):
        raise OptionError(f"unbox needs a string; {path!r} is {type_.simpleString()}.")
    match kind.lower():
        case "json":
            return _json(df, parts, paths.column(parts), options)
        case "xml":
            texts = F.element_at(jvm.call(xml.records(df.sparkSession, options), paths.column(parts), _LIST), 1)
            return _json(df, parts, texts, options)
        case "csv":
            return Read(_replace(df, parts, _csv(df, parts, options)))
    raise NotSupportedError(f"unbox with format={kind!r}", "Use json, csv or xml.")


_LIST = spark.ArrayType(spark.StringType())


def _json(df: DataFrame, parts: list[str], text: Column, options: Options) -> Read:
    boxed = F.concat(F.lit(f'{{"{_BOX}":'), text, F.lit("}"))
    bad = 0
    if options.get("withSchema"):
        kind: glue.DataType = glue.StructType([glue.Field(_BOX, _schema(options["withSchema"]))])
    else:
        kind, bad, _ = infer(df.select(boxed.alias("value")))
    if bad:
        good = jvm.call(jvm.create(df.sparkSession, "JsonGood"), boxed, spark.BooleanType())
        refused = df.where(~good)
        record = F.struct(*(paths.column([name]) for name in df.columns))
        message, trace = F.lit(error_records.MESSAGE), F.lit(UNREADABLE)
        errors = refused.select(error_records.error(message, trace, paths.column(parts), record))
        df = df.where(good | good.isNull())
    if types.has_choices(kind):
        mark = jvm.create(df.sparkSession, "JsonChoices", json.dumps(kind.jsonValue()))
        boxed = jvm.call(mark, boxed, spark.StringType())
    parsed = F.from_json(boxed, types.to_spark(kind)).getField(_BOX) if _has_box(kind) else F.lit(None)
    return Read(_replace(df, parts, parsed), (errors,) if bad else ())


def _has_box(kind: glue.DataType) -> bool:
    return isinstance(kind, glue.StructType) and kind.hasField(_BOX)


def _csv(df: DataFrame, parts: list[str], options: Options) -> Column:
    """One line of CSV as a struct: by `withSchema`, or col0, col1, ... for as many values as the first record has."""
    settings = csv.quoting(options)
    if options.get("withSchema"):
        kind = types.to_spark(_schema(options["withSchema"]))
        assert isinstance(kind, spark.StructType)  # noqa: S101 - _schema gives nothing else
    else:
        first = df.select(paths.column(parts).alias("value")).where("value is not null").first()
        line = first[0].splitlines()[0] if first and first[0] else ""
        count = line.count(settings["sep"]) + 1
        kind = spark.StructType([spark.StructField(f"col{i}", spark.StringType()) for i in range(count)])
    text = paths.column(parts)
    if flag(options, "withHeader") or flag(options, "skipFirst"):
        text = F.regexp_replace(text, r"^[^\n]*\n", "")
    return F.from_csv(text, F.lit(kind.simpleString()), settings)


def _schema(given: Any) -> glue.DataType:
    """A struct type from its JSON text, in Glue's form or in Spark's.

    Raises:
        OptionError: it is neither.
    """
    try:
        value = json.loads(given) if isinstance(given, str) else given
        if "dataType" in value:
            return glue._deserialize_json_value(value)
        return types.to_glue(spark.StructType.fromJson(value))
    except (ValueError, KeyError, TypeError) as error:
        raise OptionError("withSchema must be a struct type as JSON, such as StructType([...]).json().") from error


def _replace(df: DataFrame, parts: list[str], value: Column) -> DataFrame:
    return nested.change(df, parts, lambda _column, _kind: {parts[-1]: value})
