"""Amazon Ion.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-ion-home.html
"""

from pyspark.sql import DataFrameWriter

from awsglue.errors import NotSupportedError
from awsglue.frame.formats.base import Options, Read


def read(*_: object) -> Read:
    raise NotSupportedError("format='ion'")


def write(writer: DataFrameWriter, path: str, _options: Options) -> None:
    """JSON is Ion: its text form is a superset."""
    writer.format("json").save(path)
