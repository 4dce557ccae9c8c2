"""Reads the files of an Iceberg snapshot through DuckDB: columns by field id, deleted positions left out."""

from collections import OrderedDict
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from pyiceberg import types as ice
from pyiceberg.manifest import DataFileContent, FileFormat
from pyiceberg.table import FileScanTask
from pyiceberg.transforms import IdentityTransform

from rapid.emulator.athena.formats import DataFile, file_list
from rapid.emulator.athena.iceberg.loading import Source
from rapid.emulator.athena.iceberg.types import to_trino
from rapid.emulator.athena.objects import Objects, StoredObject, split_uri
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import literal, quote

_FIELD_ID = b"PARQUET:field_id"
_KNOWN_FILES = 20_000
_schemas: "OrderedDict[Path, Any]" = OrderedDict()


@dataclass
class Files:
    """Data files that are read alike: the same schema inside, the same constants."""

    schema: Any
    constants: dict[int, Any]
    members: list[FileScanTask] = field(default_factory=list)


class SnapshotReader:
    """Relations over the files of one snapshot."""

    def __init__(self, source: Source, objects: Objects, connection: Any) -> None:
        self.source, self.objects, self.connection = source, objects, connection
        self.bytes_found = 0
        self._registered = 0

    def tasks(self) -> list[FileScanTask]:
        """The snapshot's files with their delete files."""
        if self.source.snapshot is None and self.source.table.current_snapshot() is None:
            return []
        try:
            return list(self.source.table.scan(snapshot_id=self.source.snapshot).plan_files())
        except ValueError as error:
            raise SqlError("NOT_SUPPORTED", f"Iceberg table cannot be read: {error}") from error

    def relation(self, tasks: list[FileScanTask], columns: set[str]) -> str:
        """`(SELECT …)` with the named columns; `$path` and `$row` say where a row stands."""
        wanted = [f for f in self.source.schema.fields if f.name.lower() in columns]
        hidden = [h for h in ("$path", "$file_size", "$file_modified_time", "$row") if h in columns]
        pieces: list[str] = []
        for group in self._groups(tasks):
            pieces += self._pieces(group, wanted, hidden)
        if pieces:
            return f"({' UNION ALL '.join(pieces)})"
        items = [f"CAST(NULL AS {to_trino(f.field_type).duckdb()}) AS {quote(f.name.lower())}" for f in wanted]
        items += [f"NULL AS {quote(h)}" for h in hidden]
        return f"(SELECT {', '.join(items) or '1 AS nothing'} WHERE false)"

    def _path(self, uri: str) -> Path:
        return self.objects.path(StoredObject(*split_uri(uri), 0, uri))

    def _groups(self, tasks: list[FileScanTask]) -> list[Files]:
        groups: dict[Any, Files] = {}
        for task in tasks:
            if task.file.file_format != FileFormat.PARQUET:
                raise SqlError("NOT_SUPPORTED", f"Iceberg data files in {task.file.file_format} are not supported")
            self.bytes_found += task.file.file_size_in_bytes
            schema = _file_schema(self._path(task.file.file_path))
            constants = self._constants(task)
            key = (str(schema), _ids(schema), tuple(sorted(constants.items(), key=str)))
            groups.setdefault(key, Files(schema, constants)).members.append(task)
        return list(groups.values())

    def _constants(self, task: FileScanTask) -> dict[int, Any]:
        """Values of identity partitions by field id, for files that leave these columns out."""
        spec = self.source.table.specs()[task.file.spec_id]
        return {
            f.source_id: task.file.partition[i]
            for i, f in enumerate(spec.fields)
            if isinstance(f.transform, IdentityTransform)
        }

    def _pieces(self, group: Files, wanted: list[Any], hidden: list[str]) -> list[str]:
        columns = _Columns(group)
        items = [f"{columns.top(f)} AS {quote(f.name.lower())}" for f in wanted]
        plain = [t for t in group.members if not t.delete_files]
        pieces = [self._piece(plain, items, hidden, "")] if plain else []
        deleted = [t for t in group.members if t.delete_files]
        return pieces + [self._piece([t], items, hidden, self._not_deleted(t)) for t in deleted]

    def _piece(self, tasks: list[FileScanTask], items: list[str], hidden: list[str], where: str) -> str:
        files = [
            DataFile(t.file.file_path, str(self._path(t.file.file_path)), t.file.file_size_in_bytes) for t in tasks
        ]
        shown = [*items, *(f"{self._hidden(h, files)} AS {quote(h)}" for h in hidden)]
        rows = ", file_row_number=true" if where or "$row" in hidden else ""
        source = f"read_parquet({file_list(files)}, hive_partitioning=false{rows})"
        return f"SELECT {', '.join(shown) or '1 AS nothing'} FROM {source}{where}"

    def _hidden(self, name: str, files: list[DataFile]) -> str:
        if name == "$row":
            return "file_row_number"
        if name == "$path":
            values = [literal(f.uri) for f in files]
        elif name == "$file_size":
            values = [str(f.size) for f in files]
        else:
            found = [self.objects.find(f.uri) for f in files]
            values = [f"make_timestamptz({round(o.modified * 1e6) if o else 'NULL'})" for o in found]
        if len(values) == 1:
            return values[0]
        return f"list_extract([{', '.join(values)}], CAST(file_index AS BIGINT) + 1)"

    def _not_deleted(self, task: FileScanTask) -> str:
        """A condition over `file_row_number` that leaves the deleted positions out."""
        for file in task.delete_files:
            if file.content != DataFileContent.POSITION_DELETES:
                raise SqlError("NOT_SUPPORTED", "Iceberg equality deletes are not supported by Rapid Analytics")
        self.bytes_found += sum(f.file_size_in_bytes for f in task.delete_files)
        vectors = [f for f in task.delete_files if f.file_format == FileFormat.PUFFIN]
        parts = [self._vector(task, v) for v in vectors]
        plain = [f for f in task.delete_files if f.file_format == FileFormat.PARQUET]
        if plain:
            files = [DataFile(f.file_path, str(self._path(f.file_path)), 0) for f in plain]
            source = f"read_parquet({file_list(files)}, hive_partitioning=false)"
            parts.append(f"SELECT pos FROM {source} WHERE file_path = {literal(task.file.file_path)}")
        return f" WHERE file_row_number NOT IN ({' UNION ALL '.join(parts)})"

    def _vector(self, task: FileScanTask, file: Any) -> str:
        """A deletion vector of format 3, as an Arrow table of positions."""
        import pyarrow as pa
        from pyiceberg.io.pyarrow import _read_deletes

        found = _read_deletes(self.source.table.io, file)
        positions = found.get(task.file.file_path)
        self._registered += 1
        name = f"deleted_{id(self)}_{self._registered}"
        self.connection.register(name, pa.table({"pos": positions if positions is not None else pa.array([], "int64")}))
        return f"SELECT pos FROM {quote(name)}"


