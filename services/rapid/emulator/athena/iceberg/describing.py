"""DESCRIBE and SHOW CREATE TABLE of Iceberg tables.

https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-table-operations.html (read 2026-11).
"""

from typing import Any

from rapid.emulator.athena.catalog import Structure
from rapid.emulator.athena.iceberg.loading import load
from rapid.emulator.athena.iceberg.types import hive_name
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.stored import Row


def rows_of(session: Session, found: Structure) -> list[Row]:
    """Columns, then the fields of the partition spec."""
    table = load(session.catalog, found)
    rows: list[Row] = [["# Table schema:", "", ""], ["# col_name", "data_type", "comment"]]
    rows += [[f.name, hive_name(f.field_type), f.doc or ""] for f in table.schema().fields]
    rows += [["", "", ""], ["# Partition spec:", "", ""], ["# field_name", "field_transform", "column_name"]]
    for one in table.spec().fields:
        rows.append([one.name, str(one.transform), table.schema().find_column_name(one.source_id) or ""])
    return rows


def create_lines(session: Session, found: Structure) -> list[str]:
    table = load(session.catalog, found)
    lines = [f"CREATE TABLE {found['DatabaseName']}.{found['Name']} ("]
    fields = list(table.schema().fields)
    for index, one in enumerate(fields):
        comment = f" COMMENT '{one.doc}'" if one.doc else ""
        lines.append(f"  {one.name} {hive_name(one.field_type)}{comment}{')' if index == len(fields) - 1 else ','}")
    if table.spec().fields:
        lines.append(f"PARTITIONED BY ({', '.join(_transform(table, f) for f in table.spec().fields)})")
    lines.append(f"LOCATION '{table.location()}'")
    shown = {"table_type": "iceberg", **_properties(table)}
    items = [f"  '{k}'='{v}'" for k, v in shown.items()]
    return [*lines, "TBLPROPERTIES (", *(i + "," for i in items[:-1]), items[-1], ");"]


def _transform(table: Any, one: Any) -> str:
    column = f"`{table.schema().find_column_name(one.source_id)}`"
    name = str(one.transform)
    if name == "identity":
        return column
    if "[" in name:
        kind, _, size = name.rstrip("]").partition("[")
        return f"{kind}({size}, {column})"
    return f"{name}({column})"


def _properties(table: Any) -> dict[str, str]:
    """What CREATE TABLE was given; not what Iceberg derives from it."""
    found = {k: v for k, v in sorted(table.properties.items()) if not k.startswith(("write.", "commit.", "schema."))}
    codec = table.properties.get("write.parquet.compression-codec")
    if codec and "write_compression" not in found:
        found["write_compression"] = codec
    return found
