"""`information_schema`: the catalog as tables, made of what Glue answers when it is asked.

https://docs.aws.amazon.com/athena/latest/ug/querying-glue-catalog.html (read 2026-11).
"""

from collections.abc import Callable, Iterator
from typing import Any

from rapid.emulator.athena.catalog import GlueCatalog, Structure, is_iceberg, is_versioned, to_table
from rapid.emulator.athena.sql.errors import Position, SqlError
from rapid.emulator.athena.sql.scope import Column, Scan, Table, Typed, literal, quote
from rapid.emulator.athena.sql.types import BIGINT, VARCHAR, parse_hive

NAME = "information_schema"
_CATALOG = "awsdatacatalog"


def _table(name: str, *columns: str) -> Table:
    typed = tuple(Column(c, BIGINT if c == "ordinal_position" else VARCHAR) for c in columns)
    return Table(NAME, name, typed, pruning=("schema_name", "table_schema", "table_name"))


TABLES = {
    t.name: t
    for t in (
        _table("schemata", "catalog_name", "schema_name"),
        _table("tables", "table_catalog", "table_schema", "table_name", "table_type"),
        _table("views", "table_catalog", "table_schema", "table_name", "view_definition"),
        _table(
            "columns", "table_catalog", "table_schema", "table_name", "column_name", "ordinal_position", "column_default",  # noqa: E501
            "is_nullable", "data_type", "comment", "extra_info",
        ),
    )
}  # fmt: skip


class Known:
    """The catalog together with information_schema."""

    def __init__(self, catalog: GlueCatalog, evaluate: Callable[[str], Any]) -> None:
        self._catalog, self._evaluate = catalog, evaluate

    def has_catalog(self, name: str) -> bool:
        return self._catalog.has_catalog(name)

    def has_database(self, database: str) -> bool:
        return database == NAME or self._catalog.has_database(database)

    def table(self, database: str, name: str) -> Table | None:
        return TABLES.get(name) if database == NAME else self._catalog.table(database, name)

    def at(self, table: Table, kind: str, value: Typed, place: Position | None) -> Table:
        """An Iceberg table as it was; the constant is computed by DuckDB.

        Raises:
            SqlError: it is another table, or there was no such snapshot.
        """
        if not is_versioned(table):
            raise SqlError("NOT_SUPPORTED", "This connector does not support versioned tables", place)
        from rapid.emulator.athena.iceberg import loading

        sql = f"epoch_ms({value.sql})" if kind == "TIMESTAMP" else value.sql
        return loading.at(table, kind, self._evaluate(f"SELECT {sql}"))


Values = tuple[str | int | None, ...]


class Rows:
    """The rows of one scan. Glue is asked only for what the scan's conditions over names leave."""

    def __init__(self, scan: Scan, catalog: GlueCatalog, connection: Any) -> None:
        self.scan, self.catalog, self.connection = scan, catalog, connection

    def relation(self) -> str:
        """The table's rows as a DuckDB relation."""
        import pyarrow as pa

        kind = self.scan.table.name
        made = {"schemata": self._schemata, "tables": self._tables, "views": self._views, "columns": self._columns}
        rows = made[kind]()
        columns = self.scan.table.columns
        arrays = {c.name: pa.array([r[i] for r in rows], _arrow(c)) for i, c in enumerate(columns)}
        name = f"{NAME}_{id(self.scan)}"
        self.connection.register(name, pa.table(arrays))
        return f"(SELECT * FROM {quote(name)})"

    def _kept(self, column: str, names: list[str]) -> list[str]:
        """Those of the names that the conditions over this column alone accept."""
        own = f"{self.scan.alias}.{quote(column)}"
        others = [f"{self.scan.alias}.{quote(c)}" for c in self.scan.table.pruning if c != column]
        found = [p for p in self.scan.predicates if own in p and not any(o in p for o in others)]
        if not found or not names:
            return names
        rows = ", ".join(f"({literal(n)})" for n in names)
        sql = f"SELECT {own} FROM (VALUES {rows}) AS {self.scan.alias}({quote(column)}) WHERE {' AND '.join(found)}"
        kept = {r[0] for r in self.connection.rows(sql)}
        return [n for n in names if n in kept]

    def _databases(self, column: str = "table_schema") -> list[str]:
        return self._kept(column, [d["Name"] for d in self.catalog.databases()])

    def _found(self) -> Iterator[tuple[str, Structure]]:
        for database in self._databases():
            tables = {t["Name"]: t for t in self.catalog.tables(database)}
            for name in self._kept("table_name", list(tables)):
                yield database, tables[name]

    def _schemata(self) -> list[Values]:
        return [(_CATALOG, name) for name in [*self._databases("schema_name"), NAME]]

    def _tables(self) -> list[Values]:
        rows: list[Values] = [
            (_CATALOG, database, table["Name"], "VIEW" if table.get("TableType") == "VIRTUAL_VIEW" else "BASE TABLE")
            for database, table in self._found()
        ]
        return rows + [(_CATALOG, NAME, name, "BASE TABLE") for name in TABLES]

    def _views(self) -> list[Values]:
        return [
            (_CATALOG, database, table["Name"], to_table(database, table["Name"], table).view)
            for database, table in self._found()
            if table.get("TableType") == "VIRTUAL_VIEW"
        ]

    def _columns(self) -> list[Values]:
        rows: list[Values] = []
        for database, table in self._found():
            keys = [k["Name"] for k in table.get("PartitionKeys") or ()]
            columns = [
                *((table.get("StorageDescriptor") or {}).get("Columns") or ()),
                *(table.get("PartitionKeys") or ()),
            ]
            kinds = self._kinds(database, table)
            for position, column in enumerate(columns, 1):
                name = column["Name"].lower()
                kind = kinds.get(name) or _shown_type(column.get("Type", "string"))
                extra = "partition key" if column["Name"] in keys else None
                start = _CATALOG, database, table["Name"], name, position, None, "YES"
                rows.append((*start, kind, column.get("Comment"), extra))
        return rows

    def _kinds(self, database: str, table: Structure) -> dict[str, str]:
        """Types by column where Glue's are not exact: those of Iceberg tables."""
        found = self.catalog.table(database, table["Name"]) if is_iceberg(table) else None
        return {c.name: str(c.type) for c in found.columns} if found else {}


def _arrow(column: Column) -> Any:
    import pyarrow as pa

    return pa.int64() if column.type == BIGINT else pa.string()


def _shown_type(text: str) -> str:
    try:
        return str(parse_hive(text))
    except (ValueError, IndexError):
        return text
