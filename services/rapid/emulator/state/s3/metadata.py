"""What S3 knows about buckets, objects, uploads and tags, kept in a journal entry by entry.

Entries are named by kind and identity: `bucket`, `object` (bucket, key, version), `upload`, `part`, `tags`.
Memory is the truth while the emulator runs; `record` writes the entries that one request may have changed.
"""

import pickle
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from localstack.services.s3.models import (
    S3Bucket,
    S3DeleteMarker,
    S3Multipart,
    S3Object,
    VersionedKeyStore,
    s3_stores,
)
from localstack.services.s3.utils import get_unique_key_id

from rapid.emulator.state.errors import StateError
from rapid.emulator.state.journal import Journal
from rapid.emulator.state.s3.storage import FileStore

_SEPARATOR = "\x1f"
_REGION = "us-east-1"  # buckets are shared by the regions of an account: any store of it will do
_KEY_OPERATIONS = {
    *("PutObject", "PostObject", "CopyObject", "CompleteMultipartUpload", "DeleteObject", "RestoreObject"),
    *("PutObjectTagging", "DeleteObjectTagging", "PutObjectAcl", "PutObjectRetention", "PutObjectLegalHold"),
}
_UPLOAD_OPERATIONS = {
    *("CreateMultipartUpload", "UploadPart", "UploadPartCopy", "AbortMultipartUpload", "CompleteMultipartUpload"),
}
_READING = ("Get", "Head", "List", "Select")

Changes = dict[str, bytes | None]


class Metadata:
    """The S3 part of durable state."""

    def __init__(self, journal: Journal, files: FileStore) -> None:
        self._journal = journal
        self._files = files
        self._names: dict[str, str] = {}  # object entry -> its file
        self._lock = threading.Lock()  # the entry written last is the state seen last

    def record(self, operation: str, request: Mapping[str, Any], response: Mapping[str, Any]) -> None:
        """Writes what an answered S3 request may have changed.

        Raises:
            StateError: the disk did not take it; the request must then not succeed.
        """
        if operation.startswith(_READING) or "Bucket" not in request:
            return
        name = request["Bucket"]
        bucket = find_bucket(name)
        if bucket is None:
            self._journal.write({_key("bucket", name): None, _key("tags", f"arn:aws:s3:::{name}"): None})
            return
        with self._lock:
            changes: Changes = {}
            garbage: list[str] = []
            for key, version in _touched(operation, request, response):
                self._object(bucket, key, version, changes, garbage)
            if operation in _UPLOAD_OPERATIONS:
                self._upload(bucket, request.get("UploadId") or response.get("UploadId"), request, changes)
            elif operation not in _KEY_OPERATIONS and operation != "DeleteObjects":
                self._bucket(bucket, changes)
                if operation == "PutBucketVersioning":
                    self._all_objects(bucket, changes)
            self._journal.write(changes)
        for local_file in garbage:
            self._files.discard(name, local_file)
        if operation in ("CompleteMultipartUpload", "AbortMultipartUpload"):
            self._files.forget_upload(name, request["UploadId"])

    def _bucket(self, bucket: S3Bucket, changes: Changes) -> None:
        state = {k: v for k, v in vars(bucket).items() if k not in ("objects", "multiparts")}
        changes[_key("bucket", bucket.name)] = _dump(state)
        self._tags(bucket, bucket.bucket_arn, changes)

    def _object(self, bucket: S3Bucket, key: str, version: str | None, changes: Changes, garbage: list[str]) -> None:
        versioned = isinstance(bucket.objects, VersionedKeyStore)
        found = bucket.objects.get(key, version or "null") if versioned else bucket.objects.get(key)
        entry = _key("object", bucket.name, key, (version or "null") if versioned else "")
        changes[entry] = _dump(found) if found else None
        before, now = self._names.pop(entry, None), getattr(found, "local_file", None)
        if now:
            self._names[entry] = now
        if before and before != now:
            garbage.append(before)
        self._tags(bucket, get_unique_key_id(bucket.name, key, version), changes)

    def _all_objects(self, bucket: S3Bucket, changes: Changes) -> None:
        """Rewrites every entry of a bucket: enabling versioning gives its objects the version `null`."""
        prefix = _key("object", bucket.name, "")
        for entry in [e for e in self._names if e.startswith(prefix)]:
            changes[entry] = None
            del self._names[entry]
        for each in bucket.objects.values(with_versions=True):
            self._object(bucket, each.key, each.version_id, changes, [])

    def _tags(self, bucket: S3Bucket, resource: str, changes: Changes) -> None:
        tags = s3_stores[bucket.bucket_account_id][_REGION].TAGS.tags.get(resource)
        entry = _key("tags", resource)
        if tags or entry in self._names:
            changes[entry] = _dump(tags) if tags else None
            self._names[entry] = ""

    def _upload(self, bucket: S3Bucket, upload_id: str | None, request: Mapping[str, Any], changes: Changes) -> None:
        upload = bucket.multiparts.get(upload_id)
        entry = _key("upload", bucket.name, upload_id or "")
        if upload is None:
            changes[entry] = None
            for part in self._names.pop(entry, "").split():
                changes[_key("part", bucket.name, upload_id or "", part)] = None
        elif number := request.get("PartNumber"):
            changes[_key("part", bucket.name, upload.id, str(number))] = _dump(upload.parts[number])
            self._names[entry] = f"{self._names.get(entry, '')} {number}"
        else:
            changes[entry] = _dump({**vars(upload), "parts": {}})
            self._names[entry] = ""

    def load(self) -> None:
        """Puts the journal's content into LocalStack's stores, and deletes files that belong to nothing.

        Raises:
            StateError: the journal is damaged; the stores are then untouched.
        """
        entries: dict[str, list[tuple[list[str], Any]]] = defaultdict(list)
        for key, value in self._journal.items():
            kind, *identity = key.split(_SEPARATOR)
            entries[kind].append((identity, _load(key, value)))
        buckets = {identity[0]: _restore_bucket(state) for identity, state in entries["bucket"]}
        for (name, key, version), found in entries["object"]:
            if bucket := buckets.get(name):
                self._restore_object(bucket, key, version, found)
        for (name, upload_id), state in entries["upload"]:
            if bucket := buckets.get(name):
                bucket.multiparts[upload_id] = _restore(S3Multipart, state)
                self._names[_key("upload", name, upload_id)] = ""
        for (name, upload_id, number), part in entries["part"]:
            if name in buckets and (upload := buckets[name].multiparts.get(upload_id)):
                upload.parts[int(number)] = part
                self._names[_key("upload", name, upload_id)] += f" {number}"
        for bucket in buckets.values():
            store = s3_stores[bucket.bucket_account_id][_REGION]
            store.buckets[bucket.name] = bucket
            store.global_bucket_map[bucket.name] = bucket.bucket_account_id
            self._sweep(bucket)
        for (resource,), tags in entries["tags"]:
            s3_stores["000000000000"][_REGION].TAGS.tags[resource] = tags
            self._names[_key("tags", resource)] = ""

    def _restore_object(self, bucket: S3Bucket, key: str, version: str, found: S3Object | S3DeleteMarker) -> None:
        if local_file := getattr(found, "local_file", None):
            self._names[_key("object", bucket.name, key, version)] = local_file
        found.is_current = True
        bucket.objects.set(key, found)

    def _sweep(self, bucket: S3Bucket) -> None:
        objects = bucket.objects.values(with_versions=True)
        keep = {each.local_file for each in objects if hasattr(each, "local_file")}
        self._files.sweep(bucket.name, keep, set(bucket.multiparts))


