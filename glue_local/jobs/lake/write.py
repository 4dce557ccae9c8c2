"""Writes judged rows to S3 as Parquet, in Spark's tasks, and reports what was written and how each row ended.

Spark's own writer needs about ten requests per file (its committer renames, and S3 has no rename); a partitioned table
has one file per day. Here each file is one PUT, by Arrow batches, under names that the batch owns.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake import small
from lake.judge import CURATED, QUARANTINED
from lake.storage import Bucket

REPORT = "kind string, name string, dt string, rows long, bytes long"
LARGEST = 128 << 20
"""Bytes in memory after which a file is closed and the next begun."""
SHARE = 192 << 20
"""Raw bytes per writing task at the most, where there is much."""


@dataclass(frozen=True)
class Output:
    """Where one batch of one dataset is written."""

    bucket: str
    dataset: str
    batch: str
    run: str
    partitioned: bool
    keyed: bool

    def curated(self, dt: str | None, part: str) -> str:
        folder = f"dt={dt or '__HIVE_DEFAULT_PARTITION__'}/" if self.partitioned else ""
        return f"{curated_prefix(self.dataset)}{folder}{self.batch}-{part}.parquet"

    def quarantine(self, part: str) -> str:
        return f"{quarantine_prefix(self.dataset)}{self.batch}-{part}.parquet"

    def keys(self, part: str) -> str:
        return f"{keys_prefix(self.dataset)}{self.batch}-{part}.parquet"


def curated_prefix(dataset: str) -> str:
    return f"curated/{dataset}/"


def quarantine_prefix(dataset: str) -> str:
    """The jobs' part of quarantine/<dataset>/; the ingest function has its own beside it."""
    return f"quarantine/{dataset}/etl/"


def keys_prefix(dataset: str) -> str:
    return f"manifests/_keys/{dataset}/"


