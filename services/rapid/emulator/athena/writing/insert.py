"""INSERT INTO."""

from rapid.emulator.athena.catalog import Structure, is_versioned
from rapid.emulator.athena.ddl.common import Definitions
from rapid.emulator.athena.ddl.formats import of_serde
from rapid.emulator.athena.ddl.partitions import add, partition_input
from rapid.emulator.athena.formats import lazy
from rapid.emulator.athena.hive import Words
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import Table
from rapid.emulator.athena.writing.files import Writer
from rapid.emulator.athena.writing.finish import finish
from rapid.emulator.athena.writing.fitting import fitted
from rapid.emulator.athena.writing.options import WRITTEN, Target, codec

_DEFAULTS = {"PARQUET": "SNAPPY", "ORC": "ZLIB", "AVRO": "NONE", "ION": "NONE"}


def insert(session: Session, words: Words) -> None:
    """INSERT INTO: new files, and new partitions where they are needed."""
    words.expect("INTO")
    name = words.name()
    named: list[str] | None = None
    if words.peek() == "(" and words.peek(1) not in ("SELECT", "WITH", "VALUES", "("):
        named = [n.strip().strip('"`').lower() for n in words.parenthesised().split(",")]
    database = session.database_of(name)
    found = session.catalog.table(database, name[1])
    if found is None:
        raise SqlError("TABLE_NOT_FOUND", f"line 1:1: Table 'awsdatacatalog.{database}.{name[1]}' does not exist")
    if found.view is not None:
        raise SqlError("NOT_SUPPORTED", "line 1:1: Inserting into views is not supported")
    columns = [*found.columns, *found.partition_keys]
    query = session.compile(words.rest(), session.execution.parameters)
    sql = fitted(session, query, columns, named or [c.name for c in columns])
    if is_versioned(found):
        from rapid.emulator.athena.iceberg import changes

        finish(session, changes.append(session, found.source.table, sql), None)
        return
    writer = Writer(session, _target(found))
    count = writer.write(sql)
    made = [partition_input(found.source, v, p) for v, p in writer.partitions.items()]
    add(Definitions(session), database, name[1], made, quiet=True)
    finish(session, count, writer.written)


def _is_headed(parameters: dict[str, str]) -> bool:
    """Whether each new file begins with a line of names, which readers leave out, as Trino's do.

    https://github.com/trinodb/trino/blob/435/plugin/trino-hive/src/main/java/io/trino/plugin/hive/HiveMetadata.java
    """
    lines = int(parameters.get("skip.header.line.count") or 0)
    if lines > 1:
        which = "value of skip.header.line.count property greater than 1"
        raise SqlError("NOT_SUPPORTED", f"Inserting into Hive table with {which} is not supported")
    return lines == 1


def _target(found: Table) -> Target:
    """The table's own format and compression."""
    if not isinstance(found.source, dict):
        raise SqlError("NOT_SUPPORTED", f"Inserting into {found.name} is not supported")
    table: Structure = found.source
    descriptor = table["StorageDescriptor"]
    serde = descriptor.get("SerdeInfo") or {}
    form = of_serde(serde.get("SerializationLibrary", ""))
    if form not in WRITTEN:
        library = serde.get("SerializationLibrary", "")
        raise SqlError("NOT_SUPPORTED", f"Writing to tables with the SerDe {library} is not supported")
    parameters = {k.lower(): v for k, v in (table.get("Parameters") or {}).items()}
    given = next(
        (parameters[k] for k in ("write.compression", "parquet.compression", "orc.compress") if k in parameters), None
    )
    compression = str(given or _DEFAULTS.get(form, "GZIP")).upper()
    columns = [*found.columns, *found.partition_keys]
    keys = [k.name for k in found.partition_keys]
    parameters.update({k.lower(): v for k, v in (serde.get("Parameters") or {}).items()})
    target = Target(descriptor["Location"], columns, keys, form, codec(form, compression))
    if form == "TEXTFILE":
        target.delimiter, target.text = lazy.field_separator(parameters), lazy.form_of(parameters)
        target.escape, target.headed = lazy.escape_of(parameters), _is_headed(parameters)
    target.ion_text = parameters.get("ion.encoding", "BINARY").upper() == "TEXT"
    if descriptor.get("BucketColumns"):
        target.buckets = [c.lower() for c in descriptor["BucketColumns"]], int(descriptor["NumberOfBuckets"])
    return target
