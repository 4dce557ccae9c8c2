"""A small Athena query end to end through boto3, and a large partitioned table beside DuckDB on the same files."""

import io
import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from bench.harness import Figure, Instance, latency, load, seconds
from rapid.query import run

ROWS = 1_000_000
PARTITIONS, PARTITION_ROWS = 100, 50_000
_WIDE = (
    "select count(*) from wide",
    "select day, sum(amount) from wide group by day order by 2 desc limit 10",
    "select id % 1000, sum(amount), max(name) from wide group by 1 order by 1",
    "select sum(amount) from wide where day = 'd042'",
    "select name, count(*) as n, avg(amount) from wide group by name order by n desc, name limit 20",
    "select count(distinct name) from wide",
    "select count(*) from wide where name like 'n12%' and amount > 5",
    "select * from wide where id = 1234567",
    "select * from wide order by amount desc, id limit 100",
    "select day, min(amount), max(amount) from wide where day between 'd010' and 'd029' group by day order by day",
    "select sum(case when amount > 7 then 1 else 0 end), avg(amount), stddev(amount) from wide",
    "select name, row_number() over (partition by name order by amount desc, id) as n from wide "
    "where day = 'd007' order by name, n limit 50",
)


def measure(instance: Instance) -> Iterator[Figure]:
    s3, glue, athena = (instance.client(name) for name in ("s3", "glue", "athena"))
    s3.create_bucket(Bucket="bench-athena")
    glue.create_database(DatabaseInput={"Name": "bench"})
    athena.create_work_group(
        Name="bench", Configuration={"ResultConfiguration": {"OutputLocation": "s3://bench-athena/results/"}}
    )
    for name, rows in (("small", 1000), ("large", ROWS)):
        table = pa.table(
            {"id": pa.array(range(rows), pa.int64()), "amount": pa.array([n % 97 / 7 for n in range(rows)])}
        )
        body = io.BytesIO()
        pq.write_table(table, body)
        s3.put_object(Bucket="bench-athena", Key=f"{name}/part.parquet", Body=body.getvalue())
        glue.create_table(DatabaseName="bench", TableInput=_table_input(name))

    def query(sql: str) -> list[list[str | None]]:
        return run(athena, sql, "bench", "bench")[1]

    def small() -> None:
        if query("select count(*), max(id) from small") != [["1000", "999"]]:
            raise AssertionError("wrong answer")

    yield Figure("Athena, first query of the process", seconds(small) * 1000, "ms")
    load(small, 1, 5)
    yield from latency("Athena small query, 1 client", *load(small, 1, 100))
    yield from latency("Athena small query, 8 clients", *load(small, 8, 160))
    yield from latency("Athena small query, 32 clients", *load(small, 32, 320))
    yield Figure(
        "Athena group by over a million rows",
        seconds(lambda: query("select id % 10, sum(amount) from large group by 1")),
        "s",
    )
    with tempfile.TemporaryDirectory() as folder:
        yield from _beside_duckdb(Path(folder), s3, glue, query)


def _beside_duckdb(folder: Path, s3: Any, glue: Any, query: Callable[[str], object]) -> Iterator[Figure]:
    """5 million rows in 100 partitions: our seconds, and how many times DuckDB's on the same files that is."""
    glue.create_table(
        DatabaseName="bench", TableInput=_table_input("wide", PartitionKeys=[{"Name": "day", "Type": "string"}])
    )
    descriptor = _table_input("wide")["StorageDescriptor"]
    partitions = []
    for number in range(PARTITIONS):
        day, first = f"d{number:03d}", number * PARTITION_ROWS
        ids = range(first, first + PARTITION_ROWS)
        table = pa.table({"id": ids, "amount": [n % 97 / 7 for n in ids], "name": [f"n{n % 5000}" for n in ids]})
        path = folder / f"day={day}" / "part.parquet"
        path.parent.mkdir()
        pq.write_table(table, path)
        s3.upload_file(str(path), "bench-athena", f"wide/day={day}/part.parquet")
        place = {**descriptor, "Location": f"s3://bench-athena/wide/day={day}/"}
        partitions.append({"Values": [day], "StorageDescriptor": place})
    glue.batch_create_partition(DatabaseName="bench", TableName="wide", PartitionInputList=partitions)
    local = duckdb.connect()
    local.execute(f"CREATE VIEW wide AS SELECT * FROM read_parquet('{folder}/*/*.parquet', hive_partitioning=true)")
    times: list[tuple[float, float]] = []
    for sql in _WIDE:
        query(sql)
        ours = min(seconds(lambda: query(sql)) for _ in range(5))  # noqa: B023 - called at once
        theirs = min(seconds(lambda: local.execute(sql).fetchall()) for _ in range(5))  # noqa: B023
        times.append((ours, theirs))
        yield Figure(f"Athena, {sql[:34]}", ours, "s", f"{ours / theirs:.2f} x DuckDB on the same local files")
    yield Figure("Athena beside DuckDB, 5 M rows, median", statistics.median(o / t for o, t in times), "x")
    together = sum(o for o, _ in times) / sum(t for _, t in times)
    yield Figure("Athena beside DuckDB, 5 M rows, all of them", together, "x")


def _table_input(name: str, **more: object) -> dict[str, Any]:
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"classification": "parquet"},
        "StorageDescriptor": {
            "Columns": [
                {"Name": "id", "Type": "bigint"},
                {"Name": "amount", "Type": "double"},
                {"Name": "name", "Type": "string"},
            ],
            "Location": f"s3://bench-athena/{name}/",
            "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
            "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
        },
        **more,
    }
