"""CREATE VIEW and DROP VIEW, stored as Athena stores them.

https://docs.aws.amazon.com/athena/latest/ug/create-view.html (read 2026-11).
"""

from rapid.emulator.athena.catalog import Structure, encode_view
from rapid.emulator.athena.ddl.common import Definitions, call, failed
from rapid.emulator.athena.hive import Words
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.types import Type, to_hive
from rapid.emulator.athena.writing.fitting import named_columns


def create_view(definitions: Definitions, words: Words, replace: bool) -> None:
    name = words.name()
    comment = words.string() if words.accept("COMMENT") else None
    if words.accept("SECURITY"):
        words.one_of("DEFINER", "INVOKER")
    words.expect("AS")
    query = words.rest()
    database = definitions.database_of(name)
    session = definitions.session
    if not session.catalog.has_database(database):
        raise SqlError("SCHEMA_NOT_FOUND", f"line 1:1: Schema '{database}' does not exist")
    compiled = session.compile(query)
    found = definitions.find(name)
    if found and found.get("TableType") != "VIRTUAL_VIEW":
        raise SqlError("TABLE_ALREADY_EXISTS", f"line 1:1: Table already exists: 'awsdatacatalog.{database}.{name[1]}'")
    if found and not replace:
        raise SqlError("ALREADY_EXISTS", f"line 1:1: View 'awsdatacatalog.{database}.{name[1]}' already exists")
    columns = [{"Name": c.name, "Type": _type(c.type)} for c in named_columns(compiled)]
    given: Structure = {
        "Name": name[1],
        "TableType": "VIRTUAL_VIEW",
        "ViewOriginalText": encode_view(query, session.database, compiled.columns),
        "ViewExpandedText": "/* Presto View */",
        "Parameters": {"presto_view": "true", "comment": comment or "Presto View"},
        "PartitionKeys": [],
        "StorageDescriptor": {"Columns": columns, "Location": "", "SerdeInfo": {}},
    }
    glue = definitions.glue
    call(glue.update_table if found else glue.create_table, DatabaseName=database, TableInput=given)


def _type(kind: Type) -> str:
    try:
        return to_hive(kind)
    except ValueError:
        return str(kind)


def drop_view(definitions: Definitions, words: Words) -> None:
    quiet = words.accept("IF", "EXISTS")
    name = words.name()
    words.end()
    database = definitions.database_of(name)
    found = definitions.find(name)
    if found is None:
        if quiet:
            return
        raise failed(f"[Error 10001]: View not found {database}.{name[1]}")
    if found.get("TableType") != "VIRTUAL_VIEW":
        raise failed("Cannot drop a base table with DROP VIEW", "MetaException")
    call(definitions.glue.delete_table, DatabaseName=database, Name=name[1])
