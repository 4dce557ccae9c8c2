"""Prepared objects as Spark frames: one frame per group of objects that read alike.

A frame has `__object` (key of the raw object), `__flaw` (why the row is no record, or null), `__raw` (its text),
`__seq`, and one column per field of the source, `v0`, `v1`, …: texts for JSON and CSV, typed values for Parquet.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import groupby
from operator import or_
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from lake import small
from lake.prepare import Source, text_of
from lake.storage import Bucket, in_parallel

CORRUPT = "__corrupt"
LINES = T.StructType([T.StructField("value", T.StringType()), T.StructField("__object", T.StringType())])
LINE_END = re.compile(r"\r\n|\n|\r")
SAME_LINE = r"\}\s*[^\s,\]\}]|\}\s*,\s*\{"
OBJECT_OF_PATH = "url_decode(replace(regexp_replace(_metadata.file_path, '^[a-z0-9]+://[^/]+/', ''), '+', '%2B'))"


@dataclass(frozen=True)
class Group:
    """Objects read together. `fields` are the names as the source writes them; `types` what the source says of them.

    `kind` is json (texts; `types` as Spark infers them over all of the data), csv (texts; no types) or typed.
    """

    kind: str
    frame: DataFrame
    fields: tuple[str, ...]
    types: dict[str, T.DataType] = field(default_factory=dict)
    size: int = 0
    """Bytes of the sources, without their compression."""

    def column(self, position: int) -> Column:
        return F.col(f"v{position}")


def read(spark: SparkSession, bucket: Bucket, sources: Iterable[Source], ordered: bool) -> list[Group]:
    """One group per way of reading; the sources are those that can be read.

    `ordered`: the order of a JSON source's fields matters, because no configuration gives the table's columns.
    """
    in_order = sorted(sources, key=lambda s: (_alike(s), s.item.key))
    groups = [list(alike) for _, alike in groupby(in_order, key=_alike)]
    return [
        replace(_group(spark, bucket, alike, ordered), size=sum(source.plain_size for source in alike))
        for alike in groups
    ]


def _alike(source: Source) -> str:
    layout = source.layout
    if layout.kind == "csv":
        return repr((layout.kind, layout.separator, layout.header, layout.width, source.multiline))
    if layout.kind == "jsonl":
        return "jsonl"
    return repr((layout.kind, layout.schema or source.item.key))


def _group(spark: SparkSession, bucket: Bucket, sources: list[Source], ordered: bool) -> Group:
    paths = [bucket.uri(source.key) for source in sources]
    staged = {source.key: source.item.key for source in sources if source.staged}
    kind = sources[0].layout.kind
    if kind == "jsonl":
        if sum(source.plain_size for source in sources) <= small.LARGEST:
            lines = small.text_frame(spark, _lines_of(bucket, sources), LINES)
        else:
            lines = _reader(spark).text(paths).select("value", _object(paths, staged).alias("__object"))
        return _json_lines(spark, lines, ordered)
    if kind == "csv":
        return _csv(spark, sources[0], paths, staged)
    return _typed(spark, kind, paths, staged)


def _reader(spark: SparkSession) -> Any:
    # Keys are names, not patterns: without this Spark takes [x] or {a} in a key for a glob.
    return spark.read.option("__globPaths__", "false")


def _object(paths: list[str], staged: dict[str, str]) -> Column:
    if len(paths) == 1:
        return F.lit(next(iter(staged.values()), paths[0].split("/", 3)[3]))
    key = F.expr(OBJECT_OF_PATH)
    if not staged:
        return key
    names = F.create_map(*[F.lit(text) for pair in staged.items() for text in pair])
    return F.coalesce(names[key], key)


def _lines_of(bucket: Bucket, sources: Iterable[Source]) -> Iterator[tuple[str, str]]:
    """Each line of the sources, split where Spark splits, and the raw object that it is from."""

    def text(source: Source) -> str:
        return "".join(text_of(bucket, replace(source.item, key=source.key), source.layout))

    kept = list(sources)
    for source, whole in zip(kept, in_parallel(text, kept), strict=True):
        for line in LINE_END.split(whole.removeprefix("\ufeff")):
            yield line, source.item.key


def _json_lines(spark: SparkSession, lines: DataFrame, ordered: bool) -> Group:
    lines = lines.withColumn("value", F.regexp_replace("value", "^\ufeff", "")).where(F.trim("value") != "")
    inferred = infer_json(spark, lines.select("value"))
    names = tuple(name for name in inferred.names if name != CORRUPT)
    names = in_written_order(lines, names) if ordered else names
    texts = T.StructType([T.StructField(name, T.StringType()) for name in (*names, CORRUPT)])
    options = {"columnNameOfCorruptRecord": CORRUPT, "mode": "PERMISSIVE"}
    several = F.col("value").rlike(SAME_LINE) & (
        F.size(F.from_json(F.expr("'[' || value || ']'"), "array<string>")) != 1
    )
    flaw = F.when(F.col("parsed").isNull() | F.col("parsed")[CORRUPT].isNotNull(), "malformed JSON").when(
        several, "more than one JSON value on the line"
    )
    frame = lines.withColumn("parsed", F.from_json("value", texts, options)).select(
        "__object",
        flaw.alias("__flaw"),
        F.col("value").alias("__raw"),
        F.monotonically_increasing_id().alias("__seq"),
        *[F.col("parsed").getField(name).alias(f"v{i}") for i, name in enumerate(names)],
    )
    return Group("json", frame, names, {name: inferred[name].dataType for name in names})


def infer_json(spark: SparkSession, lines: DataFrame) -> T.StructType:
    """Spark's own schema of a column of JSON texts, over all of them.

    PySpark offers this for RDDs of Python strings only; the JVM's reader takes the column without leaving the JVM.
    """
    text: Any = spark._jvm.org.apache.spark.sql.Encoders.STRING()
    texts = getattr(lines._jdf, "as")(text)
    reader: Any = spark.read.option("columnNameOfCorruptRecord", CORRUPT).option("mode", "PERMISSIVE")
    return T.StructType.fromJson(json.loads(reader._jreader.json(texts).schema().json()))


def in_written_order(lines: DataFrame, fields: tuple[str, ...]) -> tuple[str, ...]:
    """The fields as the first records have them; Spark infers them in alphabetical order."""
    known = dict.fromkeys(fields)
    first = lines.select(F.json_object_keys("value").alias("keys")).where("keys is not null").limit(20).collect()
    written = dict.fromkeys(key for row in first for key in row["keys"] if key in known)
    return tuple({**written, **known})


def _csv(spark: SparkSession, source: Source, paths: list[str], staged: dict[str, str]) -> Group:
    layout = source.layout
    columns = [f"v{i}" for i in range(layout.width)]
    schema = T.StructType([T.StructField(name, T.StringType()) for name in (*columns, CORRUPT)])
    rows = _reader(spark).csv(
        paths,
        schema=schema,
        sep=layout.separator,
        quote='"',
        escape='"',
        header=False,
        multiLine=source.multiline,
        mode="PERMISSIVE",
        columnNameOfCorruptRecord=CORRUPT,
    )
    if layout.header is not None:
        # The heading is told by its text, wherever it stands: below a preamble, or again where files were joined.
        cells = [F.trim(F.regexp_replace(F.coalesce(F.col(name), F.lit("")), "^\ufeff", "")) for name in columns]
        # One cell nearly always tells; all of them are looked at where it does not.
        other = [cell != heading for cell, heading in zip(cells, layout.header, strict=True)]
        rows = rows.where(F.col(CORRUPT).isNotNull() | reduce(or_, other))
    raw = F.coalesce(F.col(CORRUPT), F.to_csv(F.struct(*columns), {"sep": layout.separator}))
    frame = rows.select(
        _object(paths, staged).alias("__object"),
        F.when(F.col(CORRUPT).isNotNull(), f"the row does not have {layout.width} columns").alias("__flaw"),
        raw.alias("__raw"),
        F.monotonically_increasing_id().alias("__seq"),
        *columns,
    )
    return Group("csv", frame, field_names(layout.header, layout.width))


def field_names(header: tuple[str, ...] | None, width: int) -> tuple[str, ...]:
    """A distinct name per column: the headings, numbered where one is empty or comes again."""
    names: list[str] = []
    for position, cell in enumerate(header or ("",) * width, 1):
        base = cell or f"column_{position}"
        name, again = base, 1
        while name in names:
            again += 1
            name = f"{base} {again}"
        names.append(name)
    return tuple(names)


def _typed(spark: SparkSession, kind: str, paths: list[str], staged: dict[str, str]) -> Group:
    rows = _reader(spark).format(kind).load(paths)
    names = tuple(rows.columns)
    quoted = ["`" + name.replace("`", "``") + "`" for name in names]
    frame = rows.select(
        _object(paths, staged).alias("__object"),
        F.lit(None).cast("string").alias("__flaw"),
        F.to_json(F.struct(*quoted)).alias("__raw") if names else F.lit("{}").alias("__raw"),
        F.monotonically_increasing_id().alias("__seq"),
        *[_plain(F.col(name), rows.schema[i].dataType).alias(f"v{i}") for i, name in enumerate(quoted)],
    )
    types = {name: frame.schema[f"v{i}"].dataType for i, name in enumerate(names)}
    return Group("typed", frame, names, types)


def _plain(column: Column, kind: T.DataType) -> Column:
    """Types that the catalog does not have as ones that it has."""
    if isinstance(kind, T.TimestampNTZType):
        return column.cast("timestamp")
    if isinstance(kind, (T.DayTimeIntervalType, T.YearMonthIntervalType, T.NullType)):
        return column.cast("string")
    return column
