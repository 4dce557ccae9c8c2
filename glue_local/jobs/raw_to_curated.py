"""Glue job: raw objects of any dataset and format → curated Parquet tables.

Takes every raw object that has no manifest yet, tells its format from its content, casts, checks and de-duplicates by
endpoints.yaml (or by the data itself, for a dataset that it does not name), and writes curated rows, quarantined rows
with their reasons, the catalog's tables, and one manifest per object:
records in = curated + duplicates + quarantined. Running it again, after a crash too, changes nothing.

Arguments: --data_bucket, --database, --config_uri (s3://…/endpoints.yaml), optional --datasets a,b.
"""

import logging
import re
import secrets
import time
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial, reduce
from typing import Any

from lake import batches, contract, job, prepare, reading, shape, small
from lake.batches import Batch
from lake.catalog import Catalog
from lake.contract import Contract, Contracts
from lake.judge import contradicted, judge
from lake.shape import Table
from lake.storage import Bucket, S3Object, in_parallel
from lake.values import TEXT
from lake.write import Output, curated_prefix, keys_prefix, quarantine_objects, quarantine_prefix, write
from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.context import SparkContext
from pyspark.errors import AnalysisException, IllegalArgumentException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import types as T

from awsglue.context import GlueContext
from awsglue.job import Job

LOG = logging.getLogger("raw_to_curated")
OBJECTS_PER_BATCH = 5000
DATASETS_AT_ONCE = 2
KEYS = T.StructType([T.StructField("key", T.BinaryType())])
QUARANTINE = T.StructType(
    [T.StructField(name, T.StringType()) for name in ("reason", "source_object", "raw", "run_id")]
)


@dataclass(frozen=True)
class Lake:
    """Everything a batch needs."""

    spark: SparkSession
    bucket: Bucket
    catalog: Catalog
    contracts: Contracts
    run: str


def seen_keys(lake: Lake, dataset: str) -> DataFrame | None:
    """Hashes of the primary keys that are curated already."""
    files = list(lake.bucket.find(keys_prefix(dataset)))
    if not files:
        return None
    if sum(item.size for item in files) <= small.LARGEST:
        return small.parquet_frame(lake.spark, lake.bucket, files, KEYS)
    return lake.spark.read.schema(KEYS).parquet(*(lake.bucket.uri(item.key) for item in files))


class WrongGuessError(Exception):
    """Rows contradict the types that were guessed for these columns."""

    def __init__(self, columns: Collection[str]) -> None:
        super().__init__(", ".join(sorted(columns)))
        self.columns = columns


def transform(
    lake: Lake, batch: Batch, output: Output, sources: list[prepare.Source], doubted: Collection[str]
) -> tuple[Table | None, list[Any]]:
    """Reads, casts, judges and writes the readable objects of a batch. Returns the table and what was written.

    Raises:
        WrongGuessError: what was written is to be undone.
    """
    terms = lake.contracts.of(batch.dataset)
    groups = reading.read(lake.spark, lake.bucket, sources, ordered=not terms.configured)
    table, parts = shape.table_of(groups, terms, lake.catalog.existing(batch.dataset), doubted)
    if not table.columns:
        # Nothing but flaws: a table needs a column for the rows' shape, and none of them becomes a row.
        table = Table({"value": TEXT}, {})
    rows = [shape.cast_part(part, table, terms) for part in parts]
    judged = judge(
        reduce(DataFrame.union, rows), table, terms, seen_keys(lake, batch.dataset) if terms.primary_key else None
    )
    report = write(judged, list(table.columns), output, sum(source.plain_size for source in sources))
    if wrong := contradicted(status for kind, _, status, *_ in report if kind == "count"):
        raise WrongGuessError(wrong)
    return table, report


def update_catalog(lake: Lake, output: Output, table: Table, report: Sequence[Any]) -> None:
    """Brings the dataset's table and partitions, and the table of quarantined rows, up to date."""
    schema, root = table.spark_type(), lake.bucket.uri(curated_prefix(output.dataset))
    files = [row for row in report if row[0] == "file"]
    curated = [row for row in files if row[1].startswith(curated_prefix(output.dataset))]
    if table.columns and (curated or lake.contracts.of(output.dataset).configured):
        keys = ["dt"] if output.partitioned else []
        lake.catalog.put_table(output.dataset, schema, root, table.originals, keys)
    if output.partitioned and curated:
        folders = {re.search(r"/dt=([^/]+)/", row[1])[1]: row[1].rsplit("/", 1)[0] + "/" for row in curated}  # type: ignore[index]
        lake.catalog.add_partitions(output.dataset, schema, {dt: lake.bucket.uri(key) for dt, key in folders.items()})
    if any(row[1].startswith(quarantine_prefix(output.dataset)) for row in files):
        lake.catalog.put_table("quarantine", QUARANTINE, lake.bucket.uri("quarantine/"), {}, ["dataset"])
        place = {output.dataset: lake.bucket.uri(quarantine_prefix(output.dataset))}
        lake.catalog.add_partitions("quarantine", QUARANTINE, place)


def process(lake: Lake, dataset: str, items: Sequence[S3Object], doubted: Collection[str] = ()) -> list[dict[str, Any]]:
    """Raw objects to manifests. Where Spark cannot read a batch, the objects at fault are found by halving it.

    The types of `doubted` columns are not guessed.
    """
    batch = Batch(dataset, batch_id(), lake.run, tuple(items))
    batches.open_batch(lake.bucket, batch)
    try:
        return finish(lake, batch, *curate(lake, batch, doubted))
    except WrongGuessError as error:
        LOG.info("%s: not all rows have the types of the first ones: %s", dataset, error)
        batches.undo(lake.bucket, batch)
        return process(lake, dataset, items, {*doubted, *error.columns})
    except (AnalysisException, IllegalArgumentException, Py4JJavaError) as error:
        reason = fault_of_data(error)
        if reason is None:
            raise
        LOG.warning("%s: %d objects cannot be read together: %s", dataset, len(items), reason)
    batches.undo(lake.bucket, batch)
    if len(items) > 1:
        half = len(items) // 2
        return process(lake, dataset, items[:half], doubted) + process(lake, dataset, items[half:], doubted)
    return refuse(lake, dataset, items[0], reason)


