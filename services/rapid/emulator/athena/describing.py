"""DESCRIBE, with the text that Hive prints: fields of 20 characters, tabs between them.

https://docs.aws.amazon.com/athena/latest/ug/describe-table.html (read 2026-11).
"""

from datetime import UTC, datetime

from rapid.emulator.athena import hive
from rapid.emulator.athena.catalog import Structure, is_iceberg
from rapid.emulator.athena.ddl.common import Definitions, failed
from rapid.emulator.athena.ddl.formats import names_columns
from rapid.emulator.athena.hive import Words
from rapid.emulator.athena.results import text_column
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.stored import Row

_BLANK: Row = ["", " ", " "]
_HEADER: Row = [f"{n:<20}" for n in ("# col_name", "data_type", "comment")]


def describe(session: Session, words: Words) -> None:
    """`DESCRIBE [EXTENDED | FORMATTED] table [PARTITION (…)] [column]`."""
    formatted = words.accept("FORMATTED")
    extended = words.accept("EXTENDED")
    name = words.name()
    definitions = Definitions(session)
    table = definitions.existing(name)
    source = table
    if words.peek() == "PARTITION":
        source = _partition(definitions, name, table, words)
    if words.at < len(words.tokens):
        rows = [_column(words, table)]
    elif is_iceberg(table):
        from rapid.emulator.athena.iceberg.describing import rows_of

        rows = rows_of(session, table)
    else:
        rows = _table(table, formatted)
        if formatted:
            rows += _detailed(table, source)
        elif extended:
            rows += [_BLANK, ["Detailed Table Information", _thrift(table), " "]]
    session.write_text([text_column("col_name"), text_column("data_type"), text_column("comment")], rows)


def _partition(definitions: Definitions, name: hive.Name, table: Structure, words: Words) -> Structure:
    given = {n: v for n, _, v in hive.partition(words)}
    keys = [k["Name"].lower() for k in table.get("PartitionKeys") or ()]
    values = [given.get(k, "") for k in keys]
    found = definitions.session.catalog.partition(definitions.database_of(name), name[1], values)
    if found is None:
        raise failed(f"[Error 10006]: Partition not found {given}")
    return found


def columns_of(table: Structure) -> list[Structure]:
    """Columns without the partition keys; where the serde names them, their comments are the serde's."""
    descriptor = table.get("StorageDescriptor") or {}
    serde = (descriptor.get("SerdeInfo") or {}).get("SerializationLibrary", "")
    missing = {"Comment": "from deserializer"} if names_columns(serde) and not is_iceberg(table) else {}
    return [{**missing, **{k: v for k, v in c.items() if v}} for c in descriptor.get("Columns") or ()]


def _column(words: Words, table: Structure) -> Row:
    """One column, or what is inside it: `tags.$elem$`, `address.city`."""
    path = [words.identifier()]
    while words.accept("."):
        path.append(words.string() if words.tokens[words.at].kind == "string" else words.identifier())
    words.end()
    found = [c for c in [*columns_of(table), *(table.get("PartitionKeys") or ())] if c["Name"].lower() == path[0]]
    if not found:
        raise failed(f"cannot find field {path[0]}", "RuntimeException")
    if len(path) == 1:
        return row_of(found[0])
    from rapid.emulator.athena.sql.types import parse_hive, to_hive

    kind = parse_hive(found[0].get("Type", "string"))
    for part in path[1:]:
        inner = {"$elem$": 0, "$key$": 0, "$value$": 1}.get(part)
        member = kind.field(part) if kind.name == "row" else None
        if member is None and (inner is None or kind.name not in ("array", "map")):
            raise failed(f"cannot find field {part}", "RuntimeException")
        kind = member[1] if member else kind.args[inner or 0]
    return row_of({"Name": path[-1], "Type": to_hive(kind), "Comment": "from deserializer"})


def row_of(column: Structure) -> Row:
    return [f"{column.get(m, ''):<20}" for m in ("Name", "Type", "Comment")]


