"""Which partitions of a Hive table a scan reads, and the objects in each."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote as escape

from rapid.emulator.athena import buckets
from rapid.emulator.athena.catalog import GlueCatalog, Structure
from rapid.emulator.athena.objects import Objects, StoredObject, split_uri
from rapid.emulator.athena.projection import projected
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import Column, Scan, Table, literal, quote

NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
_SAFE = "-_.~!$&()+,;@ "
_FEW = 4
"""Up to so many partitions are listed one by one; more of them by one listing of the table."""


def spec(keys: Iterable[str], values: Iterable[str]) -> str:
    """`dt=2020-01-01/h=3`, with Hive's escapes for what a folder's name may not hold."""
    return "/".join(f"{k}={escape(v, safe=_SAFE)}" for k, v in zip(keys, values, strict=True))


@dataclass
class Partition:
    """A partition that is read: its values by key, its location, its own descriptor."""

    values: tuple[str, ...]
    location: str
    descriptor: Structure


Listed = list[tuple[Partition, list[StoredObject]]]


class Partitions:
    """Finds partitions and objects for the scans of one query."""

    def __init__(self, catalog: GlueCatalog, objects: Objects, connection: Any) -> None:
        self.catalog, self.objects, self.connection = catalog, objects, connection
        self._registered = 0

    def of(self, scan: Scan, parameters: dict[str, str]) -> Listed:
        """The partitions that the scan's predicates leave, with their objects in the buckets that these leave.

        A table without keys is one partition.

        Raises:
            SqlError: the table has no location, or a bad projection.
        """
        table: Table = scan.table
        descriptor = table.source.get("StorageDescriptor") or {}
        location = descriptor.get("Location")
        if not location:
            raise SqlError("HIVE_INVALID_METADATA", f"Table {table.database}.{table.name} has no location")
        restored = parameters.get("read_restored_glacier_objects", "").lower() == "true"
        below = partial(self.objects.below, restored=restored)
        if not table.partition_keys:
            return [(Partition((), location, descriptor), buckets.needed(scan, below(location)))]
        over_keys = _over_keys(scan)
        if parameters.get("projection.enabled", "").lower() == "true":
            made = projected(table, location, parameters, over_keys, lambda k, v: self._kept(scan, k, v))
            found = [Partition(row, place, descriptor) for row, place in made]
        else:
            asked, whole = expression(scan.alias, over_keys)
            try:
                listed = self.catalog.partitions(table.database, table.name, asked)
            except SqlError:
                if not asked:
                    raise
                listed, whole = self.catalog.partitions(table.database, table.name), False  # a key that is a keyword
            found = [
                Partition(tuple(p["Values"]), p["StorageDescriptor"]["Location"], p["StorageDescriptor"])
                for p in listed
            ]
            if whole:
                over_keys = []
        kept = _listed(below, location, self._pruned(scan, found, over_keys))
        return [(partition, buckets.needed(scan, objects)) for partition, objects in kept]

    def _kept(self, scan: Scan, key: Column, values: list[str]) -> list[str]:
        """Values of one key that the conditions over it alone accept, before the keys are combined."""
        own = f"{scan.alias}.{quote(key.name)}"
        others = [f"{scan.alias}.{quote(k.name)}" for k in scan.table.partition_keys if k.name != key.name]
        predicates = [p for p in _over_keys(scan) if own in p and not any(o in p for o in others)]
        if not predicates:
            return values
        kept = self.matching(scan, (key,), [(v,) for v in values], predicates)
        return [values[i] for i in kept]

    def _pruned(self, scan: Scan, found: list[Partition], predicates: list[str]) -> list[Partition]:
        """Those whose values the predicates accept."""
        if not predicates or not found:
            return found
        kept = self.matching(scan, scan.table.partition_keys, [p.values for p in found], predicates)
        return [found[i] for i in kept]

    def matching(
        self, scan: Scan, keys: tuple[Column, ...], values: list[tuple[str, ...]], predicates: list[str]
    ) -> list[int]:
        """Places of the rows of values that all predicates accept."""
        import pyarrow as pa

        self._registered += 1
        name = f"partitions_{id(self)}_{self._registered}"
        columns = {f"v{i}": pa.array([v[i] for v in values], "string") for i in range(len(keys))}
        self.connection.register(name, pa.table({"$row": pa.array(range(len(values)), "int64"), **columns}))
        items = ", ".join(f"{_typed(f'v{i}', k)} AS {quote(k.name)}" for i, k in enumerate(keys))
        source = f'(SELECT "$row", {items} FROM {quote(name)}) AS {scan.alias}'  # no key has a $ in its name
        rows = self.connection.rows(f"""SELECT "$row" FROM {source} WHERE {" AND ".join(predicates)}""")
        return sorted(int(r[0]) for r in rows)


def _listed(below: Callable[[str], list[StoredObject]], root: str, partitions: list[Partition]) -> Listed:
    """Each partition's objects, as `below` lists them."""
    prefix = root.rstrip("/") + "/"
    within = [(p.location.rstrip("/") + "/").startswith(prefix) for p in partitions]
    if sum(within) <= _FEW:
        return [(p, below(p.location)) for p in partitions]
    folders: dict[str, list[StoredObject]] = {}
    for found in below(root):
        folders.setdefault(found.key.rsplit("/", 1)[0] + "/", []).append(found)
    names = sorted(folders)
    listed: Listed = []
    for partition, inside in zip(partitions, within, strict=True):
        if not inside:
            listed.append((partition, below(partition.location)))
            continue
        key = split_uri(partition.location.rstrip("/") + "/")[1]
        listed.append((partition, [f for n in _starting(names, key) for f in folders[n]]))
    return listed


