"""Catalog tables over files to records.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue import connectors
from awsglue.bookmarks.files import Chooser
from awsglue.frame import catalog, formats, listing, paths, settle, types
from awsglue.frame.casts import cast
from awsglue.frame.files import attached, empty, exclusions_of, union_of
from awsglue.frame.formats import Options, Read, csv

_NESTED = (spark.StructType, spark.ArrayType, spark.MapType)


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
    return attached(_read(session, table, predicate, options, ctx), [table.location], options)


def format_options(table: catalog.Table) -> dict[str, str]:
    """What a table's parameters say about its files: the crawler's `rowTag`, `jsonPath` and `grokPattern`."""
    given = table.parameters
    names = {
        "rowTag": ("rowTag", "xml.rowTag"),
        "jsonPath": ("jsonPath",),
        "logFormat": ("grokPattern", "input.format"),
        "customPatterns": ("grokCustomPatterns", "input.grokCustomPatterns"),
    }
    return {name: given[key] for name, keys in names.items() for key in keys if given.get(key)}


def _read(session: SparkSession, table: catalog.Table, predicate: str, options: Options, ctx: str) -> Read:
    if not table.keys:
        files = _files(session, [table.location], options, ctx)
        return _read_folder(session, table, files, {"recursiveFileLookup": "true"})
    found = catalog.partitions(table, str(options.get("catalogPartitionPredicate", "")))
    kept = catalog.push_down(session, table, found, predicate)
    files = _files(session, [partition.location for partition in kept], options, ctx)
    reads = [r for r in _read_partitions(session, table, kept, files) if r.df.columns] or [empty(session)]
    union = union_of(reads)
    return Read(_with_keys(union.df, table), union.errors, union.doubtful)


def _files(session: SparkSession, folders: Sequence[str], options: Options, ctx: str) -> dict[str, list[str]]:
    """What to read in each folder: the folder itself, or single files where not all of them are wanted."""
    exclusions, chooser = exclusions_of(options), Chooser.of(ctx, options)
    if chooser:
        return chooser.choose(listing.details_of(session, folders, exclusions))
    if exclusions:
        return {folder: listing.files(session, [folder], True, exclusions) for folder in folders}
    there = listing.occupied(session, folders)
    return {folder: [folder] if folder in there else [] for folder in folders}


def _read_folder(session: SparkSession, table: catalog.Table, files: Mapping[str, list[str]], extra: Options) -> Read:
    found = [path for below in files.values() for path in below]
    if not found:
        return empty(session)
    reader_options = {"mergeSchema": "true", **extra}
    if table.format == "csv":
        return _read_csv(session, table, found, reader_options)
    try:
        return formats.read(session, table.format, found, format_options(table), reader_options)
    except AnalysisException as error:
        if error.getErrorClass() == "UNABLE_TO_INFER_SCHEMA":  # folders without a file: an empty table
            return empty(session)
        raise


def _read_partitions(
    session: SparkSession, table: catalog.Table, kept: Sequence[catalog.Partition], files: Mapping[str, list[str]]
) -> list[Read]:
    """Partitions in Hive's layout are read at once, others one by one."""
    base = table.location.rstrip("/")
    hive = {p: p.location for p in kept if p.location.rstrip("/") == f"{base}/{catalog.hive_folder(table, p.values)}"}
    reads = []
    if hive:
        with _texts_as_partition_values(session):
            below = {location: files[location] for location in hive.values()}
            reads.append(_read_folder(session, table, below, {"basePath": base}))
    for partition in kept:
        if partition not in hive:
            below = {partition.location: files[partition.location]}
            read = _read_folder(session, table, below, {"recursiveFileLookup": "true"})
            values = {name: F.lit(v) for (name, _), v in zip(table.keys, partition.values, strict=True)}
            reads.append(Read(read.df.withColumns(values), read.errors, read.doubtful) if read.df.columns else read)
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


def _read_csv(session: SparkSession, table: catalog.Table, found: list[str], reader_options: Options) -> Read:
    """CSV takes its columns' names and types from the table, by position. Types are in doubt until someone looks."""
    given = table.parameters
    separator = given.get("separatorChar") or given.get("field.delim") or given.get("delimiter") or ","
    options = {"separator": separator, "quoteChar": given.get("quoteChar", '"'), "escaper": given.get("escapeChar", "")}
    header = given.get("skip.header.line.count", "0") not in {"", "0"}
    names = [name for name, _ in table.columns]
    df = csv.read_columns(session, found, names, {**options, "withHeader": header}, reader_options)
    kinds = {name: types.parse(kind) for name, kind in table.columns}
    atoms = {name: kind for name, kind in kinds.items() if not isinstance(kind, (spark.StringType, *_NESTED))}
    nested = {name: kind for name, kind in kinds.items() if isinstance(kind, _NESTED)}
    parsed = {name: cast(F.col(paths.quote(name)), spark.StringType(), kind) for name, kind in nested.items()}
    typed = {**parsed, **{name: settle.doubtful(name, kind) for name, kind in atoms.items()}}
    return Read(df.withColumns(typed), doubtful=tuple(atoms))


def _with_keys(df: DataFrame, table: catalog.Table) -> DataFrame:
    """Partition columns last, in the types that the table gives them."""
    if not df.columns:
        return df
    data = [F.col(paths.quote(name)) for name in df.columns if name not in dict(table.keys)]
    keys = [F.col(paths.quote(name)).cast(types.parse(kind)).alias(name) for name, kind in table.keys]
    return df.select(*data, *keys)
