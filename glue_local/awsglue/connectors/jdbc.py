"""Relational databases, through Spark's JDBC source.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-jdbc-home.html
The drivers of MySQL and PostgreSQL are there, and the latter reaches Redshift; any other comes with the job, by
`--extra-jars` or `customJdbcDriverS3Path`.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.sql import DataFrame, SparkSession

from awsglue.bookmarks import keys
from awsglue.connectors import connections, jars, partitions
from awsglue.errors import OptionError
from awsglue.frame import catalog, sinks
from awsglue.frame.formats import Read, flag

Options = Mapping[str, Any]

_DRIVERS = {
    "mysql": "com.mysql.cj.jdbc.Driver",
    "postgresql": "org.postgresql.Driver",
    "sqlserver": "com.microsoft.sqlserver.jdbc.SQLServerDriver",
    "oracle": "oracle.jdbc.OracleDriver",
    "redshift": "com.amazon.redshift.Driver",
    "mariadb": "org.mariadb.jdbc.Driver",
    "snowflake": "net.snowflake.client.jdbc.SnowflakeDriver",
    "sap": "com.sap.db.jdbc.Driver",
    "teradata": "com.teradata.jdbc.TeraDriver",
}
_OF_GLUE = (
    *("connectionName", "useConnectionProperties", "connection_type", "connectionType", "catalogId", "database"),
    *("customJdbcDriverS3Path", "customJdbcDriverClassName", "className", "driver", "secretId", "url", "user"),
    *("password", "username", "dbtable", "table", "query", "sampleQuery", "enablePartitioningForSampleQuery"),
    *("sampleSize", "hashfield", "hashexpression", "hashpartitions", "bulkSize", "jobBookmarkKeys"),
    *("jobBookmarksKeys", "jobBookmarkKeysSortOrder", "jobBookmarksKeysSortOrder", "redshiftTmpDir", "tempdir"),
    *("aws_iam_role", "forward_spark_s3_credentials", "preactions", "postactions", "filterPredicate"),
    *("dataTypeMapping", "classification", "typeOfData", "extracopyoptions", "overwrite", "autopushdown"),
)
"""Options that are Glue's own; what else is given goes to Spark's source, and from there to the driver."""


@dataclass(frozen=True)
class Server:
    """Where a database is and how to log in. `extra` is for Spark's source and the driver."""

    kind: str
    url: str
    driver: str
    user: str | None
    password: str | None
    extra: Mapping[str, str]

    def options(self) -> dict[str, str]:
        login = {"user": self.user, "password": self.password}
        found = {"url": self.url, "driver": self.driver, **{k: v for k, v in login.items() if v is not None}}
        return {**self.extra, **found}

    @property
    def vendor(self) -> str:
        return connections.vendor(self.url)


def _named(options: Options) -> dict[str, Any]:
    """Options with those of the catalog connection that they name below them."""
    given = {("dbtable" if k.lower() == "dbtable" else k): v for k, v in options.items() if v is not None}
    name = given.get("connectionName")
    if not name:
        return given
    conf = connections.jdbc_conf(str(name), given.get("catalogId"))
    database = str(given.get("database") or "")
    base = {
        "url": connections.with_database(conf["fullUrl"], database),
        "user": conf["user"],
        "password": conf["password"],
        "customJdbcDriverS3Path": conf.get("JDBC_DRIVER_JAR_URI"),
        "customJdbcDriverClassName": conf.get("JDBC_DRIVER_CLASS_NAME"),
    }
    return {**base, **given}


