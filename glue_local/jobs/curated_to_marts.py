"""Glue job: curated tables → marts for dashboards.

Every mart is made whole, under a new prefix, and the catalog's table is then pointed at it: a reader sees the old mart
or the new one, never a half. The version before stays for queries that are still reading it; older ones are deleted.
The prefix names what the mart was made of, so a mart whose inputs and SQL are as they were is left as it is.

Arguments: --data_bucket, --database.
"""

import hashlib
import logging
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lake import job, small
from lake.catalog import Catalog
from lake.marts import INPUTS, MARTS, Mart
from lake.storage import Bucket, S3Object, in_parallel
from lake.write import curated_prefix, write_table
from pyspark.context import SparkContext
from pyspark.sql import SparkSession
from pyspark.sql import types as T

from awsglue.context import GlueContext
from awsglue.job import Job

LOG = logging.getLogger("curated_to_marts")
MARTS_AT_ONCE = DATASETS_AT_ONCE = 2
SMALL = 4 << 20
"""Bytes of curated Parquet up to which the driver reads a dataset and writes a mart, never longer than its inputs."""


def register(spark: SparkSession, bucket: Bucket, dataset: str, items: list[S3Object]) -> None:
    """Makes a view of a curated dataset, empty where there is no data."""
    schema = T._parse_datatype_string(INPUTS[dataset])
    if sum(item.size for item in items) < SMALL:
        rows = small.parquet_frame(spark, bucket, items, schema)
    else:
        reader = spark.read.schema(schema).option("recursiveFileLookup", "true")
        rows = reader.parquet(bucket.uri(curated_prefix(dataset)))
    rows.createOrReplaceTempView(dataset)


def made_of(mart: Mart, items: dict[str, list[S3Object]]) -> str:
    """Names the mart's SQL, the columns it reads, and the content of every file of its inputs."""
    parts = [mart.sql]
    for dataset in mart.inputs:
        parts += [INPUTS[dataset], *(item.identity for item in items[dataset])]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Making:
    """What is needed to make the marts of one run; `items` are the curated files of each dataset."""

    bucket: Bucket
    catalog: Catalog
    items: dict[str, list[S3Object]]
    time: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}")

    def size(self, mart: Mart) -> int:
        return sum(item.size for dataset in mart.inputs for item in self.items[dataset])

    def current(self, mart: Mart) -> str | None:
        """The prefix that the mart's table points at."""
        table = self.catalog.table(mart.name)
        return table["StorageDescriptor"]["Location"].removeprefix(self.bucket.uri("")) if table else None

    def needed(self, mart: Mart) -> bool:
        """Whether the mart has data to be made of, and is not there as it would become."""
        if not self.size(mart):
            return False
        prefix = self.current(mart)
        there = prefix and prefix.endswith(f"-{made_of(mart, self.items)}/") and any(self.bucket.find(prefix))
        return not there

    def make(self, spark: SparkSession, mart: Mart) -> None:
        """Writes one mart and switches its table to it."""
        started = time.monotonic()
        frame, size = spark.sql(mart.sql), self.size(mart)
        prefix = f"marts/{mart.name}/version={self.time}-{made_of(mart, self.items)}/"
        keys = write_table(frame.coalesce(max(1, size // (512 << 20))), self.bucket.name, prefix, here=size < SMALL)
        keep = (prefix, self.current(mart) or prefix)
        self.catalog.put_table(mart.name, frame.schema, self.bucket.uri(prefix), {})
        self.bucket.delete(i.key for i in self.bucket.find(f"marts/{mart.name}/") if not i.key.startswith(keep))
        LOG.info("%s: %d files in %.1f s", mart.name, len(keys), time.monotonic() - started)


def main() -> None:
    job.configure_logging()
    options = job.arguments(["data_bucket", "database"], ["JOB_NAME"])
    started = time.monotonic()
    glue_job = Job(GlueContext(SparkContext.getOrCreate()))
    glue_job.init(options.get("JOB_NAME", "curated_to_marts"), options)
    bucket = Bucket(options["data_bucket"])
    found = in_parallel(lambda name: list(bucket.find(curated_prefix(name))), INPUTS)
    making = Making(bucket, Catalog(options["database"]), dict(zip(INPUTS, found, strict=True)))
    wanted = [mart for mart in MARTS if making.needed(mart)]
    datasets = sorted({dataset for mart in wanted for dataset in mart.inputs})
    spark = job.session(max((sum(item.size for item in making.items[name]) for name in datasets), default=0))
    in_parallel(lambda name: register(spark, bucket, name, making.items[name]), datasets, threads=DATASETS_AT_ONCE)
    in_parallel(lambda mart: making.make(spark, mart), wanted, threads=MARTS_AT_ONCE)
    LOG.info("%d of %d marts in %.1f s", len(wanted), len(MARTS), time.monotonic() - started)
    glue_job.commit()


if __name__ == "__main__":
    main()
