"""ALTER TABLE of Iceberg tables.

https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-evolving-table-schema.html (read 2026-11).
"""

from typing import Any

from pyiceberg.exceptions import ValidationError
from pyiceberg.schema import Schema
from pyiceberg.table import Table as IcebergTable

from rapid.emulator.athena import hive
from rapid.emulator.athena.ddl.common import Definitions, as_input, call, failed
from rapid.emulator.athena.hive import HiveColumn, Name, Words
from rapid.emulator.athena.iceberg.create import check_properties, to_properties
from rapid.emulator.athena.iceberg.loading import commit, load
from rapid.emulator.athena.iceberg.types import Ids, to_iceberg
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.types import parse_hive

_EXPECTED = "'ADD', 'CHANGE', 'DROP', 'RENAME', 'REPLACE', 'SET', 'UNSET'"


def alter(definitions: Definitions, name: Name, words: Words) -> None:
    """What follows ALTER TABLE and the table's name."""
    if words.accept("RENAME", "TO"):
        _rename_table(definitions, name, words)
        return
    catalog = definitions.session.catalog
    table = load(catalog, {"DatabaseName": definitions.database_of(name), **definitions.existing(name)})
    if words.accept("SET", "TBLPROPERTIES"):
        given = words.properties()
        words.end()
        check_properties(given)
        made = {k: v for k, v in to_properties(given).items() if not _is_default(k, given)}
        commit(table, lambda transaction: transaction.set_properties(made))
    elif words.accept("UNSET", "TBLPROPERTIES"):
        words.accept("IF", "EXISTS")
        keys = words.strings()
        words.end()
        known = [k for k in keys if k in table.properties]
        commit(table, lambda transaction: transaction.remove_properties(*known))
        definitions.update(name, lambda t: [t.get("Parameters", {}).pop(k, None) for k in keys])
    else:
        _columns(table, words)


def _rename_table(definitions: Definitions, name: Name, words: Words) -> None:
    """Glue cannot rename: the new name is made with the same metadata and files, then the old one goes.

    https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-alter-table-rename.html (read 2026-11).
    """
    new = words.name()
    words.end()
    given = {**as_input(definitions.existing(name)), "Name": new[1].lower()}
    target = definitions.database_of(new) if new.database else definitions.database_of(name)
    call(definitions.glue.create_table, DatabaseName=target.lower(), TableInput=given)
    call(definitions.glue.delete_table, DatabaseName=definitions.database_of(name), Name=name[1])


def _is_default(key: str, given: dict[str, str]) -> bool:
    """Whether a property is only what a new table begins with."""
    source = {"write.format.default": "format", "write.parquet.compression-codec": "write_compression"}
    return key == "write.object-storage.enabled" or (key in source and source[key] not in given)


def _columns(table: IcebergTable, words: Words) -> None:
    if words.accept("ADD", "COLUMNS") or words.accept("ADD", "COLUMN"):
        given = hive.columns(words)
        words.end()
        _change(table, lambda update: _add(update, given))
    elif words.accept("DROP", "COLUMN"):
        name = words.identifier()
        words.end()
        found = _find(table.schema(), name)
        _change(table, lambda update: update.delete_column(found))
    elif words.accept("REPLACE", "COLUMNS"):
        given = hive.columns(words)
        words.end()
        _replace(table, given)
    elif words.accept("CHANGE"):
        words.accept("COLUMN")
        _rename(table, words)
    else:
        raise words.fail(_EXPECTED)


def _find(schema: Schema, name: str) -> str:
    """The column as it is spelt."""
    found = next((f.name for f in schema.fields if f.name.lower() == name), None)
    if found is None:
        raise failed(f"[Error 10002]: Invalid column reference {name}")
    return found


def _change(table: IcebergTable, change: Any) -> None:
    """Changes the schema; what the format does not allow fails in the words of Trino's connector.

    https://github.com/trinodb/trino/blob/435/plugin/trino-iceberg/src/main/java/io/trino/plugin/iceberg/IcebergMetadata.java
    """
    try:

        def update(transaction: Any) -> None:
            with transaction.update_schema() as schema:
                change(schema)

        commit(table, update)
    except ValidationError as error:
        raise SqlError("ICEBERG_COMMIT_ERROR", f"Failed to set column type: {error}") from error
    except ValueError as error:
        raise SqlError("NOT_SUPPORTED", f"{error}") from error


def _add(update: Any, columns: list[HiveColumn]) -> None:
    for column in columns:
        update.add_column(column.name, to_iceberg(parse_hive(column.type), Ids()), doc=column.comment)


def _replace(table: IcebergTable, given: list[HiveColumn]) -> None:
    """Columns that are not named go, those of the same name and type stay, new ones come."""
    known = {f.name.lower(): f for f in table.schema().fields}
    named = {c.name for c in given}

    def change(update: Any) -> None:
        for name, found in known.items():
            if name not in named:
                update.delete_column(found.name)
        for column in given:
            if column.name not in known:
                _add(update, [column])
            else:
                kind = to_iceberg(parse_hive(column.type), Ids())
                if kind.is_primitive and kind != known[column.name].field_type:
                    update.update_column(known[column.name].name, field_type=kind)

    _change(table, change)


def _rename(table: IcebergTable, words: Words) -> None:
    """`CHANGE COLUMN old new type [COMMENT '…'] [FIRST | AFTER column]`."""
    old, new = _find(table.schema(), words.identifier()), words.identifier()
    kind = to_iceberg(parse_hive(hive.column_type(words)), Ids())
    comment = words.string() if words.accept("COMMENT") else None
    first = words.accept("FIRST")
    after = _find(table.schema(), words.identifier()) if words.accept("AFTER") else None
    words.end()

    def change(update: Any) -> None:
        have = table.schema().find_field(old)
        if (kind.is_primitive and kind != have.field_type) or comment is not None:
            update.update_column(old, field_type=kind if kind.is_primitive else None, doc=comment)
        if first:
            update.move_first(old)
        elif after:
            update.move_after(old, after)
        if new != old.lower():
            update.rename_column(old, new)

    _change(table, change)
