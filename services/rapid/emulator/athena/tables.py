"""A scan of a catalog table as a DuckDB relation: its partitions pruned, its objects listed, its format read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rapid.emulator.athena import metadata_tables
from rapid.emulator.athena.catalog import GlueCatalog, Metadata
from rapid.emulator.athena.formats import DataFile, Reading, jsonl, orc, parquet, text
from rapid.emulator.athena.objects import Objects, StoredObject, split_uri
from rapid.emulator.athena.projection import projected
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import Column, Scan, Table, literal, quote

Structure = dict[str, Any]
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
_FEW = 4
"""Up to so many partitions are listed one by one; more of them by one listing of the table."""


@dataclass
class Partition:
    """A partition that is read: its values by key, its location, its own descriptor."""

    values: tuple[str, ...]
    location: str
    descriptor: Structure


@dataclass
class Reader:
    """Turns the scans of one query into relations.

    `bytes_read` counts what DuckDB does not see (ORC); `bytes_found` what the listed objects hold together, more than
    which is never read (DuckDB counts whole buffers for compressed text).
    """

    catalog: GlueCatalog
    objects: Objects
    connection: Any
    bytes_read: int = 0
    bytes_found: int = 0
    _arrow: int = field(default=0)

    def relation(self, scan: Scan) -> str:
        """`(SELECT …)` that stands for the scan's token.

        Raises:
            SqlError: the table's files or description cannot be read.
        """
        table: Table = scan.table
        if isinstance(table.source, Metadata):
            return metadata_tables.relation(table, self.catalog)
        if not isinstance(table.source, dict):
            return self._iceberg(scan)
        source: Structure = table.source
        parameters = {k.lower(): v for k, v in (source.get("Parameters") or {}).items()}
        descriptor = source.get("StorageDescriptor") or {}
        wanted = [c for c in table.columns if c.name in scan.columns]
        keys = [k for k in table.partition_keys if k.name in scan.columns]
        hidden = [h for h in ("$path", "$file_size", "$file_modified_time") if h in scan.columns]
        pieces: list[str] = []
        for partition, files in self._files(scan, table, descriptor, parameters):
            pieces += self._pieces(table, partition, files, parameters, wanted, keys, hidden)
        if not pieces:
            typed = [*wanted, *keys]
            items = [f"CAST(NULL AS {c.type.duckdb()}) AS {quote(c.name)}" for c in typed]
            items += [f"NULL AS {quote(h)}" for h in hidden]
            return f"(SELECT {', '.join(items) or '1 AS nothing'} WHERE false)"
        return f"({' UNION ALL '.join(pieces)})"

    def _iceberg(self, scan: Scan) -> str:
        from rapid.emulator.athena.iceberg.reading import SnapshotReader

        reader = SnapshotReader(scan.table.source, self.objects, self.connection)
        sql = reader.relation(reader.tasks(), scan.columns)
        self.bytes_found += reader.bytes_found
        return sql

    # Which files

    def _files(
        self, scan: Scan, table: Table, descriptor: Structure, parameters: dict[str, str]
    ) -> list[tuple[Partition, list[StoredObject]]]:
        location = descriptor.get("Location")
        if not location:
            raise SqlError("HIVE_INVALID_METADATA", f"Table {table.database}.{table.name} has no location")
        if not table.partition_keys:
            return [(Partition((), location, descriptor), self.objects.below(location))]
        if parameters.get("projection.enabled", "").lower() == "true":
            partitions = [
                Partition(values, place, descriptor)
                for values, place in projected(table, location, parameters, scan.predicates)
            ]
        else:
            partitions = [
                Partition(tuple(p["Values"]), p["StorageDescriptor"]["Location"], p["StorageDescriptor"])
                for p in self.catalog.partitions(table.database, table.name)
            ]
        partitions = self._prune(scan, table, partitions)
        return self._listed(location, partitions)

    def _prune(self, scan: Scan, table: Table, partitions: list[Partition]) -> list[Partition]:
        if not scan.predicates or not partitions:
            return partitions
        kept = self._matching(scan, list(table.partition_keys), [p.values for p in partitions])
        return [partitions[i] for i in kept]

    def _matching(self, scan: Scan, keys: list[Column], rows: list[tuple[str, ...]]) -> list[int]:
        """Indexes of the rows of partition values that the scan's predicates accept."""
        if not rows or not scan.predicates:
            return list(range(len(rows)))
        names = ", ".join(quote(k.name) for k in keys)
        lines = ", ".join(
            f"({i}, {', '.join(partition_value(v, k) for v, k in zip(row, keys, strict=True))})"
            for i, row in enumerate(rows)
        )
        sql = f"SELECT i FROM (VALUES {lines}) AS {scan.alias}(i, {names}) WHERE {' AND '.join(scan.predicates)}"
        return sorted(int(r[0]) for r in self.connection.rows(sql))

    def _listed(self, root: str, partitions: list[Partition]) -> list[tuple[Partition, list[StoredObject]]]:
        prefix = root.rstrip("/") + "/"
        below = [p for p in partitions if (p.location.rstrip("/") + "/").startswith(prefix)]
        if len(below) <= _FEW:
            return [(p, self.objects.below(p.location)) for p in partitions]
        folders: dict[str, list[StoredObject]] = {}
        for found in self.objects.below(root):
            folders.setdefault(found.key.rsplit("/", 1)[0] + "/", []).append(found)
        listed = []
        for partition in partitions:
            if partition not in below:
                listed.append((partition, self.objects.below(partition.location)))
                continue
            key = split_uri(partition.location.rstrip("/") + "/")[1]
            files = folders.get(key, []) + [
                f for k, fs in folders.items() if k != key and k.startswith(key) for f in fs
            ]
            listed.append((partition, files))
        return listed

    # How they are read

    def _pieces(
        self,
        table: Table,
        partition: Partition,
        found: list[StoredObject],
        parameters: dict[str, str],
        wanted: list[Column],
        keys: list[Column],
        hidden: list[str],
    ) -> list[str]:
        if not found:
            return []
        files = [DataFile(o.uri, self.objects.path(o), o.size, o.modified) for o in found]
        self.bytes_found += sum(f.size for f in files)
        serde = partition.descriptor.get("SerdeInfo") or {}
        merged = {**parameters, **{k.lower(): v for k, v in (serde.get("Parameters") or {}).items()}}
        reading = Reading(self.connection, table.columns, wanted, merged, serde.get("SerializationLibrary", ""))
        constants = {k.name: partition_value(v, k) for k, v in zip(table.partition_keys, partition.values, strict=True)}
        pieces = []
        for members, expressions, relation in self._read(reading, partition.descriptor, files):
            items = [f"{expressions[c.name]} AS {quote(c.name)}" for c in wanted]
            items += [f"{constants[k.name]} AS {quote(k.name)}" for k in keys]
            items += [f"{_per_file(h, members)} AS {quote(h)}" for h in hidden]
            pieces.append(f"SELECT {', '.join(items) or '1 AS nothing'} FROM {relation}")
        return pieces

    def _read(
        self, reading: Reading, descriptor: Structure, files: list[DataFile]
    ) -> list[tuple[list[DataFile], dict[str, str], str]]:
        serde, inputs = reading.serde.lower(), (descriptor.get("InputFormat") or "").lower()
        if "parquet" in serde or "parquet" in inputs:
            return parquet.relations(reading, files)
        if "orc" in serde or "orc" in inputs:
            return [self._through_arrow(orc.relation, reading, f) for f in files]
        if "avro" in serde or "avro" in inputs:
            from rapid.emulator.athena.formats import avro

            return [self._through_arrow(avro.relation, reading, f) for f in files]
        _check_compression(files)
        if "openx" in serde or "jsonserde" in serde:
            return [(files, *jsonl.relation(reading, files))]
        if "opencsv" in serde:
            return [(files, *text.open_csv(reading, files))]
        if "regexserde" in serde:
            return [(files, *text.regex(reading, files))]
        if "lazysimple" in serde or not serde:
            return [(files, *text.lazy_simple(reading, files))]
        raise SqlError("HIVE_UNSUPPORTED_FORMAT", f"Unsupported serde: {reading.serde or '(none)'}")

    def _through_arrow(
        self, read: Callable[[Reading, DataFile, str], tuple[dict[str, str], str]], reading: Reading, file: DataFile
    ) -> tuple[list[DataFile], dict[str, str], str]:
        """A file that comes as an Arrow table, by a name of its own."""
        self._arrow += 1
        self.bytes_read += file.size
        return ([file], *read(reading, file, f"arrow_{id(self)}_{self._arrow}"))


def _check_compression(files: list[DataFile]) -> None:
    for file in files:
        if file.path.suffix in (".bz2", ".snappy", ".lz4", ".lzo", ".zip"):
            raise SqlError(
                "HIVE_UNSUPPORTED_FORMAT", f"Text compressed as {file.path.suffix} is not supported: {file.uri}"
            )


def _per_file(name: str, files: list[DataFile]) -> str:
    values = [_file_fact(name, f) for f in files]
    if len(values) == 1:
        return values[0]
    return f"list_extract([{', '.join(values)}], CAST(file_index AS BIGINT) + 1)"


def _file_fact(name: str, file: DataFile) -> str:
    if name == "$path":
        return literal(file.uri)
    return f"CAST({file.size} AS BIGINT)" if name == "$file_size" else f"make_timestamptz({round(file.modified * 1e6)})"


def partition_value(value: str, key: Column) -> str:
    """A partition's value as a typed constant; Hive's default partition is NULL."""
    if value == NO_VALUE:
        return f"CAST(NULL AS {key.type.duckdb()})"
    if key.type.is_string:
        return literal(value)
    return f"CAST({literal(value)} AS {key.type.duckdb()})"
