"""A run may die at any request to S3; the next one makes everything right."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from typing import Any

import pytest
import raw_to_curated
from lake import batches
from lake.batches import Batch
from lake.contract import Contracts
from lake.prepare import Source
from lake.sniff import Layout
from lake.storage import S3Object
from lake.write import Output
from py4j.protocol import Py4JJavaError
from pyspark.errors import AnalysisException, PythonException
from raw_to_curated import WrongGuessError


class DeadError(Exception):
    """Stands for kill -9."""


class FakeBucket:
    """A bucket in memory that stops taking requests after a number of changes."""

    name = "lake"

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.left = 10**9

    def uri(self, key: str) -> str:
        return f"s3://lake/{key}"

    def change(self) -> None:
        if self.left <= 0:
            raise DeadError
        self.left -= 1

    def find(self, prefix: str) -> Iterator[S3Object]:
        return iter([S3Object(k, "e", len(v)) for k, v in sorted(self.objects.items()) if k.startswith(prefix)])

    def get(self, key: str) -> bytes:
        return self.objects[key]

    def put(self, key: str, body: bytes) -> None:
        self.change()
        self.objects[key] = body

    def put_json(self, key: str, document: Any) -> None:
        self.put(key, json.dumps(document).encode())

    def delete(self, keys: Iterable[str]) -> None:
        for key in list(keys):
            self.change()
            self.objects.pop(key, None)

    def manifests(self) -> dict[str, dict[str, Any]]:
        return {k: json.loads(v) for k, v in self.objects.items() if k.startswith("manifests/x/")}

    def curated(self) -> list[str]:
        """Every curated row, which here is the key of the object that it came from."""
        rows = [v.decode() for k, v in self.objects.items() if k.startswith("curated/")]
        return sorted(key for text in rows for key in text.split())


class FakeCatalog:
    def put_table(self, *_: Any) -> None: ...

    add_partitions = put_table


def write_rows(
    bucket: FakeBucket, batch: Batch, output: Output, sources: list[Source], _doubted: Collection[str] = ()
) -> tuple[None, list[Any]]:
    """In place of Spark: one curated file per object."""
    report: list[Any] = []
    for number, source in enumerate(sources):
        key = output.curated(None, f"{number:04d}")
        bucket.put(key, source.item.key.encode())
        report += [("file", key, None, 1, 1), ("count", source.item.key, "curated", 1, 0)]
    return None, report


def run(
    bucket: FakeBucket,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    alive: Callable[[str], bool] = lambda _: False,
    transform: Callable[..., Any] = lambda lake, *rest: write_rows(lake.bucket, *rest),
) -> None:
    """What main() does, with the fakes."""
    monkeypatch.setattr(raw_to_curated, "transform", transform)
    monkeypatch.setattr(
        raw_to_curated.prepare, "prepare", lambda b, item, batch: [Source(item, item.key, item.size, Layout("jsonl"))]
    )
    monkeypatch.setattr(raw_to_curated, "update_catalog", lambda *_: None)
    monkeypatch.setattr(batches, "in_parallel", lambda work, items: [work(each) for each in items])
    monkeypatch.setattr(raw_to_curated, "in_parallel", lambda work, items: [work(each) for each in items])
    lake = raw_to_curated.Lake(None, bucket, FakeCatalog(), Contracts(), name)  # type: ignore[arg-type]
    busy = batches.recover(bucket, alive)  # type: ignore[arg-type]
    for dataset, items in batches.new_objects(bucket, busy, set()).items():  # type: ignore[arg-type]
        raw_to_curated.process(lake, dataset, items)


def with_raw(count: int) -> FakeBucket:
    bucket = FakeBucket()
    bucket.objects |= {f"raw/x/{n}.jsonl": b"{}" for n in range(count)}
    return bucket


def test_a_run_that_dies_anywhere_is_made_good_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = with_raw(3)
    run(whole, monkeypatch, "whole")
    changes = 10**9 - whole.left
    assert changes > 8
    for at in range(changes):
        bucket = with_raw(3)
        bucket.left = at
        with pytest.raises(DeadError):
            run(bucket, monkeypatch, "first")
        bucket.left = 10**9
        bucket.objects["raw/x/late.jsonl"] = b"{}"  # the set of new objects is another one by then
        run(bucket, monkeypatch, "second")
        assert bucket.curated() == sorted(item.key for item in bucket.find("raw/")), f"died at change {at}"
        assert len(bucket.manifests()) == 4
        assert not list(bucket.find(batches.BATCHES))


def test_dying_while_making_good_is_made_good_too(monkeypatch: pytest.MonkeyPatch) -> None:
    for at in range(12):
        bucket = with_raw(2)
        for left in (at, 1, 2):
            bucket.left = left
            try:
                run(bucket, monkeypatch, "dies")
            except DeadError:
                continue
        bucket.left = 10**9
        run(bucket, monkeypatch, "last")
        assert bucket.curated() == ["raw/x/0.jsonl", "raw/x/1.jsonl"]


def test_what_a_live_run_works_on_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = with_raw(2)
    batches.open_batch(bucket, Batch("x", "b1", "other", (S3Object("raw/x/0.jsonl", "e", 2),)))  # type: ignore[arg-type]
    run(bucket, monkeypatch, "own", alive=partial(str.__eq__, "other"))
    assert bucket.curated() == ["raw/x/1.jsonl"]
    assert [item.key for item in bucket.find(batches.BATCHES)] == ["manifests/_batches/x/b1.json"]


def test_a_manifest_balances(monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = with_raw(1)
    run(bucket, monkeypatch, "own")
    (manifest,) = bucket.manifests().values()
    assert manifest["records_in"] == manifest["curated"] + manifest["duplicates"] + manifest["quarantined"] == 1
    assert (manifest["object"], manifest["etag"], manifest["run_id"]) == ("raw/x/0.jsonl", "e", "own")


@pytest.mark.parametrize(
    ("key", "dataset", "manifest"),
    [
        ("raw/x/a.csv", "x", "manifests/x/a.csv.e.json"),
        ("raw/My Data/a.csv", "my_data", "manifests/my_data/My Data/a.csv.e.json"),
        ("raw/sales.csv", "sales", "manifests/sales/sales.csv.e.json"),
    ],
)
def test_names(key: str, dataset: str, manifest: str) -> None:
    assert batches.dataset_of(key) == dataset
    assert batches.manifest_key(S3Object(key, "e", 1)) == manifest


def test_a_very_long_key_has_a_manifest_too() -> None:
    key = batches.manifest_key(S3Object("raw/x/" + "é" * 500, "e", 1))
    assert len(key.encode()) < 1024


def test_an_object_that_spark_cannot_read_is_quarantined_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = with_raw(7)
    poison = "raw/x/4.jsonl"

    def transform(lake: Any, batch: Batch, output: Output, sources: list[Source], *_: Any) -> tuple[None, list[Any]]:
        written = write_rows(lake.bucket, batch, output, sources)
        if any(source.item.key == poison for source in sources):
            raise AnalysisException("two columns of one name\nand a plan")
        return written

    def quarantine(_output: Output, reasons: list[tuple[str, str]]) -> list[Any]:
        refused.extend(reasons)
        return [("count", key, "quarantined", 1, 0) for key, _ in reasons]

    refused: list[tuple[str, str]] = []
    monkeypatch.setattr(raw_to_curated, "quarantine_objects", quarantine)
    run(bucket, monkeypatch, "run", transform=transform)
    assert refused == [(poison, "Spark cannot read it: two columns of one name")]
    assert bucket.curated() == [f"raw/x/{n}.jsonl" for n in range(7) if n != 4]
    manifests = [json.loads(v) for k, v in bucket.objects.items() if k.startswith("manifests/x/")]
    assert len(manifests) == 7
    assert [m["object"] for m in manifests if m["quarantined"]] == [poison]


def test_what_was_written_by_a_wrong_guess_is_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    bucket, tried = with_raw(3), []

    def transform(lake: Any, *rest: Any) -> Any:
        tried.append(sorted(rest[-1]))
        written = write_rows(lake.bucket, *rest)
        if len(tried) < 3:
            raise WrongGuessError({"ab"[len(tried) - 1]})
        return written

    run(bucket, monkeypatch, "run", transform=transform)
    assert tried == [[], ["a"], ["a", "b"]]
    assert bucket.curated() == [f"raw/x/{n}.jsonl" for n in range(3)]
    assert {manifest["curated"] for manifest in bucket.manifests().values()} == {1}


def test_an_error_that_may_pass_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def transform(*_: Any) -> Any:
        raise PythonException("a worker died")

    bucket = with_raw(2)
    with pytest.raises(PythonException):
        run(bucket, monkeypatch, "run", transform=transform)
    run(bucket, monkeypatch, "again")
    assert bucket.curated() == ["raw/x/0.jsonl", "raw/x/1.jsonl"]


@pytest.mark.parametrize(
    ("causes", "reason"),
    [
        (["org.apache.spark.SparkException: Encountered error while reading file s3://b/raw/x/a.parquet. Details:",
          "java.io.IOException: can not read class PageHeader"], "java.io.IOException: can not read class PageHeader"),
        (["org.apache.spark.SparkException: Encountered error while reading file s3://b/raw/x/a.parquet. Details:",
          "org.apache.hadoop.fs.s3a.AWSClientIOException: connection reset"], None),
        (["java.lang.OutOfMemoryError: Java heap space"], None),
    ],
)  # fmt: skip
def test_only_faults_of_the_data_itself_quarantine_an_object(causes: list[str], reason: str | None) -> None:
    class Failure(Py4JJavaError):
        def __init__(self) -> None:
            pass

        def __str__(self) -> str:
            return "\n".join(["An error occurred while calling o1.collect.", *(f"Caused by: {c}" for c in causes)])

    assert raw_to_curated.fault_of_data(Failure()) == reason
