"""JSON by Glue's rules: fields in the order in which they come, and a choice where a field has several types.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-json-home.html

Two passes, as Spark needs too: one finds the types, one parses. Types come from `jvm/JsonTypes.java`; the parsing is
Spark's own, with the schema found. Only where there are choices does each text pass through `JsonChoices` first.
"""

import json
import re
from collections.abc import Mapping
from functools import reduce
from typing import Any

from pyspark.sql import DataFrame, DataFrameReader, DataFrameWriter, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from awsglue import gluetypes as glue
from awsglue.errors import OptionError
from awsglue.frame import jvm, types
from awsglue.frame.formats.base import Options, Read, flag

_STEP = re.compile(r"\.\*|\.[^.\[\]]+|\[\*\]|\[\d+\]|\['[^']*'\]")
UNREADABLE = "The text is not JSON."


def read(session: SparkSession, paths: list[str], options: Options, spark_options: Mapping[str, str]) -> Read:
    """Reads JSON: one record a line, or with `multiLine` or a `jsonPath` whole files of them.

    Args:
        session: the Spark session.
        paths: files or folders.
        options: `multiLine` and `jsonPath` (`$.a.b`, `$.a[*]`, `$.*`, `$['a b']`).
        spark_options: for Spark's reader.
    """
    steps = parse_path(str(options.get("jsonPath") or "$"))
    whole = flag(options, "multiLine", "multiline", default=bool(steps)) or bool(steps)
    reader = session.read.options(**spark_options)
    texts = reader.option("wholetext", str(whole)).text(paths).select("value")
    if whole:
        return from_texts(session, records(session, jvm.texts(texts), steps))
    return from_texts(session, jvm.texts(texts), reader, paths)


def parse(session: SparkSession, texts: DataFrame, _options: Options) -> Read:
    """The records in a column of JSON texts."""
    return from_texts(session, jvm.texts(texts))


def write(writer: DataFrameWriter, path: str, _options: Options) -> None:
    """One record a line. A field that is null is left out, as Glue leaves it out."""
    writer.format("json").save(path)


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


def records(session: SparkSession, texts: Any, steps: list[str]) -> Any:
    """A Dataset of the records that stand in texts, one text each."""
    found = jvm.create(session, "JsonRecords", jvm.strings(session.sparkContext, steps))
    return jvm.apply(session, texts, "flatMap", found)


def from_texts(
    session: SparkSession, texts: Any, reader: DataFrameReader | None = None, paths: list[str] | None = None
) -> Read:
    """Reads a Dataset of JSON texts.

    Args:
        session: the Spark session.
        texts: one record each, or an array of records.
        reader: with `paths`, reads the same lines from files, which is faster when nothing must be done to them.
        paths: those files.
    """
    kind, bad = infer(session, texts)
    schema = types.to_spark(kind)
    errors: tuple[DataFrame, ...] = ()
    if bad:
        errors = (_unreadable(session, texts),)
        texts = texts.filter(jvm.create(session, "JsonGood", True))
    choices = types.has_choices(kind)
    if choices:
        texts = jvm.apply(session, texts, "map", jvm.create(session, "JsonChoices", json.dumps(kind.jsonValue())))
    if reader is not None and paths is not None and not bad and not choices:
        return Read(reader.schema(schema).json(paths))
    parsed = session._jsparkSession.read().schema(session._jsparkSession.parseDataType(schema.json())).json(texts)
    return Read(DataFrame(parsed, session), errors)


def infer(session: SparkSession, texts: Any) -> tuple[glue.StructType, int]:
    """The merged type of every record, and how many texts are no JSON."""
    rows = jvm.apply(session, texts, "mapPartitions", jvm.create(session, "JsonTypes")).collectAsList()
    found = [json.loads(row) for row in rows]
    kinds: list[glue.DataType] = [glue.StructType()]
    kinds.extend(glue._deserialize_json_value(part["type"]) for part in found)
    merged = reduce(glue.mergeDataTypes, kinds)
    assert isinstance(merged, glue.StructType)  # noqa: S101 - each part's type is one
    return merged, sum(part["bad"] for part in found)


def _unreadable(session: SparkSession, texts: Any) -> DataFrame:
    bad = DataFrame(texts.filter(jvm.create(session, "JsonGood", False)).toDF(), session)
    return bad.select(F.col("value").alias("record"), F.lit(UNREADABLE).alias("error"))
