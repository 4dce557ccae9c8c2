"""Databases, against real servers.

Options: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-jdbc-home.html and
https://docs.aws.amazon.com/glue/latest/dg/run-jdbc-parallel-read-job.html.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from awsglue.bookmarks import job as bookmarks
from awsglue.bookmarks import service
from awsglue.connectors import connections, partitions
from awsglue.dynamicframe import DynamicFrame
from awsglue.errors import NotSupportedError, OptionError
from awsglue.frame import catalog
from awsglue.job import Job
from glue_runner import jars
from rapid.core import config as configuration
from tests import databases

ROWS = 20


@pytest.fixture(scope="module")
def drivers(spark: Any) -> None:
    folder = configuration.load({}).cache / "jars"
    wanted = [
        jar for jar in jars.listed(jars.CORE) if "postgresql" in jar["coordinate"] or "mysql" in jar["coordinate"]
    ]
    for jar in wanted:
        path = jars.path(jar, folder)
        if not path.is_file():
            pytest.skip(f"{path.name} is not in {folder}: run ./rapid doctor")
        spark.sql(f"ADD JAR '{path}'")


@pytest.fixture(scope="module")
def postgres(drivers: None) -> Iterator[dict[str, str]]:
    with databases.postgresql() as port:
        url = f"jdbc:postgresql://127.0.0.1:{port}/postgres"
        yield {"url": url, "user": "me", "password": databases.PASSWORD}


@pytest.fixture(scope="module")
def mysql(drivers: None) -> Iterator[dict[str, str]]:
    with databases.mariadb() as port:
        yield {"url": f"jdbc:mysql://127.0.0.1:{port}/mysql", "user": "root", "password": ""}


def fill(glue: Any, kind: str, options: dict[str, Any], table: str, first: int = 1, last: int = ROWS) -> None:
    df = glue.spark_session.range(first, last + 1).selectExpr("id", "concat('n', id) as name", "id * 1.5 as price")
    frame = DynamicFrame.fromDF(df, glue, "rows")
    glue.write_dynamic_frame.from_options(frame, kind, {**options, "dbtable": table, "bulkSize": 7})


def ids(frame: Any) -> list[int]:
    return sorted(row["id"] for row in frame.toDF().collect())


def read(glue: Any, kind: str, options: dict[str, Any], ctx: str = "") -> Any:
    return glue.create_dynamic_frame.from_options(kind, options, transformation_ctx=ctx)


def check_engine(glue: Any, kind: str, server: dict[str, str]) -> None:
    """What holds for every engine."""
    fill(glue, kind, server, "things")
    everything = list(range(1, ROWS + 1))
    whole = read(glue, kind, {**server, "dbtable": "things"})
    assert [f.name for f in whole.schema().fields] == ["id", "name", "price"]
    assert ids(whole) == everything
    split = read(glue, kind, {**server, "dbtable": "things", "hashfield": "name", "hashpartitions": "3"})
    assert (ids(split), split.getNumPartitions()) == (everything, 3)
    by_number = read(glue, kind, {**server, "dbtable": "things", "hashexpression": "id"})
    assert (ids(by_number), by_number.getNumPartitions()) == (everything, 7)
    query = {"sampleQuery": "select id from things where id > 5 and", "enablePartitioningForSampleQuery": True}
    assert ids(read(glue, kind, {**server, "dbtable": "things", **query, "hashfield": "id"})) == everything[5:]
    assert ids(
        read(glue, kind, {**server, "dbtable": "things", "sampleQuery": "select id from things where id < 3"})
    ) == [1, 2]
    fill(glue, kind, server, "things", ROWS + 1, ROWS + 1)
    assert ids(read(glue, "jdbc", {**server, "dbtable": "things"}))[-1] == ROWS + 1


def test_postgresql(glue: Any, postgres: dict[str, str]) -> None:
    check_engine(glue, "postgresql", postgres)


def test_mysql(glue: Any, mysql: dict[str, str]) -> None:
    check_engine(glue, "mysql", mysql)


class Catalog:
    """A Glue API with one connection and one table."""

    def __init__(self, server: dict[str, str]) -> None:
        self.server = server

    def get_connection(self, Name: str, HidePassword: bool) -> dict[str, Any]:
        assert (Name, HidePassword) == ("store", False)
        properties = {"JDBC_CONNECTION_URL": self.server["url"], "USERNAME": "me", "PASSWORD": databases.PASSWORD}
        return {"Connection": {"ConnectionType": "JDBC", "ConnectionProperties": properties}}

    def get_table(self, DatabaseName: str, Name: str) -> dict[str, Any]:
        parameters = {"classification": "postgresql", "connectionName": "store", "typeOfData": "table"}
        storage = {"Location": "postgres.public.orders", "Columns": [{"Name": "id", "Type": "bigint"}]}
        return {"Table": {"Name": Name, "Parameters": parameters, "StorageDescriptor": storage}}


def test_connections_and_tables_of_the_catalog(
    glue: Any, postgres: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "client", lambda: Catalog(postgres))
    fill(glue, "postgresql", postgres, "orders")
    conf = glue.extract_jdbc_conf("store")
    assert conf["fullUrl"] == postgres["url"]
    assert conf["url"] == postgres["url"].removesuffix("/postgres")
    assert (conf["user"], conf["password"], conf["vendor"]) == ("me", databases.PASSWORD, "postgresql")
    named = {"useConnectionProperties": "true", "connectionName": "store", "dbtable": "orders"}
    assert read(glue, "postgresql", named).count() == ROWS
    frame = glue.create_dynamic_frame.from_catalog(database="d", table_name="orders")
    assert frame.count() == ROWS
    glue.write_dynamic_frame.from_jdbc_conf(frame, "store", {"dbtable": "copy", "database": "postgres"})
    glue.write_dynamic_frame.from_catalog(frame, "d", "orders")
    assert read(glue, "postgresql", {**postgres, "dbtable": "copy"}).count() == ROWS
    assert read(glue, "postgresql", {**postgres, "dbtable": "orders"}).count() == 2 * ROWS


def test_redshifts_urls_reach_postgresql_and_actions_are_one_transaction(glue: Any, postgres: dict[str, str]) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-redshift-home.html"""
    redshift = {**postgres, "url": postgres["url"].replace("postgresql", "redshift"), "redshiftTmpDir": "s3://t/"}
    fill(glue, "redshift", {**redshift, "preactions": "create schema shop; drop table if exists shop.o;"}, "shop.o")
    upsert = {
        "preactions": "create temp table stage (like shop.o)",
        "postactions": "delete from shop.o using stage where shop.o.id = stage.id; insert into shop.o "
        "select id, 'new;', price from stage;",
    }
    fill(glue, "redshift", {**redshift, **upsert}, "stage", ROWS, ROWS + 2)
    rows = read(glue, "redshift", {**redshift, "dbtable": "shop.o"}).toDF().collect()
    assert sorted(row.id for row in rows) == list(range(1, ROWS + 3))
    assert sorted(row.id for row in rows if row.name == "new;") == [ROWS, ROWS + 1, ROWS + 2]
    with pytest.raises(Exception, match="nothing_like_it"):
        fill(glue, "redshift", {**redshift, "postactions": "select * from nothing_like_it"}, "shop.o")
    assert read(glue, "redshift", {**redshift, "dbtable": "shop.o"}).count() == ROWS + 2
    frame = DynamicFrame.fromDF(glue.spark_session.sql("select 1 as VendorID"), glue)
    made = {**redshift, "dbtable": "shop.v", "preactions": "create table shop.v (vendorid int)"}
    glue.write_dynamic_frame.from_options(frame, "Redshift", made)  # whose names are lower case, quoted ones too
    assert read(glue, "redshift", {**redshift, "dbtable": "shop.v"}).count() == 1
    left = {**redshift, "sampleQuery": "select tablename from pg_tables where tablename like 'glue_rows%'"}
    assert read(glue, "redshift", left).count() == 0


