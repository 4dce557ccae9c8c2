"""An Iceberg table of the Glue catalog: its metadata, its columns, its snapshot at a time or version."""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pyiceberg.exceptions import CommitFailedException, ValidationException
from pyiceberg.serializers import FromInputFile
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table import Transaction
from pyiceberg.table.metadata import TableMetadata

from rapid.emulator.athena.catalog import GlueCatalog, Structure
from rapid.emulator.athena.iceberg.storage import IcebergCatalog, refuse_code
from rapid.emulator.athena.iceberg.types import to_trino
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import Column, Table

_KNOWN = 128
_WRITTEN = 2
"""The newest format version that pyiceberg 0.12 writes."""
_metadata: "OrderedDict[str, TableMetadata]" = OrderedDict()
"""Metadata by location: such a file never changes."""


@dataclass(frozen=True)
class Source:
    """What stands behind a `Table` of the compiler that is an Iceberg table. `snapshot` None: the current one."""

    found: Structure
    table: IcebergTable
    snapshot: int | None = None

    @property
    def schema(self) -> Any:
        """The schema in force, that of the snapshot if one is named."""
        if self.snapshot is None:
            return self.table.schema()
        named = self.table.metadata.snapshot_by_id(self.snapshot)
        schemas = self.table.schemas()
        known = named.schema_id if named else None
        return schemas[known] if known in schemas else self.table.schema()


def load(catalog: GlueCatalog, found: Structure) -> IcebergTable:
    """The Iceberg table that Glue describes.

    Raises:
        SqlError: ICEBERG_MISSING_METADATA, ICEBERG_INVALID_METADATA, or its metadata names code to run.
    """
    known = IcebergCatalog(catalog.client, catalog.objects)
    location = (found.get("Parameters") or {}).get("metadata_location")
    name = f"{found['DatabaseName']}.{found['Name']}"
    if not location:
        raise SqlError("ICEBERG_INVALID_METADATA", f"Table is missing [metadata_location] property: {name}")
    file_io = known._load_file_io()  # noqa: SLF001 - our own class
    metadata = _metadata.get(location)
    if metadata is None:
        file = file_io.new_input(location)
        if not file.exists():
            message = f"Metadata not found in metadata location for table {name}"
            raise SqlError("ICEBERG_MISSING_METADATA", message)
        try:
            metadata = FromInputFile.table_metadata(file)
        except ValueError as error:
            raise SqlError("ICEBERG_INVALID_METADATA", f"Invalid metadata file for table {name}") from error
        refuse_code(metadata.properties)
        _metadata[location] = metadata
        while len(_metadata) > _KNOWN:
            _metadata.popitem(last=False)
    return IcebergTable((found["DatabaseName"], found["Name"]), metadata, location, file_io, known)


def table(catalog: GlueCatalog, database: str, name: str, found: Structure) -> Table:
    """The compiler's table."""
    return _as_table(database, name, Source({"DatabaseName": database, **found}, load(catalog, found)))


def _as_table(database: str, name: str, source: Source) -> Table:
    columns = tuple(Column(f.name.lower(), to_trino(f.field_type)) for f in source.schema.fields)
    return Table(database, name, columns, source=source)


def at(found: Table, kind: str, value: Any) -> Table:
    """The table `FOR TIMESTAMP AS OF` milliseconds since 1970, or `FOR VERSION AS OF` a snapshot or the name of one.

    Raises:
        SqlError: INVALID_ARGUMENTS if there was no such snapshot.
    """
    source: Source = found.source
    if kind == "TIMESTAMP":
        snapshot = source.table.snapshot_as_of_timestamp(int(value))
        if snapshot is None:
            message = f'No version history table "{found.database}"."{found.name}" at or before {value}'
            raise SqlError("INVALID_ARGUMENTS", message)
    elif isinstance(value, str):
        snapshot = source.table.snapshot_by_name(value)
        if snapshot is None:
            raise SqlError("INVALID_ARGUMENTS", f"Cannot find snapshot with reference name: {value}")
    else:
        snapshot = source.table.snapshot_by_id(int(value))
        if snapshot is None:
            raise SqlError("INVALID_ARGUMENTS", f"Iceberg snapshot ID does not exists: {value}")
    return _as_table(found.database, found.name, replace(source, snapshot=snapshot.snapshot_id))


_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
"""By table: this process's own writers wait for each other, and need no second attempt."""


def commit(found: IcebergTable, change: Callable[[Transaction], object]) -> None:
    """Makes a change in one transaction, from the metadata that the statement has seen.

    Raises:
        SqlError: ICEBERG_COMMIT_ERROR if another writer was first and both cannot be kept.
    """
    name = ".".join(found.name())
    if found.format_version > _WRITTEN:
        message = f"Iceberg format version {found.format_version} is read, but not written, by Rapid Analytics"
        raise SqlError("NOT_SUPPORTED", message)
    try:
        with _locks[found.location()], found.transaction() as transaction:
            change(transaction)
    except (CommitFailedException, ValidationException) as error:
        message = f"Failed to commit Iceberg update to table: {name}"
        raise SqlError("ICEBERG_COMMIT_ERROR", message) from error
