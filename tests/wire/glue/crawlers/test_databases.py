"""JDBC targets and TestConnection against real servers, if they are installed.

https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html
"""

from collections.abc import Iterator
from typing import Any

import pytest

from rapid.emulator.glue import jdbc
from tests import databases
from tests.conftest import free_port
from tests.databases import PASSWORD


@pytest.fixture(scope="module")
def postgresql() -> Iterator[int]:
    with databases.postgresql() as port:
        yield port


@pytest.fixture(scope="module")
def mysql() -> Iterator[int]:
    with databases.mariadb() as port:
        yield port


def _connect(lake: Any, kind: str, port: int, database: str, **properties: str) -> str:
    name = f"{kind}-{lake.bucket}"
    given = {"JDBC_CONNECTION_URL": f"jdbc:{kind}://127.0.0.1:{port}/{database}", **properties}
    connection = {"Name": name, "ConnectionType": "JDBC", "ConnectionProperties": given}
    lake.glue.create_connection(ConnectionInput=connection)
    return name


def _run(kind: str, port: int, user: str, password: str, database: str, *statements: str) -> None:
    with jdbc.cursor(jdbc.Place(kind, "127.0.0.1", port, database, user, password)) as cursor:
        for statement in (*statements, "COMMIT"):
            cursor.execute(statement)


def test_postgresql(lake: Any, columns_of: Any, postgresql: int) -> None:
    _run(
        "postgresql", postgresql, "me", PASSWORD, "postgres",
        "CREATE SCHEMA shop",
        "CREATE TABLE shop.orders (id bigint, n int, price numeric(10,2), note text, at timestamptz, day date, "
        "ok boolean, x double precision, doc jsonb)",
        "CREATE TABLE shop.secret (id int)",
        "COMMENT ON TABLE shop.orders IS 'what was sold'",
        "COMMENT ON COLUMN shop.orders.note IS 'by the customer'",
        f"COMMENT ON COLUMN shop.orders.doc IS '{'long ' * 100}'",
        "CREATE VIEW shop.recent AS SELECT id FROM shop.orders",
        "CREATE TABLE public.other (id int)",
    )  # fmt: skip
    secret = lake.aws("secretsmanager").create_secret(
        Name=lake.bucket, SecretString=f'{{"username": "me", "password": "{PASSWORD}"}}'
    )["ARN"]
    name = _connect(lake, "postgresql", postgresql, "postgres", SECRET_ID=secret)
    lake.glue.test_connection(ConnectionName=name)
    more = {"Exclusions": ["secret"], "EnableAdditionalMetadata": ["COMMENTS"]}
    target = {"ConnectionName": name, "Path": "postgres/shop/%", **more}
    tables = lake.crawl(Targets={"JdbcTargets": [target]}, TablePrefix="pg_")
    assert set(tables) == {"pg_postgres_shop_orders", "pg_postgres_shop_recent"}
    orders = tables["pg_postgres_shop_orders"]
    assert columns_of(orders) == {
        "id": "bigint", "n": "int", "price": "decimal(10,2)", "note": "string", "at": "timestamp", "day": "date",
        "ok": "boolean", "x": "double", "doc": "string",
    }  # fmt: skip
    assert orders["Description"] == "what was sold"
    commented = {c["Name"]: c["Comment"] for c in orders["StorageDescriptor"]["Columns"] if "Comment" in c}
    assert commented == {"note": "by the customer", "doc": ("long " * 100)[:255]}
    parameters = orders["Parameters"]
    found = [parameters[key] for key in ("classification", "connectionName", "typeOfData")]
    assert found == ["postgresql", name, "table"]
    assert orders["StorageDescriptor"]["Location"] == "postgres.shop.orders"
    assert tables["pg_postgres_shop_recent"]["Parameters"]["typeOfData"] == "view"


@pytest.mark.parametrize("behavior", [None, "DELETE_FROM_DATABASE", "LOG"])
def test_tables_that_were_dropped(lake: Any, postgresql: int, behavior: str | None) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html: they are deprecated if nothing is said."""
    schema = lake.database
    _run(
        "postgresql", postgresql, "me", PASSWORD, "postgres", f"CREATE SCHEMA {schema}",
        *(f"CREATE TABLE {schema}.{table} (id int)" for table in ("stays", "goes", "shy")),
    )  # fmt: skip
    name = _connect(lake, "postgresql", postgresql, "postgres", USERNAME="me", PASSWORD=PASSWORD)
    target = {"ConnectionName": name, "Path": f"postgres/{schema}/%"}
    settings = {"SchemaChangePolicy": {"DeleteBehavior": behavior}} if behavior else {}
    crawler = lake.create(Targets={"JdbcTargets": [target]}, **settings)
    lake.run(crawler)
    _run("postgresql", postgresql, "me", PASSWORD, "postgres", f"DROP TABLE {schema}.goes")
    lake.glue.update_crawler(Name=crawler, Targets={"JdbcTargets": [{**target, "Path": f"postgres/{schema}/%s"}]})
    lake.run(crawler)
    deprecated = {n: "DEPRECATED_BY_CRAWLER" in t["Parameters"] for n, t in lake.tables().items()}
    gone = {} if behavior == "DELETE_FROM_DATABASE" else {f"postgres_{schema}_goes": behavior is None}
    assert deprecated == {f"postgres_{schema}_{n}": False for n in ("stays", "shy")} | gone


def test_mysql(lake: Any, columns_of: Any, mysql: int) -> None:
    _run(
        "mysql", mysql, "root", "", "mysql",
        "CREATE DATABASE shop",
        f"CREATE USER me@'%' IDENTIFIED BY '{PASSWORD}'",
        "GRANT ALL ON *.* TO me@'%'",
        "CREATE TABLE shop.Orders (id int COMMENT 'its number', at datetime, name varchar(20), price decimal(8,3), "
        "paid boolean, grade tinyint) "
        "COMMENT 'what was sold'",
    )  # fmt: skip
    name = _connect(lake, "mysql", mysql, "shop", USERNAME="me", PASSWORD=PASSWORD)
    lake.glue.test_connection(ConnectionName=name)
    target = {"ConnectionName": name, "Path": "shop/%", "EnableAdditionalMetadata": ["COMMENTS"]}
    table = lake.crawl(Targets={"JdbcTargets": [target]})["shop_orders"]
    assert (table["Description"], table["StorageDescriptor"]["Columns"][0]["Comment"]) == (
        "what was sold",
        "its number",
    )
    assert columns_of(table) == {
        "id": "int", "at": "timestamp", "name": "string", "price": "decimal(8,3)", "paid": "boolean",
        "grade": "tinyint",
    }  # fmt: skip
    assert (table["Parameters"]["classification"], table["StorageDescriptor"]["Location"]) == ("mysql", "shop.Orders")


def test_what_cannot_be_reached_is_said(lake: Any) -> None:
    name = _connect(lake, "postgresql", free_port(), "db", USERNAME="u", PASSWORD="p")
    with pytest.raises(lake.glue.exceptions.InvalidInputException, match="Can't create a connection"):
        lake.glue.test_connection(ConnectionName=name)
    crawler = lake.create(Targets={"JdbcTargets": [{"ConnectionName": name, "Path": "db/%"}]})
    assert "127.0.0.1" in lake.run(crawler, "FAILED")["LastCrawl"]["ErrorMessage"]
    other = _connect(lake, "oracle", 1521, "db")
    with pytest.raises(lake.glue.exceptions.InvalidInputException, match="oracle are not supported"):
        lake.glue.test_connection(ConnectionName=other)