READING = re.compile(r"error while reading file [^\n]*?\.\s*(?:Details:)?\s*(?P<details>[^\n]*)")


def fault_of_data(error: Exception) -> str | None:
    """Why Spark cannot read a file, or None for an error that may pass: of S3, of memory, of a worker."""
    if not isinstance(error, Py4JJavaError):  # found while planning, from the files' own schemas
        return str(error).strip().splitlines()[0][:500]
    found = READING.search(str(error))
    causes = [line.removeprefix("Caused by: ") for line in str(error).splitlines() if line.startswith("Caused by: ")]
    transient = ("fs.s3a", "com.amazonaws", "java.net", "OutOfMemory")
    if not found or any(mark in cause for mark in transient for cause in causes):
        return None
    return (causes[-1] if causes else found["details"])[:500]


def refuse(lake: Lake, dataset: str, item: S3Object, reason: str) -> list[dict[str, Any]]:
    """Quarantines a raw object as a whole, in a batch of its own."""
    batch = Batch(dataset, batch_id(), lake.run, (item,))
    batches.open_batch(lake.bucket, batch)
    report = quarantine_objects(output_of(lake, batch), [(item.key, f"Spark cannot read it: {reason}")])
    return finish(lake, batch, None, report)


def output_of(lake: Lake, batch: Batch) -> Output:
    terms: Contract = lake.contracts.of(batch.dataset)
    partitioned = terms.event_time is not None
    return Output(lake.bucket.name, batch.dataset, batch.id, lake.run, partitioned, bool(terms.primary_key))


def curate(lake: Lake, batch: Batch, doubted: Collection[str]) -> tuple[Table | None, list[Any]]:
    """Writes the rows of a batch where they belong. Returns the table, if any object could be read, and the report."""
    prepared = in_parallel(partial(prepare.prepare, lake.bucket, batch=batch.id), batch.items)
    sources = [source for parts in prepared for source in parts]
    readable = [source for source in sources if source.layout.kind not in {"empty", "unknown"}]
    unknown = [(source.item.key, source.layout.reason) for source in sources if source.layout.kind == "unknown"]
    output = output_of(lake, batch)
    report: list[Any] = quarantine_objects(output, unknown)
    if not readable:
        return None, report
    table, written = transform(lake, batch, output, readable, doubted)
    return table, report + written


def finish(lake: Lake, batch: Batch, table: Table | None, report: list[Any]) -> list[dict[str, Any]]:
    """Brings the catalog up to date and commits the batch."""
    update_catalog(lake, output_of(lake, batch), table or Table({}, {}), report)
    manifests = batches.commit(lake.bucket, batch, counts_of(report))
    total = {name: sum(m[name] for m in manifests) for name in ("records_in", "curated", "duplicates", "quarantined")}
    LOG.info("%s: %d objects, %s", batch.dataset, len(batch.items), total)
    return manifests


def batch_id() -> str:
    """Unique, also among datasets that are worked on at the same moment, and in order of time."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}{secrets.token_hex(3)}"


def counts_of(report: Sequence[Any]) -> dict[str, dict[str, int]]:
    """Rows per raw object and status."""
    counts: dict[str, dict[str, int]] = {}
    for kind, name, status, rows, _ in report:
        if kind == "count":
            of_object = counts.setdefault(name, {})
            of_object[status] = of_object.get(status, 0) + rows
    return counts


def batched(found: dict[str, list[S3Object]]) -> list[tuple[str, list[list[S3Object]]]]:
    return [
        (dataset, [items[i : i + OBJECTS_PER_BATCH] for i in range(0, len(items), OBJECTS_PER_BATCH)])
        for dataset, items in sorted(found.items(), key=lambda pair: -sum(item.size for item in pair[1]))
    ]


def main() -> None:
    job.configure_logging()
    options = job.arguments(["data_bucket", "database", "config_uri"], ["JOB_NAME", "datasets"])
    started = time.monotonic()
    context = GlueContext(SparkContext.getOrCreate())
    glue_job = Job(context)
    glue_job.init(options.get("JOB_NAME", "raw_to_curated"), options)
    run = job.run_id(options)
    bucket = Bucket(options["data_bucket"])
    config_bucket, _, config_key = options["config_uri"].removeprefix("s3://").partition("/")
    contracts = contract.parse(Bucket(config_bucket).get(config_key).decode())
    busy = batches.recover(bucket, job.is_alive(options.get("JOB_NAME"), run))
    only = {name for name in options.get("datasets", "").split(",") if name}
    found = batches.new_objects(bucket, busy, only)
    spark = job.session(max((sum(i.size for i in items) for items in found.values()), default=0))
    lake = Lake(spark, bucket, Catalog(options["database"]), contracts, run)

    def work(entry: tuple[str, list[list[S3Object]]]) -> list[dict[str, Any]]:
        return [manifest for items in entry[1] for manifest in process(lake, entry[0], items)]

    with ThreadPoolExecutor(DATASETS_AT_ONCE) as pool:
        manifests = [manifest for done in pool.map(work, batched(found)) for manifest in done]
    LOG.info("%d objects of %d datasets in %.1f s", len(manifests), len(found), time.monotonic() - started)
    glue_job.commit()


if __name__ == "__main__":
    main()
