"""Reading and writing file formats with Glue's format options, on Spark's own readers and writers.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format.html
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyspark.sql import DataFrame, DataFrameReader, DataFrameWriter, SparkSession
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue.errors import NotSupportedError, OptionError
from awsglue.frame import csv

Options = Mapping[str, Any]

_CORRUPT = "_corrupt_record"


@dataclass(frozen=True)
class Read:
    """What a reader found: the records, and those that could not be read."""

    df: DataFrame
    errors: tuple[DataFrame, ...] = field(default=())


def flag(options: Options, *names: str, default: bool = False) -> bool:
    """A format option that is true or false, as a bool or as text, under any of its names."""
    for name in names:
        if name in options:
            return str(options[name]).lower() == "true"
    return default


def read(session: SparkSession, kind: str, paths: Sequence[str], options: Options, spark_options: Options) -> Read:
    """Reads files.

    Args:
        session: the Spark session.
        kind: json, csv, parquet, glueparquet, orc or avro.
        paths: files or folders, at least one.
        options: Glue's format options.
        spark_options: options for Spark's reader, such as `recursiveFileLookup` or `basePath`.

    Raises:
        NotSupportedError: a format of Glue that is not written here.
        OptionError: no such format.
    """
    reader = session.read.options(**{k: str(v) for k, v in spark_options.items()})
    found: Read = _lookup(_READERS, kind)(session, reader, list(paths), options)
    return found


def write(writer: DataFrameWriter, kind: str, path: str, options: Options) -> None:
    """Writes a frame's files into a folder, beside what is there already.

    Args:
        writer: `df.write`, with partitions and mode set.
        kind: json, csv, parquet, glueparquet, orc or avro.
        path: the folder.
        options: Glue's format options; `compression` among them.
    """
    spark_format = _lookup(_WRITERS, kind)
    if options.get("compression"):
        writer = writer.option("compression", str(options["compression"]).lower())
    if spark_format == "csv":
        writer = writer.options(**csv.write_options(options))
    if spark_format == "parquet":
        sizes = {"parquet.block.size": options.get("blockSize"), "parquet.page.size": options.get("pageSize")}
        writer = writer.options(**{k: str(v) for k, v in sizes.items() if v})
    writer.format(spark_format).save(path)


def _lookup(table: Mapping[str, Any], kind: str) -> Any:
    name = kind.lower()
    if name in table:
        return table[name]
    if name in {"xml", "groklog", "ion", "hudi", "delta", "iceberg"}:
        raise NotSupportedError(f"format={kind!r}")
    raise OptionError(f"{kind!r} is not a format. Valid: {', '.join(sorted(table))}.")


def _read_json(session: SparkSession, reader: DataFrameReader, paths: list[str], options: Options) -> Read:
    path = str(options.get("jsonPath") or "").strip()
    if path in {"", "$", "$[*]", "$.*"}:
        whole = flag(options, "multiLine", "multiline") or path == "$[*]"
        return _json_files(reader.option("multiLine", str(whole)), session, paths, whole)
    node = path.removesuffix("[*]")
    if "[*]" in node or not node.startswith("$"):
        raise NotSupportedError(f"jsonPath={path!r}", "Supported: $, $[*], $.a.b and $.a.b[*].")
    whole = flag(options, "multiLine", "multiline", default=True)
    texts = reader.option("wholetext", str(whole)).text(paths)
    return _json_texts(
        session, texts.select(F.get_json_object("value", node).alias("value")).where("value is not null")
    )


def _json_files(reader: DataFrameReader, session: SparkSession, paths: list[str], whole: bool) -> Read:
    """Files of JSON. Spark shows unreadable records as a column; Glue keeps them apart, as error records."""
    inferred = reader.json(paths)
    if not _has_corrupt(inferred):
        return Read(inferred)
    schema = spark.StructType([f for f in inferred.schema.fields if f.name != _CORRUPT])
    texts = session.read.option("recursiveFileLookup", "true").option("wholetext", str(whole)).text(paths)
    errors = _json_texts(session, texts).errors
    return Read(reader.schema(schema).option("mode", "DROPMALFORMED").json(paths), errors)


def _json_texts(session: SparkSession, texts: DataFrame) -> Read:
    jvm: Any = session.sparkContext._jvm
    dataset = getattr(texts._jdf, "as")(jvm.org.apache.spark.sql.Encoders.STRING())
    parsed = DataFrame(session._jsparkSession.read().json(dataset), session)
    if not _has_corrupt(parsed):
        return Read(parsed)
    bad = parsed.where(F.col(_CORRUPT).isNotNull()).select(F.col(_CORRUPT).alias("record"))
    return Read(parsed.where(F.col(_CORRUPT).isNull()).drop(_CORRUPT), (bad,))


def _has_corrupt(df: DataFrame) -> bool:
    return _CORRUPT in df.columns and isinstance(df.schema[_CORRUPT].dataType, spark.StringType)


def _read_csv(session: SparkSession, reader: DataFrameReader, paths: list[str], options: Options) -> Read:
    return Read(csv.read(session, reader, paths, options))


def _read_with(name: str) -> Callable[[SparkSession, DataFrameReader, list[str], Options], Read]:
    def reads(_session: SparkSession, reader: DataFrameReader, paths: list[str], _options: Options) -> Read:
        return Read(reader.format(name).load(paths))

    return reads


_READERS = {
    "json": _read_json,
    "csv": _read_csv,
    "parquet": _read_with("parquet"),
    "glueparquet": _read_with("parquet"),
    "orc": _read_with("orc"),
    "avro": _read_with("avro"),
}
_WRITERS = {"json": "json", "csv": "csv", "parquet": "parquet", "glueparquet": "parquet", "orc": "orc", "avro": "avro"}
