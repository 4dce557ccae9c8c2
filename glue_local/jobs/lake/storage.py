"""S3 through boto3: listing, small documents, ranged reads. One bucket per `Bucket`."""

import io
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import boto3
from botocore.config import Config

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class S3Object:
    """One object version as listed. `etag` without its quotes."""

    key: str
    etag: str
    size: int

    @property
    def identity(self) -> str:
        return f"{self.key}.{self.etag}"


class Bucket:
    """The data bucket. Thread-safe."""

    def __init__(self, name: str) -> None:
        self.name = name

    @cached_property
    def client(self) -> Any:
        return boto3.client(
            "s3", config=Config(max_pool_connections=32, retries={"max_attempts": 5, "mode": "standard"})
        )

    def uri(self, key: str) -> str:
        return f"s3://{self.name}/{key}"

    def find(self, prefix: str) -> Iterator[S3Object]:
        """Every object under `prefix`, in key order."""
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix):
            for item in page.get("Contents", ()):
                yield S3Object(item["Key"], item["ETag"].strip('"'), item["Size"])

    def get(self, key: str) -> bytes:
        return bytes(self.client.get_object(Bucket=self.name, Key=key)["Body"].read())

    def head(self, key: str, length: int) -> bytes:
        """The first `length` bytes of an object that is not empty."""
        answer = self.client.get_object(Bucket=self.name, Key=key, Range=f"bytes=0-{length - 1}")
        return bytes(answer["Body"].read())

    def stream(self, key: str, chunk: int = 1 << 20) -> Iterator[bytes]:
        yield from self.client.get_object(Bucket=self.name, Key=key)["Body"].iter_chunks(chunk)

    def put(self, key: str, body: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=body)

    def put_json(self, key: str, document: Any) -> None:
        body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        self.client.put_object(Bucket=self.name, Key=key, Body=body, ContentType="application/json")

    def delete(self, keys: Iterable[str]) -> None:
        """Deletes objects; keys that do not exist are fine. They are few: one request each, several at a time."""

        def delete_one(key: str) -> None:
            self.client.delete_object(Bucket=self.name, Key=key)

        in_parallel(delete_one, keys)


class RangedFile(io.RawIOBase):
    """A seekable file over ranged GETs, for readers that need only parts of an object (Parquet, Arrow)."""

    def __init__(self, bucket: Bucket, item: S3Object) -> None:
        self.bucket, self.item, self.at = bucket, item, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.item.size}[whence]
        self.at = base + offset
        return self.at

    def readinto(self, buffer: Any) -> int:
        end = min(self.at + len(buffer), self.item.size)
        if end <= self.at:
            return 0
        span = f"bytes={self.at}-{end - 1}"
        body = self.bucket.client.get_object(Bucket=self.bucket.name, Key=self.item.key, Range=span)["Body"].read()
        buffer[: len(body)] = body
        self.at += len(body)
        return len(body)


def in_parallel(work: Callable[[T], R], items: Iterable[T], threads: int = 16) -> list[R]:
    """`work` over all items in threads, results in order; the first exception is raised."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, items))
