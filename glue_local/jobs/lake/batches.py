"""Makes the work on a batch of raw objects happen exactly once, whatever dies when.

    open       manifests/_batches/<dataset>/<batch>.json names the objects; then files are written whose names all
               hold the batch's id, then the catalog is brought up to date
    committed  the same document, put again with the counts: the moment from which the work counts
    done       one manifest per raw object is there; the document is deleted

An object is new as long as neither a manifest nor a batch of a live run names it. What a dead run left open is
undone (its files are deleted, its objects are new again); what it left committed is finished. So no record is lost
and none comes twice, and files of an undone batch are the only thing a reader can see too early.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lake import names
from lake.prepare import STAGING
from lake.storage import Bucket, S3Object, in_parallel
from lake.write import curated_prefix, keys_prefix, quarantine_prefix

LOG = logging.getLogger(__name__)
BATCHES = "manifests/_batches/"
RAW = "raw/"


def dataset_of(key: str) -> str:
    """`raw/My Data/2026/x.csv` → `my_data`; `raw/sales.csv` → `sales`."""
    parts = key.removeprefix(RAW).split("/")
    return names.table_name(parts[0] if len(parts) > 1 else parts[0].split(".")[0])


def manifest_key(item: S3Object) -> str:
    """One per object version: the same key with another etag is another object."""
    dataset, below = dataset_of(item.key), item.identity.removeprefix(RAW)
    key = f"manifests/{dataset}/{below.removeprefix(dataset + '/')}.json"
    if len(key.encode()) <= 1000:
        return key
    return f"manifests/{dataset}/{hashlib.sha256(item.identity.encode()).hexdigest()}.json"


@dataclass(frozen=True)
class Batch:
    """Objects of one dataset that are worked on together."""

    dataset: str
    id: str
    run: str
    items: tuple[S3Object, ...]

    @property
    def key(self) -> str:
        return f"{BATCHES}{self.dataset}/{self.id}.json"

    def document(self, state: str, manifests: Iterable[dict[str, Any]] = ()) -> dict[str, Any]:
        objects = [[item.key, item.etag, item.size] for item in self.items]
        return {
            "state": state,
            "dataset": self.dataset,
            "batch": self.id,
            "run": self.run,
            "objects": objects,
            "manifests": list(manifests),
        }


def from_document(document: dict[str, Any]) -> Batch:
    items = tuple(S3Object(*each) for each in document["objects"])
    return Batch(document["dataset"], document["batch"], document["run"], items)


def open_batch(bucket: Bucket, batch: Batch) -> None:
    bucket.put_json(batch.key, batch.document("open"))


def commit(bucket: Bucket, batch: Batch, counts: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    """Commits and finishes a batch whose files are written. `counts`: per object key, rows per status.

    Returns the manifests.
    """
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    manifests = [_manifest(batch, item, counts.get(item.key, {}), now) for item in batch.items]
    bucket.put_json(batch.key, batch.document("committed", manifests))
    _finish(bucket, batch, manifests)
    return manifests


def _manifest(batch: Batch, item: S3Object, counts: dict[str, int], now: str) -> dict[str, Any]:
    return {
        "object": item.key,
        "etag": item.etag,
        "bytes": item.size,
        "dataset": batch.dataset,
        "records_in": sum(counts.values()),
        "curated": counts.get("curated", 0),
        "duplicates": counts.get("duplicate", 0),
        "quarantined": counts.get("quarantined", 0),
        "batch": batch.id,
        "run_id": batch.run,
        "processed_at": now,
    }


def _finish(bucket: Bucket, batch: Batch, manifests: list[dict[str, Any]]) -> None:
    def put(pair: tuple[S3Object, dict[str, Any]]) -> None:
        bucket.put_json(manifest_key(pair[0]), pair[1])

    in_parallel(put, zip(batch.items, manifests, strict=True))
    _drop_staging(bucket, batch.id)
    bucket.delete([batch.key])


def _drop_staging(bucket: Bucket, batch_id: str) -> None:
    bucket.delete(item.key for item in bucket.find(f"{STAGING}{batch_id}/"))


def undo(bucket: Bucket, batch: Batch) -> None:
    """Deletes what was written for an open batch: its objects are new again."""
    prefixes = (curated_prefix(batch.dataset), quarantine_prefix(batch.dataset), keys_prefix(batch.dataset))
    files = [item.key for prefix in prefixes for item in bucket.find(prefix) if f"/{batch.id}-" in item.key]
    LOG.info("undoing batch %s of %s: %d files", batch.id, batch.dataset, len(files))
    bucket.delete(files)
    _drop_staging(bucket, batch.id)
    bucket.delete([batch.key])


def recover(bucket: Bucket, alive: Callable[[str], bool]) -> set[str]:
    """Finishes or undoes what dead runs left. Returns the identities of objects that live runs are working on."""
    busy: set[str] = set()
    for item in list(bucket.find(BATCHES)):
        document = json.loads(bucket.get(item.key))
        batch = from_document(document)
        if alive(batch.run):
            busy.update(each.identity for each in batch.items)
        elif document["state"] == "committed":
            LOG.info("finishing batch %s of %s, committed by a run that died", batch.id, batch.dataset)
            _finish(bucket, batch, document["manifests"])
        else:
            undo(bucket, batch)
    return busy


def new_objects(bucket: Bucket, busy: set[str], datasets: set[str]) -> dict[str, list[S3Object]]:
    """Raw objects without a manifest, per dataset. Folder markers are no objects. `datasets`: only these, or all."""
    prefixes = [f"manifests/{name}/" for name in datasets] or ["manifests/"]
    done = {item.key for prefix in prefixes for item in bucket.find(prefix)}
    found: dict[str, list[S3Object]] = {}
    for item in bucket.find(RAW):
        dataset = dataset_of(item.key)
        if item.key.endswith("/") or (datasets and dataset not in datasets):
            continue
        if item.identity not in busy and manifest_key(item) not in done:
            found.setdefault(dataset, []).append(item)
    return found
