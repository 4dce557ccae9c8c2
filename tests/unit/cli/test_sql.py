"""`./rapid sql`: texts split into statements, results printed, what the prompt completes and understands."""

import json
from pathlib import Path
from typing import Any

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from rapid.cli.queries.names import Names
from rapid.cli.queries.output import show, size, summary
from rapid.cli.queries.prompt import Prompt
from rapid.cli.queries.texts import complete, split
from rapid.query import Result

RESULT = Result(["n", "s", "d"], ["bigint", "varchar", "decimal"], [["1", None, "1.50"]], "DML", 2048, 7)


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("select 1; select 2;", ["select 1", "select 2"]),
        ("select ';', \";\", `;`", ["select ';', \";\", `;`"]),
        ("select 'it''s;' -- ; no\n;", ["select 'it''s;' -- ; no"]),
        ("/* ; */ -- only words\n", []),
        (";;", []),
        ("select 1 - 2 / 3; /* end", ["select 1 - 2 / 3", "/* end"]),
    ],
)
def test_statements_end_at_semicolons_outside_quotes_and_comments(text: str, statements: list[str]) -> None:
    assert split(text) == statements


def test_enter_sends_what_is_complete() -> None:
    assert all(map(complete, ("", "\\d t", "select 1;", "select 1; -- done", "select ';';", "exit", "Quit;")))
    assert not any(map(complete, ("select 1", "select 1 -- ;", "select ';", "exit from t")))


def test_formats(capsys: pytest.CaptureFixture[str]) -> None:
    show(RESULT, "json")
    assert json.loads(capsys.readouterr().out) == [{"n": 1, "s": None, "d": "1.50"}]
    show(RESULT, "csv")
    assert capsys.readouterr().out.splitlines() == ["n,s,d", "1,,1.50"]
    show(RESULT, "vertical")
    assert "s  NULL" in capsys.readouterr().out
    show(RESULT, "table")
    assert "1 row · 2.0 KB scanned · 7 ms" in capsys.readouterr().out
    assert (size(5), size(3 * 2**40), summary(RESULT)[:5]) == ("5 B", "3.0 TB", "1 row")


class Catalog:
    """An Athena client with one database, and no queries."""

    def get_paginator(self, name: str) -> Any:
        tables = [{"Name": "orders", "Columns": [{"Name": "order_id"}], "PartitionKeys": [{"Name": "day"}]}]
        pages = {
            "list_databases": {"DatabaseList": [{"Name": "shop"}]},
            "list_table_metadata": {"TableMetadataList": tables},
        }
        return type("Pages", (), {"paginate": lambda _self, **_: [pages[name]]})()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select * from ord", "orders"),
        ("select order_", "order_id"),
        ("select o.d from orders o where o.", "day"),
        ("select * from shop.", "orders"),
        ("sel", "select"),
        ("SEL", "SELECT"),
        ("select approx_d", "approx_distinct"),
    ],
)
def test_the_prompt_completes_names_of_the_catalog(text: str, expected: str) -> None:
    names = Names(Catalog())
    names.database = "shop"
    names._read("shop")
    assert expected in [c.text for c in names.get_completions(Document(text), CompleteEvent())]


def test_commands_of_the_prompt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prompt = Prompt(Catalog(), "shop", "primary", tmp_path / "history")
    assert prompt.answer("\\h")
    assert "\\d [TABLE]" in capsys.readouterr().out
    assert prompt.answer("\\zzz")
    assert "No such command: \\zzz" in capsys.readouterr().out
    assert prompt.answer("\\o nonsense")
    assert "table, csv, json, vertical" in capsys.readouterr().out
    assert not any(map(prompt.answer, ("\\q", "\\quit", "exit", "QUIT;")))
