"""Whether a partition's own columns agree with the table's: Athena reads what it can convert, and says what it cannot.

https://docs.aws.amazon.com/athena/latest/ug/updates-and-partitions.html (read 2026-11).
"""

from rapid.emulator.athena.catalog import column_type
from rapid.emulator.athena.formats import orc
from rapid.emulator.athena.partitions import Partition
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import Table
from rapid.emulator.athena.sql.types import INTEGERS, Type

_BY_NAME = ("parquet", "orc", "avro", "json")


def check_partition(table: Table, partition: Partition) -> None:
    """Compares the types of columns, by name in formats that name their columns and by place in others.

    Raises:
        SqlError: HIVE_PARTITION_SCHEMA_MISMATCH.
    """
    own = partition.descriptor.get("Columns")
    if not partition.values or not own or own == table.source["StorageDescriptor"].get("Columns"):
        return
    info = partition.descriptor.get("SerdeInfo") or {}
    serde, given = info.get("SerializationLibrary", "").lower(), info.get("Parameters") or {}
    placed = "orc" in serde and orc.by_index({k.lower(): v for k, v in given.items()})
    if any(f in serde for f in _BY_NAME) and not placed:
        by_name = {c["Name"].lower(): c for c in own}
        pairs = [(c, by_name[c.name]) for c in table.columns if c.name in by_name]
    else:
        pairs = list(zip(table.columns, own, strict=False))
    for column, other in pairs:
        kind = column_type(other.get("Type", "string"), other["Name"])
        if not coercible(kind, column.type):
            keys = "/".join(f"{k.name}={v}" for k, v in zip(table.partition_keys, partition.values, strict=True))
            columns = table.source["StorageDescriptor"]["Columns"]
            declared = {c["Name"].lower(): c.get("Type", "string") for c in columns}
            raise SqlError(
                "HIVE_PARTITION_SCHEMA_MISMATCH",
                "There is a mismatch between the table and partition schemas. The types are incompatible and cannot be "
                f"coerced. The column '{column.name}' in table '{table.database}.{table.name}' is declared as type "
                f"'{declared.get(column.name)}', but partition '{keys}' declared column '{other['Name']}' as type "
                f"'{other.get('Type', 'string')}'.",
            )


def coercible(source: Type, target: Type) -> bool:
    """Whether Hive's reader makes a value of the partition's type one of the table's."""
    if source == target or (source.is_string and target.is_string):
        return True
    if source.is_integer and target.is_integer:
        return INTEGERS.index(source.name) <= INTEGERS.index(target.name)
    if target.is_string:
        return source.is_number or source.name in ("boolean", "timestamp", "date")
    if source.is_string:
        return target.is_integer or target.name in ("double", "real", "decimal", "timestamp", "date", "boolean")
    if source.is_number and target.is_number:
        return target.name in ("double", "real", "decimal") and not (target.name == "decimal" and source.is_integer)
    if source.name == target.name == "row":
        return all(coercible(a, b) for (_, a), (_, b) in zip(source.args, target.args, strict=False))
    if source.name == target.name and source.name in ("array", "map"):
        return all(coercible(a, b) for a, b in zip(source.args, target.args, strict=True))
    return source.name == target.name
