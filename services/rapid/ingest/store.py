"""Where records go in the data bucket.

    raw/<dataset>/dt=YYYY-MM-DD/<hh>/<batch>.jsonl      accepted, by time of arrival (UTC)
    raw/<dataset>/keyed/<batch>.jsonl                   accepted, sent with an Idempotency-Key
    quarantine/<dataset>/ingest/<batch>.jsonl           refused, each with its reason

A line of raw/ is the record as sent plus `_ingest_id` and `_received_at`.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

_NAMESPACE = uuid.UUID("5c0b7f5e-6d0c-4c58-9a0e-1f3c8b0a7d11")


class KeyReusedError(Exception):
    """The Idempotency-Key was used before, with another body."""


@dataclass(frozen=True)
class Batch:
    """One request.

    Attributes:
        id: names its objects; made from the Idempotency-Key, where there is one, so a repeated request has the same.
        received_at: when it came, UTC.
        keyed: whether it came with an Idempotency-Key.
        digest: SHA-256 of the body.
    """

    dataset: str
    id: str
    received_at: datetime
    keyed: bool
    digest: str

    @property
    def raw_key(self) -> str:
        folder = "keyed" if self.keyed else f"{self.received_at:dt=%Y-%m-%d/%H}"
        return f"raw/{self.dataset}/{folder}/{self.id}.jsonl"

    @property
    def quarantine_key(self) -> str:
        return f"quarantine/{self.dataset}/ingest/{self.id}.jsonl"

    @property
    def time(self) -> str:
        return self.received_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def batch(dataset: str, request_id: str, key: str, received_at: datetime, body: bytes) -> Batch:
    """The batch of one request; `key` is its Idempotency-Key, or empty."""
    name = f"{dataset}\n{'key' if key else 'request'}\n{key or request_id}"
    digest = hashlib.sha256(body).hexdigest()
    return Batch(dataset, str(uuid.uuid5(_NAMESPACE, name)), received_at, bool(key), digest)


def _jsonl(lines: Iterable[dict[str, Any]]) -> bytes:
    dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    # A lone surrogate (JSON's \ud800) has no UTF-8 form; such a line is written with escapes.
    return b"".join(_encode(dump(line), line) + b"\n" for line in lines)


def _encode(text: str, line: dict[str, Any]) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(line, separators=(",", ":")).encode()


def put_refused(s3: Any, bucket: str, batch: Batch, refused: list[tuple[int, str, Any]]) -> None:
    """Writes refused records: index in the request, reason, and the record (or its text when it cannot be parsed)."""
    lines = (
        {
            "reason": reason,
            "source": "ingest",
            "request_id": batch.id,
            "index": index,
            "received_at": batch.time,
            ("text" if isinstance(record, str) else "record"): record,
        }
        for index, reason, record in refused
    )
    body = _jsonl(lines)
    s3.put_object(Bucket=bucket, Key=batch.quarantine_key, Body=body, ContentType="application/x-ndjson")


def put_accepted(s3: Any, bucket: str, batch: Batch, accepted: list[tuple[int, dict[str, Any]]]) -> None:
    """Writes accepted records: index in the request, and the record. S3 has them when this returns.

    A keyed batch that is already there is left as it is, so a repeated request starts nothing anew.

    Raises:
        KeyReusedError: the object is there, from another body.
    """
    base = uuid.UUID(batch.id)
    lines = (
        {**record, "_ingest_id": str(uuid.uuid5(base, str(index))), "_received_at": batch.time}
        for index, record in accepted
    )
    put = {
        "Bucket": bucket,
        "Key": batch.raw_key,
        "Body": _jsonl(lines),
        "ContentType": "application/x-ndjson",
        "Metadata": {"body-sha256": batch.digest},
    }
    if not batch.keyed:
        s3.put_object(**put)
        return
    try:
        s3.put_object(**put, IfNoneMatch="*")
    except ClientError as error:
        if error.response["Error"]["Code"] != "PreconditionFailed":
            raise
        stored = s3.head_object(Bucket=bucket, Key=batch.raw_key)["Metadata"].get("body-sha256")
        if stored != batch.digest:
            raise KeyReusedError from error
