"""JDBC targets: tables of a PostgreSQL or MySQL database, from its information_schema.

https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html (read 2026-11): the path is `database/schema/table`, for
MySQL `database/table`; `%` stands for all of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rapid.emulator.glue import jdbc
from rapid.emulator.glue.crawling.comparing import location_of
from rapid.emulator.glue.crawling.globs import excluder
from rapid.emulator.glue.crawling.layout import table_name
from rapid.emulator.glue.crawling.schema import Schema, Type
from rapid.emulator.glue.crawling.writer import Writer
from rapid.emulator.glue.errors import InvalidInputException
from rapid.emulator.glue.models import Structure

TYPES = {
    "int": "int", "integer": "int", "mediumint": "int", "smallint": "smallint", "tinyint": "tinyint",
    "bigint": "bigint", "serial": "int", "bigserial": "bigint", "real": "float", "float": "float", "double": "double",
    "double precision": "double", "boolean": "boolean", "bit": "boolean", "date": "date", "datetime": "timestamp",
    "timestamp": "timestamp", "timestamp without time zone": "timestamp", "timestamp with time zone": "timestamp",
    "year": "date", "bytea": "binary", "binary": "binary", "varbinary": "binary", "blob": "binary",
    "tinyblob": "binary", "mediumblob": "binary", "longblob": "binary",
}  # fmt: skip
"""information_schema's data_type to the catalog's; what is not here is read as a string."""
SYSTEM = ("information_schema", "pg_catalog", "pg_internal", "mysql", "performance_schema", "sys")
_QUERY = """
SELECT c.table_schema, c.table_name, t.table_type, c.column_name, {}, c.numeric_precision, c.numeric_scale, {}
FROM information_schema.columns c
JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
ORDER BY c.table_schema, c.table_name, c.ordinal_position
"""
_DATA_TYPE = {"mysql": "CASE WHEN c.column_type = 'tinyint(1)' THEN 'bit' ELSE c.data_type END"}
"""MySQL's driver takes tinyint(1) for a boolean (https://github.com/aws-samples/aws-glue-samples/issues/132)."""
_POSTGRES_TABLE = "(quote_ident(c.table_schema) || '.' || quote_ident(c.table_name))::regclass::oid"
_COMMENT, _DESCRIPTION = 255, 2048
"""Characters that the catalog takes of each."""
_NO_COMMENTS = "NULL, NULL"
_COMMENTS = {
    "mysql": "c.column_comment, CASE WHEN t.table_type = 'VIEW' THEN NULL ELSE t.table_comment END",
    "postgresql": f"col_description({_POSTGRES_TABLE}, c.ordinal_position::int), "
    f"obj_description({_POSTGRES_TABLE}, 'pg_class')",
}
"""What is said of a column and of its table, as `EnableAdditionalMetadata` has it with COMMENTS."""


@dataclass
class _Table:
    path: tuple[str, ...]
    view: bool
    schema: Schema
    comments: dict[str, str]
    comment: str | None

    def described(self, given: Structure) -> Structure:
        """The table's input, with what the database says of the table and of its columns."""
        for column in given["StorageDescriptor"]["Columns"]:
            if column["Name"] in self.comments:
                column["Comment"] = self.comments[column["Name"]]
        return {**given, "Description": self.comment} if self.comment else given


def crawl(writer: Writer, target: Structure, connection: Structure, where: jdbc.Place) -> None:
    """Writes the tables that a JDBC target names.

    Raises:
        InvalidInputException: a path that names no database, a database that does not answer.
    """
    path = [part for part in (target.get("Path") or "").split("/") if part]
    if not path:
        raise InvalidInputException("A JDBC target needs a Path such as database/schema/table or database/%.")
    wanted = _matcher(path[1:], 1 if where.kind == "mysql" else 2)
    excluded = excluder(target.get("Exclusions") or ())
    place = jdbc.Place(**{**where.__dict__, "name": path[0]})
    for table in _tables(place, "COMMENTS" in (target.get("EnableAdditionalMetadata") or ())):
        if not wanted(table.path) or excluded("/".join(table.path)) or excluded(table.path[-1]):
            continue
        parts = (path[0], *table.path)
        parameters = {
            "classification": where.kind,
            "compressionType": "none",
            "connectionName": connection["Name"],
            "typeOfData": "view" if table.view else "table",
        }
        name = "_".join(table_name(part) for part in parts)
        writer.put(table.described(writer.plain(name, ".".join(parts), table.schema, parameters)))


def names(target: Structure, table: Structure) -> bool:
    """Whether a JDBC target's path names what a table of the catalog describes."""
    parameters = table.get("Parameters") or {}
    depth = 1 if parameters.get("classification") == "mysql" else 2
    database, *pattern = [part for part in (target.get("Path") or "").split("/") if part]
    found, *path = location_of(table).split(".", depth)
    same = (parameters.get("connectionName"), found, len(path)) == (target.get("ConnectionName"), database, depth)
    return same and bool(_matcher(pattern, depth)(tuple(path)))


def _matcher(pattern: list[str], depth: int) -> Any:
    """Whether a table's path below the database is the one wanted. A pattern that ends early stands for all below."""
    parts = [*pattern, *["%"] * (depth - len(pattern))]
    compiled = [re.compile(".*".join(re.escape(piece) for piece in part.split("%"))) for part in parts]
    return lambda path: all(c.fullmatch(p) for c, p in zip(compiled, path, strict=True))


def _tables(where: jdbc.Place, comments: bool) -> Iterator[_Table]:
    with jdbc.cursor(where) as cursor:
        described = _COMMENTS.get(where.kind, _NO_COMMENTS) if comments else _NO_COMMENTS
        cursor.execute(_QUERY.format(_DATA_TYPE.get(where.kind, "c.data_type"), described))
        rows = cursor.fetchall()
    current: _Table | None = None
    for schema, name, table_type, column, data_type, precision, scale, comment, of_table in rows:
        if schema.lower() in SYSTEM or (where.kind == "mysql" and schema != where.name):
            continue
        path = (name,) if where.kind == "mysql" else (schema, name)
        if current is None or current.path != path:
            if current is not None:
                yield current
            current = _Table(path, table_type == "VIEW", {}, {}, of_table and of_table[:_DESCRIPTION])
        current.schema[column.lower()] = _type(data_type.lower(), precision, scale)
        if comment:
            current.comments[column.lower()] = comment[:_COMMENT]
    if current is not None:
        yield current


def _type(data_type: str, precision: Any, scale: Any) -> Type:
    if data_type in ("numeric", "decimal"):
        return f"decimal({min(int(precision), 38)},{int(scale or 0)})" if precision else "decimal(38,18)"
    return TYPES.get(data_type, "string")
