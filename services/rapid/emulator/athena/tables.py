"""A scan of a catalog table as a DuckDB relation: its partitions pruned, its objects listed, its format read."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rapid.emulator.athena import metadata_tables
from rapid.emulator.athena.catalog import GlueCatalog, Metadata, Structure, is_versioned
from rapid.emulator.athena.coercion import check_partition
from rapid.emulator.athena.formats import DataFile, Piece, Reading, jsonl, lazy, lines, matching, opencsv, orc, parquet
from rapid.emulator.athena.formats.unpacking import plain
from rapid.emulator.athena.links import linked
from rapid.emulator.athena.objects import Objects
from rapid.emulator.athena.partitions import NO_VALUE, Partition, Partitions, partition_value
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import ROWS, Column, Scan, Table, literal, quote

_FOLDER = re.compile(r"\w+")
"""Names that DuckDB takes from a folder `name=value`."""
HIDDEN = ("$path", "$file_size", "$file_modified_time")


@dataclass
class Alike:
    """Files of partitions that are read alike: the same serde with the same properties."""

    descriptor: Structure
    files: list[DataFile]


class Reader:
    """Turns the scans of one query into relations.

    `bytes_read` counts what DuckDB does not see (ORC, Avro, JSON); `bytes_found` what the listed objects hold together,
    more than which is never read (DuckDB counts whole buffers for compressed text).
    """

    def __init__(self, catalog: GlueCatalog, objects: Objects, connection: Any) -> None:
        self.catalog, self.objects, self.connection = catalog, objects, connection
        self.partitions = Partitions(catalog, objects, connection)
        self.bytes_read = 0
        self.bytes_found = 0
        self._registered = 0

    def relation(self, scan: Scan) -> str:
        """`(SELECT …)` that stands for the scan's token.

        Raises:
            SqlError: the table's files or description cannot be read.
        """
        table: Table = scan.table
        if isinstance(table.source, Metadata):
            return metadata_tables.relation(table, self.catalog)
        if is_versioned(table):
            return self._iceberg(scan)
        if not isinstance(table.source, dict):
            return self._delta(scan)
        parameters = {k.lower(): v for k, v in (table.source.get("Parameters") or {}).items()}
        wanted = [c for c in table.columns if c.name in scan.columns]
        keys = [k for k in table.partition_keys if k.name in scan.columns]
        hidden = [h for h in HIDDEN if h in scan.columns]
        groups = self._alike(scan, parameters)
        scan.counted = scan.countable and not (wanted or hidden) and any(_is_parquet(g.descriptor) for g in groups)
        if scan.counted:
            hidden = [ROWS]
        pieces: list[str] = []
        for group in groups:
            if scan.counted and _is_parquet(group.descriptor):
                pieces.append(self._counts(table, group, keys))
            else:
                pieces += self._pieces(table, group, parameters, wanted, keys, hidden)
        if not pieces:
            items = [f"CAST(NULL AS {c.type.duckdb()}) AS {quote(c.name)}" for c in [*wanted, *keys]]
            items += [f"NULL AS {quote(h)}" for h in hidden]
            return f"(SELECT {', '.join(items) or '1 AS nothing'} WHERE false)"
        return f"({' UNION ALL '.join(pieces)})"

    def _iceberg(self, scan: Scan) -> str:
        from rapid.emulator.athena.iceberg.reading import SnapshotReader

        reader = SnapshotReader(scan.table.source, self.objects, self.connection)
        sql = reader.relation(reader.tasks(), scan.columns)
        self.bytes_found += reader.bytes_found
        return sql

    def _delta(self, scan: Scan) -> str:
        from rapid.emulator.athena.delta.reading import DeltaReader

        reader = DeltaReader(scan, self.objects, self.partitions)
        sql = reader.relation()
        self.bytes_found += reader.bytes_found
        return sql

    def _alike(self, scan: Scan, parameters: dict[str, str]) -> list[Alike]:
        """The scan's files, grouped by how their partitions are read."""
        groups: dict[str, Alike] = {}
        for partition, listed in self.partitions.of(scan, parameters):
            if not listed:
                continue
            check_partition(scan.table, partition)
            symlinks = "symlink" in (partition.descriptor.get("InputFormat") or "").lower()
            found = self.objects.followed(listed) if symlinks else listed
            made = [
                DataFile(o.uri, o.file or str(self.objects.path(o)), o.size, o.modified, partition.values)
                for o in found
            ]
            self.bytes_found += sum(f.size for f in made)
            key = _how(partition)
            groups.setdefault(key, Alike(partition.descriptor, [])).files.extend(made)
        return list(groups.values())

    def _pieces(
        self,
        table: Table,
        group: Alike,
        parameters: dict[str, str],
        wanted: list[Column],
        keys: list[Column],
        hidden: list[str],
    ) -> list[str]:
        serde = group.descriptor.get("SerdeInfo") or {}
        merged = {**parameters, **{k.lower(): v for k, v in (serde.get("Parameters") or {}).items()}}
        folder = self.objects.cache
        reading = Reading(self.connection, folder, table.columns, wanted, merged, serde.get("SerializationLibrary", ""))
        reading.inputs, reading.placed = group.descriptor.get("InputFormat") or "", bool(keys or hidden)
        files = group.files
        by_folder = bool(keys) and not hidden and len({f.values for f in files}) > 1 and _linkable(group.descriptor)
        by_folder = by_folder and all(_FOLDER.fullmatch(k.name) for k in table.partition_keys)
        if by_folder:
            reading.keys = table.partition_keys
            files = linked(folder, files, table.partition_keys)
        pieces = []
        for members, expressions, relation in self._read(reading, files):
            items = [f"{expressions[c.name]} AS {quote(c.name)}" for c in wanted]
            items += [f"{quote(k.name) if by_folder else _key(table, k, members)} AS {quote(k.name)}" for k in keys]
            items += [f"{file_fact(h, members)} AS {quote(h)}" for h in hidden]
            pieces.append(f"SELECT {', '.join(items) or '1 AS nothing'} FROM {relation}")
        return pieces

    def _counts(self, table: Table, group: Alike, keys: list[Column]) -> str:
        """How many rows the group has for each combination of values of some partition keys."""
        places = [table.partition_keys.index(k) for k in keys]
        counts: Counter[tuple[str, ...]] = Counter()
        for file, rows in zip(group.files, parquet.rows(self.connection, group.files), strict=True):
            counts[tuple(file.values[p] for p in places)] += rows
        listed = ", ".join(f"({', '.join([*map(_constant, values), str(rows)])})" for values, rows in counts.items())
        names = [f"v{place}" for place in places]
        items = [f"CAST({name} AS {k.type.duckdb()}) AS {quote(k.name)}" for name, k in zip(names, keys, strict=True)]
        made = f"(VALUES {listed}) AS t({', '.join([*names, quote(ROWS)])})"
        return f"SELECT {', '.join([*items, quote(ROWS)])} FROM {made} WHERE {quote(ROWS)} > 0"

    def _read(self, reading: Reading, files: list[DataFile]) -> list[Piece]:
        serde, inputs = reading.serde.lower(), reading.inputs.lower()
        if "parquet" in serde or "parquet" in inputs:
            return parquet.relations(reading, files)
        if "orc" in serde or "orc" in inputs:
            return [self._through_arrow(orc.relation, reading, f) for f in files]
        if "avro" in serde or "avro" in inputs:
            from rapid.emulator.athena.formats import avro

            return [self._through_arrow(avro.relation, reading, f) for f in files]
        if "sequencefile" in inputs or "rcfile" in inputs:
            kind = "SEQUENCEFILE" if "sequence" in inputs else "RCFILE"
            raise SqlError("NOT_SUPPORTED", f"Files in {kind} are not supported by Rapid Analytics")
        unpacked = plain(reading, files)
        if "ionhiveserde" in serde:
            from rapid.emulator.athena.formats import ion

            return [self._through_arrow(ion.relation, reading, f) for f in unpacked]
        lines.check(unpacked)
        if "esri" in serde:
            from rapid.emulator.athena.formats import esri

            return [self._through_arrow(esri.relation, reading, f) for f in unpacked]
        if "openx" in serde or "jsonserde" in serde or "cloudtrail" in serde:
            self.bytes_read += sum(f.size for f in files)  # DuckDB counts one file of JSON, but not several
            return [(files, *jsonl.relation(reading, unpacked))]
        if "opencsv" in serde:
            return [(files, *opencsv.open_csv(reading, unpacked))]
        if "regexserde" in serde or "grok" in serde:
            self._registered += 1
            return [(files, *matching.relation(reading, unpacked, f"lines_{id(self)}_{self._registered}"))]
        if "lazysimple" in serde or not serde:
            return [(files, *lazy.lazy_simple(reading, unpacked))]
        raise SqlError("HIVE_UNSUPPORTED_FORMAT", f"Unsupported serde: {reading.serde}")

    def _through_arrow(
        self, read: Callable[[Reading, DataFile, str], tuple[dict[str, str], str]], reading: Reading, file: DataFile
    ) -> Piece:
        """A file that comes as an Arrow table, by a name of its own."""
        self._registered += 1
        self.bytes_read += file.size
        return ([file], *read(reading, file, f"arrow_{id(self)}_{self._registered}"))


