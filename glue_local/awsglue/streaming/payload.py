"""From the bytes of a stream's records to columns, by `classification`, `schema` and `inferSchema`.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-kinesis-home.html
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-kafka-home.html
"""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from awsglue.errors import NotSupportedError, OptionError
from awsglue.frame.formats import flag

Options = Mapping[str, Any]

_INFERRED = "$infer_schema$_temporary$"
"""Ends the name of the one column that stands for records whose schema each micro-batch finds out for itself."""

TIMESTAMP = "__src_timestamp"


def decode(df: DataFrame, value: str, arrived: str, options: Options) -> DataFrame:
    """A stream's columns; the raw ones if its records have neither a format nor a schema.

    Args:
        df: the raw stream.
        value: the column with a record's bytes.
        arrived: the column with its time of arrival.
        options: classification, schema, inferSchema, avroSchema, delimiter, addRecordTimestamp.

    Raises:
        NotSupportedError: a format that streams cannot have here.
        OptionError: avro without its schema.
    """
    kind = str(options.get("classification") or "").lower()
    stamp = [F.col(arrived).alias(TIMESTAMP)] if flag(options, "addRecordTimestamp") else []
    if not kind:
        return df.select("*", *stamp)
    if kind not in {"json", "csv", "avro"}:
        raise NotSupportedError(f"classification={kind!r} of a stream", "Supported: json, csv, avro.")
    if kind == "avro":
        return _struct(df, _avro(F.col(value), options), stamp)
    text = F.col(value).cast("string")
    schema, inferred = options.get("schema"), flag(options, "inferSchema")
    if schema and not inferred:
        return _struct(df, _typed(text, kind, str(schema), options), stamp)
    if not inferred:
        return df.select("*", *stamp)
    separator = str(options.get("delimiter") or ",")
    return df.select(text.alias(f"${kind}{separator if kind == 'csv' else ''}{_INFERRED}"), *stamp)


def _struct(df: DataFrame, column: Column, stamp: list[Column]) -> DataFrame:
    return df.select(column.alias("record"), *stamp).select("record.*", *([TIMESTAMP] if stamp else []))


def _typed(text: Column, kind: str, schema: str, options: Options) -> Column:
    if kind == "json":
        return F.from_json(text, schema)
    return F.from_csv(text, schema, {"sep": str(options.get("delimiter") or ",")})


def _avro(value: Column, options: Options) -> Column:
    from pyspark.sql.avro.functions import from_avro

    schema = options.get("avroSchema")
    if not schema:
        raise OptionError("A stream of classification avro needs 'avroSchema' in its options.")
    return from_avro(value, str(schema))


def settle(batch: DataFrame) -> DataFrame:
    """A micro-batch with the columns that its records have, where the stream left them to be found out."""
    if not batch.columns or not batch.columns[0].endswith(_INFERRED) or batch.isStreaming:
        return batch
    name = batch.columns[0]
    session, texts = batch.sparkSession, batch.select(F.col(f"`{name}`").alias("value"))
    reader = session._jsparkSession.read()
    strings = getattr(texts._jdf, "as")(session.sparkContext._jvm.org.apache.spark.sql.Encoders.STRING())
    if name.startswith("$json"):
        return DataFrame(reader.json(strings), session)
    separator = name[len("$csv") : -len(_INFERRED)]
    return DataFrame(reader.option("sep", separator).option("inferSchema", "true").csv(strings), session)
