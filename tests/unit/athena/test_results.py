"""Result files and the names of types, as pure functions."""

import io
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapid.emulator.athena import runs, stored
from rapid.emulator.athena.models import Execution
from rapid.emulator.athena.results import column_info, csv_line, metadata
from rapid.emulator.athena.sql.scope import Column
from rapid.emulator.athena.sql.types import GEOMETRY, Type, common, converts, parse_hive, to_hive
from rapid.emulator.athena.writing.fitting import assignable
from rapid.emulator.telling import Scope

CELLS = st.one_of(st.none(), st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=8))


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=5))
def test_what_is_written_is_read_back(rows: list[list[str | None]]) -> None:
    written = "".join(map(csv_line, rows)).encode()
    assert [row for row, _ in stored.csv_rows(io.BytesIO(written))] == rows


def test_null_and_the_empty_string_differ() -> None:
    assert csv_line([None, "", 'a "b"']) == ',"","a ""b"""\n'
    assert list(stored.csv_rows(io.BytesIO(b"\n"))) == [([None], 1)]


def test_a_result_object_is_read_page_by_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "_CHUNK", 7)  # rows and quotes are cut anywhere
    rows: list[list[str | None]] = [[str(n), None if n % 3 else 'é "x",\n' * (n % 4)] for n in range(25)]
    path = tmp_path / "r.csv"
    path.write_bytes("".join(map(csv_line, rows)).encode())
    place, found = stored.Place(), []
    while page := stored.page(path, None, place, 4):
        found += page[0]
        place = page[1]
        if len(page[0]) < 4:
            break
    assert found == rows
    assert place == stored.Place(25, path.stat().st_size)


def test_results_in_memory_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "_KEPT_BYTES", 10_000)
    kept = runs.Runs(None, timedelta(minutes=1), lambda _run, _state: None)  # type: ignore[arg-type]
    for number in range(20):
        kept.keep(str(number), [["x" * 100]], 100)
    assert kept.rows("0") is None
    assert kept.rows("19") == [["x" * 100]]
    kept.keep("large", [["x" * 20_000]], 20_000)
    assert kept.rows("large") is None
    assert kept.rows("19") is None
    kept.keep("small", [["y"]], 1)
    assert kept.rows("small") == [["y"]], "what was dropped is no longer counted"


def test_a_query_that_panics_ends() -> None:
    """A panic of Rust comes as a BaseException, which a pool of threads keeps to itself."""

    class PanicError(BaseException):
        pass

    class Engine:
        def connection(self) -> Any:
            return nullcontext(SimpleNamespace(forget=lambda: None))

    def panic(_run: Any) -> None:
        raise PanicError("attempt to divide by zero")

    made = runs.Runs(Engine(), timedelta(minutes=1), lambda _run, _state: None)  # type: ignore[arg-type]
    execution = Execution("1", "SELECT 1", "DML", "SELECT", "primary", "d", "AwsDataCatalog", "s3://b/1.csv", {})
    made.submit(execution, Scope("000000000000", "us-east-1"), panic)
    made.wait("1", 60)
    assert (execution.state, execution.reason) == (
        "FAILED",
        "GENERIC_INTERNAL_ERROR: PanicError: attempt to divide by zero",
    )
    made.stop_all()


def test_lines_have_the_header_that_the_object_lacks(tmp_path: Path) -> None:
    path = tmp_path / "r.txt"
    path.write_text("a\tb\n\nc\n")
    first, place = stored.page(path, ["plan"], stored.Place(), 2)
    assert first == [["plan"], ["a\tb"]]
    assert stored.page(path, ["plan"], place, 9) == ([[""], ["c"]], stored.Place(4, 7))


def test_metadata_is_protobuf_with_the_query_id_first() -> None:
    column = {
        "Name": "a",
        "Label": "a",
        "Type": "integer",
        "Precision": 10,
        "Scale": 0,
        "Nullable": "UNKNOWN",
        "CaseSensitive": False,
    }
    body = metadata("id-1", [column])
    assert body.startswith(b"\x0a\x04id-1\x22")
    assert b"\x32\x07integer\x38\x0a\x40\x00\x48\x03\x50\x00" in body


@pytest.mark.parametrize(
    "text",
    [
        "int",
        "string",
        "decimal(10,2)",
        "array<struct<a:int,b:map<string,double>>>",
        "varchar(5)",
        "timestamp",
        "binary",
    ],
)
def test_hive_types_survive_the_round_trip(text: str) -> None:
    assert to_hive(parse_hive(text)) == text


@pytest.mark.parametrize("text", ["nonsense", "array<>", "map<string>", "struct<a>", "int>"])
def test_what_is_no_hive_type_is_refused(text: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        parse_hive(text)


def test_coercions_are_trinos() -> None:
    integer, double, varchar, date = Type("integer"), Type("double"), Type("varchar"), Type("date")
    assert common(integer, Type("decimal", (5, 2))) == Type("decimal", (12, 2))
    assert common(Type("varchar", (3,)), Type("varchar", (5,))) == Type("varchar", (5,))
    assert common(date, varchar) is None
    assert converts(integer, double)
    assert not converts(double, integer)


@pytest.mark.parametrize(
    ("given", "wanted", "stored_"),
    [
        ("double", "decimal(8,4)", True),
        ("timestamp", "date", True),
        ("bigint", "double", True),
        ("date", "timestamp", True),
        ("bigint", "int", True),
        ("array<bigint>", "array<int>", True),
        ("struct<a:varchar(5)>", "struct<a:varchar(3)>", False),
        ("string", "date", False),
        ("bigint", "string", False),
        ("decimal(8,4)", "bigint", True),
        ("boolean", "int", False),
    ],
)
def test_what_insert_stores_without_a_cast(given: str, wanted: str, stored_: bool) -> None:
    """NumericTest and DateTimeCoercedToDateTimeTest of SQLAlchemy's dialect suite insert such values, and dbt-athena's
    test of too many partitions stores a bigint in an integer."""
    assert assignable(parse_hive(given), parse_hive(wanted)) == stored_


def test_names_of_types_are_small_in_results() -> None:
    """awswrangler makes GeoSeries of columns whose type is `geometry`."""
    assert [column_info(Column("c", kind))["Type"] for kind in (GEOMETRY, Type("real"), Type("bigint"))] == [
        "geometry",
        "float",
        "bigint",
    ]