def test_each_row_once(glue: Any, postgres: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [(0, "{}")]

    def save(job: str, run_id: str, version: int, text: str) -> int:
        kept.append((version + 1, text))
        return version + 1

    monkeypatch.setattr(service, "load", lambda job, run_id=None: kept[-1])
    monkeypatch.setattr(service, "save", save)

    def run(commit: bool = True, **keys: Any) -> list[int]:
        job = Job(glue)
        job.init("j", {"job_bookmark_option": "job-bookmark-enable", "JOB_RUN_ID": "jr"})
        found = ids(read(glue, "postgresql", {**postgres, "dbtable": "log", **keys}, ctx="log"))
        if commit:
            job.commit()
        return found

    by_price: dict[str, Any] = {"jobBookmarkKeys": ["price", "id"], "jobBookmarkKeysSortOrder": "asc"}
    try:
        fill(glue, "postgresql", postgres, "log", 1, 3)
        assert run(commit=False, **by_price) == [1, 2, 3]
        assert run(**by_price) == [1, 2, 3]
        fill(glue, "postgresql", postgres, "log", 4, 5)
        assert run(**by_price) == [4, 5]
        assert run(**by_price) == []
        fill(glue, "postgresql", postgres, "log", 0, 0)
        assert run(**by_price) == []
        down: dict[str, Any] = {"jobBookmarkKeys": "id", "jobBookmarkKeysSortOrder": "DESC"}
        assert len(run(**down)) == 6
        fill(glue, "postgresql", postgres, "log", -1, -1)
        assert run(**down) == [-1]
        with pytest.raises(OptionError, match="there is no column 'nothing'"):
            run(jobBookmarkKeys=["nothing"])
        assert len(run()) == 7  # no key at all: everything
        create = "create table keyed (id bigint primary key, name text, price numeric)"
        fill(glue, "postgresql", {**postgres, "preactions": create}, "keyed", 1, 3)
        kept.append((kept[-1][0] + 1, "{}"))
        assert run(dbtable="keyed") == [1, 2, 3]
        fill(glue, "postgresql", postgres, "keyed", 4, 4)
        assert run(dbtable="keyed") == [4]
    finally:
        bookmarks._active = None


def test_a_driver_that_is_not_there(glue: Any) -> None:
    with pytest.raises(NotSupportedError, match=r"oracle.*oracle.jdbc.OracleDriver.*--extra-jars"):
        read(glue, "oracle", {"url": "jdbc:oracle:thin:@//h:1521/s", "dbtable": "t", "user": "u", "password": "p"})
    with pytest.raises(OptionError, match="customJdbcDriverClassName"):
        read(glue, "jdbc", {"url": "jdbc:h2:mem:x", "dbtable": "t"})


def test_urls() -> None:
    other = connections.with_database
    assert other("jdbc:mysql://h:3306/a?useSSL=false", "b") == "jdbc:mysql://h:3306/b?useSSL=false"
    assert other("jdbc:postgresql://h:5432", "b") == "jdbc:postgresql://h:5432/b"
    assert other("jdbc:sqlserver://h:1433;databaseName=a;encrypt=true", "b").endswith("encrypt=true;databaseName=b")
    assert other("jdbc:oracle:thin:@//h:1521/s", "b") == "jdbc:oracle:thin:@//h:1521/s"
    with pytest.raises(OptionError, match="no JDBC URL"):
        connections.vendor("postgres://h/x")
    with pytest.raises(OptionError, match="hashexpression"):
        partitions.of("db2", {"hashfield": "a"})
