"""Tables in the formats of `--datalake-formats`: Iceberg, Delta Lake and Hudi, from the catalog or by path.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-datalake-native-frameworks.html
An Iceberg table of the catalog is read and written through the Iceberg catalog that the job has configured for Glue,
whatever its name; if there is none, through one of our own. Delta and Hudi tables are where their location says.
"""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from awsglue.errors import OptionError
from awsglue.frame import catalog
from awsglue.frame.formats import Read

Options = Mapping[str, Any]

_CLASSES = {
    "iceberg": "org/apache/iceberg/spark/SparkCatalog.class",
    "delta": "io/delta/sql/DeltaSparkSessionExtension.class",
    "hudi": "org/apache/spark/sql/hudi/HoodieSparkSessionExtension.class",
}
_DATABASE, _TABLE = "glue.database", "glue.table"
"""Our own options, which say what catalog table the others are of."""

_CATALOG = "glue_catalog"
_ICEBERG_CATALOGS = (
    "org.apache.iceberg.spark.SparkCatalog",
    "org.apache.iceberg.spark.SparkSessionCatalog",
)


def format_of(table: catalog.Table) -> str | None:
    """The table format of a catalog table, as its engines mark it; None if it is none of these.

    Iceberg and crawlers write `table_type`, Spark its provider.
    """
    marks = (table.parameters.get("table_type"), table.parameters.get("spark.sql.sources.provider"))
    return next((mark.lower() for mark in marks if mark and mark.lower() in _CLASSES), None)


def table_options(table: catalog.Table, options: Options) -> dict[str, Any]:
    """A table's options. Spark notes the place of a table that Hive cannot read among its SerDe's parameters."""
    hidden = table.location.endswith("-__PLACEHOLDER__")
    return {
        "path": table.parameters["path"] if hidden else table.location,
        **options,
        _DATABASE: table.database,
        _TABLE: table.name,
    }


def read(session: SparkSession, kind: str, options: Options, _ctx: str) -> Read:
    """Reads a table. Options such as `snapshot-id`, `versionAsOf` and `as.of.instant` are the format's own.

    Raises:
        OptionError: the job lacks the format's jars, or no path is given.
    """
    _check(session, kind)
    reader, given = session.read.options(**_own(options)), _identifier(session, kind, options)
    if given:
        return Read(reader.table(given))
    return Read(reader.format(kind).load(_path(kind, options)))


def write(df: DataFrame, kind: str, options: Options) -> None:
    """Adds records to a table, with the format's own options.

    Raises:
        OptionError: the job lacks the format's jars, or no path is given.
    """
    _check(df.sparkSession, kind)
    given = _identifier(df.sparkSession, kind, options)
    if given:
        df.writeTo(given).options(**_own(options)).append()
        return
    df.write.format(kind).options(**_own(options)).mode("append").save(_path(kind, options))


def _own(options: Options) -> dict[str, str]:
    return {name: str(value) for name, value in options.items() if name not in {_DATABASE, _TABLE, "path"}}


def _path(kind: str, options: Options) -> str:
    path = options.get("path") or next(iter(options.get("paths") or []), None)
    if not path:
        raise OptionError(f"connection_type={kind!r} needs 'path' in its options.")
    return str(path)


def _check(session: SparkSession, kind: str) -> None:
    java: Any = session.sparkContext._jvm
    if java.Thread.currentThread().getContextClassLoader().getResource(_CLASSES[kind]) is None:
        raise OptionError(f"{kind} tables need the job argument --datalake-formats {kind}.")


def _identifier(session: SparkSession, kind: str, options: Options) -> str | None:
    """The name of an Iceberg table of the catalog, with that of the Spark catalog that knows it."""
    if kind != "iceberg" or _TABLE not in options:
        return None
    name = _spark_catalog(session, str(options.get("path") or ""))
    return ".".join(f"`{part}`" for part in (name, options[_DATABASE], options[_TABLE]))


def _spark_catalog(session: SparkSession, location: str) -> str:
    prefix = "spark.sql.catalog."
    settings = {row.key: row.value for row in session.sql("SET").collect() if row.key.startswith(prefix)}
    for name, value in sorted(settings.items(), key=lambda item: item[0] != prefix + _CATALOG):
        kind = settings.get(f"{name}.catalog-impl") or settings.get(f"{name}.type") or ""
        if value in _ICEBERG_CATALOGS and "glue" in kind.lower():
            return str(name.removeprefix(prefix))
    session.conf.set(prefix + _CATALOG, _ICEBERG_CATALOGS[0])
    session.conf.set(f"{prefix}{_CATALOG}.catalog-impl", "org.apache.iceberg.aws.glue.GlueCatalog")
    session.conf.set(f"{prefix}{_CATALOG}.io-impl", "org.apache.iceberg.aws.s3.S3FileIO")
    session.conf.set(f"{prefix}{_CATALOG}.warehouse", location.rpartition("/")[0] or "s3://warehouse")
    return _CATALOG