def _touched(
    operation: str, request: Mapping[str, Any], response: Mapping[str, Any]
) -> Iterable[tuple[str, str | None]]:
    """The (key, version) pairs that an operation may have changed."""
    if operation == "DeleteObjects":
        for each in response.get("Deleted") or ():
            yield each["Key"], each.get("DeleteMarkerVersionId") or each.get("VersionId")
        if request["Delete"].get("Quiet"):
            bucket = find_bucket(request["Bucket"])
            for each in request["Delete"]["Objects"]:
                yield each["Key"], each.get("VersionId") or _current_version(bucket, each["Key"])
    elif operation in _KEY_OPERATIONS:
        key = request["Key"]
        version = response.get("VersionId") or request.get("VersionId")
        yield key, version or _current_version(find_bucket(request["Bucket"]), key)


def _current_version(bucket: S3Bucket | None, key: str) -> str | None:
    found = bucket.objects.get(key) if bucket else None
    return found.version_id if found else None


def find_bucket(name: str) -> S3Bucket | None:
    for stores in list(s3_stores.values()):
        if found := stores[_REGION].buckets.get(name):
            return found
    return None


def _restore_bucket(state: dict[str, Any]) -> S3Bucket:
    bucket = S3Bucket(state["name"], state["bucket_account_id"], state["bucket_region"], state["owner"])
    vars(bucket).update(state)
    if bucket.versioning_status is not None:
        bucket.objects = VersionedKeyStore()
    return bucket


def _restore(cls: Any, state: dict[str, Any]) -> Any:
    restored = cls.__new__(cls)
    vars(restored).update(state)
    return restored


def _key(*parts: str) -> str:
    return _SEPARATOR.join(parts)


def _dump(value: Any) -> bytes:
    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


_loads: Callable[[bytes], Any] = pickle.loads  # our own file, checked by its checksum


def _load(key: str, value: bytes) -> Any:
    try:
        return _loads(value)
    except (pickle.UnpicklingError, AttributeError, ImportError, EOFError, IndexError) as error:
        raise StateError(f"The saved S3 entry {key.split(_SEPARATOR)} cannot be read: {error}.") from error
