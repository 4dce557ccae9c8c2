"""Manifests and raw objects are read by one piece of code, for the reconciliation and for whoever follows a run."""

import io
import json
from collections.abc import Iterator
from typing import Any

from rapid import lake
from rapid.pipeline import Pipeline

MANIFEST = {"object": "raw/a/1", "etag": "e", "dataset": "a", "records_in": 3}
OBJECTS = {
    "raw/a/": b"",
    "raw/a/1": b"x",
    "raw/b/2": b"y",
    "manifests/_keys/z": b"not a manifest",
    "manifests/a/1.json": json.dumps({**MANIFEST, "curated": 1, "duplicates": 1, "quarantined": 1}).encode(),
}


class FakeS3:
    """Lists and reads OBJECTS, and remembers what was read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def get_paginator(self, _operation: str) -> "FakeS3":
        return self

    def paginate(self, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:
        yield {"Contents": [{"Key": key, "ETag": '"e"'} for key in OBJECTS if key.startswith(Prefix)]}

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        self.read.append(Key)
        return {"Body": io.BytesIO(OBJECTS[Key])}


def test_reconcile_counts_what_has_no_manifest_as_pending() -> None:
    found = lake.reconcile(FakeS3(), "bucket")
    assert found["a"] == lake.Reconciliation(1, 3, 1, 1, 1, 0)
    assert (found["b"].raw_objects, found["b"].pending) == (0, 1)


def test_a_manifest_is_read_once() -> None:
    s3 = FakeS3()
    pipeline = Pipeline(lambda _service: s3, {"DataBucket": "bucket"})
    assert pipeline.manifests() == pipeline.manifests()
    assert s3.read == ["manifests/a/1.json"]
    assert pipeline.raw_objects() == {("raw/a/1", "e"), ("raw/b/2", "e")}
