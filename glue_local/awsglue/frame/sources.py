"""From a connection type and its options, or a catalog table, to records.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect.html
"""

from pyspark.sql import SparkSession

from awsglue import connectors
from awsglue.bookmarks.files import Chooser
from awsglue.errors import OptionError
from awsglue.frame import catalog, files
from awsglue.frame.files import empty
from awsglue.frame.formats import Options, Read
from awsglue.frame.tables import from_catalog

_FILES = frozenset({"s3", "file"})
_SPARSE = frozenset({"json", "xml", "ion", "groklog", "dynamodb", "kinesis", "kafka"})
"""Formats and stores whose records have just the fields that they name."""


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
    if connection_type in files.SPARK_FORMATS:
        connection_type, kind = "s3", connection_type
    if connection_type not in _FILES:
        return connectors.of(connection_type).read(session, connection_type, options, ctx)  # type: ignore[no-any-return]
    if not kind:
        raise OptionError("format must be given for connection_type='s3', for example format='json'.")
    return files.read(session, _paths(options), kind, options, format_options, Chooser.of(ctx, options))


def is_sparse(connection_type: str, kind: str | None) -> bool:
    """Whether records of a source have just the fields that they name; see `Stage.sparse`."""
    return str(kind if connection_type in _FILES else connection_type).lower() in _SPARSE


def is_sparse_table(table: catalog.Table) -> bool:
    """The same of a catalog table."""
    connector = connectors.of_table(table)
    return is_sparse(connector, None) if connector else is_sparse("s3", table.format)


def _paths(options: Options) -> list[str]:
    wanted = options.get("paths", options.get("path"))
    if not wanted:
        raise OptionError("connection_options needs 'paths', a list of S3 paths.")
    return [wanted] if isinstance(wanted, str) else [str(path) for path in wanted]


__all__ = ["empty", "from_catalog", "from_options", "is_sparse", "is_sparse_table"]
