"""Objects of S3 as a crawler reads them: listed below an include path, opened, decompressed, the beginning taken."""

import bz2
import gzip
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from rapid.emulator.glue.crawling.globs import excluder
from rapid.emulator.glue.errors import InvalidInputException
from rapid.emulator.unpacking import snappy

COLD = ("GLACIER", "DEEP_ARCHIVE")
"""Storage classes that a crawler skips."""
MAGIC = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"PK\x03\x04": "zip",
    b"\x04\x22\x4d\x18": "lz4",
    b"\x28\xb5\x2f\xfd": "zstd",
}


def split(path: str) -> tuple[str, str]:
    """Bucket and key of `s3://bucket/key`; the scheme may be left out, and `s3a` and `s3n` mean the same.

    Raises:
        InvalidInputException: no bucket in it.
    """
    _, scheme, rest = path.rpartition("://")
    bucket, _, key = rest.partition("/")
    if not bucket or (scheme and not path.startswith(("s3://", "s3a://", "s3n://"))):
        raise InvalidInputException(f"The path {path!r} is not a location in Amazon S3.")
    return bucket, key


@dataclass
class Stored:
    """One object.

    Attributes:
        folders: its path below the include path, without its name.
        etag: of its content.
    """

    bucket: str
    key: str
    size: int
    folders: tuple[str, ...]
    name: str
    etag: str
    client: Any = field(repr=False)

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    @property
    def base(self) -> str:
        """The include path's part of the URI, with a slash at its end."""
        below = "/".join((*self.folders, self.name))
        return self.uri.removesuffix(below)

    def open(self) -> IO[bytes]:
        """Its bytes, as they are stored: read in place where S3 keeps them, or else fetched."""
        from rapid.emulator.state.s3.local import local_path

        path = local_path(self.bucket, self.key)
        if path is not None:
            return path.open("rb")
        body = self.client.get_object(Bucket=self.bucket, Key=self.key)["Body"]
        fetched: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        for chunk in body.iter_chunks(2**20):
            fetched.write(chunk)
        fetched.seek(0)
        return fetched


def listing(client: Any, path: str, exclusions: list[str]) -> Iterator[Stored]:
    """Objects with data below an include path, or the object that it names.

    Left out: empty ones, hidden ones (`_` or `.` before a name), excluded ones, archived ones.

    Raises:
        ClientError: NoSuchBucket, AccessDenied.
    """
    bucket, prefix = split(path)
    excluded = excluder(exclusions)
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", ()):
            key = item["Key"]
            below = _below(key, prefix)
            if below is None or not item["Size"] or item.get("StorageClass") in COLD:
                continue
            parts = below.split("/")
            if key.endswith("/") or any(part.startswith(("_", ".")) for part in parts) or excluded(below):
                continue
            yield Stored(bucket, key, item["Size"], tuple(parts[:-1]), parts[-1], item["ETag"], client)


def _below(key: str, prefix: str) -> str | None:
    """The part of a key below an include path; None if it only begins with the same letters."""
    if key == prefix:
        return key.rpartition("/")[2]
    folder = prefix if not prefix or prefix.endswith("/") else prefix + "/"
    return key.removeprefix(folder) if key.startswith(folder) else None


def compression(head: bytes, name: str) -> str:
    """The compression of a file by its first bytes, Snappy by its name: `none`, `gzip`, `bzip2`, ..."""
    for magic, kind in MAGIC.items():
        if head.startswith(magic):
            return kind
    return "snappy" if Path(name).suffix in (".snappy", ".sz") else "none"


def beginning(file: IO[bytes], kind: str, size: int) -> bytes:
    """The first `size` bytes of a file's content.

    Raises:
        OSError: it is not what its compression says, or damaged.
    """
    file.seek(0)
    match kind:
        case "none":
            return file.read(size)
        case "gzip":
            return gzip.GzipFile(fileobj=file).read(size)
        case "bzip2":
            return bz2.BZ2File(file).read(size)
        case "zip":
            with zipfile.ZipFile(file) as archive:
                members = [m for m in archive.infolist() if not m.is_dir()]
                if len(members) != 1:
                    raise OSError("A ZIP archive must have a single file in it.")
                return archive.open(members[0]).read(size)
        case "snappy":
            return snappy(file.read())[:size]
    import pyarrow as pa

    packed = pa.BufferReader(file.read())
    with pa.CompressedInputStream(packed, kind) as stream:
        head = bytes(stream.read(size))
        file.seek(packed.tell())  # as far as was read for it
    return head
