"""What an Iceberg table tells about itself: `t$history`, `t$snapshots`, `t$files`, `t$manifests`, `t$partitions`, `t$refs`.

Columns: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-table-metadata.html (read 2026-11).
"""  # noqa: E501

from collections.abc import Iterator
from typing import Any

from pyiceberg.conversions import from_bytes
from pyiceberg.manifest import DataFile

from rapid.emulator.athena.iceberg.loading import Source
from rapid.emulator.athena.iceberg.types import to_trino
from rapid.emulator.athena.sql.scope import Column, Table
from rapid.emulator.athena.sql.types import BIGINT, BOOLEAN, INTEGER, VARBINARY, VARCHAR, Type, array_of, map_of

_MOMENT = Type("timestamp with time zone", (3, "UTC"))
_SUMMARY = Type(
    "row",
    (("contains_null", BOOLEAN), ("contains_nan", BOOLEAN), ("lower_bound", VARCHAR), ("upper_bound", VARCHAR)),
)
_COLUMNS: dict[str, tuple[tuple[str, Type], ...]] = {
    "history": (
        ("made_current_at", _MOMENT), ("snapshot_id", BIGINT), ("parent_id", BIGINT), ("is_current_ancestor", BOOLEAN),
    ),
    "snapshots": (
        ("committed_at", _MOMENT), ("snapshot_id", BIGINT), ("parent_id", BIGINT), ("operation", VARCHAR),
        ("manifest_list", VARCHAR), ("summary", map_of(VARCHAR, VARCHAR)),
    ),
    "refs": (
        ("name", VARCHAR), ("type", VARCHAR), ("snapshot_id", BIGINT), ("max_reference_age_in_ms", BIGINT),
        ("min_snapshots_to_keep", INTEGER), ("max_snapshot_age_in_ms", BIGINT),
    ),
    "manifests": (
        ("path", VARCHAR), ("length", BIGINT), ("partition_spec_id", INTEGER), ("added_snapshot_id", BIGINT),
        ("added_data_files_count", INTEGER), ("added_rows_count", BIGINT), ("existing_data_files_count", INTEGER),
        ("existing_rows_count", BIGINT), ("deleted_data_files_count", INTEGER), ("deleted_rows_count", BIGINT),
        ("partition_summaries", array_of(_SUMMARY)),
    ),
    "files": (
        ("content", INTEGER), ("file_path", VARCHAR), ("file_format", VARCHAR), ("record_count", BIGINT),
        ("file_size_in_bytes", BIGINT), ("column_sizes", map_of(INTEGER, BIGINT)),
        ("value_counts", map_of(INTEGER, BIGINT)), ("null_value_counts", map_of(INTEGER, BIGINT)),
        ("nan_value_counts", map_of(INTEGER, BIGINT)), ("lower_bounds", map_of(INTEGER, VARCHAR)),
        ("upper_bounds", map_of(INTEGER, VARCHAR)), ("key_metadata", VARBINARY), ("split_offsets", array_of(BIGINT)),
        ("equality_ids", array_of(INTEGER)),
    ),
}  # fmt: skip

Row = tuple[Any, ...]


def columns(table: Table, kind: str) -> tuple[Column, ...] | None:
    """Columns of `t$kind`, or None if there is no such table."""
    if kind == "partitions":
        return tuple(Column(n, t) for n, t in _partition_columns(table.source))
    found = _COLUMNS.get(kind)
    return tuple(Column(n, t) for n, t in found) if found else None


def rows(source: Source, kind: str) -> list[Row]:
    """The rows of `t$kind`; maps as lists of pairs, moments in milliseconds since 1970."""
    made = {
        "history": _history, "snapshots": _snapshots, "refs": _refs, "manifests": _manifests, "files": _files,
        "partitions": _partitions,
    }  # fmt: skip
    return list(made[kind](source))


def _history(source: Source) -> Iterator[Row]:
    table = source.table
    ancestors, current = set(), table.current_snapshot()
    while current is not None:
        ancestors.add(current.snapshot_id)
        current = table.snapshot_by_id(current.parent_snapshot_id) if current.parent_snapshot_id else None
    for entry in table.history():
        found = table.snapshot_by_id(entry.snapshot_id)
        parent = found.parent_snapshot_id if found else None
        yield entry.timestamp_ms, entry.snapshot_id, parent, entry.snapshot_id in ancestors


def _snapshots(source: Source) -> Iterator[Row]:
    for one in source.table.snapshots():
        summary = dict(one.summary.additional_properties) if one.summary else {}
        operation = one.summary.operation.value if one.summary else None
        parent = one.parent_snapshot_id
        yield one.timestamp_ms, one.snapshot_id, parent, operation, one.manifest_list, list(summary.items())


def _refs(source: Source) -> Iterator[Row]:
    for name, ref in source.table.refs().items():
        kind = str(ref.snapshot_ref_type.value).upper()
        yield name, kind, ref.snapshot_id, ref.max_ref_age_ms, ref.min_snapshots_to_keep, ref.max_snapshot_age_ms


