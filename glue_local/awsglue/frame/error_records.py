"""Records that could not be processed, in the form in which Glue shows them: one column, `error`, a struct.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
#aws-glue-api-crawler-pyspark-extensions-dynamic-frame-errorsAsDynamicFrame
"""

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from awsglue.utils import callsite

MESSAGE = "error in jackson reader"
"""What Glue says of text that its JSON reader cannot read."""


def error(
    message: Column, trace: Column, text: Column | None = None, record: Column | None = None, info: str = ""
) -> Column:
    """One error record.

    Args:
        message: what went wrong; where, is the stack of this call.
        trace: more of it: the exception.
        text: the input that could not be read.
        record: the record, if there was one already.
        info: the transformation's `info`.
    """
    given = F.lit("") if text is None else text
    return F.struct(
        F.struct(F.lit(callsite()).alias("site"), F.lit(info).alias("info")).alias("callsite"),
        message.alias("msg"),
        trace.alias("stackTrace"),
        given.alias("input"),
        F.length(given).cast("long").alias("bytesread"),
        F.lit("").alias("source"),
        (F.lit(None).cast("string") if record is None else record).alias("dynamicRecord"),
    ).alias("error")


def error_records(texts: DataFrame, trace: str) -> DataFrame:
    """The error records of texts, in the column `value`, that could not be read."""
    return texts.select(error(F.lit(MESSAGE), F.lit(trace), F.col("value")))


def union(session: SparkSession, found: Sequence[DataFrame]) -> DataFrame:
    """All error records in one frame. Where their records differ in type, they are JSON text."""
    if not found:
        empty = session.range(0)
        return empty.select(error(F.lit(""), F.lit("")))
    if any(df.schema != found[0].schema for df in found):
        found = [df.select(_as_text(df).alias("error")) for df in found]
    return reduce(DataFrame.unionAll, found)


def _as_text(df: DataFrame) -> Column:
    record = df.schema["error"].dataType["dynamicRecord"].dataType
    if record.typeName() != "struct":
        return F.col("error")
    return F.col("error").withField("dynamicRecord", F.to_json("error.dynamicRecord"))