def _over_keys(scan: Scan) -> list[str]:
    """The conditions that partition keys alone decide."""
    others = [f"{scan.alias}.{quote(c)}" for c in scan.table.pruning]
    return [p for p in scan.predicates if not any(o in p for o in others)]


def _starting(names: list[str], prefix: str) -> list[str]:
    """Names of a sorted list that begin with a prefix."""
    from bisect import bisect_left

    at = bisect_left(names, prefix)
    end = at
    while end < len(names) and names[end].startswith(prefix):
        end += 1
    return names[at:end]


def _typed(sql: str, key: Column) -> str:
    return f"CAST(nullif({sql}, '{NO_VALUE}') AS {key.type.duckdb()})"


_LITERAL = r"(?:'(?:[^']|'')*'|-?\d+|CAST\('[^']*' AS DATE\))"
_MAX_EXPRESSION = 2048


def expression(alias: str, predicates: list[str]) -> tuple[str, bool]:
    """What Glue can tell apart itself of the conditions over partition keys: comparisons with constants.

    `predicates` are SQL as the compiler makes it, each over keys of the relation `alias`. The others are left out.

    Returns:
        The expression for GetPartitions, and whether no condition was left out.
    """
    key = rf'{re.escape(alias)}\."(\w+)"'
    compared = re.compile(rf"\({key} (=|<>|<=|>=|<|>) ({_LITERAL})\)")
    listed = re.compile(rf"\({key} IN \(({_LITERAL}(?:, {_LITERAL})*)\)\)")
    between = re.compile(rf"\((\({key} >= {_LITERAL}\)) AND (\({key} <= {_LITERAL}\))\)")

    def constant(text: str) -> str:
        return re.sub(r"CAST\(('[^']*') AS DATE\)", r"\1", text)

    pairs = [between.fullmatch(p) for p in predicates]
    single = [one for p, pair in zip(predicates, pairs, strict=True) for one in ([pair[1], pair[3]] if pair else [p])]
    parts: list[str] = []
    for one in single:
        if found := compared.fullmatch(one):
            parts.append(f"{found[1]} {found[2]} {constant(found[3])}")
        elif found := listed.fullmatch(one):
            parts.append(f"{found[1]} IN ({constant(found[2])})")
    made = " AND ".join(parts)
    if len(made) > _MAX_EXPRESSION:
        return "", False
    return made, len(parts) == len(single)


def partition_value(value: str, key: Column) -> str:
    """A partition's value as a typed constant; Hive's default partition is NULL."""
    if value == NO_VALUE:
        return f"CAST(NULL AS {key.type.duckdb()})"
    if key.type.is_string:
        return literal(value)
    return f"CAST({literal(value)} AS {key.type.duckdb()})"
