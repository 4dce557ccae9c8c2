"""XML: each `rowTag` element is a record.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-xml-home.html

Files are cut at the row's end tag, so that large ones are read in parallel; `jvm/XmlRecords.java` turns each piece
into JSON, and from there on it is read as JSON is, choices included.
"""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue.errors import OptionError
from awsglue.frame import jvm
from awsglue.frame.formats import json
from awsglue.frame.formats.base import Options, Read, flag


def read(session: SparkSession, paths: list[str], options: Options, spark_options: Mapping[str, str]) -> Read:
    """Reads XML files.

    Args:
        session: the Spark session.
        paths: files or folders.
        options: rowTag (required), attributePrefix (`_`), valueTag (`_VALUE`), excludeAttribute,
            treatEmptyValuesAsNulls, ignoreSurroundingSpaces, encoding (UTF-8).
        spark_options: for Spark's reader.

    Raises:
        OptionError: there is no rowTag.
    """
    row = row_tag(options)
    if str(options.get("encoding", "UTF-8")).upper() not in {"UTF-8", "UTF8"}:
        raise OptionError(f"encoding {options['encoding']!r}: XML is read as UTF-8.")
    texts = session.read.options(**spark_options).option("lineSep", f"</{row}>").text(paths)
    found = jvm.call(records(session, options), F.col("value"), spark.ArrayType(spark.StringType()))
    others = [F.col(f"`{name}`") for name in texts.columns if name != "value"]
    return json.from_texts(texts.select(F.explode(found).alias("value"), *others))


def row_tag(options: Options) -> str:
    """The `rowTag` option.

    Raises:
        OptionError: there is none.
    """
    row = str(options.get("rowTag") or "").strip("<>/ ")
    if not row:
        raise OptionError("format_options for xml needs 'rowTag', the element that is one record.")
    return row


def records(session: SparkSession, options: Options) -> Any:
    """The function, for `jvm.call`, from a piece of XML to the JSON texts of its rows."""
    return jvm.create(
        session,
        "XmlRecords",
        row_tag(options),
        str(options.get("attributePrefix", "_")),
        str(options.get("valueTag", "_VALUE")),
        flag(options, "excludeAttribute"),
        flag(options, "treatEmptyValuesAsNulls"),
        flag(options, "ignoreSurroundingSpaces", default=True),
    )
