"""A Delta table's log as delta-rs reads it: the columns in force, and the files that hold the rows.

delta-rs sees a folder of its own, with links to the log and to the vectors of deleted rows, and nothing else of this
machine. https://github.com/delta-io/delta/blob/master/PROTOCOL.md
"""

import json
import tempfile
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from rapid.emulator.athena.catalog import GlueCatalog, Structure
from rapid.emulator.athena.objects import Objects, StoredObject, split_uri
from rapid.emulator.athena.partitions import NO_VALUE
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import Column, Table
from rapid.emulator.athena.sql.types import TIMESTAMP_TZ, Type, array_of, map_of

LOG = "_delta_log"
_KNOWN = 64
_SIMPLE = {
    "string": "varchar", "long": "bigint", "integer": "integer", "short": "smallint", "byte": "tinyint",
    "float": "real", "double": "double", "boolean": "boolean", "binary": "varbinary", "date": "date",
}  # fmt: skip
_HIVE = {
    "long": "bigint", "integer": "int", "short": "smallint", "byte": "tinyint", "timestamp_ntz": "timestamp",
}  # fmt: skip
_snapshots: "OrderedDict[tuple[str, str], Snapshot]" = OrderedDict()


@dataclass(frozen=True)
class Part:
    """A data file: its partition's values as text, and whether each of its rows is still there (None: all are)."""

    uri: str
    size: int
    modified: float
    values: dict[str, str]
    kept: Any = None


@dataclass(frozen=True)
class Snapshot:
    """The newest version of a table. `fields` are those of its schema, in the log's JSON."""

    fields: list[Structure]
    keys: tuple[str, ...]
    parts: list[Part] = field(default_factory=list)


def location(found: Structure) -> str:
    """Where a table of the catalog lies; Spark tells it in its own property."""
    descriptor = found.get("StorageDescriptor") or {}
    given = ((descriptor.get("SerdeInfo") or {}).get("Parameters") or {}).get("path")
    return str(given or descriptor.get("Location") or "").rstrip("/") + "/"


def table(catalog: GlueCatalog, database: str, name: str, found: Structure) -> Table:
    """A Delta table of the catalog as the compiler wants it; conditions over its partitions come to the scan."""
    made = snapshot(catalog.objects, location(found))
    columns = tuple(Column(f["name"].lower(), kind_of(f["type"])) for f in made.fields)
    return Table(database, name, columns, source=made, pruning=made.keys)


def snapshot(objects: Objects, place: str) -> Snapshot:
    """The newest version of the table at a location. A log that did not change is read once.

    Raises:
        SqlError: DELTA_LAKE_INVALID_TABLE if there is no log, or it cannot be read.
    """
    bucket, prefix = split_uri(place)
    log = list(objects.list_all(bucket, f"{prefix}{LOG}/"))
    key = place, repr([(o.key, o.etag) for o in log])
    if key not in _snapshots:
        if not log:
            raise SqlError("DELTA_LAKE_INVALID_TABLE", f"No transaction log found in location {place}{LOG}")
        _snapshots[key] = _read(objects, place, log)
        while len(_snapshots) > _KNOWN:
            _snapshots.popitem(last=False)
    return _snapshots[key]


def _read(objects: Objects, place: str, log: list[StoredObject]) -> Snapshot:
    import pyarrow as pa
    from deltalake import DeltaTable
    from deltalake.exceptions import DeltaError

    with tempfile.TemporaryDirectory(dir=objects.cache.parent) as folder:
        _link(objects, Path(folder), place, log)
        try:
            opened = DeltaTable(folder)
            keys = tuple(k.lower() for k in opened.metadata().partition_columns)
            actions = pa.table(opened.get_add_actions(flatten=True)).to_pylist()
            vectors = {}
            if "deletionVectors" in (opened.protocol().reader_features or ()):
                _link(objects, Path(folder), place, _vectors(objects, place))
                rows = pa.table(opened.deletion_vectors().read_all()).to_pylist()
                begin = Path(folder).resolve().as_uri() + "/"
                vectors = {r["filepath"].removeprefix(begin): r["selection_vector"] for r in rows}
            fields = json.loads(opened.schema().to_json())["fields"]
        except (DeltaError, OSError, ValueError) as error:
            message = str(error).replace(folder, place.rstrip("/"))
            raise SqlError("DELTA_LAKE_INVALID_TABLE", f"Error getting snapshot for {place}: {message}") from error
    parts = [
        Part(
            _address(place, a["path"]), a["size_bytes"], a["modification_time"] / 1000,
            {n.removeprefix("partition.").lower(): _text(v) for n, v in a.items() if n.startswith("partition.")},
            vectors.get(a["path"]),
        )
        for a in actions
    ]  # fmt: skip
    return Snapshot(fields, keys, parts)


def _vectors(objects: Objects, place: str) -> list[StoredObject]:
    return [o for o in objects.list_all(*split_uri(place)) if o.key.endswith(".bin")]


def _link(objects: Objects, folder: Path, place: str, found: list[StoredObject]) -> None:
    """Puts links to objects into a folder, where they lie below the table's location."""
    prefix = split_uri(place)[1]
    for one in found:
        relative = PurePosixPath(one.key[len(prefix) :])
        if not one.size or relative.is_absolute() or ".." in relative.parts:
            continue
        target = folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(objects.path(one))


def _address(place: str, path: str) -> str:
    """A data file's address in S3: the log tells it from the table's location, or whole.

    Raises:
        SqlError: it lies elsewhere.
    """
    if "://" not in path and not path.startswith(("/", "file:")):
        return place + unquote(path)
    bucket, key = split_uri(path)
    return f"s3://{bucket}/{unquote(key)}"


def _text(value: Any) -> str:
    """A partition's value as text that casts to its type."""
    if value is None:
        return NO_VALUE
    return str(value).lower() if isinstance(value, bool) else str(value)


def kind_of(given: Any) -> Type:
    """The Trino type of a type in the log.

    Raises:
        SqlError: NOT_SUPPORTED if there is none.
    """
    if isinstance(given, dict):
        if given["type"] == "array":
            return array_of(kind_of(given["elementType"]))
        if given["type"] == "map":
            return map_of(kind_of(given["keyType"]), kind_of(given["valueType"]))
        return Type("row", tuple((f["name"].lower(), kind_of(f["type"])) for f in given["fields"]))
    if given == "timestamp":
        return TIMESTAMP_TZ
    if given == "timestamp_ntz":
        return Type("timestamp", (6,))
    if str(given).startswith("decimal("):
        precision, scale = str(given)[8:-1].split(",")
        return Type("decimal", (int(precision), int(scale)))
    if given in _SIMPLE:
        return Type(_SIMPLE[given])
    raise SqlError("NOT_SUPPORTED", f"The Delta Lake type {given} is not supported")


def hive_type(given: Any) -> str:
    """How the catalog names a type of the log."""
    if not isinstance(given, dict):
        return _HIVE.get(given, str(given))
    if given["type"] == "array":
        return f"array<{hive_type(given['elementType'])}>"
    if given["type"] == "map":
        return f"map<{hive_type(given['keyType'])},{hive_type(given['valueType'])}>"
    inside = ",".join(f"{f['name']}:{hive_type(f['type'])}" for f in given["fields"])
    return f"struct<{inside}>"
