"""CREATE TABLE of Iceberg tables, empty or from a query, and what DROP TABLE leaves.

https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html (read 2026-11).
"""

import re
from collections.abc import Sequence
from typing import Any

from pyiceberg import types as ice
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import (
    BucketTransform,
    DayTransform,
    HourTransform,
    IdentityTransform,
    MonthTransform,
    Transform,
    TruncateTransform,
    YearTransform,
)  # fmt: skip

from rapid.emulator.athena import hive
from rapid.emulator.athena.catalog import Structure
from rapid.emulator.athena.ddl.common import failed
from rapid.emulator.athena.iceberg.storage import IcebergCatalog, refuse_code
from rapid.emulator.athena.iceberg.types import Ids, to_iceberg
from rapid.emulator.athena.objects import split_uri
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.types import Type, parse_hive

_TIMES: dict[str, tuple[Transform[Any, Any], str]] = {
    "year": (YearTransform(), "year"), "month": (MonthTransform(), "month"), "day": (DayTransform(), "day"),
    "hour": (HourTransform(), "hour"),
}  # fmt: skip
_FORMATS = ("parquet",)
_CODECS = ("gzip", "snappy", "zstd", "lz4", "none", "uncompressed")
_FIRST_PARTITION = 1000
PROPERTIES = {
    "format", "write_compression", "compression_level", "write_target_data_file_size_bytes",
    "optimize_rewrite_data_file_threshold", "optimize_rewrite_delete_file_threshold",
    "optimize_rewrite_min_data_file_size_bytes", "optimize_rewrite_max_data_file_size_bytes",
    "vacuum_min_snapshots_to_keep", "vacuum_max_snapshot_age_seconds", "vacuum_max_metadata_files_to_keep",
}  # fmt: skip
"""Of a table, as people write them in TBLPROPERTIES."""


def create_table(session: Session, database: str, made: hive.CreateTable, external: bool) -> None:
    """CREATE TABLE … TBLPROPERTIES ('table_type' = 'ICEBERG'); EXTERNAL registers metadata that is there already.

    Comments of columns are kept. That of the table is read and dropped, as PyAthena's tests found it on AWS (2026-11).
    """
    if external:
        location = made.properties.get("metadata_location")
        if not location:
            raise failed("External keyword not supported for table type ICEBERG")
        IcebergCatalog(session.catalog.client, session.objects).register_table((database, made.name[1]), location)
        return
    columns = [(c.name, parse_hive(c.type), c.comment) for c in made.columns]
    transforms = [*made.transforms, *(hive.Transform("identity", k.name) for k in made.keys)]
    columns += [(k.name, parse_hive(k.type), k.comment) for k in made.keys]
    properties = {k: v for k, v in made.properties.items() if k.lower() != "table_type"}
    check_properties(properties)
    new_table(session, (database, made.name[1]), columns, transforms, made.location or "", properties)


def new_table(
    session: Session,
    name: tuple[str, str],
    columns: Sequence[tuple[str, Type, str | None]],
    transforms: list[hive.Transform],
    location: str,
    properties: dict[str, str],
) -> Any:
    """Makes an empty table and returns it."""
    schema = to_schema(columns)
    spec = to_spec(schema, transforms)
    catalog = IcebergCatalog(session.catalog.client, session.objects)
    where = location.replace("s3a://", "s3://").replace("s3n://", "s3://").rstrip("/")
    return catalog.create_table(name, schema, where, spec, properties=to_properties(properties))


def to_schema(columns: Sequence[tuple[str, Type, str | None]]) -> Schema:
    ids = Ids(len(columns))
    return Schema(
        *(
            ice.NestedField(i, n, to_iceberg(kind, ids), required=False, doc=doc)
            for i, (n, kind, doc) in enumerate(columns, 1)
        )
    )


def to_spec(schema: Schema, transforms: list[hive.Transform]) -> PartitionSpec:
    """The partition spec, its fields named as Trino names them: `id_bucket`, `ts_day`."""
    fields = []
    for index, one in enumerate(transforms):
        source = next((f for f in schema.fields if f.name == one.column), None)
        if source is None:
            raise SqlError("INVALID_TABLE_PROPERTY", f"Unable to parse partitioning value: Cannot find source column: {one.column}")  # fmt: skip  # noqa: E501
        transform, suffix = _transform(one)
        if not transform.can_transform(source.field_type):
            message = f"Unable to parse partitioning value: Cannot bind: {transform} cannot transform {source.field_type} values from '{source.name}'"  # noqa: E501
            raise SqlError("INVALID_TABLE_PROPERTY", message)
        name = f"{one.column}_{suffix}" if suffix else one.column
        fields.append(PartitionField(source.field_id, _FIRST_PARTITION + index, transform, name))
    return PartitionSpec(*fields)


