"""Parquet, ORC and Avro: files that know their types. Spark's readers and writers do all of it.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-parquet-home.html
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import reduce

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.sql import DataFrame, DataFrameWriter, SparkSession

from awsglue.frame import listing, union
from awsglue.frame.formats.base import Options, Read

_SPARK = {"glueparquet": "parquet"}
_GLOB = frozenset("*?[{")
_APART = "CANNOT_MERGE_"
"""How the names of Spark's errors about types that differ between files begin."""


def read(session: SparkSession, paths: list[str], options: Options, spark_options: Mapping[str, str]) -> Read:
    """A field whose types differ between files is a choice of them, if Spark is to look at all files (mergeSchema)."""
    kind = _SPARK.get(str(options["format"]), str(options["format"]))
    try:
        return Read(session.read.options(**spark_options).format(kind).load(paths))
    except Py4JJavaError as error:
        if _APART not in str(error):
            raise
        return Read(_apart(session, paths, kind, spark_options))


def _apart(session: SparkSession, paths: list[str], kind: str, spark_options: Mapping[str, str]) -> DataFrame:
    """Files of one schema together, and those of different schemas on top of one another."""
    below = {path: listing.files(session, [path], recurse=True) for path in paths}
    found = [(path, file) for path, files in below.items() for file in files]
    with ThreadPoolExecutor(listing.REQUESTS) as pool:
        schemas = pool.map(lambda each: session.read.format(kind).load(each[1]).schema.json(), found)
        alike: dict[tuple[str, str], list[str]] = {}
        for (path, file), schema in zip(found, schemas, strict=True):
            alike.setdefault((_base(path, below[path]), schema), []).append(file)
    frames = []
    for (base, _), files in alike.items():
        root = {"basePath": base} if base else {}
        frames.append(session.read.options(**{**root, **spark_options}).format(kind).load(files))
    return reduce(union.union, frames)


def _base(path: str, files: list[str]) -> str:
    """The folder below which key=value folders count, as Spark has it where the path is read as a whole."""
    return "" if path in files or _GLOB.intersection(path) else path


def write(writer: DataFrameWriter, path: str, options: Options) -> None:
    """`blockSize` and `pageSize` are bytes, for Parquet; both have Spark's defaults, which are Glue's."""
    sizes = {"parquet.block.size": options.get("blockSize"), "parquet.page.size": options.get("pageSize")}
    writer = writer.options(**{name: str(size) for name, size in sizes.items() if size})
    kind = str(options["format"])
    writer.format(_SPARK.get(kind, kind)).save(path)
