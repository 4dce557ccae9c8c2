"""Pure parts of how Athena's tables are stored: strings, projection, compression, coercion."""

import bz2
from pathlib import Path

import pytest

from rapid.emulator.athena import hive
from rapid.emulator.athena.coercion import coercible
from rapid.emulator.athena.formats import DataFile, Reading
from rapid.emulator.athena.formats.unpacking import plain
from rapid.emulator.athena.hive import Words
from rapid.emulator.athena.hive.words import is_sql, unescape
from rapid.emulator.athena.partitions import expression, spec
from rapid.emulator.athena.projection import strftime_of, values
from rapid.emulator.athena.sql.errors import MalformedQueryError, SqlError
from rapid.emulator.athena.sql.scope import Column
from rapid.emulator.athena.sql.types import VARCHAR, parse_hive
from rapid.emulator.athena.statements import classify


@pytest.mark.parametrize(
    ("body", "expected"),
    [(r"\t", "\t"), (r"\001", "\x01"), (r"\u0041", "A"), (r"\\S+\'", r"\S+'"), (r"\d", "d"), (r"a\%b", r"a\%b")],
)
def test_strings_of_hive_are_unescaped(body: str, expected: str) -> None:
    assert unescape(body) == expected


def test_a_backslash_is_an_escape_in_hive_and_a_character_in_trino() -> None:
    assert not is_sql("-- note\nCREATE EXTERNAL TABLE t (a int)")
    assert is_sql("/* x */ create or replace view v AS SELECT 1")
    words = Words(r"CREATE TABLE t WITH (field_delimiter = '\') AS SELECT '\' AS x")
    words.expect("CREATE", "TABLE")
    made = hive.create_table_as(words)
    assert made.query == r"SELECT '\' AS x"


def test_a_quote_behind_a_backslash_does_not_end_a_string_of_hive() -> None:
    text = 'CREATE EXTERNAL TABLE t (a int) ROW FORMAT SERDE \'x\' WITH SERDEPROPERTIES ("quoteChar"="\\"") LOCATION \'s3://b/\';'
    statement = classify(text)
    assert statement.substatement == "CREATE_TABLE"
    assert not statement.text.endswith(";")
    with pytest.raises(MalformedQueryError):
        classify("DROP TABLE a; DROP TABLE b")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("yyyy/MM/dd/HH", "%Y/%m/%d/%H"),
        ("yyyyMMdd", "%Y%m%d"),
        ("'day='yyyy-MM-dd''''", "day=%Y-%m-%d'"),
        ("d-MMM-yy", "%-d-%b-%y"),
    ],
)
def test_date_formats_of_projection(pattern: str, expected: str) -> None:
    assert strftime_of(pattern) == expected


def test_values_of_projection() -> None:
    key = Column("k", VARCHAR)
    given = {"type": "integer", "range": "1,7", "interval": "3", "digits": "3"}
    assert values(key, {f"projection.k.{n}": v for n, v in given.items()}, []) == ["001", "004", "007"]
    given = {"type": "date", "range": "2020-01,2020-12", "format": "yyyy-MM", "interval": "5"}
    assert values(key, {f"projection.k.{n}": v for n, v in given.items()}, []) == ["2020-01", "2020-06", "2020-11"]
    given = {
        **given,
        "range": "2020-01-31,2020-04-30",
        "format": "yyyy-MM-dd",
        "interval": "1",
        "interval.unit": "MONTHS",
    }
    dates = values(key, {f"projection.k.{n}": v for n, v in given.items()}, [])
    assert dates == ["2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30"]
    with pytest.raises(SqlError, match=r"interval\.unit"):
        values(key, {"projection.k.type": "date", "projection.k.range": "2020,2021", "projection.k.format": "yyyy"}, [])
    with pytest.raises(SqlError, match="static equality"):
        values(key, {"projection.k.type": "injected"}, [])


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [("int", "bigint", True), ("bigint", "int", False), ("int", "string", True), ("string", "int", True),
     ("array<int>", "array<bigint>", True), ("array<int>", "int", False), ("float", "double", True)],
)  # fmt: skip
def test_types_of_partitions_that_the_table_can_take(source: str, target: str, expected: bool) -> None:
    assert coercible(parse_hive(source), parse_hive(target)) is expected


def test_text_that_duckdb_does_not_unpack(tmp_path: Path) -> None:
    packed = tmp_path / "a.csv.bz2"
    packed.write_bytes(bz2.compress(b"1,a\n"))
    reading = Reading(None, tmp_path, (), [])
    (found,) = plain(reading, [DataFile("s3://b/a.csv.bz2", str(packed), 1)])
    assert Path(found.path).read_bytes() == b"1,a\n"
    packed = tmp_path / "b.snappy"
    packed.write_bytes(b"\x00\x00\x00\x09nonsense")
    with pytest.raises(SqlError, match="not snappy"):
        plain(reading, [DataFile("s3://b/b.snappy", str(packed), 1)])
    with pytest.raises(SqlError, match=r"\.lzo is not supported"):
        plain(reading, [DataFile("s3://b/c.lzo", str(tmp_path / "c.lzo"), 1)])


def test_a_partition_is_a_folder() -> None:
    assert spec(["dt", "k"], ["2020-01-01", "a/b=c:d"]) == "dt=2020-01-01/k=a%2Fb%3Dc%3Ad"


@pytest.mark.parametrize(
    ("predicates", "expected"),
    [
        (["""(r1."dt" = 'x''y')""", """(r1."h" <= 3)"""], ("dt = 'x''y' AND h <= 3", True)),
        (["""(r1."d" = CAST('2020-01-01' AS DATE))"""], ("d = '2020-01-01'", True)),
        (["""((r1."dt" >= 'a') AND (r1."dt" <= 'b'))"""], ("dt >= 'a' AND dt <= 'b'", True)),
        (["""(r1."h" IN (1, 2))"""], ("h IN (1, 2)", True)),
        (["""(r1."h" IN (1, 2))""", """((r1."h" % 2) = 0)"""], ("h IN (1, 2)", False)),
        (["""(r1."dt" LIKE 'a%')""", """((r1."dt" = 'x') OR (r1."dt" = 'y'))""", """(r2."dt" = 'x')"""], ("", False)),
        (["(r1.\"dt\" = '" + 3000 * "x" + "')"], ("", False)),
    ],
)  # fmt: skip
def test_what_glue_can_tell_apart_itself(predicates: list[str], expected: tuple[str, bool]) -> None:
    assert expression("r1", predicates) == expected
