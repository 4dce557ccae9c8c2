"""Amazon Ion, text and binary.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-ion-home.html
"""

from collections.abc import Mapping

from pyspark.sql import DataFrameWriter, SparkSession
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue.frame import jvm
from awsglue.frame.formats import json
from awsglue.frame.formats.base import Options, Read

_OF_FILE = ("path", "modificationTime", "length", "content")
"""What Spark says of a binary file; other columns are its partition's."""


def read(session: SparkSession, paths: list[str], _options: Options, spark_options: Mapping[str, str]) -> Read:
    """Reads each top-level value as a record, by JSON's rules once it is down-converted to JSON.

    https://amazon-ion.github.io/ion-docs/guides/cookbook.html#down-converting-to-json (read 2026-11)
    """
    files = session.read.format("binaryFile").options(**spark_options).load(paths)
    file = F.struct("path", "content")
    texts = jvm.call(jvm.create(session, "IonTexts"), file, spark.ArrayType(spark.StringType()))
    return json.from_texts(files.withColumn("value", F.explode(texts)).drop(*_OF_FILE))


def write(writer: DataFrameWriter, path: str, _options: Options) -> None:
    """JSON is Ion: its text form is a superset."""
    writer.format("json").save(path)
