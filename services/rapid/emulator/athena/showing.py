"""SHOW and EXPLAIN, with the text that Athena prints.

https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html (read 2026-11).
"""

import re

from rapid.emulator.athena import creating, hive
from rapid.emulator.athena.catalog import Structure
from rapid.emulator.athena.ddl.common import Definitions, failed, task_failed
from rapid.emulator.athena.ddl.partitions import key_names
from rapid.emulator.athena.describing import columns_of
from rapid.emulator.athena.hive import Name, Words
from rapid.emulator.athena.partitions import spec
from rapid.emulator.athena.results import text_column
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.stored import Row


def show(session: Session, words: Words) -> None:
    """One SHOW statement."""
    definitions = Definitions(session)
    if words.accept("DATABASES") or words.accept("SCHEMAS"):
        names = [d["Name"] for d in session.catalog.databases()]
        return _lines(session, "database_name", _filtered(words, names))
    if words.accept("TABLES") or words.accept("VIEWS"):
        views = words.tokens[words.at - 1].upper == "VIEWS"
        place = words.name() if words.accept("IN") or words.accept("FROM") else Name(None, session.database)
        database = session.database_of(Name(place.table, "", place.database))
        if not session.catalog.has_database(database):
            raise failed(f"[Error 10072]: Database does not exist: {database}")
        found = [
            t["Name"] for t in session.catalog.tables(database) if not views or t.get("TableType") == "VIRTUAL_VIEW"
        ]
        return _lines(session, "views" if views else "tab_name", _filtered(words, found))
    if words.accept("COLUMNS"):
        return _columns(session, words, definitions)
    if words.accept("PARTITIONS"):
        return _partitions(session, words, definitions)
    if words.accept("CREATE", "TABLE"):
        name, table = _named(words, definitions)
        lines = creating.table_lines(session, name, definitions.database_of(name), table)
        return _lines(session, "createtab_stmt", lines)
    if words.accept("CREATE", "VIEW"):
        name, table = _named(words, definitions)
        return _lines(session, "Create View", creating.view_lines(definitions.database_of(name), name[1], table))
    if words.accept("TBLPROPERTIES"):
        return _properties(session, words, definitions)
    if words.accept("FUNCTIONS"):
        from rapid.emulator.athena.sql.functions import names as function_names

        return _lines(session, "Function", _functions(words, sorted(function_names())))
    raise words.fail("'COLUMNS', 'CREATE', 'DATABASES', 'PARTITIONS', 'SCHEMAS', 'TABLES', 'TBLPROPERTIES', 'VIEWS'")


def _named(words: Words, definitions: Definitions) -> tuple[Name, Structure]:
    name = words.name()
    words.end()
    return name, definitions.existing(name)


def _properties(session: Session, words: Words, definitions: Definitions) -> None:
    name = words.name()
    table = definitions.existing(name)
    parameters = {k: v for k, v in (table.get("Parameters") or {}).items() if v is not None}
    if words.peek() == "(":
        (key,) = words.strings()
        words.end()
        missing = f"Table {definitions.database_of(name)}.{name[1]} does not have property: {key}"
        session.write_text([text_column("prpt_name")], [[parameters.get(key, missing)]])
    else:
        words.end()
        rows: list[Row] = [[k, v] for k, v in sorted(parameters.items())]
        session.write_text([text_column("prpt_name"), text_column("prpt_value")], rows)


def _lines(session: Session, column: str, lines: list[str]) -> None:
    session.write_text([text_column(column)], [[line] for line in lines])


def _filtered(words: Words, names: list[str]) -> list[str]:
    """Names that match `LIKE 'pattern'`: a regular expression in which `*` stands for anything, `|` for or."""
    words.accept("LIKE")
    if words.at < len(words.tokens) and words.tokens[words.at].kind == "string":
        pattern = re.sub(r"(?<!\.)\*", ".*", words.string())
        names = [n for n in names if re.fullmatch(pattern, n, re.IGNORECASE)]
    words.end()
    return sorted(names)


def _functions(words: Words, names: list[str]) -> list[str]:
    """Those that match `LIKE 'pattern' [ESCAPE 'c']`, a pattern of SQL: https://trino.io/docs/current/sql/show-functions.html."""
    if words.accept("LIKE"):
        pattern = words.string()
        escape = re.escape(words.string()) if words.accept("ESCAPE") else "(?!)"
        pieces = re.findall(rf"{escape}(.)|(%)|(_)|(.)", pattern, re.DOTALL)
        wanted = "".join(".*" if any_ else "." if one else re.escape(kept or char) for kept, any_, one, char in pieces)
        names = [n for n in names if re.fullmatch(wanted, n, re.DOTALL)]
    words.end()
    return names


def _padded(name: str) -> str:
    return f"{name:<20}"


def _columns(session: Session, words: Words, definitions: Definitions) -> None:
    words.one_of("IN", "FROM")
    name: Name = words.name()
    if words.accept("IN") or words.accept("FROM"):
        name = Name(words.identifier(), name.table)
    words.end()
    table = definitions.existing(name)
    columns = [*columns_of(table), *(table.get("PartitionKeys") or ())]
    _lines(session, "field", [_padded(c["Name"]) for c in columns])


def _partitions(session: Session, words: Words, definitions: Definitions) -> None:
    name = words.name()
    wanted = {n: v for n, _, v in hive.partition(words)} if words.peek() == "PARTITION" else {}
    words.end()
    table = definitions.existing(name)
    keys = key_names(table)
    if not keys:
        raise task_failed(f"Table {definitions.database_of(name)}.{name[1]} is not a partitioned table")
    found = [p["Values"] for p in session.catalog.partitions(definitions.database_of(name), name[1])]
    shown = [v for v in found if all(v[keys.index(k)] == w for k, w in wanted.items() if k in keys)]
    _lines(session, "partition", sorted(spec(keys, v) for v in shown))
