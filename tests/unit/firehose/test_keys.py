"""Names of objects: https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html."""

import re
from datetime import UTC, datetime

import pytest

from rapid.emulator.firehose import keys

MOMENT = datetime(2026, 8, 7, 6, 5, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("prefix", "wanted"),
    [
        ("", "2026/08/07/06/"),
        ("events/", "events/2026/08/07/06/"),
        ("events", "events2026/08/07/06/"),
        ("year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/", "year=2026/month=08/day=07/"),
        ("dt=!{timestamp:yyyy-MM-dd'T'HH}/", "dt=2026-08-07T06/"),
        ("!{timestamp:yy/M/d}/", "26/8/7/"),
        ("!{timestamp:HH:mm:ss}/", "06:05:04/"),
    ],
)
def test_prefixes(prefix: str, wanted: str) -> None:
    assert keys.prefix(prefix, MOMENT) == wanted


def test_error_prefixes_name_the_kind_of_failure() -> None:
    prefix = "failed/!{firehose:error-output-type}/!{timestamp:yyyy}/"
    assert keys.prefix(prefix, MOMENT, "processing-failed") == "failed/processing-failed/2026/"


def test_random_strings_differ() -> None:
    found = {keys.prefix("!{firehose:random-string}/!{timestamp:yyyy}", MOMENT) for _ in range(5)}
    assert len(found) == 5
    assert all(re.fullmatch(r"[A-Za-z0-9]{11}/2026", prefix) for prefix in found)


@pytest.mark.parametrize(
    "prefix", ["!{partitionKeyFromQuery:id}/", "!{timestamp:e}/", "!{firehose:error-output-type}/"]
)
def test_expressions_that_are_not_understood_are_refused(prefix: str) -> None:
    with pytest.raises(keys.UnknownExpressionError, match="is not supported"):
        keys.prefix(prefix, MOMENT)


def test_names() -> None:
    assert keys.name("lake", "1", MOMENT, ".gz").startswith("lake-1-2026-08-07-06-05-04-")
