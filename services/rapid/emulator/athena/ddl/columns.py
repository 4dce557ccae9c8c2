"""ALTER TABLE ADD, REPLACE, CHANGE and DROP of columns of a Hive table.

https://docs.aws.amazon.com/athena/latest/ug/alter-table-add-columns.html and its neighbours (read 2026-11).
"""

from rapid.emulator.athena import hive
from rapid.emulator.athena.catalog import Structure
from rapid.emulator.athena.ddl.common import failed, glue_columns
from rapid.emulator.athena.hive import HiveColumn, Words


def add(descriptor: Structure, columns: list[HiveColumn]) -> None:
    """Adds columns at the end of a table's or a partition's descriptor."""
    known = {c["Name"].lower() for c in descriptor["Columns"]}
    for column in columns:
        if column.name in known:
            raise failed(f"Duplicate column name: {column.name}", "InvalidOperationException")
        known.add(column.name)
    descriptor["Columns"] = [*descriptor["Columns"], *glue_columns(columns)]


def change(descriptor: Structure, words: Words) -> None:
    """`[COLUMN] old new type [COMMENT '…'] [FIRST | AFTER column]`."""
    words.accept("COLUMN")
    old, new = words.identifier(), words.identifier()
    kind = hive.column_type(words)
    comment = words.string() if words.accept("COMMENT") else None
    columns: list[Structure] = list(descriptor["Columns"])
    place = next((i for i, c in enumerate(columns) if c["Name"].lower() == old), None)
    if place is None:
        raise failed(f"[Error 10002]: Invalid column reference {old}")
    if new != old and any(c["Name"].lower() == new for c in columns):
        raise failed(f"[Error 10036]: Duplicate column name: {new}")
    kept = comment if comment is not None else columns[place].get("Comment")
    columns.pop(place)
    if words.accept("FIRST"):
        place = 0
    elif words.accept("AFTER"):
        after = words.identifier()
        found = next((i for i, c in enumerate(columns) if c["Name"].lower() == after), None)
        if found is None:
            raise failed(f"[Error 10002]: Invalid column reference {after}")
        place = found + 1
    words.end()
    columns.insert(place, glue_columns([HiveColumn(new, kind, kept)])[0])
    descriptor["Columns"] = columns


def drop(descriptor: Structure, name: str) -> None:
    left = [c for c in descriptor["Columns"] if c["Name"].lower() != name]
    if len(left) == len(descriptor["Columns"]):
        raise failed(f"[Error 10002]: Invalid column reference {name}")
    descriptor["Columns"] = left
