"""The Trino type that a type in a statement stands for: `varchar(3)`, `array(row(a integer))`."""

from sqlglot import exp

from rapid.emulator.athena.sql.errors import not_supported
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


def to_type(node: exp.DataType) -> Type:
    """The Trino type a parsed type stands for.

    Raises:
        SqlError: a type that is not supported (sketches).
    """
    kind = node.this.name if isinstance(node.this, exp.DType) else ""
    numbers = [int(p.name) for p in node.expressions if isinstance(p, exp.DataTypeParam)]
    if isinstance(node.this, exp.Interval):
        unit = node.this.args["unit"]
        year = str(unit.this.name if isinstance(unit, exp.IntervalSpan) else unit.name).upper() in ("YEAR", "MONTH")
        return Type("interval year to month" if year else "interval day to second")
    if kind == "DECIMAL":
        precision, scale = [*numbers, *(MAX_DECIMAL, 0)[len(numbers) :]][:2]
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
        return Type("map" if kind == "MAP" else "array", tuple(to_type(e) for e in node.expressions))
    if kind == "STRUCT":
        return Type("row", tuple(_row_field(e) for e in node.expressions))
    if kind in _TYPES:
        return Type(_TYPES[kind])
    raise not_supported(f"The type {node.sql('trino').lower()}")


def _row_field(node: exp.Expr) -> tuple[str | None, Type]:
    if isinstance(node, exp.ColumnDef):
        name = node.name if node.this.args.get("quoted") else node.name.lower()
        return name, to_type(node.args["kind"])
    return None, to_type(node)  # type: ignore[arg-type]
