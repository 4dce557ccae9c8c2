"""`information_schema`: the catalog as tables, made of what Glue answers when it is asked.

https://docs.aws.amazon.com/athena/latest/ug/querying-glue-catalog.html (read 2026-11).
"""

from collections.abc import Callable
from typing import Any

from rapid.emulator.athena.catalog import GlueCatalog, is_versioned, to_table
from rapid.emulator.athena.sql.errors import Position, SqlError
from rapid.emulator.athena.sql.scope import Column, Scan, Table, Typed, literal, quote
from rapid.emulator.athena.sql.types import BIGINT, VARCHAR, parse_hive

NAME = "information_schema"
_CATALOG = "awsdatacatalog"


def _table(name: str, *columns: str) -> Table:
    typed = tuple(Column(c, BIGINT if c == "ordinal_position" else VARCHAR) for c in columns)
    return Table(NAME, name, typed)


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


def relation(scan: Scan, catalog: GlueCatalog) -> str:
    """The table's rows as a DuckDB relation."""
    rows = {"schemata": _schemata, "tables": _tables, "views": _views, "columns": _columns}[scan.table.name](catalog)
    columns = scan.table.columns
    if not rows:
        items = ", ".join(f"CAST(NULL AS {c.type.duckdb()}) AS {quote(c.name)}" for c in columns)
        return f"(SELECT {items} WHERE false)"
    lines = ", ".join("(" + ", ".join(_sql(v) for v in row) + ")" for row in rows)
    items = ", ".join(f"CAST({quote(c.name)} AS {c.type.duckdb()}) AS {quote(c.name)}" for c in columns)
    return f"(SELECT {items} FROM (VALUES {lines}) AS v({', '.join(quote(c.name) for c in columns)}))"


def _sql(value: str | int | None) -> str:
    return "NULL" if value is None else str(value) if isinstance(value, int) else literal(value)


def _schemata(catalog: GlueCatalog) -> list[Values]:
    names = [d["Name"] for d in catalog.databases()]
    return [(_CATALOG, name) for name in [*names, NAME]]


def _tables(catalog: GlueCatalog) -> list[Values]:
    rows: list[Values] = []
    for database in catalog.databases():
        for table in catalog.tables(database["Name"]):
            kind = "VIEW" if table.get("TableType") == "VIRTUAL_VIEW" else "BASE TABLE"
            rows.append((_CATALOG, database["Name"], table["Name"], kind))
    return rows + [(_CATALOG, NAME, name, "BASE TABLE") for name in TABLES]


def _views(catalog: GlueCatalog) -> list[Values]:
    rows: list[Values] = []
    for database in catalog.databases():
        for table in catalog.tables(database["Name"]):
            if table.get("TableType") == "VIRTUAL_VIEW":
                made = to_table(database["Name"], table["Name"], table)
                rows.append((_CATALOG, database["Name"], table["Name"], made.view))
    return rows


def _columns(catalog: GlueCatalog) -> list[Values]:
    rows: list[Values] = []
    for database in catalog.databases():
        for table in catalog.tables(database["Name"]):
            keys = table.get("PartitionKeys") or []
            columns = [*((table.get("StorageDescriptor") or {}).get("Columns") or []), *keys]
            for position, column in enumerate(columns, 1):
                extra = "partition key" if column in keys else None
                name = column["Name"].lower()
                kind = _shown_type(column.get("Type", "string"))
                rows.append(
                    (
                        _CATALOG,
                        database["Name"],
                        table["Name"],
                        name,
                        position,
                        None,
                        "YES",
                        kind,
                        column.get("Comment"),
                        extra,
                    )
                )
    return rows


def _shown_type(text: str) -> str:
    try:
        return str(parse_hive(text))
    except (ValueError, IndexError):
        return text
