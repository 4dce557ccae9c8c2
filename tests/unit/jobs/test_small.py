"""Small data that the driver reads itself are the same rows that Spark reads from the files."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lake import reading, small
from lake.prepare import Source
from lake.sniff import Layout
from lake.storage import Bucket, S3Object
from pyspark.sql import types as T

SCHEMA = "id bigint, name string, amount double, day date, at timestamp, ok boolean, key binary"


class Folder(Bucket):
    """A bucket whose objects are files."""

    def __init__(self, path: Path) -> None:
        super().__init__("folder")
        self.path = path

    def get(self, key: str) -> bytes:
        return (self.path / key).read_bytes()

    def stream(self, key: str, chunk: int = 1 << 20) -> Iterator[bytes]:
        yield (self.path / key).read_bytes()

    def items(self) -> list[S3Object]:
        return [S3Object(file.name, "etag", file.stat().st_size) for file in sorted(self.path.iterdir())]


def test_parquet_files_of_different_columns(spark: Any, tmp_path: Path) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901)  # noqa: DTZ001 - as the jobs write it
    whole = {"id": [1, None], "name": ["ä", None], "amount": [1.5, None], "day": [date(1960, 2, 29), None]}
    whole |= {"at": [moment, None], "ok": [True, None], "key": [b"\0\xff", None], "more": ["x", "y"]}
    pq.write_table(pa.table(whole), tmp_path / "a.parquet")
    pq.write_table(pa.table({"name": ["later"], "id": pa.array([7], pa.int64())}), tmp_path / "b.parquet")
    schema = T._parse_datatype_string(SCHEMA)
    assert isinstance(schema, T.StructType)
    folder = Folder(tmp_path)
    ours = small.parquet_frame(spark, folder, folder.items(), schema)
    spark.conf.set("spark.sql.parquet.inferTimestampNTZ.enabled", "false")
    theirs = spark.read.schema(schema).parquet(str(tmp_path))
    assert ours.schema == theirs.schema
    assert sorted(ours.collect(), key=str) == sorted(theirs.collect(), key=str)
    assert small.parquet_frame(spark, folder, [], schema).collect() == []


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1}\n{"a":2}',
        b'{"a":1}\r\n\r\n{"a":"\xc3\xa4"}\r{"a":3}\n',
        b'\xef\xbb\xbf{"a":1}\n',
        b'{"a":"\xe2\x80\xa8"}\n',
    ],
    ids=["no last end", "every kind of end", "byte order mark", "a line separator in a text"],
)
def test_lines_are_split_as_spark_splits_them(spark: Any, tmp_path: Path, body: bytes) -> None:
    (tmp_path / "a.jsonl").write_bytes(body)
    folder = Folder(tmp_path)
    sources = [Source(item, item.key, item.size, Layout("jsonl", encoding="utf-8")) for item in folder.items()]
    ours = small.text_frame(spark, reading._lines_of(folder, sources), reading.LINES)
    theirs = [row["value"] for row in spark.read.text(str(tmp_path)).collect()]
    found = [(row["value"], row["__object"]) for row in ours.collect() if row["value"]]
    assert found == [(line, "a.jsonl") for line in theirs if line]
