"""What frames are read from and written to besides files: databases, DynamoDB, streams, connectors that a job brings.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect.html
Each module answers for some connection types with three functions: `read(session, kind, options, ctx)`,
`write(df, kind, options)` and `table_options(table, options)`, which turns a catalog table into options.
`kind` is the connection type as the script wrote it.
"""

from importlib import import_module
from typing import Any

from awsglue.errors import OptionError
from awsglue.frame import catalog

_MODULES = {
    **dict.fromkeys(
        ("jdbc", "mysql", "postgresql", "oracle", "sqlserver", "redshift", "azuresql", "saphana", "teradata"), "jdbc"
    ),
    **dict.fromkeys(("custom.jdbc", "marketplace.jdbc"), "jdbc"),
    **dict.fromkeys(("custom.spark", "marketplace.spark", "mongodb", "documentdb", "opensearch"), "spark"),
    **dict.fromkeys(("snowflake", "bigquery", "azurecosmos", "vertica"), "spark"),
    **dict.fromkeys(("iceberg", "delta", "hudi"), "lakes"),
    **dict.fromkeys(("custom.athena", "marketplace.athena"), "athena"),
    "dynamodb": "dynamodb",
    "kafka": "kafka",
    "kinesis": "kinesis",
}

NAMES = frozenset(_MODULES)
"""Connection types that are answered here."""

STREAMS = frozenset({"kafka", "kinesis"})


def of(kind: str) -> Any:
    """The module for a connection type.

    Raises:
        OptionError: no such connection type.
    """
    if kind not in _MODULES:
        raise OptionError(f"{kind!r} is not a connection type here. Valid: s3, {', '.join(sorted(_MODULES))}.")
    return import_module(f"awsglue.connectors.{_MODULES[kind]}")


def of_table(table: catalog.Table) -> str | None:
    """The connection type of a catalog table; None if its data is files."""
    kind = table.parameters.get("typeOfData", "").lower()
    if kind in STREAMS:
        return kind
    from awsglue.connectors import lakes

    if lake := lakes.format_of(table):
        return lake
    classification = table.parameters.get("classification", "").lower()
    return classification if classification in _MODULES else None