def write(judged: DataFrame, columns: list[str], output: Output, raw_bytes: int) -> list[Any]:
    """Runs everything so far and writes it: in Spark's tasks, or here where there is little. Returns rows of REPORT.

    `file` rows: name (key), dt, rows, bytes. `count` rows: name (raw object), dt (status), rows.
    """
    curated = F.col("__status") == CURATED
    rows = judged.select(
        "__status",
        "__object",
        F.when(curated, F.col("__dt")).alias("__dt"),
        F.when(curated, F.col("__key")).alias("__key") if output.keyed else F.lit(None).cast("binary").alias("__key"),
        F.when(F.col("__status") == QUARANTINED, F.col("__reason")).alias("__reason"),
        F.when(F.col("__status") == QUARANTINED, F.col("__raw")).alias("__raw"),
        F.when(curated, F.struct(*columns)).alias("__row"),
    )
    if raw_bytes <= small.LARGEST:  # starting Python workers takes longer than that much data
        return list(_write(small.batches_of(rows), output, "driver"))
    cores = judged.sparkSession.sparkContext.defaultParallelism
    tasks = max(-(-raw_bytes // SHARE), min(cores, raw_bytes // small.LARGEST))
    if output.partitioned or output.keyed:
        # The same day goes to the same task, so that a day is one file; a large day to several tasks.
        rows = rows.repartition(tasks, "__dt", F.pmod(F.hash("__key"), F.lit(tasks)))
        rows = rows.sortWithinPartitions("__status", "__dt")
    else:
        rows = rows.coalesce(tasks)
    return list(rows.mapInArrow(writer(output), REPORT).collect())


def _write(batches: Iterable[Any], output: Output, task: str) -> list[tuple[str, str, str | None, int, int]]:
    import pyarrow as pa

    files = Files(output, task)
    for batch in batches:
        files.add(pa.Table.from_batches([batch]))
    return files.finish()


def writer(output: Output) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """The function that runs in Spark's Python workers."""

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow as pa
        from pyspark import TaskContext

        context = TaskContext.get()
        report = _write(batches, output, f"{context.partitionId() if context else 0:04d}")
        if report:
            names = ("kind", "name", "dt", "rows", "bytes")
            yield pa.RecordBatch.from_pylist([dict(zip(names, row, strict=True)) for row in report])

    return run


@lru_cache(maxsize=4)
def _bucket(name: str) -> Bucket:
    return Bucket(name)


class Files:
    """Collects the rows of one task into files and uploads them in the background."""

    def __init__(self, output: Output, task: str) -> None:
        self.output, self.task = output, task
        self.waiting: dict[tuple[str, str | None], list[Any]] = {}
        self.size = 0
        self.number = 0
        self.counts: dict[tuple[str, str], int] = {}
        self.uploads: list[tuple[str, str | None, int, int, Future[None]]] = []
        self.pool = ThreadPoolExecutor(6)

    def add(self, table: Any) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        counted = table.group_by(["__object", "__status"]).aggregate([([], "count_all")])
        for row in counted.to_pylist():
            pair = (row["__object"], row["__status"])
            self.counts[pair] = self.counts.get(pair, 0) + row["count_all"]
        good = table.filter(pc.equal(table["__status"], CURATED))
        days = good["__dt"].unique().to_pylist() if self.output.partitioned else [None]
        for day in days if good.num_rows else []:
            of_day = good
            if self.output.partitioned and len(days) > 1:
                of_day = good.filter(pc.is_null(good["__dt"]) if day is None else pc.equal(good["__dt"], day))
            rows = pa.Table.from_struct_array(of_day["__row"].combine_chunks())
            self._hold("curated", day, rows)
        if self.output.keyed and good.num_rows:
            self._hold("keys", None, good.select(["__key"]).rename_columns(["key"]))
        bad = table.filter(pc.equal(table["__status"], QUARANTINED))
        if bad.num_rows:
            self._hold("quarantine", None, _quarantine_table(bad, self.output.run))
        if self.size > LARGEST:
            self._flush()

    def _hold(self, kind: str, day: str | None, rows: Any) -> None:
        self.waiting.setdefault((kind, day), []).append(rows)
        self.size += rows.nbytes

    def _flush(self) -> None:
        import pyarrow as pa

        for (kind, day), tables in self.waiting.items():
            part = f"{self.task}-{self.number:04d}"
            names = {"curated": self.output.curated(day, part), "keys": self.output.keys(part)}
            key = names.get(kind) or self.output.quarantine(part)
            table = pa.concat_tables(tables)
            body = parquet(naive_times(table))
            upload = self.pool.submit(_bucket(self.output.bucket).put, key, body)
            self.uploads.append((key, day, table.num_rows if kind == "curated" else 0, len(body), upload))
            self.number += 1
        self.waiting, self.size = {}, 0

    def finish(self) -> list[tuple[str, str, str | None, int, int]]:
        """Waits for the uploads; raises what any of them raised."""
        self._flush()
        for *_, upload in self.uploads:
            upload.result()
        self.pool.shutdown()
        written = [("file", key, day, rows, size) for key, day, rows, size, _ in self.uploads]
        return written + [("count", name, status, rows, 0) for (name, status), rows in self.counts.items()]


def naive_times(table: Any) -> Any:
    """Timestamps as UTC without a zone, which is what Athena's `timestamp` is."""
    import pyarrow as pa

    for position, each in enumerate(table.schema):
        if pa.types.is_timestamp(each.type) and each.type.tz:
            column = table.column(position).cast(pa.timestamp("us"))
            table = table.set_column(position, pa.field(each.name, column.type), column)
    return table


def parquet(table: Any) -> bytes:
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd", row_group_size=512 * 1024)
    return out.getvalue()


def _quarantine_table(bad: Any, run: str) -> Any:
    import pyarrow as pa

    return pa.table(
        {
            "reason": bad["__reason"],
            "source_object": bad["__object"],
            "raw": bad["__raw"],
            "run_id": pa.array([run] * bad.num_rows, pa.string()),
        }
    )


def quarantine_objects(output: Output, reasons: Iterable[tuple[str, str]]) -> list[tuple[str, str, str, int, int]]:
    """Quarantines whole objects, (key, reason) each, as one record each. Returns rows of REPORT."""
    import pyarrow as pa

    pairs = list(reasons)
    if not pairs:
        return []
    columns = {
        "__reason": [reason for _, reason in pairs],
        "__object": [key for key, _ in pairs],
        "__raw": [None] * len(pairs),
    }
    table = _quarantine_table(pa.table({k: pa.array(v, pa.string()) for k, v in columns.items()}), output.run)
    key = output.quarantine("objects")
    body = parquet(table)
    _bucket(output.bucket).put(key, body)
    return [("file", key, "", 0, len(body)), *[("count", name, QUARANTINED, 1, 0) for name, _ in pairs]]


def write_table(frame: DataFrame, bucket: str, prefix: str, here: bool) -> list[str]:
    """Writes a table as Parquet under `prefix`: a file per partition, or one from `here`. Returns the keys."""

    def put(batches: Iterable[Any], part: str) -> list[str]:
        import pyarrow as pa

        held = [batch for batch in batches if batch.num_rows]
        if not held:
            return []
        key = f"{prefix}part-{part}.parquet"
        _bucket(bucket).put(key, parquet(naive_times(pa.Table.from_batches(held))))
        return [key]

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow as pa
        from pyspark import TaskContext

        context = TaskContext.get()
        yield pa.RecordBatch.from_pydict({"key": put(batches, f"{context.partitionId() if context else 0:04d}")})

    if here:
        return put(small.batches_of(frame), "driver")
    return [row["key"] for row in frame.mapInArrow(run, "key string").collect()]
