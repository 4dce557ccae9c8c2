"""Glue job: curated tables → marts for dashboards.

Every mart is made whole, under a new prefix, and the catalog's table is then pointed at it: a reader sees the old mart
or the new one, never a half. The version before stays for queries that are still reading it; older ones are deleted.

Arguments: --data_bucket, --database.
"""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
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


def make(spark: SparkSession, bucket: Bucket, catalog: Catalog, sizes: dict[str, int], mart: Mart, version: str) -> int:
    """Writes one mart and switches its table to it. Returns its number of files."""
    started = time.monotonic()
    frame = spark.sql(mart.sql)
    size = sum(sizes[dataset] for dataset in mart.inputs)
    tasks = max(1, size // (512 << 20))
    prefix = f"marts/{mart.name}/{version}/"
    keys = write_table(frame.coalesce(tasks), bucket.name, prefix, here=size < SMALL)
    before = catalog.table(mart.name)
    catalog.put_table(mart.name, frame.schema, bucket.uri(prefix), {})
    keep = {prefix, before["StorageDescriptor"]["Location"].removeprefix(f"s3://{bucket.name}/") if before else prefix}
    old = [item.key for item in bucket.find(f"marts/{mart.name}/") if not item.key.startswith(tuple(keep))]
    bucket.delete(old)
    LOG.info("%s: %d files in %.1f s", mart.name, len(keys), time.monotonic() - started)
    return len(keys)


def main() -> None:
    job.configure_logging()
    options = job.arguments(["data_bucket", "database"], ["JOB_NAME"])
    started = time.monotonic()
    glue_job = Job(GlueContext(SparkContext.getOrCreate()))
    glue_job.init(options.get("JOB_NAME", "curated_to_marts"), options)
    bucket, catalog = Bucket(options["data_bucket"]), Catalog(options["database"])
    found = in_parallel(lambda name: list(bucket.find(curated_prefix(name))), INPUTS)
    items = dict(zip(INPUTS, found, strict=True))
    sizes = {name: sum(item.size for item in each) for name, each in items.items()}
    spark = job.session(max(sizes.values()))
    version = f"version={datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    in_parallel(lambda name: register(spark, bucket, name, items[name]), INPUTS, threads=DATASETS_AT_ONCE)
    wanted = [mart for mart in MARTS if any(sizes[dataset] for dataset in mart.inputs)]
    with ThreadPoolExecutor(MARTS_AT_ONCE) as pool:
        list(pool.map(lambda mart: make(spark, bucket, catalog, sizes, mart, version), wanted))
    LOG.info("%d marts in %.1f s", len(wanted), time.monotonic() - started)
    glue_job.commit()


if __name__ == "__main__":
    main()
