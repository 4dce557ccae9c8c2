"""From a statement's text to what carries it out: checks at start, the handler when it runs, the rows afterwards."""

import re
from typing import Any

from rapid.emulator.athena.models import AthenaStore, Execution
from rapid.emulator.athena.objects import Objects
from rapid.emulator.athena.results import Row, parse_csv
from rapid.emulator.athena.runs import Run, Runs
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.sql.dialect import parse_query
from rapid.emulator.athena.sql.errors import not_supported
from rapid.emulator.athena.statements import Statement, classify


def check(text: str) -> Statement:
    """What StartQueryExecution looks at before there is an execution.

    Raises:
        MalformedQueryError: the statement does not parse.
    """
    statement = classify(text)
    if statement.substatement == "SELECT":
        parse_query(statement.text)
    return statement


def perform(run: Run, runs: Runs, glue: Any, s3: Any, store: AthenaStore, statement: Statement) -> None:
    """Carries out a statement; raises SqlError where Athena would fail it."""
    session = Session(run, runs, glue, s3, store)
    if statement.substatement == "SELECT":
        session.select(statement.text, run.execution.parameters)
        return
    raise not_supported(f"{statement.substatement} as a statement")


def stored_rows(execution: Execution, s3: Any) -> list[Row]:
    """The rows of a result object in S3."""
    body = Objects(s3, None).get(execution.location).decode()  # type: ignore[arg-type]
    if execution.location.endswith(".csv"):
        return list(parse_csv(body))[1:] if body else []
    if execution.location.endswith(".txt"):
        width = len(execution.columns)
        return [[*line.split("\t", width - 1)] if width else [line] for line in re.split("\n", body)[:-1]]
    return []
