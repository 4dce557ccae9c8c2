"""Lists of keys that take several pages: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html."""

from collections.abc import Callable
from typing import Any

import pytest

KEYS = sorted(
    [f"day=2026-01-{day:02}/part {day}+.csv" for day in range(1, 12)]
    + ["a&b", "é/ü", "日本", "plain", "c%20d", "😀"]
)  # fmt: skip


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "versioned"])
def bucket(aws: Callable[[str], Any], request: pytest.FixtureRequest) -> str:
    s3, name = aws("s3"), f"pages-{request.param}".lower()
    s3.create_bucket(Bucket=name)
    if request.param:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for key in KEYS:
        s3.put_object(Bucket=name, Key=key, Body=b"")
        s3.create_multipart_upload(Bucket=name, Key=key)
    return name


@pytest.mark.parametrize(
    ("operation", "member"),
    [
        ("list_objects", "Contents"),
        ("list_objects_v2", "Contents"),
        ("list_object_versions", "Versions"),
        ("list_multipart_uploads", "Uploads"),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 100])
def test_every_key_comes_once_whatever_is_in_it(
    aws: Callable[[str], Any], bucket: str, operation: str, member: str, size: int
) -> None:
    pages = aws("s3").get_paginator(operation).paginate(Bucket=bucket, PaginationConfig={"PageSize": size})
    assert [found["Key"] for page in pages for found in page.get(member, [])] == KEYS


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2", "list_object_versions"])
def test_folders_come_once_too(aws: Callable[[str], Any], bucket: str, operation: str) -> None:
    pages = aws("s3").get_paginator(operation).paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": 2})
    folders = [found["Prefix"] for page in pages for found in page.get("CommonPrefixes", [])]
    assert folders == sorted({key.partition("/")[0] + "/" for key in KEYS if "/" in key})


def test_a_list_begins_after_a_key_and_below_a_prefix(aws: Callable[[str], Any], bucket: str) -> None:
    found = aws("s3").list_objects_v2(Bucket=bucket, Prefix="day=2026-01-0", StartAfter="day=2026-01-08/part 8+.csv")
    assert [item["Key"] for item in found["Contents"]] == ["day=2026-01-09/part 9+.csv"]
    assert (found["Prefix"], found["StartAfter"]) == ("day=2026-01-0", "day=2026-01-08/part 8+.csv")