def _has_format(descriptor: Structure, *formats: str) -> bool:
    """Whether the serde or the input format is one of these by its name."""
    serde = (descriptor.get("SerdeInfo") or {}).get("SerializationLibrary", "").lower()
    inputs = (descriptor.get("InputFormat") or "").lower()
    return any(f in serde or f in inputs for f in formats)


def _is_parquet(descriptor: Structure) -> bool:
    return _has_format(descriptor, "parquet")


def _constant(value: str) -> str:
    return "NULL" if value == NO_VALUE else literal(value)


def _how(partition: Partition) -> str:
    serde = partition.descriptor.get("SerdeInfo") or {}
    parameters = sorted((serde.get("Parameters") or {}).items())
    return repr((serde.get("SerializationLibrary"), partition.descriptor.get("InputFormat"), parameters))


def _linkable(descriptor: Structure) -> bool:
    """Whether DuckDB opens the files itself, so that it can take partition values from their paths."""
    return not _has_format(descriptor, "orc", "avro", "esri", "ionhiveserde")


def _key(table: Table, key: Column, files: list[DataFile]) -> str:
    place = table.partition_keys.index(key)
    return partition_values([f.values[place] for f in files], key)


def partition_values(values: list[str], key: Column) -> str:
    """A partition key's value by the file that a row comes from."""
    return _per_file([partition_value(v, key) for v in values])


def _per_file(values: list[str]) -> str:
    """One of the values by the file that a row comes from."""
    if len(set(values)) == 1:
        return values[0]
    return f"list_extract([{', '.join(values)}], CAST(file_index AS BIGINT) + 1)"


def file_fact(name: str, files: list[DataFile]) -> str:
    """A hidden column's value by the file that a row comes from."""
    return _per_file([_fact(name, f) for f in files])


def _fact(name: str, file: DataFile) -> str:
    if name == ROWS:
        return "1"
    if name == "$path":
        return literal(file.uri)
    return f"CAST({file.size} AS BIGINT)" if name == "$file_size" else f"make_timestamptz({round(file.modified * 1e6)})"