def _server(session: SparkSession, kind: str, options: Options) -> Server:
    """Finds the server and makes its driver ready.

    Raises:
        OptionError: no URL, or none of a known kind without a driver.
        NotSupportedError: the driver is not there.
    """
    given = _named(options)
    url, user, password = given.get("url"), given.get("user") or given.get("username"), given.get("password")
    if not url:
        raise OptionError(f"connection_type={kind!r} needs 'url' (jdbc:...) or 'connectionName' in its options.")
    if given.get("secretId"):
        user, password = connections.secret_login(str(given["secretId"]))
    for name, value in (("user", user), ("username", user), ("password", password)):
        url = str(url).replace(f"${{{name}}}", str(value or ""))
    if given.get("customJdbcDriverS3Path"):
        jars.add_from_s3(session, str(given["customJdbcDriverS3Path"]))
    chosen = given.get("customJdbcDriverClassName") or given.get("driver") or given.get("className")
    if not chosen:
        url = _reachable(session, url)
    driver = str(chosen or _DRIVERS.get(connections.vendor(url), ""))
    if not driver:
        raise OptionError(f"{url.split('//')[0]}: name the JDBC driver's class with 'customJdbcDriverClassName'.")
    jars.need(session, driver, f"connection_type={kind!r} ({url.split('//')[0]})")
    return Server(kind, url, driver, user, password, jars.merged(given, _OF_GLUE))


def _reachable(session: SparkSession, url: str) -> str:
    """A URL of Redshift as one of PostgreSQL, whose protocol it speaks, unless the job brings Redshift's driver."""
    if connections.vendor(url) != "redshift" or jars.has(session, _DRIVERS["redshift"]) or ":iam:" in url:
        return url
    return url.replace("jdbc:redshift:", "jdbc:postgresql:", 1)


def read(session: SparkSession, kind: str, options: Options, ctx: str) -> Read:
    """Reads a table (`dbtable`), or what a query (`sampleQuery`, `query`) finds.

    Raises:
        OptionError: neither is named, or the server is not.
    """
    server, given = _server(session, kind, options), _named(options)
    query = given.get("sampleQuery") or given.get("query")
    table = str(given.get("dbtable") or given.get("table") or "")
    if not query and not table:
        raise OptionError(f"connection_type={kind!r} needs 'dbtable' in its options.")
    split = partitions.of(server.vendor, given)
    if query and split and flag(given, "enablePartitioningForSampleQuery"):
        text = str(query).strip().rstrip(";")
        frames = [_load(session, server, f"({text} ({part})) q{i}") for i, part in enumerate(split)]
        df = reduce(DataFrame.unionByName, frames)
    elif query:
        df = _load(session, server, f"({str(query).strip().rstrip(';')}) q")
    elif split:
        df = session.read.options(**server.options()).jdbc(server.url, table, predicates=split)
    else:
        df = _load(session, server, table)
    if given.get("filterPredicate"):
        df = df.where(str(given["filterPredicate"]))
    return Read(keys.unread(df, ctx, given, lambda: [] if query else _primary_key(session, server, table)))


def _load(session: SparkSession, server: Server, table: str) -> DataFrame:
    return session.read.format("jdbc").options(**server.options(), dbtable=table).load()


def write(df: DataFrame, kind: str, options: Options) -> None:
    """Adds rows to a table, which is created if it is not there.

    `preactions` and `postactions` are SQL around that, in one transaction with it, so that a temporary table made
    before can take the rows and be merged after: the rows wait in a table of their own until then.

    Raises:
        OptionError: the server or the table is not named.
    """
    session = df.sparkSession
    server, given = _server(session, kind, options), _named(options)
    table = given.get("dbtable") or given.get("table")
    if not table:
        raise OptionError(f"connection_type={kind!r} needs 'dbtable' in its options.")
    bulk = {"batchsize": str(given["bulkSize"])} if given.get("bulkSize") else {}
    before, after = (_statements(given.get(name)) for name in ("preactions", "postactions"))
    rows = sinks.to_plain(df)
    if connections.vendor(str(given["url"])) == "redshift":
        # Names are lower case there, quoted ones too: https://docs.aws.amazon.com/redshift/latest/dg/r_names.html
        rows = rows.toDF(*(name.lower() for name in rows.columns))
    if not before and not after:
        _append(rows, {**bulk, **server.options()}, str(table))
        return
    waiting = f"glue_rows_{secrets.token_hex(8)}"
    _append(rows, {**bulk, **server.options()}, waiting)
    connection = _connect(session, server)
    try:
        connection.setAutoCommit(False)
        quoted = _dialect(session, server).quoteIdentifier
        names = ", ".join(quoted(name) for name in rows.columns)
        _execute(connection, before)
        there = _exists(connection, _dialect(session, server).getTableExistsQuery(str(table)))
        into = f"INSERT INTO {table} ({names})" if there else f"CREATE TABLE {table} AS"
        _execute(connection, [f"{into} SELECT {names} FROM {waiting}", *after, f"DROP TABLE {waiting}"])  # noqa: S608
        connection.commit()
    except BaseException:
        connection.rollback()
        _execute(connection, [f"DROP TABLE {waiting}"])
        connection.commit()
        raise
    finally:
        connection.close()


