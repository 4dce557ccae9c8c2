"""The Trino type that a type in a statement stands for: `varchar(3)`, `array(row(a integer))`."""

import re

from sqlglot import exp

from rapid.emulator.athena.sql.errors import Position, SqlError, not_supported
from rapid.emulator.athena.sql.types import MAX_DECIMAL, TIMESTAMP, TIMESTAMP_TZ, Type, decimal

_TYPES = {
    "INT": "integer",
    "FLOAT": "real",
    "TEXT": "varchar",
    "VARBINARY": "varbinary",
    "BINARY": "varbinary",
    "BOOLEAN": "boolean",
    "TINYINT": "tinyint",
    "SMALLINT": "smallint",
    "BIGINT": "bigint",
    "DOUBLE": "double",
    "DATE": "date",
    "JSON": "json",
    "UUID": "uuid",
    "IPADDRESS": "ipaddress",
    "HLLSKETCH": "HyperLogLog",
}
_NAMES = {
    *_TYPES.values(), "array", "bingtile", "char", "color", "decimal", "double precision", "geometry", "hyperloglog",
    "int", "interval", "map", "p4hyperloglog", "qdigest", "row", "setdigest", "sphericalgeography", "tdigest", "time",
    "timestamp",
}  # fmt: skip
"""As queries spell them: `string` and `float` are words of DDL, `text` and `datetime` of other databases."""
_MAX_DIGITS = 12


def to_type(node: exp.DataType, place: Position | None = None) -> Type:
    """The Trino type a parsed type stands for.

    Args:
        node: the type.
        place: of the cast, for messages.

    Raises:
        SqlError: no such type, or one that is not supported (sketches).
    """
    for part in node.find_all(exp.DataType):
        written = part.meta.get("written")
        if written is not None and not _known(written):
            raise SqlError("TYPE_MISMATCH", f"Unknown type: {node.meta.get('written', written)}", place)
    return _type(node)


def _known(written: str) -> bool:
    name, digits = re.match(r"(double precision|\w*)(?:\s*\(\s*(\d+)\s*\))?", written).groups()  # type: ignore[union-attr]
    too_many = digits is not None and name in ("time", "timestamp") and int(digits) > _MAX_DIGITS
    return name in _NAMES and not too_many and written not in ("array", "map", "row")


def _type(node: exp.DataType) -> Type:
    kind = node.this.name if isinstance(node.this, exp.DType) else ""
    numbers = [int(p.name) for p in node.expressions if isinstance(p, exp.DataTypeParam)]
    if isinstance(node.this, exp.Interval):
        unit = node.this.args["unit"]
        year = str(unit.this.name if isinstance(unit, exp.IntervalSpan) else unit.name).upper() in ("YEAR", "MONTH")
        return Type("interval year to month" if year else "interval day to second")
    if kind == "DECIMAL":
        precision, scale = [*numbers, *(MAX_DECIMAL, 0)[len(numbers) :]][:2]
        for what, limit, given in (
            ("precision", f"[1, {MAX_DECIMAL}]", precision if not 1 <= precision <= MAX_DECIMAL else None),
            ("scale", f"[0, precision ({precision})]", scale if scale > precision else None),
        ):
            if given is not None:
                raise SqlError("INVALID_FUNCTION_ARGUMENT", f"DECIMAL {what} must be in range {limit}: {given}")
        return decimal(precision, scale)
    if kind in ("VARCHAR", "CHAR", "NCHAR", "NVARCHAR"):
        return Type("varchar" if "VAR" in kind else "char", tuple(numbers[:1]) or (() if "VAR" in kind else (1,)))
    if kind == "TIMESTAMP":
        return Type("timestamp", (numbers[0],)) if numbers else TIMESTAMP
    if kind in ("TIMESTAMPTZ", "TIMESTAMPLTZ"):
        return Type("timestamp with time zone", (numbers[0], "UTC")) if numbers else TIMESTAMP_TZ
    if kind == "TIME":
        return Type("time", tuple(numbers[:1]) or (3,))
    if kind == "TIMETZ":
        return Type("time with time zone", tuple(numbers[:1]) or (3,))
    if kind in ("ARRAY", "LIST", "MAP"):
        return Type("map" if kind == "MAP" else "array", tuple(_type(e) for e in node.expressions))
    if kind == "STRUCT":
        return Type("row", tuple(_row_field(e) for e in node.expressions))
    if kind in _TYPES:
        return Type(_TYPES[kind])
    raise not_supported(f"The type {node.sql('trino').lower()}")


def _row_field(node: exp.Expr) -> tuple[str | None, Type]:
    if isinstance(node, exp.ColumnDef):
        name = node.name if node.this.args.get("quoted") else node.name.lower()
        return name, _type(node.args["kind"])
    return None, _type(node)  # type: ignore[arg-type]
