"""From the bytes of a stream's records to columns, by `classification`, `schema` and `inferSchema`.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-kinesis-home.html
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-kafka-home.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from awsglue.errors import NotSupportedError, OptionError
from awsglue.frame.formats import flag
from awsglue.streaming import lag

Options = Mapping[str, Any]

_INFERRED = "$data_infer_schema$_temporary$"
"""Ends the name of the column with the texts of records whose schema is found out in each micro-batch.

Scripts name it: a function of `forEachBatch` sees `$json$data_infer_schema$_temporary$`, and `DynamicFrame.fromDF`
makes columns of it.
"""

TIMESTAMP = "__src_timestamp"


def decode(df: DataFrame, value: str, arrived: str, options: Options, kept: Sequence[str] = ()) -> DataFrame:
    """A stream's columns; the raw ones if its records have neither a format nor a schema.

    Args:
        df: the raw stream.
        value: the column with a record's bytes.
        arrived: the column with its time of arrival.
        options: classification, schema, inferSchema, avroSchema, delimiter, addRecordTimestamp, emitConsumerLagMetrics.
        kept: raw columns that stay beside those of the records.

    Raises:
        NotSupportedError: a format that streams cannot have here.
        OptionError: avro without its schema.
    """
    df = lag.observed(df, arrived, options)
    kind = str(options.get("classification") or "").lower()
    stamp = [F.col(arrived).alias(TIMESTAMP)] if flag(options, "addRecordTimestamp") else []
    if not kind:
        return df.select("*", *stamp)
    added = [*map(F.col, kept), *stamp]
    if kind not in {"json", "csv", "avro"}:
        raise NotSupportedError(f"classification={kind!r} of a stream", "Supported: json, csv, avro.")
    if kind == "avro":
        return _struct(df, _avro(F.col(value), options), added)
    text = F.col(value).cast("string")
    schema, inferred = options.get("schema"), flag(options, "inferSchema")
    if schema and not inferred:
        return _struct(df, _typed(text, kind, str(schema), options), added)
    if not inferred:
        return df.select("*", *stamp)
    separator = str(options.get("delimiter") or ",")
    return df.select(text.alias(f"${kind}{separator if kind == 'csv' else ''}{_INFERRED}"), *added)


def _struct(df: DataFrame, column: Column, added: Sequence[Column]) -> DataFrame:
    found = df.select(column.alias("record"), *added)
    return found.select("record.*", *found.columns[1:])


def _typed(text: Column, kind: str, schema: str, options: Options) -> Column:
    if kind == "json":
        return F.from_json(text, schema)
    return F.from_csv(text, schema, {"sep": str(options.get("delimiter") or ",")})


def _avro(value: Column, options: Options) -> Column:
    from pyspark.sql.avro.functions import from_avro

    schema = options.get("avroSchema") or options.get("schema")  # the older name; a table has its columns in the other
    if not schema:
        raise OptionError("A stream of classification avro needs 'schema', in Avro's form, in its options.")
    return from_avro(value, str(schema))


def settle(batch: DataFrame) -> DataFrame:
    """A micro-batch with the columns that its records have, where the stream left them to be found out.

    Args:
        batch: any DataFrame; one without such a column, or a stream, is returned as it is. Columns that a script has
            added (`add_ingestion_time_columns`) stay, at the end.
    """
    name = next((name for name in batch.columns if name.endswith(_INFERRED)), None)
    if name is None or batch.isStreaming:
        return batch
    session, text = batch.sparkSession, F.col(f"`{name}`")
    texts = batch.select(text.alias("value"))
    reader = session._jsparkSession.read()
    strings = getattr(texts._jdf, "as")(session.sparkContext._jvm.org.apache.spark.sql.Encoders.STRING())
    if name.startswith("$json"):
        record = F.from_json(text, DataFrame(reader.json(strings), session).schema)
    else:
        separator = name[len("$csv") : -len(_INFERRED)]
        found = DataFrame(reader.option("sep", separator).option("inferSchema", "true").csv(strings), session)
        record = F.from_csv(text, F.lit(found.schema.simpleString()), {"sep": separator})
    others = [f"`{column}`" for column in batch.columns if column != name]
    return batch.select(record.alias("record"), *others).select("record.*", *others)
