"""PREPARE, EXECUTE and DEALLOCATE: prepared statements of the workgroup, the same ones that the API keeps.

https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html (read 2026-11).
"""

from rapid.emulator.athena.hive import Words
from rapid.emulator.athena.models import PreparedStatement
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.sql.dialect import parse_query
from rapid.emulator.athena.sql.errors import SqlError, not_supported


def perform(session: Session, words: Words) -> None:
    """Carries out one of the three."""
    kind = words.one_of("PREPARE", "EXECUTE", "DEALLOCATE")
    store, workgroup = session.store, session.execution.workgroup
    if kind == "DEALLOCATE":
        words.expect("PREPARE")
        name = words.identifier()
        words.end()
        if store.prepared.pop((workgroup, name), None) is None:
            raise _missing(name)
        session.write_text([], [])
        return
    name = words.identifier()
    if kind == "PREPARE":
        words.expect("FROM")
        store.prepared[workgroup, name] = PreparedStatement(name, workgroup, words.rest())
        session.write_text([], [])
        return
    found = store.prepared.get((workgroup, name))
    if found is None:
        raise _missing(name)
    parameters = _arguments(words.rest()) if words.accept("USING") else list(session.execution.parameters or [])
    words.end()
    session.execution.parameters = parameters or None
    start = found.statement.lstrip(" (").split(None, 1)[0].upper()
    if start not in ("SELECT", "WITH", "VALUES"):
        raise not_supported(f"EXECUTE of a prepared {start}")
    session.select(found.statement, parameters)


def _missing(name: str) -> SqlError:
    return SqlError("NOT_FOUND", f"Prepared statement not found: {name}")


def _arguments(text: str) -> list[str]:
    """The expressions after USING, each as text."""
    return [e.sql(dialect="trino") for e in parse_query(f"SELECT {text}").expressions]