def _transform(one: hive.Transform) -> tuple[Transform[Any, Any], str]:
    name = one.name.removesuffix("s") if one.name in ("years", "months", "days", "hours") else one.name
    if name == "identity":
        return IdentityTransform(), ""
    if name in _TIMES:
        return _TIMES[name]
    if one.argument is not None and one.argument <= 0:
        message = f"Unable to parse partitioning value: Invalid argument of {name}: {one.argument} (must be > 0)"
        raise SqlError("INVALID_TABLE_PROPERTY", message)
    if name == "bucket" and one.argument is not None:
        return BucketTransform(one.argument), "bucket"
    if name == "truncate" and one.argument is not None:
        return TruncateTransform(one.argument), "trunc"
    message = f"Unable to parse partitioning value: Unsupported partition field: {one.name}({one.column})"
    raise SqlError("INVALID_TABLE_PROPERTY", message)


def to_transform(text: str) -> hive.Transform:
    """An item of CTAS's `partitioning`: `'bucket(id, 16)'`, `'day(ts)'`, `'category'`."""
    found = re.fullmatch(r"\s*(\w+)\s*\(\s*(.+?)\s*\)\s*", text)
    if not found:
        return hive.Transform("identity", text.strip().strip('"`').lower())
    items = [i.strip().strip('"`').lower() for i in found[2].split(",")]
    number = next((int(i) for i in items if i.isdigit()), None)
    column = next((i for i in items if not i.isdigit()), "")
    return hive.Transform(found[1].lower(), column, number)


def check_properties(given: dict[str, str]) -> None:
    """Athena takes a list of properties, and no others.

    https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html (read 2026-11).

    Raises:
        SqlError: one is not in the list.
    """
    refuse_code({k.lower(): v for k, v in given.items()})
    unknown = sorted(k for k in given if k.lower() not in PROPERTIES)
    if unknown:
        raise failed(f"Unsupported table property key: {unknown[0]}")


def to_properties(given: dict[str, str]) -> dict[str, str]:
    """Athena's table properties beside the Iceberg ones that they stand for."""
    lower = {k.lower(): str(v) for k, v in given.items()}
    refuse_code(lower)
    form = lower.get("format", "parquet").lower()
    if form not in _FORMATS:
        raise SqlError("NOT_SUPPORTED", f"Iceberg tables in {form} are not written by Rapid Analytics: use parquet")
    codec = lower.get("write_compression", "zstd").lower()
    if codec not in _CODECS:
        message = f"Invalid value of write_compression: {codec}. Valid values: {', '.join(_CODECS)}"
        raise SqlError("INVALID_TABLE_PROPERTY", message)
    made = {
        "write.format.default": form,
        "write.parquet.compression-codec": "uncompressed" if codec == "none" else codec,
        "write.object-storage.enabled": "false",
    }
    if "compression_level" in lower:
        made["write.parquet.compression-level"] = lower["compression_level"]
    return {**made, **{k: v for k, v in given.items() if k.lower() not in ("table_type", "is_external", "location")}}


def require_empty(session: Session, location: str) -> None:
    """CREATE TABLE AS begins with an empty location."""
    if next(session.objects.list_all(*split_uri(location.rstrip("/") + "/")), None):
        message = f"Cannot create a table on a non-empty location: {location}, set 'iceberg.unique-table-location=true' in your Iceberg catalog properties to use unique table locations for every table."  # noqa: E501
        raise SqlError("ICEBERG_FILESYSTEM_ERROR", message)


def remove_files(session: Session, found: Structure) -> None:
    """Athena manages Iceberg tables: with the table go its data and metadata."""
    location = (found.get("StorageDescriptor") or {}).get("Location")
    if location:
        place = split_uri(location.rstrip("/") + "/")
        session.objects.delete([o.uri for o in session.objects.list_all(*place)])
