"""XML: each `rowTag` element is a record.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-xml-home.html

Files are cut at the row's end tag, so that large ones are read in parallel; `jvm/XmlRecords.java` turns each piece
into JSON, and from there on it is read as JSON is, choices included.
"""

from collections.abc import Mapping

from pyspark.sql import DataFrame, SparkSession

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
    row = _row_tag(options)
    if str(options.get("encoding", "UTF-8")).upper() not in {"UTF-8", "UTF8"}:
        raise OptionError(f"encoding {options['encoding']!r}: XML is read as UTF-8.")
    texts = session.read.options(**spark_options).option("lineSep", f"</{row}>").text(paths).select("value")
    return _read(session, texts, row, options)


def parse(session: SparkSession, texts: DataFrame, options: Options) -> Read:
    """The records in a column of XML texts."""
    return _read(session, texts, _row_tag(options), options)


def _row_tag(options: Options) -> str:
    row = str(options.get("rowTag") or "").strip("<>/ ")
    if not row:
        raise OptionError("format_options for xml needs 'rowTag', the element that is one record.")
    return row


def _read(session: SparkSession, texts: DataFrame, row: str, options: Options) -> Read:
    records = jvm.create(
        session,
        "XmlRecords",
        row,
        str(options.get("attributePrefix", "_")),
        str(options.get("valueTag", "_VALUE")),
        flag(options, "excludeAttribute"),
        flag(options, "treatEmptyValuesAsNulls"),
        flag(options, "ignoreSurroundingSpaces", default=True),
    )
    return json.from_texts(session, jvm.apply(session, jvm.texts(texts), "flatMap", records))
