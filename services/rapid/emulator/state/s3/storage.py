"""LocalStack's S3 storage interface on plain files.

Layout: `<root>/<bucket>/<2 hex>/<unique>-<end of key>` for objects, `<root>/<bucket>/uploads/<upload>/<part>-<unique>`
for parts.
The name of an object's file is its `S3Object.local_file`, relative to the bucket's folder.
"""

import base64
import hashlib
import itertools
import os
import re
import shutil
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from io import UnsupportedOperation
from pathlib import Path
from typing import IO, Any, BinaryIO, Literal

from localstack.aws.api.s3 import ChecksumType
from localstack.services.s3.constants import S3_CHUNK_SIZE
from localstack.services.s3.models import S3Multipart, S3Object, S3Part
from localstack.services.s3.storage.core import (
    LimitedStream,
    S3ObjectStore,
    S3StoredMultipart,
    S3StoredObject,
    should_copy_in_place,
)
from localstack.services.s3.utils import ObjectRange, get_s3_checksum

Mode = Literal["r", "w"]
GRACE_SECONDS = 30.0
"""How long a file outlives its object, for readers that looked its path up just before."""

_PROCESS = uuid.uuid4().hex[:12]
_numbers = itertools.count()  # with `_PROCESS` unique, and cheaper than a uuid per object

_MULTIPART_ETAG = "-"


class StoredFile(S3StoredObject):
    """One open object or part. Written once, from the start; read at any position."""

    def __init__(self, s3_object: S3Object | S3Part, path: Path, mode: Mode) -> None:
        super().__init__(s3_object, mode)
        self._file: BinaryIO = path.open("w+b" if mode == "w" else "rb")
        self._hash: Any = None
        self.known_checksum: str | None = None

    def write(self, s: IO[bytes] | S3StoredObject | None) -> int:
        """Replaces the content with the stream's; sets size, ETag and modification stamp of the object."""
        self._require_write()
        self._file.seek(0)
        self._file.truncate()
        algorithm = self.s3_object.checksum_algorithm
        self._hash = get_s3_checksum(algorithm) if algorithm else None
        md5 = hashlib.md5(usedforsecurity=False)
        while s is not None and (data := s.read(S3_CHUNK_SIZE)):
            self._file.write(data)
            md5.update(data)
            if self._hash:
                self._hash.update(data)
        size = self._file.tell()
        self._file.flush()
        self._file.seek(0)
        self.s3_object.size = size
        self.s3_object.etag = md5.hexdigest()
        self.s3_object.internal_last_modified = time.time_ns()
        return size

    def append(self, part: "StoredFile") -> int:
        """Adds a part's bytes at the end, in the kernel where it can. Returns how many."""
        self._require_write()
        before = self._file.tell()
        shutil.copyfileobj(part._file, self._file, 1 << 20)  # noqa: SLF001 - same class
        size = self._file.tell()
        self._hash = None
        self.s3_object.size = size
        self.s3_object.internal_last_modified = time.time_ns()
        return int(size - before)

    def _require_write(self) -> None:
        if self._mode != "w":
            raise UnsupportedOperation("this S3 object is open for reading")

    def read(self, s: int = -1) -> bytes:
        return self._file.read(s)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def truncate(self, size: int | None = None) -> int:
        self._require_write()
        self.s3_object.internal_last_modified = time.time_ns()
        return self._file.truncate(size)

    def close(self) -> None:
        self._file.close()
        self.closed = True

    @property
    def last_modified(self) -> int:
        """Always that of the object: its file never changes, so a reader cannot see another version."""
        return int(self.s3_object.internal_last_modified)

    @property
    def checksum(self) -> str | None:
        algorithm = self.s3_object.checksum_algorithm
        if not algorithm:
            return None
        if self.known_checksum:
            return self.known_checksum
        if self._hash is None:
            self._hash = get_s3_checksum(algorithm)
            self._digest(self._hash)
        return base64.b64encode(self._hash.digest()).decode()

    @property
    def etag(self) -> str:
        """The content's MD5, computed where the object's own ETag is not one (multipart): a copy has a plain one."""
        etag: str | None = self.s3_object.etag
        if not etag or _MULTIPART_ETAG in etag:
            md5 = hashlib.md5(usedforsecurity=False)
            self._digest(md5)
            etag = md5.hexdigest()
        return etag

    def _digest(self, into: Any) -> None:
        position = self._file.tell()
        self._file.seek(0)
        while data := self._file.read(S3_CHUNK_SIZE):
            into.update(data)
        self._file.seek(position)

    def __iter__(self) -> Iterator[bytes]:
        while data := self._file.read(S3_CHUNK_SIZE):
            yield data


