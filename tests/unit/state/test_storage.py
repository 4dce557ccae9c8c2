import io
from pathlib import Path

import pytest
from localstack.services.s3.models import S3Multipart, S3Object, S3Part

from rapid.emulator.state.s3.storage import GRACE_SECONDS, FileStore


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    files = FileStore(tmp_path)
    files.create_bucket("bucket")
    return files


def put(store: FileStore, key: str, body: bytes) -> S3Object:
    obj = S3Object(key)
    with store.open("bucket", obj, "w") as stored:
        stored.write(io.BytesIO(body))
    return obj


def test_names_end_like_the_key_and_stay_inside(store: FileStore, tmp_path: Path) -> None:
    for key in ("../../etc/passwd", "a/b/part-0.csv.gz", "x" * 1024, "..", "ü/é\n"):
        path = store.path("bucket", put(store, key, b"1"))
        assert path.resolve().is_relative_to(tmp_path / "bucket")
    assert store.path("bucket", put(store, "dt=2026-01-01/p.csv.gz", b"")).name.endswith("-p.csv.gz")


def test_an_open_reader_keeps_its_version(store: FileStore) -> None:
    old = put(store, "k", b"old")
    reader = store.open("bucket", old)
    put(store, "k", b"new")
    store.remove("bucket", old)
    assert reader.read() == b"old"


def test_files_are_deleted_after_the_grace_period(tmp_path: Path) -> None:
    now = [0.0]
    store = FileStore(tmp_path, clock=lambda: now[0])
    store.create_bucket("bucket")
    first, second = put(store, "a", b"1"), put(store, "b", b"2")
    store.remove("bucket", first)
    assert store.path("bucket", first).exists()
    now[0] = GRACE_SECONDS
    store.remove("bucket", second)
    assert not store.path("bucket", first).exists()
    assert store.path("bucket", second).exists()


def test_copy_shares_bytes_and_outlives_its_source(store: FileStore) -> None:
    source, target = put(store, "a", b"bytes"), S3Object("b")
    with store.copy("bucket", source, "bucket", target) as copied:
        assert copied.etag == source.etag
    store.path("bucket", source).unlink()
    assert store.open("bucket", target).read() == b"bytes"


def test_multipart_joins_the_parts_in_order(store: FileStore) -> None:
    upload = S3Multipart("whole")
    multipart = store.get_multipart("bucket", upload)
    parts = [S3Part(number) for number in (1, 2)]
    for part, body in zip(parts, (b"first", b"second"), strict=True):
        with multipart.open(part, "w") as stored:
            stored.write(io.BytesIO(body))
    multipart.complete_multipart(parts)
    assert store.open("bucket", upload.object).read() == b"firstsecond"
    assert upload.object.size == 11


def test_sweep_keeps_only_what_is_named(store: FileStore) -> None:
    kept, orphan = put(store, "a", b"1"), put(store, "b", b"2")
    store.sweep("bucket", {kept.local_file}, set())
    assert store.path("bucket", kept).exists()
    assert not store.path("bucket", orphan).exists()
