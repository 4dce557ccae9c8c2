"""Stores that are reached through a Spark connector which the job brings along, with `--extra-jars`.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-market.html
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from pyspark.sql import DataFrame, SparkSession

from awsglue.connectors import connections, jars
from awsglue.errors import OptionError
from awsglue.frame import catalog, sinks
from awsglue.frame.formats import Read

Options = Mapping[str, Any]

_FORMATS = {
    "mongodb": "com.mongodb.spark.sql.connector.MongoTableProvider",
    "documentdb": "com.mongodb.spark.sql.connector.MongoTableProvider",
    "opensearch": "org.opensearch.spark.sql.DefaultSource",
    "snowflake": "net.snowflake.spark.snowflake.DefaultSource",
    "bigquery": "com.google.cloud.spark.bigquery.BigQueryRelationProvider",
    "azurecosmos": "com.azure.cosmos.spark.CosmosItemsDataSource",
    "vertica": "com.vertica.spark.datasource.VerticaSource",
}
"""The class of each store's own connector."""

_OF_GLUE = ("connectionName", "className", "connection_type", "secretId", "spark.format", "catalogId")


def _resolve(session: SparkSession, kind: str, options: Options) -> tuple[str, dict[str, str]]:
    """The data source's name for Spark, loaded, and its options.

    Raises:
        OptionError: a custom connector without a class.
        NotSupportedError: its class is not there.
    """
    given, base = dict(options), {}
    if given.get("connectionName"):
        base = connections.properties(str(given["connectionName"]), given.get("catalogId"))
        if base.get("CONNECTOR_URL", "").startswith("s3"):
            jars.add_from_s3(session, base["CONNECTOR_URL"])
    name = given.get("className") or given.get("spark.format") or base.get("CONNECTOR_CLASS_NAME") or _FORMATS.get(kind)
    if not name and any(option.startswith("hoodie.") for option in given):
        name = "hudi"  # the Marketplace's connection for it may say no more than its name
    if not name:
        raise OptionError(f"connection_type={kind!r} needs 'className', or a connection with CONNECTOR_CLASS_NAME.")
    jars.need_source(session, str(name), f"connection_type={kind!r}")
    login = _login(given, base)
    given = _mongo(given, base, login) if kind in {"mongodb", "documentdb"} else {**login, **given}
    return str(name), jars.merged(given, _OF_GLUE)


def _login(given: Options, base: Mapping[str, str]) -> dict[str, str]:
    if given.get("secretId"):
        user, password = connections.secret_login(str(given["secretId"]))
        return {"username": user, "password": password}
    return {k: base[v] for k, v in {"username": "USERNAME", "password": "PASSWORD"}.items() if base.get(v)}


def _mongo(given: Options, base: Mapping[str, str], login: Mapping[str, str]) -> dict[str, Any]:
    """Glue gives user and password beside the address, the connector wants them in it."""
    found = {**login, **given}
    uri = str(found.pop("connection.uri", None) or found.pop("uri", None) or base.get("CONNECTION_URL") or "")
    if not uri:
        raise OptionError("connection_type='mongodb' needs 'connection.uri' or 'connectionName' in its options.")
    user, password = found.pop("username", None), found.pop("password", None)
    scheme, _, rest = uri.partition("://")
    if user and "@" not in rest:
        uri = f"{scheme}://{quote(str(user), safe='')}:{quote(str(password or ''), safe='')}@{rest}"
    return {**found, "connection.uri": uri}


def read(session: SparkSession, kind: str, options: Options, _ctx: str) -> Read:
    """Reads what the connector finds."""
    name, given = _resolve(session, kind, options)
    return Read(session.read.format(name).options(**given).load())


def write(df: DataFrame, kind: str, options: Options) -> None:
    """Hands the records to the connector, to be added."""
    name, given = _resolve(df.sparkSession, kind, options)
    sinks.to_plain(df).write.format(name).options(**given).mode("append").save()


def table_options(table: catalog.Table, options: Options) -> dict[str, Any]:
    """Options for a catalog table, whose location is database.collection."""
    database, _, rest = table.location.partition(".")
    name = table.parameters.get("connectionName")
    return {"database": database, "collection": rest, **({"connectionName": name} if name else {}), **options}
