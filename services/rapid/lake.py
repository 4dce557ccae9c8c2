"""What the data lake's manifests say: how many records came in, and where each of them ended.

The jobs write one manifest per raw object version (`glue_local/jobs/lake/batches.py`), so the sums balance:
records in = curated + duplicates + quarantined.
"""

import json
from collections.abc import Container
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

MANIFESTS = "manifests/"


@dataclass
class Reconciliation:
    """The records of one dataset, over all of its processed raw objects.

    `pending` counts raw objects that no manifest names yet; their records are not in the other figures.
    """

    raw_objects: int = 0
    records_in: int = 0
    curated: int = 0
    duplicates: int = 0
    quarantined: int = 0
    pending: int = 0

    @property
    def balanced(self) -> bool:
        return self.records_in == self.curated + self.duplicates + self.quarantined


def _listed(s3: Any, bucket: str, prefix: str) -> list[dict[str, Any]]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [item for page in pages for item in page.get("Contents", ())]


def size(s3: Any, bucket: str, prefix: str) -> int:
    """Bytes of all objects below a prefix."""
    return sum(item["Size"] for item in _listed(s3, bucket, prefix))


def raw_objects(s3: Any, bucket: str) -> set[tuple[str, str]]:
    """Key and ETag of every raw object; folder markers are none."""
    listed = _listed(s3, bucket, "raw/")
    return {(item["Key"], item["ETag"].strip('"')) for item in listed if not item["Key"].endswith("/")}


def read_manifests(s3: Any, bucket: str, known: Container[str] = ()) -> dict[str, dict[str, Any]]:
    """Manifests by key: object, etag, dataset, records_in, curated, duplicates, quarantined, run_id, processed_at.

    Args:
        s3: a boto3 S3 client.
        bucket: the data bucket.
        known: keys that need not be read again; a manifest never changes.
    """

    def read(key: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        return document

    # Names with an underscore are the jobs' own notes: open batches, keys, staged files.
    keys = [item["Key"] for item in _listed(s3, bucket, MANIFESTS)]
    new = [key for key in keys if key not in known and not key.startswith(f"{MANIFESTS}_")]
    with ThreadPoolExecutor(16) as pool:
        return dict(zip(new, pool.map(read, new), strict=True))


def reconcile(s3: Any, bucket: str) -> dict[str, Reconciliation]:
    """Adds up the manifests of `bucket`, per dataset.

    Args:
        s3: a boto3 S3 client.
        bucket: the data bucket.
    """
    manifests = read_manifests(s3, bucket).values()
    found: dict[str, Reconciliation] = {}
    for manifest in manifests:
        total = found.setdefault(manifest["dataset"], Reconciliation())
        total.raw_objects += 1
        for name in ("records_in", "curated", "duplicates", "quarantined"):
            setattr(total, name, getattr(total, name) + manifest[name])
    done = {(manifest["object"], manifest["etag"]) for manifest in manifests}
    for key, _etag in raw_objects(s3, bucket) - done:
        found.setdefault(key.split("/")[1], Reconciliation()).pending += 1
    return dict(sorted(found.items()))
