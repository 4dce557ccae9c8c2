"""ALTER TABLE of Hive tables; those of Iceberg go to `iceberg.evolve`."""

from rapid.emulator.athena import hive
from rapid.emulator.athena.catalog import is_iceberg
from rapid.emulator.athena.ddl import columns, partitions
from rapid.emulator.athena.ddl.common import Definitions, glue_columns
from rapid.emulator.athena.ddl.databases import alter_database
from rapid.emulator.athena.hive import Name, Words
from rapid.emulator.athena.objects import split_uri

_EXPECTED = "'ADD', 'CHANGE', 'DROP', 'PARTITION', 'REPLACE', 'SET', 'UNSET'"


def alter(definitions: Definitions, words: Words) -> None:
    if words.accept("DATABASE") or words.accept("SCHEMA"):
        alter_database(definitions, words)
        return
    words.expect("TABLE")
    name = words.name()
    if is_iceberg(definitions.existing(name)):
        from rapid.emulator.athena.iceberg import evolve

        evolve.alter(definitions, name, words)
    elif words.accept("ADD", "IF", "NOT", "EXISTS") or (words.peek() == "ADD" and words.peek(1) == "PARTITION"):
        quiet = not words.accept("ADD")
        partitions.add_partitions(definitions, words, name, quiet)
    elif words.accept("DROP", "IF", "EXISTS") or (words.peek() == "DROP" and words.peek(1) == "PARTITION"):
        quiet = not words.accept("DROP")
        partitions.drop_partitions(definitions, words, name, quiet)
    elif words.peek() == "PARTITION":
        partitions.alter_partition(definitions, words, name)
    elif words.peek() in ("ADD", "REPLACE", "CHANGE", "DROP"):
        _columns(definitions, words, name)
    else:
        _properties(definitions, words, name)


def _columns(definitions: Definitions, words: Words, name: Name) -> None:
    if words.accept("CHANGE"):
        definitions.update(name, lambda t: columns.change(t["StorageDescriptor"], words))
    elif words.accept("DROP"):
        words.expect("COLUMN")
        dropped = words.identifier()
        words.end()
        definitions.update(name, lambda t: columns.drop(t["StorageDescriptor"], dropped))
    else:
        action = words.one_of("ADD", "REPLACE")
        if not words.accept("COLUMN"):
            words.expect("COLUMNS")
        given = hive.columns(words)
        words.end()
        if action == "ADD":
            definitions.update(name, lambda t: columns.add(t["StorageDescriptor"], given))
        else:
            definitions.update(name, lambda t: t["StorageDescriptor"].update(Columns=glue_columns(given)))


def _properties(definitions: Definitions, words: Words, name: Name) -> None:
    if words.accept("SET", "TBLPROPERTIES"):
        properties = words.properties()
        words.end()
        definitions.update(name, lambda t: t.setdefault("Parameters", {}).update(properties))
    elif words.accept("UNSET", "TBLPROPERTIES"):
        words.accept("IF", "EXISTS")
        keys = words.strings()
        words.end()
        definitions.update(name, lambda t: [t.get("Parameters", {}).pop(k, None) for k in keys])
    elif words.accept("SET", "LOCATION"):
        location = words.string()
        words.end()
        split_uri(location)
        definitions.update(name, lambda t: t["StorageDescriptor"].update(Location=location))
    elif words.accept("SET", "SERDEPROPERTIES"):
        given = words.properties()
        words.end()
        definitions.update(name, lambda t: t["StorageDescriptor"]["SerdeInfo"]["Parameters"].update(given))
    else:
        raise words.fail(_EXPECTED)