def _file_schema(path: Path) -> Any:
    """The Arrow schema of a Parquet file with its field ids. Files never change, so each is looked into once."""
    known = _schemas.get(path)
    if known is None:
        from pyarrow import ArrowInvalid, parquet

        try:
            known = _schemas[path] = parquet.read_schema(path)
        except ArrowInvalid as error:
            raise SqlError("ICEBERG_BAD_DATA", f"Not a Parquet file: {path.name}: {error}") from error
        while len(_schemas) > _KNOWN_FILES:
            _schemas.popitem(last=False)
    return known


def _field_id(found: Any) -> int | None:
    value = (found.metadata or {}).get(_FIELD_ID)
    return int(value) if value is not None else None


def _ids(schema: Any) -> tuple[Any, ...]:
    def walk(kind: Any) -> tuple[Any, ...]:
        return tuple((_field_id(kind.field(i)), walk(kind.field(i).type)) for i in range(kind.num_fields))

    return tuple((_field_id(f), walk(f.type)) for f in schema)


class _Columns:
    """SQL for the table's fields over one kind of file."""

    def __init__(self, group: Files) -> None:
        self._constants = group.constants
        self._top = list(group.schema)
        self._by_name = all(_field_id(f) is None for f in self._top)

    def top(self, wanted: ice.NestedField) -> str:
        found = self._match(wanted, self._top)
        if found is not None:
            return self._value(quote(found.name), wanted.field_type, found.type)
        value = self._constants.get(wanted.field_id, wanted.initial_default)
        target = to_trino(wanted.field_type).duckdb()
        return f"CAST({literal(_shown(value, wanted.field_type)) if value is not None else 'NULL'} AS {target})"

    def _match(self, wanted: ice.NestedField, fields: list[Any]) -> Any:
        if self._by_name:
            return next((f for f in fields if f.name.lower() == wanted.name.lower()), None)
        return next((f for f in fields if _field_id(f) == wanted.field_id), None)

    def _value(self, sql: str, kind: ice.IcebergType, have: Any) -> str:
        """A value of the file as the table's type; what already is that is left alone."""
        target = to_trino(kind).duckdb()
        if isinstance(kind, ice.StructType):
            if [_field_id(f) for f in have] == [f.field_id for f in kind.fields] and all(
                f.name == k.name.lower() and self._same(k.field_type, f.type)
                for f, k in zip(have, kind.fields, strict=True)
            ):
                return sql
            parts = []
            for inner in kind.fields:
                found = self._match(inner, list(have))
                name = quote(inner.name.lower())
                member = f"({sql}).{quote(found.name)}" if found is not None else ""
                null = f"CAST(NULL AS {to_trino(inner.field_type).duckdb()})"
                parts.append(f"{name}: {self._value(member, inner.field_type, found.type) if member else null}")
            return f"CASE WHEN {sql} IS NULL THEN NULL ELSE {{{', '.join(parts)}}} END"
        if isinstance(kind, ice.ListType):
            if self._same(kind.element_type, have.value_type):
                return sql
            return f"list_transform({sql}, lambda e: {self._value('e', kind.element_type, have.value_type)})"
        if isinstance(kind, ice.MapType):
            if self._same(kind.key_type, have.key_type) and self._same(kind.value_type, have.item_type):
                return sql
            key = self._value("e.key", kind.key_type, have.key_type)
            value = self._value("e.value", kind.value_type, have.item_type)
            pairs = f"list_transform(map_entries({sql}), lambda e: {{'key': {key}, 'value': {value}}})"
            return f"CASE WHEN {sql} IS NULL THEN NULL ELSE map_from_entries({pairs}) END"
        return sql if _arrow_name(kind) == str(have) else f"CAST({sql} AS {target})"

    def _same(self, kind: ice.IcebergType, have: Any) -> bool:
        return self._value("x", kind, have) == "x"


@lru_cache(maxsize=512)
def _arrow_name(kind: ice.IcebergType) -> str:
    from pyiceberg.io.pyarrow import schema_to_pyarrow

    return str(schema_to_pyarrow(kind)).replace("large_", "")


def _shown(value: Any, kind: ice.IcebergType) -> str:
    """A partition's value as text that casts to its type: Iceberg keeps dates and times as numbers."""
    if isinstance(kind, ice.DateType) and isinstance(value, int):
        from datetime import date, timedelta

        return str(date(1970, 1, 1) + timedelta(days=value))
    if isinstance(kind, ice.TimestampType | ice.TimestamptzType) and isinstance(value, int):
        from datetime import UTC, datetime, timedelta

        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)
        return moment.isoformat() if isinstance(kind, ice.TimestamptzType) else moment.replace(tzinfo=None).isoformat()
    return str(value)
