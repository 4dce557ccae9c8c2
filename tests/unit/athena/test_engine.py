"""DuckDB as the engine sets it up."""

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from rapid.emulator.athena.engine import Connection, Engine, StoppedError
from rapid.emulator.athena.sql.scope import Typed
from rapid.emulator.athena.sql.shown import text
from rapid.emulator.athena.sql.types import Type


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine([], tmp_path_factory.mktemp("engine"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0.0", "0.0"), ("-1.5", "-1.5"), ("0.001", "0.001"), ("9999999.0", "9999999.0"),
        ("1e7", "1.0E7"), ("-12345678.25", "-1.234567825E7"), ("120000000", "1.2E8"), ("1e20", "1.0E20"),
        ("-2.5e300", "-2.5E300"), ("0.0001", "1.0E-4"), ("-0.00012", "-1.2E-4"), ("1.5e-7", "1.5E-7"),
        ("1e-300", "1.0E-300"), ("'nan'", "NaN"), ("'inf'", "Infinity"), ("'-inf'", "-Infinity"), ("NULL", None),
    ],
)  # fmt: skip
def test_doubles_are_shown_as_java_does(engine: Engine, value: str, shown: str | None) -> None:
    """https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/lang/Double.html#toString(double)"""
    with engine.connection() as connection:
        assert connection.rows(f"SELECT {text(Typed(f'CAST({value} AS DOUBLE)', Type('double')))}") == [(shown,)]


def test_a_look_at_footers_is_no_scan(tmp_path: Path) -> None:
    engine = Engine([tmp_path], tmp_path / "work")
    with engine.connection() as connection:
        path = engine.work / "t.parquet"
        connection.execute(f"COPY (SELECT range AS a FROM range(1000)) TO '{path}'")
        before = connection.bytes_read
        assert connection.look(f"SELECT count(*) FROM parquet_schema('{path}')") == [(2,)]
        assert connection.bytes_read == before
        assert connection.rows(f"SELECT count(*) FROM read_parquet('{path}')") == [(1000,)]
        assert connection.bytes_read == before, "the footer was read once"
        assert connection.rows(f"SELECT sum(a) FROM read_parquet('{path}')") == [(499500,)]
        assert connection.bytes_read > before


class LateCursor:
    """A cursor whose statement begins a moment after it was interrupted: too late for DuckDB to notice."""

    def __init__(self, cursor: Any) -> None:
        self._cursor, self._interrupted = cursor, threading.Event()
        self.connection = Connection(self)

    def interrupt(self) -> None:
        self._cursor.interrupt()
        self._interrupted.set()

    def execute(self, sql: str) -> None:
        self.connection.stop()
        self._interrupted.wait()
        self._cursor.execute(sql)


def test_a_stop_just_before_the_statement_begins_is_not_lost(engine: Engine) -> None:
    with engine.connection() as real:
        late = LateCursor(real._cursor)
        try:
            with pytest.raises(StoppedError):
                late.connection.execute("SELECT count(*) FROM range(50000) a(x), range(99999) b(y) WHERE x * y < 0")
        finally:
            late.connection.close()
    with engine.connection() as later:
        assert later.rows("SELECT 1") == [(1,)], "nothing interrupts the next query"


_BLIND_TO_PANDAS = """
import sys
from importlib.machinery import PathFinder
from pathlib import Path

class Finder(PathFinder):
    asked = 0

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name == "pandas":
            cls.asked += 1
            return None
        return super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = Finder
from rapid.emulator.athena.engine import Engine

with Engine([], Path(sys.argv[1])).connection() as connection:
    Finder.asked = 0
    assert connection.rows("SELECT count(p_soundex_0('a' || range)) FROM range(1000)") == [(1000,)]
    assert Finder.asked == 0, f"asked for pandas {Finder.asked} times"
    assert "pandas" not in sys.modules
"""


def test_functions_do_not_look_for_pandas_at_each_call(tmp_path: Path) -> None:
    """Where it is not installed, as in the emulator's environment, that took longer than the functions do."""
    subprocess.run([sys.executable, "-c", _BLIND_TO_PANDAS, str(tmp_path)], check=True)
