"""A small Athena query end to end through boto3, and a full scan of a larger table."""

import io
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from bench.harness import Figure, Instance, latency, load, seconds
from rapid.query import run

ROWS = 1_000_000


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
    yield Figure(
        "Athena group by over a million rows",
        seconds(lambda: query("select id % 10, sum(amount) from large group by 1")),
        "s",
    )


def _table_input(name: str) -> dict[str, object]:
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"classification": "parquet"},
        "StorageDescriptor": {
            "Columns": [{"Name": "id", "Type": "bigint"}, {"Name": "amount", "Type": "double"}],
            "Location": f"s3://bench-athena/{name}/",
            "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
            "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
        },
    }
