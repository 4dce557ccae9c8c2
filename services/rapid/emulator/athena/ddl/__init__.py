"""DDL carried out on the Glue catalog: databases, tables, views, partitions. Start at `define`.

https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html (read 2026-11).
"""

from rapid.emulator.athena.ddl import databases, tables, views
from rapid.emulator.athena.ddl.alter import alter
from rapid.emulator.athena.ddl.common import Definitions
from rapid.emulator.athena.ddl.partitions import repair
from rapid.emulator.athena.hive import Words
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.sql.errors import not_supported


def define(session: Session, words: Words) -> list[str]:
    """Carries out a DDL statement; gives the lines that Athena prints, if any."""
    definitions = Definitions(session)
    if words.accept("CREATE", "DATABASE") or words.accept("CREATE", "SCHEMA"):
        databases.create_database(definitions, words)
    elif words.accept("DROP", "DATABASE") or words.accept("DROP", "SCHEMA"):
        databases.drop_database(definitions, words)
    elif words.accept("CREATE", "EXTERNAL", "TABLE"):
        tables.create_table(definitions, words, external=True)
    elif words.accept("CREATE", "TABLE"):
        tables.create_table(definitions, words, external=False)
    elif words.accept("CREATE", "OR", "REPLACE", "VIEW"):
        views.create_view(definitions, words, replace=True)
    elif words.accept("CREATE", "VIEW"):
        views.create_view(definitions, words, replace=False)
    elif words.accept("DROP", "TABLE"):
        tables.drop_table(definitions, words)
    elif words.accept("DROP", "VIEW"):
        views.drop_view(definitions, words)
    elif words.accept("ALTER"):
        alter(definitions, words)
    elif words.accept("MSCK"):
        return repair(definitions, words)
    else:
        raise not_supported(" ".join(words.peek(i) for i in range(2)))
    return []
