"""The path of an object on this machine, for engines that read it where it lies (DuckDB). Emulator process only."""

from pathlib import Path
from typing import NamedTuple

from rapid.emulator.state.s3.storage import FileStore

_files: FileStore | None = None


def use(files: FileStore) -> None:
    """Called by the S3 plugin with the storage in use."""
    global _files  # noqa: PLW0603 - one S3 per process, as in LocalStack
    _files = files


def local_path(bucket: str, key: str) -> Path | None:
    """Where the current version of an object lies.

    The file never changes, and outlives an overwrite or delete of its object by half a minute. Its name ends like the
    key, so that formats and compression can be told by it. Callers must not write to it.

    Returns:
        None if there is no such object, if only its key's holder may read it (SSE-C), or if S3 has not started.
    """
    from localstack.services.s3.models import S3Object

    from rapid.emulator.state.s3.metadata import find_bucket

    found_bucket = find_bucket(bucket)
    found = found_bucket.objects.get(key) if found_bucket else None
    if _files is None or not isinstance(found, S3Object) or found.sse_key_hash:
        return None
    return _files.path(bucket, found)


class Listed(NamedTuple):
    """What ListObjectsV2 tells of an object, and where its bytes are.

    Attributes:
        etag: with its quotes.
        modified: when it was written, seconds since 1970.
        path: its file, as `local_path` gives it; None where that gives None.
        archive: `frozen` or `restored` if its storage class is an archive.
    """

    key: str
    size: int
    etag: str
    modified: float
    path: str | None
    archive: str = ""


def listed(bucket: str, prefix: str) -> list[Listed] | None:
    """A bucket's objects below a prefix, by key; a hundred times faster than ListObjectsV2.

    Returns:
        None if there is no such bucket here.
    """
    from localstack.services.s3.constants import ARCHIVES_STORAGE_CLASSES
    from localstack.services.s3.models import S3Object

    from rapid.emulator.state.s3.keys import starting
    from rapid.emulator.state.s3.metadata import find_bucket

    found_bucket = find_bucket(bucket)
    if _files is None or found_bucket is None:
        return None
    folder, archives = f"{_files.folder(bucket)}/", set(ARCHIVES_STORAGE_CLASSES)
    return [
        Listed(
            o.key,
            o.size or 0,
            f'"{o.etag}"',
            o.last_modified.timestamp(),
            None if o.sse_key_hash else folder + o.local_file,
            "" if o.storage_class not in archives else "restored" if o.restore else "frozen",
        )
        for o in starting(found_bucket.objects, prefix)
        if isinstance(o, S3Object)
    ]
