"""From a connection type and its options, or a catalog table, to records.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect.html
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce
from typing import Any

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue import connectors
from awsglue.bookmarks.files import Chooser
from awsglue.errors import OptionError
from awsglue.frame import catalog, formats, listing, paths, types
from awsglue.frame.casts import cast
from awsglue.frame.formats import Read, csv

Options = Mapping[str, Any]

_SPARK_FORMATS = frozenset({"parquet", "orc"})
"""Formats that Glue leaves to Spark's reader: key=value folders become columns, nothing to read is an error."""

_FILES = frozenset({"s3", "file"})


def from_options(
    session: SparkSession,
    connection_type: str,
    options: Options,
    kind: str | None,
    format_options: Options,
    ctx: str = "",
) -> Read:
    """Reads what a connection type and its options name.

    Args:
        session: the Spark session.
        connection_type: such as s3 or mysql.
        options: `connection_options`.
        kind: the format of files.
        format_options: the format's own.
        ctx: `transformation_ctx`, which names this source in the job's bookmark.

    Raises:
        NotSupportedError: what the connection type needs is not here.
        OptionError: no such connection type, or an option that is missing.
    """
    if connection_type in _SPARK_FORMATS:
        connection_type, kind = "s3", connection_type
    if connection_type not in _FILES:
        return connectors.of(connection_type).read(session, connection_type, options, ctx)  # type: ignore[no-any-return]
    if not kind:
        raise OptionError("format must be given for connection_type='s3', for example format='json'.")
    return _read_files(session, _paths(options), kind, options, format_options, Chooser.of(ctx, options))


def _paths(options: Options) -> list[str]:
    wanted = options.get("paths", options.get("path"))
    if not wanted:
        raise OptionError("connection_options needs 'paths', a list of S3 paths.")
    return [wanted] if isinstance(wanted, str) else [str(path) for path in wanted]


def _read_files(
    session: SparkSession,
    wanted: list[str],
    kind: str,
    options: Options,
    format_options: Options,
    chooser: Chooser | None = None,
) -> Read:
    exclusions = _exclusions(options)
    recurse = formats.flag(options, "recurse")
    if chooser:
        recurse = recurse or (kind in _SPARK_FORMATS and _partitioned(session, wanted))
        chosen = chooser.choose({path: listing.details(session, path, recurse, exclusions) for path in wanted})
        return _read_chosen(session, chosen, kind, format_options)
    if kind in _SPARK_FORMATS and not exclusions:
        extra = {"recursiveFileLookup": "true"} if recurse and not _partitioned(session, wanted) else {}
        return formats.read(session, kind, wanted, format_options, extra)
    found = listing.existing(session, wanted)
    if exclusions or (not recurse and listing.has_folders(session, found)):
        found = listing.files(session, found, recurse, exclusions)
    if not found:
        return empty(session)
    return formats.read(session, kind, found, format_options, {"recursiveFileLookup": "true"})


def _exclusions(options: Options) -> list[str]:
    return listing.parse_exclusions(options["exclusions"]) if options.get("exclusions") else []


def _read_chosen(session: SparkSession, chosen: Mapping[str, list[str]], kind: str, format_options: Options) -> Read:
    """Reads single files, those in key=value folders with the columns that their folders stand for."""
    if kind not in _SPARK_FORMATS:
        found = [path for files in chosen.values() for path in files]
        return formats.read(session, kind, found, format_options, {}) if found else empty(session)
    reads = [
        formats.read(session, kind, files, format_options, {"basePath": root})
        for root, files in chosen.items()
        if files
    ]
    return _union(reads) if reads else empty(session)


def _union(reads: Sequence[Read]) -> Read:
    df = reduce(lambda a, b: a.unionByName(b, allowMissingColumns=True), (read.df for read in reads))
    return Read(df, tuple(error for read in reads for error in read.errors))


def _partitioned(session: SparkSession, wanted: list[str]) -> bool:
    return any(listing.existing(session, [f"{path.rstrip('/')}/*=*" for path in wanted]))


def empty(session: SparkSession) -> Read:
    """A frame without records or fields: what Glue makes of a path with nothing in it."""
    return Read(session.createDataFrame([], spark.StructType([])))


