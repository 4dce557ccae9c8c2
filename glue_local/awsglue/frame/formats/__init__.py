"""File formats with Glue's format options: one module per format, each on Spark's own reader or writer where it can.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format.html
"""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from pyspark.sql import DataFrameWriter, SparkSession

from awsglue.errors import NotSupportedError, OptionError
from awsglue.frame import jvm
from awsglue.frame.formats.base import Options, Read, flag

Reader = Callable[[SparkSession, list[str], Options, Mapping[str, str]], Read]
"""(session, files or folders, Glue's format options, options for Spark's reader) to records."""

_MODULES = {
    "json": "json",
    "csv": "csv",
    "xml": "xml",
    "groklog": "grok",
    "ion": "ion",
    "parquet": "columnar",
    "glueparquet": "columnar",
    "orc": "columnar",
    "avro": "columnar",
}
"""Which module of this package reads, and perhaps writes, a format."""

_WRITABLE = frozenset({"json", "csv", "parquet", "glueparquet", "orc", "avro", "ion"})
_MARKS = "mapreduce.fileoutputcommitter.marksuccessfuljobs"
"""Spark's writer leaves an empty file `_SUCCESS`; Glue's own leaves nothing but its files."""
_OF_TEXT = {"zstd": "io.airlift.compress.zstd.ZstdCodec"}
_CODECS = {
    **dict.fromkeys(("json", "csv", "ion"), _OF_TEXT),
    "avro": {"none": "uncompressed", "zstd": "zstandard"},
}
"""Codecs that Spark knows under other names: for text it has no short name of zstd."""
LAKE = frozenset({"hudi", "delta", "iceberg"})
"""Formats that are tables of their own, not files beside one another."""


def read(session: SparkSession, kind: str, paths: Sequence[str], options: Options, spark_options: Options) -> Read:
    """Reads files.

    Args:
        session: the Spark session.
        kind: json, csv, xml, grokLog, ion, parquet, glueparquet, orc or avro.
        paths: files or folders, at least one.
        options: Glue's format options.
        spark_options: options for Spark's reader, such as `recursiveFileLookup` or `basePath`.

    Raises:
        OptionError: no such format, or an option that it needs is missing.
    """
    reader: Reader = _module(kind).read
    return reader(session, list(paths), {**options, "format": kind.lower()}, _texts(spark_options))


def write(writer: DataFrameWriter, kind: str, path: str, options: Options) -> None:
    """Writes a frame's files into a folder, beside what is there already.

    Args:
        writer: `df.write`, with partitions and mode set.
        kind: json, csv, parquet, glueparquet, orc, avro or ion.
        path: the folder.
        options: Glue's format options; `compression` among them.

    Raises:
        OptionError: no such format, or one that Glue reads but does not write.
    """
    module = _module(kind)
    if kind.lower() not in _WRITABLE:
        raise OptionError(f"format={kind!r} can be read, not written. Writable: {', '.join(sorted(_WRITABLE))}.")
    if options.get("compression"):
        writer = writer.option("compression", codec(str(options["compression"]), kind))
    given = {**options, "format": kind.lower()}
    if kind.lower() in {"parquet", "orc"} and not flag(options, "useGlueParquetWriter"):
        return module.write(writer, path, given)  # type: ignore[no-any-return]
    with jvm.file_names(writer._spark):
        module.write(writer.option(_MARKS, "false"), path, given)
    return None


def codec(name: str, kind: str) -> str:
    """Spark's name of a compression codec for a format; Glue writes `uncompressed` and `none` for none."""
    known = {"bz2": "bzip2", "gz": "gzip", "uncompressed": "none", "zst": "zstd"}.get(name.lower(), name.lower())
    return _CODECS.get(kind.lower(), {}).get(known, known)


def _texts(options: Options) -> dict[str, str]:
    return {name: str(value) for name, value in options.items()}


def _module(kind: str) -> Any:
    name = kind.lower()
    if name in LAKE:
        raise NotSupportedError(f"format={kind!r}", "Set --datalake-formats and use Spark's own reader and writer.")
    if name not in _MODULES:
        raise OptionError(f"{kind!r} is not a format. Valid: {', '.join(sorted(_MODULES))}.")
    return import_module(f"awsglue.frame.formats.{_MODULES[name]}")


__all__ = ["LAKE", "Options", "Read", "codec", "flag", "read", "write"]
