"""Small data between the driver and Spark as Arrow, without files in between.

A file in S3 costs Spark about six requests each time that it is read, and a partitioned table has one file per day:
a few kilobytes of data are read whole, once, by one request per file, and handed to Spark as they are.
PySpark 3.5 does both directions, without public names (4.0 has `toArrow` and `createDataFrame` of Arrow's tables).
"""

import io
from collections.abc import Iterable
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import types as T

from lake.storage import Bucket, S3Object, in_parallel

LARGEST = 16 << 20
"""Bytes, of plain text or of Parquet, up to which data are small."""


def batches_of(frame: DataFrame) -> list[Any]:
    """A frame's rows as Arrow batches."""
    return list(frame._collect_as_arrow())


def frame_of(spark: SparkSession, table: Any, schema: T.StructType) -> DataFrame:
    """An Arrow table as a frame. The columns are those of the schema; values are cast, and must fit."""
    from pyspark.sql.pandas.serializers import ArrowStreamSerializer
    from pyspark.sql.pandas.types import to_arrow_schema

    if not table.num_rows:
        return spark.createDataFrame([], schema)
    utilities: Any = spark._jvm.PythonSQLUtils
    server: Any = spark._jvm.ArrowIteratorServer
    batches = table.select(schema.names).cast(to_arrow_schema(schema)).to_batches()
    java = spark.sparkContext._serialize_to_jvm(
        batches, ArrowStreamSerializer(), utilities.readArrowStreamFromFile, server
    )
    return DataFrame(utilities.toDataFrame(java, schema.json(), spark._jsparkSession), spark)


def parquet_frame(spark: SparkSession, bucket: Bucket, items: Iterable[S3Object], schema: T.StructType) -> DataFrame:
    """All rows of some Parquet files as one frame. A column that a file does not have is null."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyspark.sql.pandas.types import to_arrow_schema

    wanted = to_arrow_schema(schema)

    def one(item: S3Object) -> Any:
        file = pq.ParquetFile(io.BytesIO(bucket.get(item.key)))
        there = set(file.schema_arrow.names)
        table = file.read(columns=[name for name in wanted.names if name in there])
        for each in wanted:
            if each.name not in there:
                table = table.append_column(each, pa.nulls(table.num_rows, each.type))
        return table.select(wanted.names).cast(wanted)

    return frame_of(spark, pa.concat_tables([wanted.empty_table(), *in_parallel(one, items)]), schema)


def text_frame(spark: SparkSession, lines: Iterable[tuple[str, str]], schema: T.StructType) -> DataFrame:
    """Rows of texts, one tuple each, as a frame."""
    import pyarrow as pa

    columns = list(zip(*lines, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, pa.large_string()) for column in columns]
    return frame_of(spark, pa.table(arrays, names=schema.names), schema)
