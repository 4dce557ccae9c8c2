"""What the data lake's manifests say: how many records came in, and where each of them ended.

The jobs write one manifest per raw object version (`glue_local/jobs/lake/batches.py`), so the sums balance:
records in = curated + duplicates + quarantined.
"""

import json
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


def _keys(s3: Any, bucket: str, prefix: str) -> list[dict[str, Any]]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [item for page in pages for item in page.get("Contents", ())]


def reconcile(s3: Any, bucket: str) -> dict[str, Reconciliation]:
    """Adds up the manifests of `bucket`, per dataset.

    Args:
        s3: a boto3 S3 client.
        bucket: the data bucket.
    """

    def read(key: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        return document

    # Names with an underscore are the jobs' own notes: open batches, keys, staged files.
    keys = [item["Key"] for item in _keys(s3, bucket, MANIFESTS) if not item["Key"].startswith(f"{MANIFESTS}_")]
    with ThreadPoolExecutor(16) as pool:
        manifests = list(pool.map(read, keys))
    found: dict[str, Reconciliation] = {}
    for manifest in manifests:
        total = found.setdefault(manifest["dataset"], Reconciliation())
        total.raw_objects += 1
        for name in ("records_in", "curated", "duplicates", "quarantined"):
            setattr(total, name, getattr(total, name) + manifest[name])
    done = {(manifest["object"], manifest["etag"]) for manifest in manifests}
    for item in _keys(s3, bucket, "raw/"):
        if not item["Key"].endswith("/") and (item["Key"], item["ETag"].strip('"')) not in done:
            found.setdefault(item["Key"].split("/")[1], Reconciliation()).pending += 1
    return dict(sorted(found.items()))
