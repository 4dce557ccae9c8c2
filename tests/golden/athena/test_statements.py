"""Statements of Athena SQL and what they give: `in/x.sql` → `out/x.txt`, one block per statement.

The answers were checked against Trino's documentation, https://trino.io/docs/current/functions.html, when they were
written. Adding a case is adding it to a file of `in/` and its block to the file of `out/`
(`python tests/golden/athena/test_statements.py` writes the blocks; read what it wrote).
"""

import tempfile
from pathlib import Path

import pytest

from rapid.emulator.athena.engine import Engine
from rapid.emulator.athena.results import csv_line
from rapid.emulator.athena.sql.compiler import compile_query
from rapid.emulator.athena.sql.dialect import parse_query
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import Column, Table, Typed
from rapid.emulator.athena.sql.shown import RESULT_DIGITS, text
from rapid.emulator.athena.sql.types import BIGINT, VARCHAR

HERE = Path(__file__).parent
PEOPLE = (
    "(SELECT * FROM (VALUES (CAST(1 AS BIGINT), 'Ann', '2020-01-01', 's3://b/1'), (2, 'Bob', '2020-01-02', 's3://b/2')) "  # noqa: E501
    'AS v(id, name, dt, "$path"))'
)


class People:
    """A catalog with the table `people` and the view `people_view`."""

    def has_catalog(self, name: str) -> bool:
        return False

    def has_database(self, database: str) -> bool:
        return database == "default"

    def table(self, database: str, name: str) -> Table | None:
        columns = (Column("id", BIGINT), Column("name", VARCHAR))
        if (database, name) == ("default", "people"):
            return Table(database, name, columns, (Column("dt", VARCHAR),))
        if (database, name) == ("default", "people_view"):
            return Table(database, name, (Column("n", VARCHAR),), view="SELECT name AS n FROM people WHERE id = 2")
        return None


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine([], tmp_path_factory.mktemp("engine"))


def run(engine: Engine, statement: str) -> str:
    """Header and rows as in a result file, or the error; the rows sorted where the statement asks for no order."""
    try:
        query = compile_query(statement, People(), "default")
        sql = query.sql
        for scan in query.scans:
            sql = sql.replace(scan.token, PEOPLE)
        items = ", ".join(text(Typed(f"c{i}", c.type), RESULT_DIGITS) for i, c in enumerate(query.columns))
        with engine.connection() as connection:
            lines = [csv_line(row) for row in connection.rows(f"SELECT {items} FROM ({sql})")]
    except SqlError as error:
        return f"! {error.reason}\n"
    ordered = parse_query(statement).args.get("order")
    return csv_line(c.name for c in query.columns) + "".join(lines if ordered else sorted(lines))


def blocks(engine: Engine, source: Path) -> str:
    """What `out/` holds for a file of `in/`."""
    statements = [s.strip() for s in source.read_text().split(";\n") if s.strip()]
    return "\n".join(f"> {statement}\n{run(engine, statement)}" for statement in statements)


@pytest.mark.parametrize("source", sorted((HERE / "in").glob("*.sql")), ids=lambda p: p.stem)
def test_statements_give_what_trino_gives(engine: Engine, source: Path) -> None:
    expected = (HERE / "out" / f"{source.stem}.txt").read_text()
    assert blocks(engine, source) == expected


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for each in sorted((HERE / "in").glob("*.sql")):
            (HERE / "out" / f"{each.stem}.txt").write_text(blocks(Engine([], Path(folder)), each))