def _manifests(source: Source) -> Iterator[Row]:
    snapshot = _snapshot(source)
    for one in snapshot.manifests(source.table.io) if snapshot else ():
        spec = source.table.specs()[one.partition_spec_id]
        summaries = [
            (p.contains_null, p.contains_nan, _bound(k, p.lower_bound), _bound(k, p.upper_bound))
            for p, k in zip(
                one.partitions or (), [f.field_type for f in spec.partition_type(source.schema).fields], strict=True
            )
        ]
        yield (
            one.manifest_path, one.manifest_length, one.partition_spec_id, one.added_snapshot_id,
            one.added_files_count, one.added_rows_count, one.existing_files_count, one.existing_rows_count,
            one.deleted_files_count, one.deleted_rows_count, summaries,
        )  # fmt: skip


def _snapshot(source: Source) -> Any:
    table = source.table
    return table.snapshot_by_id(source.snapshot) if source.snapshot else table.current_snapshot()


def _live(source: Source) -> Iterator[DataFile]:
    snapshot = _snapshot(source)
    for manifest in snapshot.manifests(source.table.io) if snapshot else ():
        for entry in manifest.fetch_manifest_entry(source.table.io, discard_deleted=True):
            yield entry.data_file


def _bound(kind: Any, value: bytes | None) -> str | None:
    return None if value is None else str(kind_value(kind, value))


def kind_value(kind: Any, value: bytes) -> Any:
    """A bound as Iceberg keeps it, as a value that is shown."""
    from rapid.emulator.athena.iceberg.reading import _shown

    found = from_bytes(kind, value)
    return _shown(found, kind)


def _files(source: Source) -> Iterator[Row]:
    schema = source.table.schema()

    def bounds(found: dict[int, bytes] | None) -> list[tuple[int, str]] | None:
        if found is None:
            return None
        return [(k, str(kind_value(schema.find_type(k), v))) for k, v in found.items() if k in schema._lazy_id_to_field]  # noqa: SLF001

    def pairs(found: dict[int, int] | None) -> list[tuple[int, int]] | None:
        return None if found is None else list(found.items())

    for file in _live(source):
        yield (
            int(file.content), file.file_path, file.file_format.value, file.record_count, file.file_size_in_bytes,
            pairs(file.column_sizes), pairs(file.value_counts), pairs(file.null_value_counts),
            pairs(file.nan_value_counts), bounds(file.lower_bounds), bounds(file.upper_bounds), file.key_metadata,
            file.split_offsets, file.equality_ids,
        )  # fmt: skip


def _partition_columns(source: Source) -> list[tuple[str, Type]]:
    spec, schema = source.table.spec(), source.table.schema()
    found: list[tuple[str, Type]] = []
    if spec.fields:
        kinds = spec.partition_type(schema).fields
        found.append(("partition", Type("row", tuple((f.name.lower(), to_trino(f.field_type)) for f in kinds))))
    found += [("record_count", BIGINT), ("file_count", BIGINT), ("total_size", BIGINT)]
    members = []
    for column in _measured(source):
        kind = to_trino(column.field_type)
        inner = (("min", kind), ("max", kind), ("null_count", BIGINT), ("nan_count", BIGINT))
        members.append((column.name.lower(), Type("row", inner)))
    if members:
        found.append(("data", Type("row", tuple(members))))
    return found


def _measured(source: Source) -> list[Any]:
    """Columns outside the partition that have bounds: the simple ones."""
    keys = {f.source_id for f in source.table.spec().fields if str(f.transform) == "identity"}
    return [f for f in source.table.schema().fields if f.field_type.is_primitive and f.field_id not in keys]


def _partitions(source: Source) -> Iterator[Row]:
    spec, schema = source.table.spec(), source.table.schema()
    kinds = [f.field_type for f in spec.partition_type(schema).fields]
    groups: dict[Any, list[DataFile]] = {}
    for file in _live(source):
        if int(file.content) == 0:
            groups.setdefault(tuple(file.partition[i] for i in range(len(kinds))), []).append(file)
    for values, files in groups.items():
        data = tuple(_measure(column, files) for column in _measured(source))
        partition = [tuple(values)] if spec.fields else []
        totals = sum(f.record_count for f in files), len(files), sum(f.file_size_in_bytes for f in files)
        yield (*partition, *totals, *([data] if data else []))


def _measure(column: Any, files: list[DataFile]) -> tuple[Any, Any, int | None, int | None]:
    def bounds(name: str) -> list[Any]:
        found = [(getattr(f, name) or {}).get(column.field_id) for f in files]
        return [from_bytes(column.field_type, v) for v in found if v is not None]

    def total(name: str) -> int | None:
        found = [(getattr(f, name) or {}).get(column.field_id) for f in files]
        return sum(v for v in found if v is not None) if any(v is not None for v in found) else None

    low, high = bounds("lower_bounds"), bounds("upper_bounds")
    nulls, nans = total("null_value_counts"), total("nan_value_counts")
    return min(low) if low else None, max(high) if high else None, nulls, nans
