"""The Glue Data Catalog as tables and views for the compiler, asked through boto3 as on AWS."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from rapid.emulator.athena.objects import Objects
from rapid.emulator.athena.sql.errors import SqlError, not_supported
from rapid.emulator.athena.sql.scope import Column, Table
from rapid.emulator.athena.sql.types import Type, parse_hive

Structure = dict[str, Any]
VIEW_PREFIX, VIEW_SUFFIX = "/* Presto View: ", " */"


def serves(registered: Mapping[str, Structure], name: str) -> bool:
    """Whether a registered data catalog is the Glue catalog of this account under another name.

    Raises:
        SqlError: it is a connector, which this machine does not have.
    """
    found = next((c for n, c in registered.items() if n.lower() == name), None)
    if found is not None and found["Type"] != "GLUE":
        raise not_supported(f"Querying the data catalog {found['Name']} of type {found['Type']}")
    return found is not None


class GlueCatalog:
    """The databases and tables of one account; each is asked for once per query."""

    def __init__(self, client: Any, objects: Objects, registered: Mapping[str, Structure]) -> None:
        self.client, self.objects, self.registered = client, objects, registered
        self._tables: dict[tuple[str, str], Table | None] = {}

    def has_catalog(self, name: str) -> bool:
        return serves(self.registered, name)

    def has_database(self, database: str) -> bool:
        if database == "information_schema":
            return True
        return _get(self.client.get_database, Name=database) is not None

    def table(self, database: str, name: str) -> Table | None:
        key = database.lower(), name.lower()
        if key not in self._tables:
            self._tables[key] = self._find(*key)
        return self._tables[key]

    def _find(self, database: str, name: str) -> Table | None:
        found = self.describe(database, name)
        if found is None:
            base, _, kind = name.rpartition("$")
            table = self.table(database, base) if base else None
            return metadata_table(table, kind) if table and table.view is None else None
        if is_iceberg(found):
            from rapid.emulator.athena.iceberg import loading

            return loading.table(self, database, name, found)
        if is_delta(found):
            from rapid.emulator.athena.delta import log

            return log.table(self, database, name, found)
        return to_table(database, name, found)

    def describe(self, database: str, name: str) -> Structure | None:
        """Glue's description of a table, or None."""
        answer = _get(self.client.get_table, DatabaseName=database, Name=name)
        return answer["Table"] if answer else None

    def databases(self) -> list[Structure]:
        return self.pages("get_databases", "DatabaseList")

    def tables(self, database: str) -> list[Structure]:
        return self.pages("get_tables", "TableList", DatabaseName=database)

    def partitions(self, database: str, name: str, expression: str = "") -> list[Structure]:
        """The partitions of a table, those that Glue's expression over the keys leaves if there is one."""
        given = {"Expression": expression} if expression else {}
        return self.pages("get_partitions", "Partitions", DatabaseName=database, TableName=name, **given)

    def partition(self, database: str, name: str, values: list[str]) -> Structure | None:
        """One partition, or None."""
        answer = _get(self.client.get_partition, DatabaseName=database, TableName=name, PartitionValues=values)
        return answer["Partition"] if answer else None

    def pages(self, operation: str, member: str, **arguments: Any) -> list[Structure]:
        """Every item of a paged operation; a missing database or table is an empty list."""
        items: list[Structure] = []
        while True:
            page = _get(getattr(self.client, operation), **arguments)
            if page is None:
                return items
            items += page[member]
            if not page.get("NextToken"):
                return items
            arguments["NextToken"] = page["NextToken"]


@dataclass(frozen=True)
class Metadata:
    """The source of a table such as `t$partitions`, which tells about another table."""

    table: Table
    kind: str


def metadata_table(table: Table, kind: str) -> Table | None:
    """`t$partitions` of a Hive table, `t$snapshots` and its like of an Iceberg table; None if there is no such kind."""
    if isinstance(table.source, dict):
        if kind != "partitions" or not table.partition_keys:
            return None
        return Table(table.database, f"{table.name}${kind}", table.partition_keys, source=Metadata(table, kind))
    if not is_versioned(table):
        return None
    from rapid.emulator.athena.iceberg import inspecting

    columns = inspecting.columns(table, kind)
    if columns is None:
        return None
    return Table(table.database, f"{table.name}${kind}", columns, source=Metadata(table, kind))


