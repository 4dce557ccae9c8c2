"""Tables as they are in the catalog beside what a crawl has found."""

from rapid.emulator.glue.crawling.schema import Schema
from rapid.emulator.glue.models import Structure

STATISTICS = {"recordCount", "averageRecordSize", "objectCount", "sizeKey", "CRAWL_RUN_ID"}
"""Parameters that change with the data; a change of only these is no change of the table."""
TABLE_INPUT = (
    "Name",
    "Description",
    "Owner",
    "Retention",
    "StorageDescriptor",
    "PartitionKeys",
    "TableType",
    "Parameters",
)


def without_keys(schema: Schema, keys: tuple[str, ...], *, by_position: bool) -> Schema:
    """The columns that are no partition keys, since a name may stand only once in a table.

    Where columns are told by their place none may be left out: there the column gets a number behind its name.
    """
    if not by_position:
        return {name: kind for name, kind in schema.items() if name not in keys}
    return {f"{name}_1" if name in keys else name: kind for name, kind in schema.items()}


def location_of(table: Structure) -> str:
    return str((table.get("StorageDescriptor") or {}).get("Location", "")).rstrip("/")


def key_names(table: Structure) -> list[str]:
    return [column["Name"] for column in table.get("PartitionKeys") or ()]


def differs(before: Structure, given: Structure) -> bool:
    """Whether more than the statistics has changed."""
    old, new = before.get("StorageDescriptor") or {}, given["StorageDescriptor"]
    if any(old.get(key) != new.get(key) for key in ("Columns", "SerdeInfo", "InputFormat", "OutputFormat", "Location")):
        return True
    if before.get("PartitionKeys") != given.get("PartitionKeys"):
        return True
    return settings(before) != settings(given)


def settings(entity: Structure) -> dict[str, str]:
    return {k: v for k, v in (entity.get("Parameters") or {}).items() if k not in STATISTICS}


def with_new_columns(before: Structure, given: Structure) -> Structure:
    """MergeNewColumns: what the table has stays, what is new is added at its end."""
    storage = before.get("StorageDescriptor") or {}
    have = storage.get("Columns") or []
    names = {column["Name"] for column in [*have, *(before.get("PartitionKeys") or ())]}
    new = [column for column in given["StorageDescriptor"]["Columns"] if column["Name"] not in names]
    merged = {**given["StorageDescriptor"], **storage, "Columns": [*have, *new]}
    kept = {key: before[key] for key in TABLE_INPUT if key in before}
    parameters = {**(before.get("Parameters") or {}), **given["Parameters"]}
    return {**given, **kept, "StorageDescriptor": merged, "Parameters": parameters}
