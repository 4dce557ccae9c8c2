"""SHOW CREATE TABLE and SHOW CREATE VIEW: a statement that would make the table again, as Hive prints it.

https://docs.aws.amazon.com/athena/latest/ug/show-create-table.html (read 2026-11).
"""

from rapid.emulator.athena.catalog import Structure, is_iceberg, to_table
from rapid.emulator.athena.ddl.formats import LAZY_SIMPLE
from rapid.emulator.athena.describing import columns_of
from rapid.emulator.athena.hive import Name
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.formatting import formatted

_HIDDEN = ("EXTERNAL", "comment")
_DELIMITED = (
    ("field.delim", "FIELDS TERMINATED BY"),
    ("escape.delim", "ESCAPED BY"),
    ("collection.delim", "COLLECTION ITEMS TERMINATED BY"),
    ("colelction.delim", "COLLECTION ITEMS TERMINATED BY"),
    ("mapkey.delim", "MAP KEYS TERMINATED BY"),
    ("line.delim", "LINES TERMINATED BY"),
    ("serialization.null.format", "NULL DEFINED AS"),
)


def view_lines(database: str, name: str, table: Structure) -> list[str]:
    made = to_table(database, name, table)
    if made.view is None:
        message = f"line 1:1: Relation 'awsdatacatalog.{database}.{name}' is a table, not a view"
        raise SqlError("NOT_SUPPORTED", message)
    return f"CREATE VIEW {database}.{name} AS\n{formatted(made.view).rstrip()}".split("\n")


def table_lines(session: Session, name: Name, database: str, table: Structure) -> list[str]:
    """The statement, which has the table's database where the question has it.

    Seen in the tests of clients that run on AWS: noctua asks with the database, awswrangler without.
    """
    if table.get("TableType") == "VIRTUAL_VIEW":
        message = f"line 1:1: Relation 'awsdatacatalog.{database}.{table['Name']}' is a view, not a table"
        raise SqlError("NOT_SUPPORTED", message)
    if is_iceberg(table):
        from rapid.emulator.athena.iceberg.describing import create_lines

        return create_lines(session, table)
    descriptor, keys = table.get("StorageDescriptor") or {}, table.get("PartitionKeys") or []
    shown_name = table["Name"] if name[0] is None else f"{database}.{table['Name']}"
    lines = [f"CREATE EXTERNAL TABLE `{shown_name}`(", *column_lines(columns_of(table))]
    comment = (table.get("Parameters") or {}).get("comment") or table.get("Description")
    if comment:
        lines.append(f"COMMENT {quoted(comment)}")
    if keys:
        lines += ["PARTITIONED BY ( ", *column_lines(keys)]
    if descriptor.get("BucketColumns"):
        names = [f"  {n}" for n in descriptor["BucketColumns"]]
        names = [n + (", " if i < len(names) - 1 else ") ") for i, n in enumerate(names)]
        lines += ["CLUSTERED BY ( ", *names, f"INTO {descriptor.get('NumberOfBuckets', 0)} BUCKETS"]
    lines += _row_format(descriptor.get("SerdeInfo") or {})
    lines += ["STORED AS INPUTFORMAT ", f"  {quoted(descriptor.get('InputFormat', ''))} "]
    lines += ["OUTPUTFORMAT ", f"  {quoted(descriptor.get('OutputFormat', ''))}"]
    lines += ["LOCATION", f"  {quoted(descriptor.get('Location', ''))}", "TBLPROPERTIES ("]
    shown = {k: v for k, v in (table.get("Parameters") or {}).items() if k not in _HIDDEN}
    return lines + (property_lines(shown) or [")"])


def _row_format(serde: Structure) -> list[str]:
    """DELIMITED where LazySimpleSerDe has delimiters, else the serde with its properties."""
    library, parameters = serde.get("SerializationLibrary", ""), dict(serde.get("Parameters") or {})
    phrases = [f"  {p} {quoted(parameters[k])} " for k, p in _DELIMITED if k in parameters]
    if library == LAZY_SIMPLE and phrases:
        return ["ROW FORMAT DELIMITED ", *phrases]
    if parameters.get("serialization.format") == "1":
        del parameters["serialization.format"]
    lines = ["ROW FORMAT SERDE ", f"  {quoted(library)} "]
    return lines + (["WITH SERDEPROPERTIES ( ", *property_lines(parameters, ") ")] if parameters else [])


def quoted(text: str) -> str:
    escapes = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    shown = "".join(escapes.get(c, c) if c >= " " or c in escapes else f"\\u{ord(c):04X}" for c in text)
    return f"'{shown}'"


def column_lines(columns: list[Structure]) -> list[str]:
    made = []
    for index, column in enumerate(columns):
        comment = f" COMMENT {quoted(column['Comment'])}" if column.get("Comment") else ""
        end = ")" if index == len(columns) - 1 else ", "
        made.append(f"  `{column['Name']}` {column.get('Type', 'string')}{comment}{end}")
    return made


def property_lines(properties: dict[str, str], end: str = ")") -> list[str]:
    items = sorted(properties.items())
    return [f"  {quoted(k)}={quoted(v)}{end if i == len(items) - 1 else ', '}" for i, (k, v) in enumerate(items)]
