"""A crawler over partitioned Parquet and JSON: from StartCrawler until the tables are in the catalog."""

import io
import time
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from bench.harness import Figure, Instance, seconds

BUCKET = "bench-crawler"
DAYS, FILES, ROWS = 25, 4, 1000


def measure(instance: Instance) -> Iterator[Figure]:
    s3, glue = instance.client("s3"), instance.client("glue")
    s3.create_bucket(Bucket=BUCKET)
    glue.create_database(DatabaseInput={"Name": "bench_crawler"})
    body = io.BytesIO()
    pq.write_table(pa.table({"id": range(ROWS), "name": [f"n{n}" for n in range(ROWS)]}), body)
    lines = "".join(f'{{"id": {n}, "name": "n{n}"}}\n' for n in range(ROWS)).encode()
    for kind, content in (("parquet", body.getvalue()), ("json", lines)):
        for number in range(DAYS * FILES):
            s3.put_object(Bucket=BUCKET, Key=f"{kind}/day=d{number // FILES:02d}/{number}.{kind}", Body=content)
        glue.create_crawler(
            Name=kind,
            Role=f"arn:aws:iam::{instance.config.account}:role/bench",
            DatabaseName="bench_crawler",
            Targets={"S3Targets": [{"Path": f"s3://{BUCKET}/{kind}/"}]},
        )

        def crawl() -> None:
            glue.start_crawler(Name=kind)  # noqa: B023 - called at once
            while (state := glue.get_crawler(Name=kind)["Crawler"])["State"] != "READY":  # noqa: B023
                time.sleep(0.05)
            if state["LastCrawl"]["Status"] != "SUCCEEDED":
                raise AssertionError(f"crawler: {state['LastCrawl']}")

        note = f"{DAYS * FILES} files in {DAYS} partitions"
        yield Figure(f"Glue crawler, {kind}, first crawl", seconds(crawl), "s", note)
        yield Figure(f"Glue crawler, {kind}, nothing new", seconds(crawl), "s", note)
        partitions = glue.get_partitions(DatabaseName="bench_crawler", TableName=kind)["Partitions"]
        if len(partitions) != DAYS:
            raise AssertionError(f"{len(partitions)} partitions")