def is_iceberg(found: Structure) -> bool:
    return str((found.get("Parameters") or {}).get("table_type", "")).upper() == "ICEBERG"


def is_delta(found: Structure) -> bool:
    """Whether a table is read by its Delta log, and not by a list of its files."""
    parameters = found.get("Parameters") or {}
    inputs = (found.get("StorageDescriptor") or {}).get("InputFormat") or ""
    named = (str(parameters.get(n, "")).lower() for n in ("table_type", "spark.sql.sources.provider"))
    return "delta" in named and "symlink" not in inputs.lower()


def is_versioned(table: Table) -> bool:
    """Whether it is an Iceberg table, and not one that tells about another."""
    from rapid.emulator.athena.delta.log import Snapshot

    if table.view is not None or table.source is None:
        return False
    return not isinstance(table.source, dict | Metadata | Snapshot)


def _get(operation: Any, **arguments: Any) -> Structure | None:
    try:
        answer: Structure = operation(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] == "EntityNotFoundException":
            return None
        raise SqlError("HIVE_METASTORE_ERROR", error.response["Error"].get("Message", str(error))) from error
    return answer


def column_type(text: str, column: str) -> Type:
    """A column's type in the catalog.

    Raises:
        SqlError: HIVE_METASTORE_ERROR for a type that Athena does not know.
    """
    try:
        return parse_hive(text or "string")
    except (ValueError, IndexError) as error:
        raise SqlError("HIVE_METASTORE_ERROR", f"{error} (column {column})") from error


def to_table(database: str, name: str, found: Structure) -> Table:
    """Glue's description as the compiler wants it."""
    descriptor = found.get("StorageDescriptor") or {}
    view = found.get("ViewOriginalText") if found.get("TableType") == "VIRTUAL_VIEW" else None
    columns = tuple(Column(c["Name"].lower(), _type(c, view)) for c in descriptor.get("Columns", ()))
    if view is not None:
        text, schema = decode_view(view, database)
        return Table(database, name, columns, view=text, source=schema)
    keys = tuple(Column(c["Name"].lower(), _type(c, None)) for c in found.get("PartitionKeys", ()))
    buckets = tuple(c.lower() for c in descriptor.get("BucketColumns") or ())
    return Table(database, name, columns, keys, source=found, pruning=buckets)


def _type(column: Structure, view: str | None) -> Type:
    if view is not None:
        try:
            return parse_hive(column.get("Type", ""))
        except (ValueError, IndexError):
            return Type("unknown")  # only Trino has it: the view's query tells
    return column_type(column.get("Type", "string"), column["Name"])


def decode_view(text: str, database: str) -> tuple[str, str]:
    """SQL and default database of a view, which Athena stores as JSON in base64 in a comment.

    Raises:
        SqlError: HIVE_INVALID_VIEW_DATA, in the words of Trino's `ViewReaderUtil`.
    """
    if not text.strip():
        raise SqlError("HIVE_INVALID_VIEW_DATA", "No view original text")
    if not text.startswith(VIEW_PREFIX):
        return text, database
    try:
        stored = json.loads(base64.b64decode(text.removeprefix(VIEW_PREFIX).removesuffix(VIEW_SUFFIX)))
        return str(stored["originalSql"]), str(stored.get("schema") or database)
    except (ValueError, TypeError, KeyError) as error:
        raise SqlError("HIVE_INVALID_VIEW_DATA", f"Invalid view JSON: {error}") from error


def encode_view(sql: str, database: str, columns: list[Column]) -> str:
    """A view as Athena stores it, so that Glue clients and AWS read it."""
    stored = {
        "originalSql": sql,
        "catalog": "awsdatacatalog",
        "schema": database,
        "columns": [{"name": c.name, "type": str(c.type)} for c in columns],
    }
    return VIEW_PREFIX + base64.b64encode(json.dumps(stored).encode()).decode() + VIEW_SUFFIX
