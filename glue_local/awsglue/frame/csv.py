"""CSV by Glue's rules: every value is text, an empty one is empty text, and each file has a header of its own.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-csv-home.html
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from typing import Any

from pyspark.sql import DataFrame, DataFrameReader, SparkSession
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue.errors import NotSupportedError
from awsglue.frame import listing

Options = Mapping[str, Any]

_HEADER_THREADS = 8


def _on(options: Options, name: str, default: bool = False) -> bool:
    return str(options.get(name, default)).lower() == "true"


def _quoting(options: Options) -> dict[str, str]:
    """Separator, quote and escape. A quote within quotes is doubled, unless an escaper is given."""
    quote = str(options.get("quoteChar", '"'))
    if quote == "-1":
        return {"sep": str(options.get("separator", ",")), "quote": ""}
    escape = str(options.get("escaper", "") or quote)
    return {"sep": str(options.get("separator", ",")), "quote": quote, "escape": "" if escape == "-1" else escape}


def write_options(options: Options) -> dict[str, str]:
    """Spark's options for Glue's: separator, quoteChar (-1 for none), escaper, writeHeader (on unless said)."""
    return {**_quoting(options), "header": str(_on(options, "writeHeader", True)).lower(), "emptyValue": ""}


def read(session: SparkSession, reader: DataFrameReader, paths: Sequence[str], options: Options) -> DataFrame:
    """Reads CSV files as columns of text, named by their header, else col0, col1, ..."""
    if _on(options, "skipFirst") and not _on(options, "withHeader"):
        raise NotSupportedError("format_options skipFirst without withHeader")
    header = _on(options, "withHeader")
    reader = reader.options(
        **_quoting(options), header=str(header), multiLine=str(_on(options, "multiLine")), maxColumns="100000"
    )
    groups = _by_header(session, paths) if header else [list(paths)]
    frames = [_texts(reader.csv(group)) for group in groups]
    joined = reduce(lambda a, b: a.unionByName(b, allowMissingColumns=True), frames)
    return joined if header else joined.toDF(*(f"col{i}" for i in range(len(joined.columns))))


def read_columns(
    session: SparkSession, paths: Sequence[str], names: Sequence[str], options: Options, reader_options: Options
) -> DataFrame:
    """Reads CSV files whose columns are known by their position; a header, if there is one, is passed over."""
    schema = spark.StructType([spark.StructField(name, spark.StringType()) for name in names])
    reader = session.read.options(**reader_options, **_quoting(options), header=str(_on(options, "withHeader")))
    return _texts(reader.schema(schema).csv(list(paths)))


def _texts(df: DataFrame) -> DataFrame:
    """Spark reads an empty value as null; Glue reads it as empty text."""
    names = [f.name for f in df.schema.fields if isinstance(f.dataType, spark.StringType)]
    return df.select(
        *(F.coalesce(F.col(f"`{c}`"), F.lit("")).alias(c) if c in names else F.col(f"`{c}`") for c in df.columns)
    )


def _by_header(session: SparkSession, paths: Sequence[str]) -> list[list[str]]:
    """Files grouped by their header: Spark alone would put the first file's names over every file's columns."""
    found = listing.files(session, paths, recurse=True)
    if len(found) < 2:
        return [list(paths)]
    with ThreadPoolExecutor(_HEADER_THREADS) as pool:
        headers = list(pool.map(lambda path: _first_line(session, path), found))
    groups: dict[str, list[str]] = {}
    for path, line in zip(found, headers, strict=True):
        if line is not None:
            groups.setdefault(line, []).append(path)
    return [list(paths)] if len(groups) < 2 else list(groups.values())


def _first_line(session: SparkSession, path: str) -> str | None:
    """A file's first line, through its compression; None if the file is empty."""
    jvm: Any = session.sparkContext._jvm
    system, hadoop_path = listing.file_system(session, path)
    stream = system.open(hadoop_path)
    try:
        codecs = jvm.org.apache.hadoop.io.compress.CompressionCodecFactory(system.getConf())
        codec = codecs.getCodec(hadoop_path)
        source = codec.createInputStream(stream) if codec else stream
        lines = jvm.java.io.BufferedReader(jvm.java.io.InputStreamReader(source, "UTF-8"))
        line: str | None = lines.readLine()
        return line
    finally:
        stream.close()