def _table(table: Structure, formatted: bool) -> list[Row]:
    columns, keys = columns_of(table), table.get("PartitionKeys") or []
    shown = columns if formatted else [*columns, *keys]
    rows = [_HEADER, _BLANK] if formatted else []
    rows += [row_of(c) for c in shown]
    if keys:
        rows += [_BLANK, ["# Partition Information", " ", " "], _HEADER, _BLANK, *(row_of(k) for k in keys)]
    return rows


def _detailed(table: Structure, source: Structure) -> list[Row]:
    """`# Detailed Table Information` and `# Storage Information` of DESCRIBE FORMATTED."""
    descriptor = source.get("StorageDescriptor") or {}
    serde = descriptor.get("SerdeInfo") or {}
    made = table.get("CreateTime")
    created = made.astimezone(UTC) if isinstance(made, datetime) else None
    facts = {
        "Database:": table.get("DatabaseName", ""),
        "Owner:": table.get("Owner", ""),
        "CreateTime:": f"{created:%a %b %d %H:%M:%S UTC %Y}" if created else "UNKNOWN",
        "LastAccessTime:": "UNKNOWN",
        "Protect Mode:": "None",
        "Retention:": str(table.get("Retention", 0)),
        "Location:": descriptor.get("Location", ""),
        "Table Type:": table.get("TableType", ""),
    }
    storage = {
        "SerDe Library:": serde.get("SerializationLibrary", ""),
        "InputFormat:": descriptor.get("InputFormat", ""),
        "OutputFormat:": descriptor.get("OutputFormat", ""),
        "Compressed:": "Yes" if descriptor.get("Compressed") else "No",
        "Num Buckets:": str(descriptor.get("NumberOfBuckets", -1)),
        "Bucket Columns:": f"[{', '.join(descriptor.get('BucketColumns') or ())}]",
        "Sort Columns:": f"[{', '.join(c['Column'] for c in descriptor.get('SortColumns') or ())}]",
    }
    rows: list[Row] = [_BLANK, ["# Detailed Table Information", " ", " "]]
    rows += [[f"{k:<20}", f"{v:<20}", " "] for k, v in facts.items()]
    rows += [["Table Parameters:", " ", " "], *_properties(table.get("Parameters") or {})]
    rows += [_BLANK, ["# Storage Information", " ", " "]]
    rows += [[f"{k:<20}", f"{v:<20}", " "] for k, v in storage.items()]
    if serde.get("Parameters"):
        rows += [["Storage Desc Params:", " ", " "], *_properties(serde["Parameters"])]
    return rows


def _properties(properties: dict[str, str]) -> list[Row]:
    return [["", f"{k:<20}", f"{v:<20}"] for k, v in sorted(properties.items())]


def _thrift(table: Structure) -> str:
    """The table as Hive's Thrift structures print themselves."""
    descriptor = table.get("StorageDescriptor") or {}
    serde = descriptor.get("SerdeInfo") or {}
    fields = "".join(
        f"FieldSchema(name:{c['Name']}, type:{c.get('Type', '')}, comment:{c.get('Comment') or 'null'}), "
        for c in [*columns_of(table), *(table.get("PartitionKeys") or ())]
    ).removesuffix(", ")
    parameters = ", ".join(f"{k}={v}" for k, v in sorted((table.get("Parameters") or {}).items()))
    serde_parameters = ", ".join(f"{k}={v}" for k, v in sorted((serde.get("Parameters") or {}).items()))
    return (
        f"Table(tableName:{table['Name']}, dbName:{table.get('DatabaseName', '')}, owner:{table.get('Owner', '')}, "
        f"retention:{table.get('Retention', 0)}, sd:StorageDescriptor(cols:[{fields}], "
        f"location:{descriptor.get('Location', '')}, inputFormat:{descriptor.get('InputFormat', '')}, "
        f"outputFormat:{descriptor.get('OutputFormat', '')}, compressed:{str(bool(descriptor.get('Compressed'))).lower()}, "  # noqa: E501
        f"numBuckets:{descriptor.get('NumberOfBuckets', -1)}, serdeInfo:SerDeInfo(name:null, "
        f"serializationLib:{serde.get('SerializationLibrary', '')}, parameters:{{{serde_parameters}}})), "
        f"parameters:{{{parameters}}}, tableType:{table.get('TableType', '')})"
    )
