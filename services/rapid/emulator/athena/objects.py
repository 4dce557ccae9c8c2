"""S3 as Athena uses it: listing, reading objects as local files, writing.

The one seam between tables and bytes. An object is read where S3 keeps it on this disk; one that is not there (SSE-C,
another storage) is fetched once into a cache by its ETag.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from rapid.emulator.athena.sql.errors import SqlError

_ARCHIVES = ("GLACIER", "DEEP_ARCHIVE")
_DELETED_AT_ONCE = 1000


class StoredObject(NamedTuple):
    """One object of a listing.

    Attributes:
        modified: when it was written, seconds since 1970.
        file: its own file on this disk, if the listing told.
        archive: `frozen` or `restored` if its storage class is an archive.
    """

    bucket: str
    key: str
    size: int
    etag: str
    modified: float = 0.0
    file: str | None = None
    archive: str = ""

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


def split_uri(uri: str) -> tuple[str, str]:
    """`s3://bucket/some/key` → bucket and key. `s3a` and `s3n` mean the same.

    Raises:
        SqlError: it is not a location in S3.
    """
    scheme, found, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if not found or scheme not in ("s3", "s3a", "s3n") or not bucket:
        raise SqlError("INVALID_TABLE_PROPERTY", f"Not an S3 location: {uri}")
    return bucket, key


class Objects:
    """S3 of one account and region."""

    def __init__(self, client: Any, cache: Path) -> None:
        self._client = client
        self.cache = cache

    def below(self, uri: str, restored: bool = False) -> list[StoredObject]:
        """Objects below a location that hold data: no folder markers, nothing whose name or folder is hidden.

        Of archived objects Athena reads those that are `restored`, and only if the table asks for it:
        https://docs.aws.amazon.com/athena/latest/ug/querying-glacier.html (read 2026-11).

        Raises:
            SqlError: HIVE_METASTORE_ERROR if the bucket is missing or may not be read.
        """
        bucket, prefix = split_uri(uri)
        if prefix and not prefix.endswith("/"):
            prefix += "/"
        return [
            o
            for o in self.list_all(bucket, prefix)
            if o.size
            and not _hidden(o.key[len(prefix) :])
            and (not o.archive or (restored and o.archive == "restored"))
        ]

    def list_all(self, bucket: str, prefix: str) -> Iterator[StoredObject]:
        """Every object whose key begins with `prefix`."""
        from rapid.emulator.state.s3.local import listed

        here = listed(bucket, prefix)
        if here is not None:
            yield from (StoredObject(bucket, *one) for one in here)
            return
        arguments: dict[str, Any] = {"Bucket": bucket, "Prefix": prefix, "OptionalObjectAttributes": ["RestoreStatus"]}
        while True:
            try:
                page = self._client.list_objects_v2(**arguments)
            except ClientError as error:
                raise _failure(error, f"s3://{bucket}/{prefix}") from error
            for item in page.get("Contents", ()):
                archive = "restored" if item.get("RestoreStatus") else "frozen"
                archive = archive if item.get("StorageClass") in _ARCHIVES else ""
                written = item["LastModified"].timestamp()
                yield StoredObject(bucket, item["Key"], item["Size"], item["ETag"], written, None, archive)
            if not page.get("IsTruncated"):
                return
            arguments["ContinuationToken"] = page["NextContinuationToken"]

    def find(self, uri: str) -> StoredObject | None:
        """One object, or None if there is none."""
        bucket, key = split_uri(uri)
        try:
            found = self._client.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NoSuchBucket"):
                return None
            raise _failure(error, uri) from error
        return StoredObject(bucket, key, found["ContentLength"], found["ETag"], found["LastModified"].timestamp())

    def followed(self, manifests: list[StoredObject]) -> list[StoredObject]:
        """The objects that lists of addresses name, one a line, as SymlinkTextInputFormat has it (Delta Lake, Hudi).

        Raises:
            SqlError: a line is no location in S3, or names nothing.
        """
        found: list[StoredObject] = []
        for manifest in manifests:
            for line in self.get(manifest.uri).decode().split():
                bucket, key = split_uri(line)
                named = next((o for o in self.list_all(bucket, key) if o.key == key), None)
                if named is None:
                    raise SqlError("HIVE_CANNOT_OPEN_SPLIT", f"Error opening Hive split {line}: NoSuchKey")
                found.append(named)
        return found

    def local(self, stored: StoredObject) -> Path | None:
        """The object's own file on this disk, as it is now, if there is one."""
        from rapid.emulator.state.s3.local import local_path

        return local_path(stored.bucket, stored.key)

    def path(self, stored: StoredObject) -> Path:
        """A local file with the object's bytes; its name ends like the key."""
        found = Path(stored.file) if stored.file else self.local(stored)
        if found is not None:
            return found
        digest = hashlib.sha256(f"{stored.uri} {stored.etag}".encode()).hexdigest()
        cached = self.cache / digest[:2] / f"{digest[2:40]}-{stored.key.rsplit('/', 1)[-1][-60:]}"
        if not cached.exists():
            cached.parent.mkdir(parents=True, exist_ok=True)
            partial = cached.with_name(cached.name + ".part")
            partial.write_bytes(self.get(stored.uri))
            partial.rename(cached)
        return cached

    def get(self, uri: str) -> bytes:
        bucket, key = split_uri(uri)
        try:
            body: bytes = self._client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            raise _failure(error, uri) from error
        return body

    def put(self, uri: str, body: bytes | Path, options: dict[str, str] | None = None) -> None:
        """Writes one object, from memory or from a file; `options` are further arguments of PutObject."""
        bucket, key = split_uri(uri)
        where = {"Bucket": bucket, "Key": key, **(options or {})}
        try:
            if isinstance(body, bytes):
                self._client.put_object(**where, Body=body)
            else:
                with body.open("rb") as source:
                    self._client.put_object(**where, Body=source)
        except ClientError as error:
            raise _failure(error, uri, "write") from error

    def delete(self, uris: list[str]) -> None:
        """Removes objects, a thousand at a time."""
        by_bucket: dict[str, list[str]] = {}
        for uri in uris:
            bucket, key = split_uri(uri)
            by_bucket.setdefault(bucket, []).append(key)
        for bucket, keys in by_bucket.items():
            for start in range(0, len(keys), _DELETED_AT_ONCE):
                doomed = [{"Key": k} for k in keys[start : start + _DELETED_AT_ONCE]]
                self._client.delete_objects(Bucket=bucket, Delete={"Objects": doomed, "Quiet": True})


def _hidden(relative: str) -> bool:
    return relative.endswith("/") or relative.startswith(("_", ".")) or "/_" in relative or "/." in relative


def _failure(error: ClientError, uri: str, action: str = "read") -> SqlError:
    code = error.response["Error"]["Code"]
    if action == "write":
        return SqlError("INVALID_OUTPUT_LOCATION", f"Unable to write to the output location {uri}: {code}")
    if code == "NoSuchBucket":
        return SqlError("HIVE_METASTORE_ERROR", f"The specified bucket does not exist (Path: {uri})")
    return SqlError("HIVE_CANNOT_OPEN_SPLIT", f"Error opening Hive split {uri}: {code}")
