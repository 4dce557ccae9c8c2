"""Files in S3 (or anywhere Hadoop reaches) to records: which of them, and what is added to their records.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-s3-home.html
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue.bookmarks.files import Chooser
from awsglue.frame import formats, listing, union
from awsglue.frame.formats import Options, Read

SPARK_FORMATS = frozenset({"parquet", "orc"})
"""Formats that Glue leaves to Spark's reader: key=value folders become columns, nothing to read is an error."""
_PATHS = frozenset({"path", "paths"})
_PATH, _KEY = "__path", "__key"


def read(
    session: SparkSession,
    wanted: list[str],
    kind: str,
    options: Options,
    format_options: Options,
    chooser: Chooser | None = None,
) -> Read:
    """Reads files, folders or globs.

    Args:
        session: the Spark session.
        wanted: paths.
        kind: the format.
        options: `connection_options`: recurse, exclusions, excludeStorageClasses; those of Spark's reader (such as
            mergeSchema) for Parquet and ORC. Spark groups small files itself, whatever groupFiles and groupSize say,
            and knows a compression by the file's name.
        format_options: the format's own, and those of `attached`.
        chooser: picks the files that a bookmark has not seen.
    """
    found = _read(session, wanted, kind, options, format_options, chooser)
    return attached(found, wanted, {**options, **format_options})


def _read(
    session: SparkSession,
    wanted: list[str],
    kind: str,
    options: Options,
    format_options: Options,
    chooser: Chooser | None,
) -> Read:
    exclusions, spared = exclusions_of(options), storage_classes(options)
    recurse = formats.flag(options, "recurse")
    given = {name: value for name, value in options.items() if name not in _PATHS} if kind in SPARK_FORMATS else {}
    if chooser:
        recurse = recurse or (kind in SPARK_FORMATS and _partitioned(session, wanted))
        chosen = chooser.choose({path: listing.details(session, path, recurse, exclusions) for path in wanted})
        return _read_chosen(session, chosen, kind, format_options, given)
    if kind in SPARK_FORMATS and not exclusions and not spared:
        extra = {"recursiveFileLookup": "true"} if recurse and not _partitioned(session, wanted) else {}
        return formats.read(session, kind, wanted, format_options, {**given, **extra})
    found = listing.existing(session, wanted)
    if spared:
        found = [path for path in found for path in listing.stored(session, path, recurse, exclusions, spared)]
    elif exclusions or (not recurse and listing.has_folders(session, found)):
        found = listing.files(session, found, recurse, exclusions)
    if not found:
        return empty(session)
    return formats.read(session, kind, found, format_options, {**given, "recursiveFileLookup": "true"})


def exclusions_of(options: Options) -> list[str]:
    """The globs of the `exclusions` option."""
    return listing.parse_exclusions(options["exclusions"]) if options.get("exclusions") else []


def _read_chosen(
    session: SparkSession, chosen: Mapping[str, list[str]], kind: str, format_options: Options, given: Options
) -> Read:
    """Reads single files, those in key=value folders with the columns that their folders stand for."""
    if kind not in SPARK_FORMATS:
        found = [path for files in chosen.values() for path in files]
        return formats.read(session, kind, found, format_options, {}) if found else empty(session)
    reads = [
        formats.read(session, kind, files, format_options, {**given, "basePath": root})
        for root, files in chosen.items()
        if files
    ]
    return union_of(reads) if reads else empty(session)


def union_of(reads: Sequence[Read]) -> Read:
    """All records of several reads; a field of different types in them becomes a choice."""
    df = reduce(union.union, (read.df for read in reads))
    doubtful = dict.fromkeys(name for read in reads for name in read.doubtful)
    return Read(df, tuple(error for read in reads for error in read.errors), tuple(doubtful))


def _partitioned(session: SparkSession, wanted: list[str]) -> bool:
    return any(listing.existing(session, [f"{path.rstrip('/')}/*=*" for path in wanted]))


def empty(session: SparkSession) -> Read:
    """A frame without records or fields: what Glue makes of a path with nothing in it."""
    return Read(session.createDataFrame([], spark.StructType([])))


def storage_classes(options: Options) -> frozenset[str]:
    """The classes of objects in S3 that are not read, such as GLACIER; `excludeStorageClasses` names them."""
    given = options.get("excludeStorageClasses") or ()
    return frozenset(listing.parse_exclusions(given) if isinstance(given, str) else given)


def attached(read: Read, wanted: Sequence[str], options: Options) -> Read:
    """Adds to each record where it comes from. Documented as format options, and taken as connection options, too.

    Args:
        read: the records.
        wanted: the paths they were read from.
        options: `attachFilename` and `attachTimestamp` name the columns for the file's path, and for the time at which
            it was last changed (as a timestamp; the page does not say the type).
    """
    name, time = (str(options.get(option) or "") for option in ("attachFilename", "attachTimestamp"))
    df = read.df
    if not df.columns or not (name or time):
        return read
    # The path as it is written, without escapes; a plus sign is none.
    path = F.call_function("url_decode", F.regexp_replace(F.input_file_name(), "[+]", "%2B"))
    kept = df.withColumn(_PATH, path)
    if name:
        kept = kept.withColumn(name, F.col(_PATH))
    if time:
        session = df.sparkSession
        files = [file for each in wanted for file in listing.details(session, each, True)]
        changed = session.createDataFrame([(file.path, file.modified_ms) for file in files], f"{_PATH} string, ms long")
        times = changed.select(_plain(F.col(_PATH)).alias(_KEY), F.timestamp_millis("ms").alias(time))
        kept = kept.withColumn(_KEY, _plain(F.col(_PATH))).join(F.broadcast(times), _KEY, "left")
    return Read(_settled(kept.drop(_PATH, _KEY)), read.errors, read.doubtful)


def _settled(df: DataFrame) -> DataFrame:
    """The same rows without the plan that finds them: Spark takes `input_file_name` for a chance value, and refuses
    to delete or merge by what comes of it."""
    session: Any = df.sparkSession
    rows = df._jdf.queryExecution().toRdd()
    return DataFrame(session._jsparkSession.internalCreateDataFrame(rows, df._jdf.schema(), False), session)


def _plain(path: Column) -> Column:
    """A path without its scheme, which listings and readers write in different ways."""
    return F.regexp_replace(path, "^[^:]+:/*", "")
