"""Changes of rows: appended, or the files that hold them written anew without and with what changed."""

from typing import Any

from pyiceberg.io.pyarrow import _dataframe_to_data_files, schema_to_pyarrow
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table import Transaction
from pyiceberg.table.snapshots import Operation

from rapid.emulator.athena.arrow import sound
from rapid.emulator.athena.hive import Name
from rapid.emulator.athena.iceberg.loading import Source, commit
from rapid.emulator.athena.iceberg.reading import SnapshotReader
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import Table, quote

PATH, ROW = "$path", "$row"
MAX_PARTITIONS = 100


def append(session: Session, found: IcebergTable, sql: str) -> int:
    """Appends the rows of `sql`, whose columns are named as the table's; returns their number."""
    rows = as_arrow(found, session.connection.arrow(sql))
    session.measure()
    if rows.num_rows:

        def change(transaction: Transaction) -> None:
            files = data_files(transaction, rows)
            with transaction.update_snapshot().fast_append() as producer:
                for file in files:
                    producer.append_data_file(file)

        commit(found, change)
    return int(rows.num_rows)


def data_files(transaction: Transaction, rows: Any) -> list[DataFile]:
    """Writes rows as data files of the table.

    Raises:
        SqlError: ICEBERG_TOO_MANY_OPEN_PARTITIONS; what was written is removed.
    """
    table = transaction._table  # noqa: SLF001 - pyiceberg offers no other way to its files
    files = list(_dataframe_to_data_files(transaction.table_metadata, rows, table.io))
    if len({str(f.partition) for f in files}) > MAX_PARTITIONS:
        for file in files:
            table.io.delete(file.file_path)
        message = f"Exceeded limit of {MAX_PARTITIONS} open writers for partitions"
        raise SqlError("ICEBERG_TOO_MANY_OPEN_PARTITIONS", message)
    return files


def as_arrow(found: IcebergTable, rows: Any) -> Any:
    """An Arrow table in the types of the Iceberg schema."""
    schema = found.schema()
    target = schema_to_pyarrow(schema, include_field_ids=False)
    names = {n.lower(): n for n in rows.column_names}
    rows = rows.select([names[f.name.lower()] for f in schema.fields]).rename_columns([f.name for f in schema.fields])
    return sound(rows).cast(target)


class Rewrite:
    """Replaces rows of a table in one snapshot."""

    def __init__(self, session: Session, table: Table) -> None:
        self.session, self.table = session, table
        self.source: Source = table.source
        self.reader = SnapshotReader(self.source, session.objects, session.connection)

    def replace(self, gone: Any, new: str | None) -> None:
        """Takes away the rows whose `$path` and `$row` the Arrow table `gone` has, and adds those of `new` (SQL)."""
        connection = self.session.connection
        name = f"gone_{id(self)}"
        connection.register(name, gone)
        paths = {row[0] for row in connection.rows(f'SELECT DISTINCT "{PATH}" FROM {quote(name)}')}
        tasks = [t for t in self.reader.tasks() if t.file.file_path in paths]
        columns = {c.name for c in self.table.columns}
        relation = self.reader.relation(tasks, columns | {PATH, ROW})
        items = ", ".join(quote(c.name) for c in self.table.columns)
        kept = f'SELECT {items} FROM {relation} AS r ANTI JOIN {quote(name)} AS g USING ("{PATH}", "{ROW}")'
        sql = kept if new is None else f"{kept} UNION ALL SELECT {items} FROM ({new})"
        rows = as_arrow(self.source.table, connection.arrow(sql))
        self.session.reader.bytes_found += self.reader.bytes_found
        self.session.measure()
        self.commit([t.file for t in tasks], rows)

    def commit(self, old: list[DataFile], rows: Any) -> None:
        """One snapshot without the old files and with the rows."""
        found = self.source.table

        def change(transaction: Transaction) -> None:
            made = data_files(transaction, rows) if rows.num_rows else []
            with transaction.update_snapshot().overwrite() as producer:
                if not rows.num_rows:
                    producer._operation = Operation.DELETE  # noqa: SLF001 - pyiceberg names no other way
                for file in old:
                    producer.delete_data_file(file)
                for file in made:
                    producer.append_data_file(file)

        commit(found, change)


def target(session: Session, name: Name) -> Table:
    """The table that a statement changes.

    Raises:
        SqlError: there is none, or it is not an Iceberg table.
    """
    from rapid.emulator.athena.catalog import is_versioned

    database = session.database_of(name)
    found = session.catalog.table(database, name.table)
    if found is None:
        if not session.catalog.has_database(database):
            raise SqlError("SCHEMA_NOT_FOUND", f"line 1:1: Schema '{database}' does not exist")
        raise SqlError("TABLE_NOT_FOUND", f"line 1:1: Table 'awsdatacatalog.{database}.{name.table}' does not exist")
    if found.view is not None:
        raise SqlError("NOT_SUPPORTED", "line 1:1: Updating through views is not supported")
    if not is_versioned(found):
        raise SqlError(
            "NOT_SUPPORTED", "line 1:1: Modifying Hive table rows is only supported for transactional tables"
        )
    return found