def from_catalog(session: SparkSession, table: catalog.Table, predicate: str, options: Options, ctx: str = "") -> Read:
    """Reads a catalog table.

    Args:
        session: the Spark session.
        table: its definition.
        predicate: `push_down_predicate`, Spark SQL over the partition columns.
        options: `additional_options`; `catalogPartitionPredicate`, `exclusions` and `recurse` are honoured.
        ctx: `transformation_ctx`, which names this source in the job's bookmark.
    """
    connector = connectors.of_table(table)
    if connector:
        module = connectors.of(connector)
        return module.read(session, connector, module.table_options(table, options), ctx)  # type: ignore[no-any-return]
    if not table.keys:
        files = _files(session, [table.location], options, ctx)
        return _read_folder(session, table, files, {"recursiveFileLookup": "true"})
    found = catalog.partitions(table, str(options.get("catalogPartitionPredicate", "")))
    kept = catalog.push_down(session, table, found, predicate)
    files = _files(session, [partition.location for partition in kept], options, ctx)
    reads = [r for r in _read_partitions(session, table, kept, files) if r.df.columns] or [empty(session)]
    union = _union(reads)
    return Read(_with_keys(union.df, table), union.errors)


def _files(session: SparkSession, folders: Sequence[str], options: Options, ctx: str) -> dict[str, list[str]]:
    """What to read in each folder: the folder itself, or single files where not all of them are wanted."""
    exclusions, chooser = _exclusions(options), Chooser.of(ctx, options)
    if chooser:
        return chooser.choose({folder: listing.details(session, folder, True, exclusions) for folder in folders})
    if exclusions:
        return {folder: listing.files(session, [folder], True, exclusions) for folder in folders}
    return {folder: listing.existing(session, [folder]) for folder in folders}


def _read_folder(session: SparkSession, table: catalog.Table, files: Mapping[str, list[str]], extra: Options) -> Read:
    found = [path for below in files.values() for path in below]
    if not found:
        return empty(session)
    reader_options = {"mergeSchema": "true", **extra}
    if table.format == "csv":
        return Read(_read_csv(session, table, found, reader_options))
    try:
        return formats.read(session, table.format, found, {}, reader_options)
    except AnalysisException as error:
        if error.getErrorClass() == "UNABLE_TO_INFER_SCHEMA":  # folders without a file: an empty table
            return empty(session)
        raise


def _read_partitions(
    session: SparkSession, table: catalog.Table, kept: Sequence[catalog.Partition], files: Mapping[str, list[str]]
) -> list[Read]:
    """Partitions in Hive's layout are read at once, others one by one."""
    base = table.location.rstrip("/")
    hive = [p for p in kept if p.location.rstrip("/") == base + "/" + catalog.hive_folder(table, p.values)]
    reads = []
    if hive:
        with _texts_as_partition_values(session):
            below = {p.location: files[p.location] for p in hive}
            reads.append(_read_folder(session, table, below, {"basePath": base}))
    for partition in kept:
        if partition not in hive:
            below = {partition.location: files[partition.location]}
            read = _read_folder(session, table, below, {"recursiveFileLookup": "true"})
            values = {name: F.lit(v) for (name, _), v in zip(table.keys, partition.values, strict=True)}
            reads.append(Read(read.df.withColumns(values), read.errors) if read.df.columns else read)
    return reads


@contextmanager
def _texts_as_partition_values(session: SparkSession) -> Iterator[None]:
    """Spark would take the folder `hour=01` for the number 1; the catalog knows the type."""
    name = "spark.sql.sources.partitionColumnTypeInference.enabled"
    before = session.conf.get(name)
    session.conf.set(name, "false")
    try:
        yield
    finally:
        session.conf.set(name, before)


def _read_csv(session: SparkSession, table: catalog.Table, found: list[str], reader_options: Options) -> DataFrame:
    """CSV takes its columns' names and types from the table, by position; what is no value of its type is null."""
    given = table.parameters
    separator = given.get("separatorChar") or given.get("field.delim") or given.get("delimiter") or ","
    options = {"separator": separator, "quoteChar": given.get("quoteChar", '"'), "escaper": given.get("escapeChar", "")}
    header = given.get("skip.header.line.count", "0") not in {"", "0"}
    df = csv.read_columns(
        session, found, [n for n, _ in table.columns], {**options, "withHeader": header}, reader_options
    )
    return df.select(*(_typed(name, table) for name in df.columns))


def _typed(name: str, table: catalog.Table) -> Column:
    column, kind = F.col(paths.quote(name)), types.parse(dict(table.columns).get(name, "string"))
    return column if isinstance(kind, spark.StringType) else cast(column, spark.StringType(), kind).alias(name)


def _with_keys(df: DataFrame, table: catalog.Table) -> DataFrame:
    """Partition columns last, in the types that the table gives them."""
    if not df.columns:
        return df
    data = [F.col(paths.quote(name)) for name in df.columns if name not in dict(table.keys)]
    keys = [F.col(paths.quote(name)).cast(types.parse(kind)).alias(name) for name, kind in table.keys]
    return df.select(*data, *keys)
