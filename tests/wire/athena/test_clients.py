"""Clients that people use, unmodified: PyAthena with its cursors and SQLAlchemy dialect, awswrangler."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from rapid.core import aws as aws_clients
from rapid.core.config import Config

SQL = "SELECT 1 AS id, 'x' AS name, DECIMAL '1.50' AS d, DATE '2020-01-01' AS day, TIMESTAMP '2020-01-01 01:02:03' AS t, ARRAY[1,2] AS xs"  # noqa: E501


@pytest.fixture
def settings(emulator: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[Config]:
    for name, value in aws_clients.environment(emulator).items():
        monkeypatch.setenv(name, value)
    return emulator


@pytest.fixture
def arguments(settings: Config, lab: Any) -> dict[str, str]:
    return {"s3_staging_dir": f"s3://{lab.bucket}/pa/", "region_name": settings.region, "schema_name": lab.database}


def test_pyathena_cursor(arguments: dict[str, str]) -> None:
    from pyathena import connect

    cursor = connect(**arguments).cursor().execute(SQL)
    assert cursor.fetchall() == [(1, "x", Decimal("1.50"), date(2020, 1, 1), datetime(2020, 1, 1, 1, 2, 3), [1, 2])]  # noqa: DTZ001
    assert [d[0] for d in cursor.description] == ["id", "name", "d", "day", "t", "xs"]
    assert cursor.execute("SELECT %(n)s AS v", {"n": "it's"}).fetchall() == [("it's",)]


def test_pyathena_dict_and_pandas_cursors(arguments: dict[str, str]) -> None:
    from pyathena import connect
    from pyathena.cursor import DictCursor
    from pyathena.pandas.cursor import PandasCursor

    assert connect(**arguments, cursor_class=DictCursor).cursor().execute(SQL).fetchone()["name"] == "x"
    frame = connect(**arguments, cursor_class=PandasCursor).cursor().execute(SQL).as_pandas()
    assert frame.loc[0, ["id", "name"]].tolist() == [1, "x"]
    unloaded = connect(**arguments, cursor_class=PandasCursor).cursor(unload=True).execute(SQL).as_pandas()
    assert unloaded.loc[0, ["id", "name"]].tolist() == [1, "x"]


def test_pyathena_errors_carry_the_reason(arguments: dict[str, str]) -> None:
    from pyathena import connect
    from pyathena.error import OperationalError

    with pytest.raises(OperationalError, match="TABLE_NOT_FOUND: line 1:15"):
        connect(**arguments).cursor().execute("SELECT * FROM nope")


def test_sqlalchemy_reflects_and_queries(settings: Config, lab: Any) -> None:
    from sqlalchemy import MetaData, Table, create_engine, func, inspect, select

    lab.run("CREATE EXTERNAL TABLE alch (id bigint, name string) STORED AS PARQUET LOCATION 's3://{bucket}/alch/'")
    lab.run("INSERT INTO alch VALUES (1, 'a'), (2, 'b'), (3, 'b')")
    engine = create_engine(
        f"awsathena+rest://test:test@athena.{settings.region}.amazonaws.com:443/{lab.database}"
        f"?s3_staging_dir=s3://{lab.bucket}/pa/&endpoint_url={settings.emulator_url}"
    )
    inspector = inspect(engine)
    assert lab.database in inspector.get_schema_names()
    assert "alch" in inspector.get_table_names(lab.database)
    assert not inspector.has_table("nope", lab.database)
    with engine.connect() as connection:
        table = Table("alch", MetaData(), schema=lab.database, autoload_with=connection)
        query = select(table.c.name, func.count().label("n")).group_by(table.c.name).order_by(table.c.name)
        assert [tuple(r) for r in connection.execute(query)] == [("a", 1), ("b", 2)]


@pytest.mark.parametrize(
    "approach", [{"ctas_approach": False}, {"ctas_approach": True}, {"ctas_approach": False, "unload_approach": True}]
)
def test_awswrangler_reads(settings: Config, lab: Any, approach: dict[str, bool]) -> None:
    import awswrangler

    place = f"s3://{lab.bucket}/wr/{'-'.join(approach)}/"
    frame = awswrangler.athena.read_sql_query(SQL, database=lab.database, s3_output=place, **approach)
    assert frame.loc[0, "id"] == 1
    assert frame.loc[0, "name"] == "x"


def test_awswrangler_writes_datasets_that_athena_reads(settings: Config, lab: Any) -> None:
    import awswrangler
    import pandas as pd

    frame = pd.DataFrame({"id": [1, 2, 3], "v": [1.5, None, 3.5], "p": ["x", "y", "x"]})
    place = f"s3://{lab.bucket}/ds/"
    awswrangler.s3.to_parquet(
        frame, path=place, dataset=True, database=lab.database, table="ds", partition_cols=["p"], mode="overwrite"
    )
    assert lab.run("SELECT id, v, p FROM ds ORDER BY id").rows == [
        ["1", "1.5", "x"],
        ["2", None, "y"],
        ["3", "3.5", "x"],
    ]
    found = awswrangler.athena.read_sql_table(
        "ds", database=lab.database, s3_output=f"s3://{lab.bucket}/wr/t/", ctas_approach=False
    )
    assert sorted(found["id"].tolist()) == [1, 2, 3]
