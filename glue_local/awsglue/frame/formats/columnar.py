"""Parquet, ORC and Avro: files that know their types. Spark's readers and writers do all of it.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-parquet-home.html
"""

from collections.abc import Mapping

from pyspark.sql import DataFrameWriter, SparkSession

from awsglue.frame.formats.base import Options, Read

_SPARK = {"glueparquet": "parquet"}


def read(session: SparkSession, paths: list[str], options: Options, spark_options: Mapping[str, str]) -> Read:
    kind = str(options["format"])
    return Read(session.read.options(**spark_options).format(_SPARK.get(kind, kind)).load(paths))


def write(writer: DataFrameWriter, path: str, options: Options) -> None:
    """`blockSize` and `pageSize` are bytes, for Parquet; both have Spark's defaults, which are Glue's."""
    sizes = {"parquet.block.size": options.get("blockSize"), "parquet.page.size": options.get("pageSize")}
    writer = writer.options(**{name: str(size) for name, size in sizes.items() if size})
    kind = str(options["format"])
    writer.format(_SPARK.get(kind, kind)).save(path)