class StoredMultipart(S3StoredMultipart):
    """The parts of one upload, each a file until the upload is completed or aborted."""

    def __init__(self, store: "FileStore", bucket: str, upload: S3Multipart) -> None:
        super().__init__(store, bucket, upload)
        self._folder = store.upload_folder(bucket, upload.id)
        self._folder.mkdir(parents=True, exist_ok=True)

    def open(self, s3_part: S3Part, mode: Mode = "r") -> StoredFile:
        if mode == "w":
            s3_part.local_file = f"{int(s3_part.part_number)}-{_PROCESS}-{next(_numbers):x}"
        return StoredFile(s3_part, self._folder / s3_part.local_file, mode)

    def remove_part(self, s3_part: S3Part) -> None:
        (self._folder / s3_part.local_file).unlink(missing_ok=True)

    def complete_multipart(self, parts: list[S3Part]) -> None:
        with self._s3_store.open(self.bucket, self.s3_multipart.object, mode="w") as whole:
            for part in parts:
                with self.open(part) as stored:
                    whole.append(stored)

    def close(self) -> None:
        """Parts hold no resources between calls."""

    def copy_from_object(
        self, s3_part: S3Part, src_bucket: str, src_s3_object: S3Object, range_data: ObjectRange | None
    ) -> None:
        with self._s3_store.open(src_bucket, src_s3_object) as source, self.open(s3_part, "w") as part:
            part.write(LimitedStream(source, range_data=range_data) if range_data else source)
            if s3_part.checksum_algorithm:
                s3_part.checksum_value = part.checksum


class FileStore(S3ObjectStore):
    """Objects as immutable files below `root`."""

    def __init__(self, root: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.root_directory = str(root)
        self._root = root
        self._clock = clock
        self._trash: deque[tuple[float, Path]] = deque()
        root.mkdir(parents=True, exist_ok=True)

    def path(self, bucket: str, s3_object: S3Object) -> Path:
        local_file: str = s3_object.local_file
        return self.folder(bucket) / local_file

    def folder(self, bucket: str) -> Path:
        """Where a bucket's files are."""
        return self._root / bucket

    def upload_folder(self, bucket: str, upload_id: str) -> Path:
        return self._root / bucket / "uploads" / hashlib.sha256(upload_id.encode()).hexdigest()[:32]

    def open(self, bucket: str, s3_object: S3Object, mode: Mode = "r") -> StoredFile:
        if mode == "r":
            return StoredFile(s3_object, self.path(bucket, s3_object), mode)
        s3_object.local_file = _new_name(s3_object.key)
        path = self.path(bucket, s3_object)
        try:
            return StoredFile(s3_object, path, mode)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            return StoredFile(s3_object, path, mode)

    def remove(self, bucket: str, s3_object: S3Object | list[S3Object]) -> None:
        for each in s3_object if isinstance(s3_object, list) else [s3_object]:
            self.discard(bucket, each.local_file)

    def discard(self, bucket: str, local_file: str) -> None:
        """Deletes a file that no object has any more, once readers that just looked it up are done."""
        now = self._clock()
        self._trash.append((now + GRACE_SECONDS, self._root / bucket / local_file))
        while self._trash and self._trash[0][0] <= now:
            try:
                self._trash.popleft()[1].unlink(missing_ok=True)
            except IndexError:  # another thread took the last one
                return

    def copy(self, src_bucket: str, src_object: S3Object, dest_bucket: str, dest_object: S3Object) -> StoredFile:
        """Both objects share the bytes: the files are immutable, so a hard link is a copy."""
        dest_object.internal_last_modified = time.time_ns()
        if should_copy_in_place(src_bucket, src_object, dest_bucket, dest_object):
            dest_object.local_file = src_object.local_file
        else:
            dest_object.local_file = _new_name(dest_object.key)
            target = self.path(dest_bucket, dest_object)
            target.parent.mkdir(parents=True, exist_ok=True)
            _link(self.path(src_bucket, src_object), target)
        dest_object.etag = src_object.etag
        copy = self.open(dest_bucket, dest_object)
        same_algorithm = src_object.checksum_algorithm == dest_object.checksum_algorithm
        if same_algorithm and src_object.checksum_type == ChecksumType.FULL_OBJECT:
            copy.known_checksum = src_object.checksum_value
        return copy

    def get_multipart(self, bucket: str, s3_multipart: S3Multipart) -> StoredMultipart:
        return StoredMultipart(self, bucket, s3_multipart)

    def remove_multipart(self, bucket: str, s3_multipart: S3Multipart) -> None:
        """Does nothing yet: the parts are deleted by `forget_upload`, once the journal no longer names the upload."""

    def forget_upload(self, bucket: str, upload_id: str) -> None:
        shutil.rmtree(self.upload_folder(bucket, upload_id), ignore_errors=True)

    def create_bucket(self, bucket: str) -> None:
        (self._root / bucket).mkdir(exist_ok=True)

    def delete_bucket(self, bucket: str) -> None:
        shutil.rmtree(self._root / bucket, ignore_errors=True)

    def sweep(self, bucket: str, keep: set[str], uploads: set[str]) -> None:
        """Deletes what a killed process left behind: files that no object of the bucket names, parts of no upload."""
        folder = self._root / bucket
        kept_uploads = {self.upload_folder(bucket, upload).name for upload in uploads}
        for upload in _entries(folder / "uploads"):
            if upload.name not in kept_uploads:
                shutil.rmtree(upload.path, ignore_errors=True)
        for shard in _entries(folder):
            if len(shard.name) == 2:
                for file in _entries(Path(shard.path)):
                    if f"{shard.name}/{file.name}" not in keep:
                        Path(file.path).unlink(missing_ok=True)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)


def _new_name(key: str) -> str:
    """A name of its own for a new file. It ends like the key, since readers tell formats by the ending."""
    identity = f"{next(_numbers):x}"
    end = re.sub(r"[^A-Za-z0-9._=-]", "_", key.rsplit("/", 1)[-1])[-80:]
    return f"{identity[-2:]:0>2}/{_PROCESS}-{identity}-{end}"
