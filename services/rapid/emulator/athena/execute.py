"""From a statement's text to what carries it out: checks at start, the handler when it runs, the rows afterwards."""

from typing import Any

from rapid.emulator.athena import ddl, describing, explaining, hive, prepared, showing, writing
from rapid.emulator.athena.failures import too_deep
from rapid.emulator.athena.hive import Words
from rapid.emulator.athena.models import AthenaStore
from rapid.emulator.athena.results import text_column
from rapid.emulator.athena.runs import Run, Runs
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.sql.dialect import parse_change, parse_query
from rapid.emulator.athena.sql.errors import MalformedQueryError, Position, not_supported
from rapid.emulator.athena.statements import Statement, classify

_CHANGES = ("UPDATE", "DELETE", "MERGE")


def check(text: str) -> Statement:
    """What StartQueryExecution looks at before there is an execution.

    Raises:
        MalformedQueryError: the statement does not parse, or is nested too deeply.
    """
    try:
        return _checked(text)
    except RecursionError as error:
        place = Position(1, 1)
        raise MalformedQueryError("statement is too large (stack overflow while parsing)", place) from error


def _checked(text: str) -> Statement:
    statement = classify(text)
    if statement.substatement == "SELECT":
        parse_query(statement.text)
    elif statement.substatement == "CREATE_TABLE_AS_SELECT":
        parse_query(hive.create_table_as(_words(statement, "CREATE", "TABLE")).query)
    elif statement.substatement == "CREATE_TABLE":
        words = _words(statement, "CREATE")
        words.accept("EXTERNAL")
        words.expect("TABLE")
        hive.create_table(words)
    elif statement.substatement in _CHANGES:
        parse_change(statement.text)
    return statement


def _words(statement: Statement, *skip: str) -> Words:
    words = Words(statement.text)
    words.expect(*skip)
    return words


def perform(run: Run, runs: Runs, glue: Any, s3: Any, store: AthenaStore, statement: Statement) -> None:
    """Carries out a statement; raises SqlError where Athena would fail it."""
    try:
        _perform(Session(run, runs, glue, s3, store), statement)
    except RecursionError as error:
        raise too_deep() from error


def _perform(session: Session, statement: Statement) -> None:
    kind = statement.substatement
    if kind == "SELECT":
        session.select(statement.text, session.execution.parameters)
    elif kind == "INSERT":
        writing.insert(session, _words(statement, "INSERT"))
    elif kind == "UNLOAD":
        writing.unload(session, _words(statement, "UNLOAD"))
    elif kind == "CREATE_TABLE_AS_SELECT":
        writing.create_table_as(session, _words(statement, "CREATE", "TABLE"))
    elif kind == "EXPLAIN":
        explaining.explain(session, _words(statement, "EXPLAIN"))
    elif kind == "DESCRIBE_TABLE":
        words = Words(statement.text)
        words.one_of("DESCRIBE", "DESC")
        describing.describe(session, words)
    elif kind.startswith("SHOW"):
        showing.show(session, _words(statement, "SHOW"))
    elif kind in ("PREPARE", "EXECUTE", "DEALLOCATE"):
        prepared.perform(session, Words(statement.text))
    elif kind == "USING_EXTERNAL_FUNCTION":
        raise not_supported("USING EXTERNAL FUNCTION (a function that a Lambda answers)")
    elif kind in _CHANGES:
        from rapid.emulator.athena.iceberg import statements as changes

        writing.finish(session, changes.perform(session, statement.text), None)
    elif kind in ("OPTIMIZE", "VACUUM"):
        from rapid.emulator.athena.iceberg import maintain

        (maintain.optimize if kind == "OPTIMIZE" else maintain.vacuum)(session, Words(statement.text))
    elif statement.kind == "DDL":
        lines = ddl.define(session, Words(statement.text))
        session.write_text([text_column("result")] if lines else [], [[line] for line in lines])
    else:
        raise not_supported(kind)
