"""Files of a Delta table as a relation: columns by the names that the files have, deleted rows left out."""

from typing import Any

from rapid.emulator.athena.catalog import Structure
from rapid.emulator.athena.delta.log import Part, Snapshot, kind_of
from rapid.emulator.athena.formats import DataFile, Reading, parquet
from rapid.emulator.athena.objects import Objects, StoredObject, split_uri
from rapid.emulator.athena.partitions import Partitions
from rapid.emulator.athena.sql.scope import Column, Scan, quote
from rapid.emulator.athena.sql.types import Type, array_of, map_of
from rapid.emulator.athena.tables import HIDDEN, file_fact, partition_values

_PHYSICAL = "delta.columnMapping.physicalName"


class DeltaReader:
    """The relation of one scan. `bytes_found` counts the files that it may read."""

    def __init__(self, scan: Scan, objects: Objects, partitions: Partitions) -> None:
        self.scan, self.objects, self.partitions = scan, objects, partitions
        self.made: Snapshot = scan.table.source
        self.bytes_found = 0
        self._registered = 0

    def relation(self) -> str:
        """`(SELECT …)` with the wanted columns."""
        scan, keys = self.scan, self.made.keys
        given = {f["name"].lower(): f for f in self.made.fields}
        wanted = [c for c in scan.table.columns if c.name in scan.columns]
        hidden = [h for h in HIDDEN if h in scan.columns]
        parts = self._needed()
        self.bytes_found = sum(p.size for p in parts)
        whole = [p for p in parts if p.kept is None]
        groups = [whole] if whole else []
        groups += [[p] for p in parts if p.kept is not None]
        pieces = []
        for group in groups:
            fields = [given[c.name] for c in wanted if c.name not in keys]
            for members, expressions, source in self._read(group, fields, bool(hidden or set(keys) & scan.columns)):
                values = dict(zip((self._file(p).uri for p in group), group, strict=True))
                items = []
                for column in wanted:
                    if column.name in keys:
                        found = [values[f.uri].values[column.name] for f in members]
                        items.append(f"{partition_values(found, column)} AS {quote(column.name)}")
                    else:
                        field = given[column.name]
                        value = _named(expressions[_physical(field).lower()], field["type"])
                        items.append(f"{value} AS {quote(column.name)}")
                items += [f"{file_fact(h, members)} AS {quote(h)}" for h in hidden]
                pieces.append(f"SELECT {', '.join(items) or '1 AS nothing'} FROM {source}{self._where(group[0])}")
        if pieces:
            return f"({' UNION ALL '.join(pieces)})"
        nothing = [f"CAST(NULL AS {c.type.duckdb()}) AS {quote(c.name)}" for c in wanted]
        nothing += [f"NULL AS {quote(h)}" for h in hidden]
        return f"(SELECT {', '.join(nothing) or '1 AS nothing'} WHERE false)"

    def _needed(self) -> list[Part]:
        """The files in the partitions that the scan's conditions leave."""
        keys = tuple(c for c in self.scan.table.columns if c.name in self.made.keys)
        if not self.scan.predicates or not keys or not self.made.parts:
            return self.made.parts
        rows = [tuple(p.values[k.name] for k in keys) for p in self.made.parts]
        return [self.made.parts[i] for i in self.partitions.matching(self.scan, keys, rows, self.scan.predicates)]

    def _file(self, part: Part) -> DataFile:
        stored = StoredObject(*split_uri(part.uri), part.size, part.uri)
        return DataFile(part.uri, str(self.objects.path(stored)), part.size, part.modified)

    def _read(self, group: list[Part], fields: list[Structure], placed: bool) -> list[Any]:
        columns = tuple(Column(_physical(f).lower(), _physical_kind(f["type"])) for f in fields)
        reading = Reading(self.partitions.connection, self.objects.cache, columns, list(columns))
        reading.numbered = group[0].kept is not None
        reading.placed = placed or reading.numbered
        return parquet.relations(reading, [self._file(p) for p in group])

    def _where(self, part: Part) -> str:
        """A condition over `file_row_number` that leaves deleted rows out."""
        if part.kept is None:
            return ""
        import pyarrow as pa

        self._registered += 1
        name = f"deleted_{id(self)}_{self._registered}"
        gone = [i for i, there in enumerate(part.kept) if not there]
        self.partitions.connection.register(name, pa.table({"pos": pa.array(gone, "int64")}))
        return f" WHERE file_row_number NOT IN (SELECT pos FROM {quote(name)})"


def _physical(field: Structure) -> str:
    """A column's name in the files: another one where columns were renamed."""
    return str(field["metadata"].get(_PHYSICAL, field["name"]))


def _is_renamed(given: Any) -> bool:
    if not isinstance(given, dict):
        return False
    inside = [given.get("elementType"), given.get("keyType"), given.get("valueType")]
    fields = given.get("fields", [])
    return any(map(_is_renamed, inside)) or any(_PHYSICAL in f["metadata"] or _is_renamed(f["type"]) for f in fields)


def _physical_kind(given: Any) -> Type:
    """A type with the names that the files have inside."""
    if not isinstance(given, dict):
        return kind_of(given)
    if given["type"] == "array":
        return array_of(_physical_kind(given["elementType"]))
    if given["type"] == "map":
        return map_of(_physical_kind(given["keyType"]), _physical_kind(given["valueType"]))
    return Type("row", tuple((_physical(f).lower(), _physical_kind(f["type"])) for f in given["fields"]))


def _named(sql: str, given: Any) -> str:
    """A value with the table's names inside instead of those of the files."""
    if not _is_renamed(given):
        return sql
    if given["type"] == "array":
        return f"list_transform({sql}, lambda e: {_named('e', given['elementType'])})"
    if given["type"] == "map":
        key, value = _named("e.key", given["keyType"]), _named("e.value", given["valueType"])
        pairs = f"list_transform(map_entries({sql}), lambda e: {{'key': {key}, 'value': {value}}})"
        return f"CASE WHEN {sql} IS NULL THEN NULL ELSE map_from_entries({pairs}) END"
    parts = [
        f"{quote(f['name'].lower())}: {_named(f'({sql}).{quote(_physical(f).lower())}', f['type'])}"
        for f in given["fields"]
    ]
    return f"CASE WHEN {sql} IS NULL THEN NULL ELSE {{{', '.join(parts)}}} END"
