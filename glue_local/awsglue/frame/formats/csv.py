"""CSV by Glue's rules: every value is text, an empty one is empty text, and each file has a header of its own.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-csv-home.html
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from typing import Any

from pyspark.sql import DataFrame, DataFrameReader, DataFrameWriter, SparkSession
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue.frame import listing
from awsglue.frame.formats.base import Options, Read, flag

_HEADER_THREADS = 8


def read(session: SparkSession, paths: list[str], options: Options, spark_options: Mapping[str, str]) -> Read:
    """Reads CSV files as columns of text, named by their header, else col0, col1, ...

    Args:
        session: the Spark session.
        paths: files or folders.
        options: separator, quoteChar (-1 for none), escaper, multiLine, withHeader, skipFirst. `optimizePerformance`
            and `strictCheckForQuoting` choose another reader on AWS, with the same result.
        spark_options: for Spark's reader.
    """
    reader = session.read.options(**spark_options, **_reading(options))
    if flag(options, "withHeader"):
        frames = [_texts(reader.csv(group)) for group in _by_header(session, paths)]
        return Read(reduce(lambda a, b: a.unionByName(b, allowMissingColumns=True), frames))
    count = len(reader.csv(paths).columns)
    return Read(_positional(reader, [f"col{i}" for i in range(count)], paths, flag(options, "skipFirst")))


def read_columns(
    session: SparkSession, paths: Sequence[str], names: Sequence[str], options: Options, reader_options: Options
) -> DataFrame:
    """Reads CSV files whose columns are known by their position; a header (`withHeader`) is passed over."""
    reader = session.read.options(**{**_reading(options), **reader_options})
    return _positional(reader, names, list(paths), flag(options, "withHeader"))


def write(writer: DataFrameWriter, path: str, options: Options) -> None:
    """Writes with separator, quoteChar (-1 for none), escaper and writeHeader (on unless said)."""
    header = str(flag(options, "writeHeader", default=True)).lower()
    writer.options(**quoting(options), header=header, emptyValue="").format("csv").save(path)


def _reading(options: Options) -> dict[str, str]:
    whole = str(flag(options, "multiLine", "multiline"))
    header = str(flag(options, "withHeader") or flag(options, "skipFirst"))
    return {**quoting(options), "header": header, "multiLine": whole, "maxColumns": "100000"}


def quoting(options: Options) -> dict[str, str]:
    """Separator, quote and escape. A quote within quotes is doubled, unless an escaper is given."""
    separator, quote = str(options.get("separator", ",")), str(options.get("quoteChar", '"'))
    if quote == "-1":
        return {"sep": separator, "quote": ""}
    escape = str(options.get("escaper", "") or quote)
    return {"sep": separator, "quote": quote, "escape": "" if escape == "-1" else escape}


def _positional(reader: DataFrameReader, names: Sequence[str], paths: list[str], skip: bool) -> DataFrame:
    schema = spark.StructType([spark.StructField(name, spark.StringType()) for name in names])
    return _texts(reader.option("header", str(skip)).schema(schema).csv(paths))


def _texts(df: DataFrame) -> DataFrame:
    """Spark reads an empty value as null; Glue reads it as empty text."""
    names = [f.name for f in df.schema.fields if isinstance(f.dataType, spark.StringType)]
    return df.select(
        *(F.coalesce(F.col(f"`{c}`"), F.lit("")).alias(c) if c in names else F.col(f"`{c}`") for c in df.columns)
    )


def _by_header(session: SparkSession, paths: list[str]) -> list[list[str]]:
    """Files grouped by their header: Spark alone would put the first file's names over every file's columns."""
    found = listing.files(session, paths, recurse=True)
    if len(found) < 2:
        return [paths]
    with ThreadPoolExecutor(_HEADER_THREADS) as pool:
        headers = list(pool.map(lambda path: _first_line(session, path), found))
    groups: dict[str, list[str]] = {}
    for path, line in zip(found, headers, strict=True):
        if line is not None:
            groups.setdefault(line, []).append(path)
    return [paths] if len(groups) < 2 else list(groups.values())


def _first_line(session: SparkSession, path: str) -> str | None:
    """A file's first line, through its compression; None if the file is empty."""
    gateway: Any = session.sparkContext._jvm
    system, hadoop_path = listing.file_system(session, path)
    stream = system.open(hadoop_path)
    try:
        codecs = gateway.org.apache.hadoop.io.compress.CompressionCodecFactory(system.getConf())
        codec = codecs.getCodec(hadoop_path)
        source = codec.createInputStream(stream) if codec else stream
        lines = gateway.java.io.BufferedReader(gateway.java.io.InputStreamReader(source, "UTF-8"))
        line: str | None = lines.readLine()
        return line
    finally:
        stream.close()
