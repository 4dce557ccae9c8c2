"""Reads `t$partitions` and its like: rows made here, as a DuckDB relation."""

from typing import Any

from rapid.emulator.athena.catalog import GlueCatalog, Metadata
from rapid.emulator.athena.sql.scope import Column, Table, literal, quote
from rapid.emulator.athena.sql.types import Type, field_name


def relation(table: Table, catalog: GlueCatalog) -> str:
    """The table's rows.

    Raises:
        SqlError: the table that it tells about cannot be read.
    """
    about: Metadata = table.source
    if isinstance(about.table.source, dict):
        rows = hive_partitions(about.table, catalog)
    else:
        from rapid.emulator.athena.iceberg import inspecting

        rows = inspecting.rows(about.table.source, about.kind)
    return values(table.columns, rows)


def hive_partitions(table: Table, catalog: GlueCatalog) -> list[tuple[Any, ...]]:
    """The values of a Hive table's partitions; projected ones are computed."""
    from rapid.emulator.athena.partitions import NO_VALUE
    from rapid.emulator.athena.projection import projected

    parameters = {k.lower(): v for k, v in (table.source.get("Parameters") or {}).items()}
    if parameters.get("projection.enabled", "").lower() == "true":
        location = table.source["StorageDescriptor"]["Location"]
        found = [values for values, _ in projected(table, location, parameters, [], lambda _, v: v)]
    else:
        found = [tuple(p["Values"]) for p in catalog.partitions(table.database, table.name)]
    return [tuple(None if v == NO_VALUE else v for v in one) for one in found]


def values(columns: tuple[Column, ...], rows: list[tuple[Any, ...]]) -> str:
    """Rows of Python values as a relation with typed columns."""
    names = ", ".join(quote(c.name) for c in columns)
    lines = [", ".join(constant(v, c.type) for v, c in zip(row, columns, strict=True)) for row in rows]
    body = ", ".join(f"({line})" for line in lines)
    if not body:
        body = "(" + ", ".join(constant(None, c.type) for c in columns) + ")"
    return f"(SELECT * FROM (VALUES {body}) AS v({names}){'' if rows else ' WHERE false'})"


def constant(value: Any, kind: Type) -> str:
    """A Python value as DuckDB SQL of a type; maps are lists of pairs, rows are tuples."""
    target = kind.duckdb()
    if value is None:
        return f"CAST(NULL AS {target})"
    if kind.name == "array":
        return f"CAST([{', '.join(constant(v, kind.args[0]) for v in value)}] AS {target})"
    if kind.name == "map":
        pairs = [f"({constant(k, kind.args[0])}, {constant(v, kind.args[1])})" for k, v in value]
        return f"CAST(map_from_entries([{', '.join(pairs)}]) AS {target})" if pairs else f"CAST(MAP {{}} AS {target})"
    if kind.name == "row":
        items = ", ".join(
            f"{quote(field_name(n, i))}: {constant(v, t)}"
            for i, ((n, t), v) in enumerate(zip(kind.args, value, strict=True))
        )
        return f"{{{items}}}"
    if kind.name.startswith("timestamp") and isinstance(value, int):
        micros = value * 1000 if kind.scale <= 3 else value
        return f"make_timestamptz({micros})" if kind.name.endswith("zone") else f"make_timestamp({micros})"
    if kind.name == "date" and isinstance(value, int):
        return f"(DATE '1970-01-01' + {value})"
    if kind.name == "varbinary" and isinstance(value, bytes):
        return f"from_hex('{value.hex()}')"
    return f"CAST({literal(str(value))} AS {target})"
