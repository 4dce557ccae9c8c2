"""Hive's hash of buckets: equal to Java's `hashCode` for these types."""

from pathlib import Path

import pytest

from rapid.emulator.athena.buckets import bucket_sql, needed
from rapid.emulator.athena.engine import Engine
from rapid.emulator.athena.objects import StoredObject
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import Column, Scan, Table, Typed
from rapid.emulator.athena.sql.types import BIGINT, BOOLEAN, DATE, DOUBLE, INTEGER, REAL, VARCHAR, Type, decimal

MANY = 2**31 - 1
HASHES = [
    ("'foo'", VARCHAR, 101574),
    ("'é'", VARCHAR, (31 * -61 - 87) & 0x7FFFFFFF),
    ("5", INTEGER, 5),
    ("-5", INTEGER, -5 & 0x7FFFFFFF),
    ("-1", BIGINT, 0),
    ("8589934593", BIGINT, 3),
    ("true", BOOLEAN, 1),
    ("DATE '1970-01-11'", DATE, 10),
    ("1.5", DOUBLE, 1073217536),
    ("1.5", REAL, 1069547520),
    ("NULL", VARCHAR, 0),
]


@pytest.mark.parametrize(("value", "kind", "expected"), HASHES)
def test_a_value_has_the_hash_that_java_gives_it(tmp_path: Path, value: str, kind: Type, expected: int) -> None:
    with Engine([], tmp_path).connection() as connection:
        sql = bucket_sql([Typed(f"CAST({value} AS {kind.duckdb()})", kind)], MANY)
        assert connection.rows(f"SELECT {sql}") == [(expected % MANY,)]


def test_several_columns_are_combined_as_hive_does(tmp_path: Path) -> None:
    with Engine([], tmp_path).connection() as connection:
        sql = bucket_sql([Typed("CAST(7 AS INTEGER)", INTEGER), Typed("'a'", VARCHAR)], 1000)
        assert connection.rows(f"SELECT {sql}") == [((7 * 31 + 97) % 1000,)]


def test_a_type_without_a_hash_is_refused() -> None:
    with pytest.raises(SqlError, match="not supported for Hive type: decimal"):
        bucket_sql([Typed("x", decimal(3, 1))], 4)


FILES = [StoredObject("b", f"t/{name}", 1, "e") for name in ("000000_0", "a_bucket-00001.csv", "part-7", "000002_0")]


@pytest.mark.parametrize(
    ("predicates", "parameters", "kept"),
    [
        (['(r0."id" = 1)'], {}, ["a_bucket-00001.csv", "part-7"]),
        (['(r0."id" IN (0, 5))'], {}, ["000000_0", "part-7", "000002_0"]),
        (['(r0."id" > 1)'], {}, ["000000_0", "a_bucket-00001.csv", "part-7", "000002_0"]),
        (['(r0."id" = 1)'], {"bucketing_format": "spark"}, ["000000_0", "a_bucket-00001.csv", "part-7", "000002_0"]),
    ],
)
def test_a_scan_needs_the_files_of_its_buckets(
    predicates: list[str], parameters: dict[str, str], kept: list[str]
) -> None:
    source = {"StorageDescriptor": {"BucketColumns": ["id"], "NumberOfBuckets": 3}, "Parameters": parameters}
    table = Table("d", "t", (Column("id", INTEGER),), source=source, pruning=("id",))
    scan = Scan(0, table, "r0", predicates=predicates)
    assert [f.key.removeprefix("t/") for f in needed(scan, FILES)] == kept