def _append(rows: DataFrame, options: Mapping[str, str], table: str) -> None:
    rows.write.format("jdbc").mode("append").options(**options, dbtable=table).save()


def table_options(table: catalog.Table, options: Options) -> dict[str, Any]:
    """Options for a catalog table, whose location is database.schema.table or database.table.

    Raises:
        OptionError: the table names no connection.
    """
    name = options.get("connectionName") or table.parameters.get("connectionName")
    if not name:
        raise OptionError(f"Table {table.database}.{table.name} names no connection (parameter connectionName).")
    database, _, rest = table.location.partition(".")
    hashes = {k: table.parameters[k] for k in partitions.OPTIONS if k in table.parameters}
    place = {"database": database, "dbtable": rest} if rest else {"dbtable": database}
    return {**hashes, **place, **options, "connectionName": name, "catalogId": table.catalog_id}


def _connect(session: SparkSession, server: Server) -> Any:
    jvm: Any = session.sparkContext._jvm
    given = jvm.java.util.HashMap()
    for name, value in {**server.options(), "dbtable": "none"}.items():
        given.put(name, value)
    scala = jvm.org.apache.spark.sql.internal.SQLConf.get()  # makes sure that Spark's SQL classes are loaded
    assert scala  # noqa: S101
    options = jvm.org.apache.spark.sql.execution.datasources.jdbc.JdbcOptionsInWrite(jvm.PythonUtils.toScalaMap(given))
    return _dialect(session, server).createConnectionFactory(options).apply(-1)


def _dialect(session: SparkSession, server: Server) -> Any:
    jvm: Any = session.sparkContext._jvm
    return jvm.org.apache.spark.sql.jdbc.JdbcDialects.get(server.url)


def _statements(text: Any) -> list[str]:
    """The statements of a text, at its semicolons outside of quotes."""
    parts = re.findall(r"""(?:'(?:[^']|'')*'|"[^"]*"|\$\$.*?\$\$|[^;])+""", str(text or ""), re.S)
    return [part.strip() for part in parts if part.strip()]


def _execute(connection: Any, statements: Iterable[str]) -> None:
    for text in statements:
        connection.createStatement().execute(text)


def _exists(connection: Any, query: str) -> bool:
    """Whether a query can be run; the transaction goes on if not."""
    before = connection.setSavepoint()
    try:
        connection.createStatement().executeQuery(query)
    except Py4JJavaError:
        connection.rollback(before)
        return False
    return True


def _primary_key(session: SparkSession, server: Server, table: str) -> list[str]:
    """The columns of a table's primary key, in order."""
    parts = table.replace('"', "").replace("`", "").split(".")
    schema = parts[-2] if len(parts) > 1 else None
    catalog_name, schema = (schema, None) if server.vendor == "mysql" else (None, schema)
    connection = _connect(session, server)
    try:
        found = connection.getMetaData().getPrimaryKeys(catalog_name or connection.getCatalog(), schema, parts[-1])
        columns = []
        while found.next():
            columns.append((found.getShort("KEY_SEQ"), found.getString("COLUMN_NAME")))
        return [name for _, name in sorted(columns)]
    finally:
        connection.close()
