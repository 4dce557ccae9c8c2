"""Trino's types: how they are written, which converts to which, and what DuckDB type carries each.

Rules: https://trino.io/docs/current/language/types.html and Trino's `TypeCoercion` (read 2026-11).
A `timestamp with time zone` carries its zone as a second argument, known when the query is compiled or `PER_VALUE`:
DuckDB's TIMESTAMPTZ keeps only the instant.
"""

import re
from dataclasses import dataclass
from typing import Any

INTEGERS = ("tinyint", "smallint", "integer", "bigint")
NUMBERS = (*INTEGERS, "decimal", "real", "double")
INTEGER_DIGITS = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}
MAX_DECIMAL = 38
MAX_CHAR = 65536
PER_VALUE = ""
"""Zone of a `timestamp with time zone` whose values each have their own."""

_DUCKDB = {
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "real": "FLOAT",
    "double": "DOUBLE",
    "varchar": "VARCHAR",
    "char": "VARCHAR",
    "varbinary": "BLOB",
    "date": "DATE",
    "time": "TIME",
    "time with time zone": "STRUCT(u TIME, o SMALLINT)",
    "timestamp": "TIMESTAMP",
    "timestamp with time zone": "TIMESTAMPTZ",
    "interval day to second": "INTERVAL",
    "interval year to month": "INTERVAL",
    "json": "JSON",
    "uuid": "UUID",
    "ipaddress": "BLOB",
    "Geometry": "BLOB",
    "SphericalGeography": "BLOB",
    "BingTile": "BIGINT",
    "color": "INTEGER",
    "HyperLogLog": "UBIGINT[]",
    "SetDigest": "BIGINT[]",
    "tdigest": "DOUBLE[]",
    "unknown": "INTEGER",
}
_UNORDERED = ("map", "json", "function", "Geometry", "SphericalGeography", "BingTile", "color")


@dataclass(frozen=True)
class Type:
    """A Trino type. `args`: varchar/char (length), decimal (precision, scale), timestamp (precision[, zone]),

    array (element), map (key, value), row ((name or None, type), ...), function (types...).
    """

    name: str
    args: tuple[Any, ...] = ()

    def __str__(self) -> str:
        if self.name == "timestamp with time zone":
            return f"timestamp({self.args[0] if self.args else 3}) with time zone"
        if self.name == "time with time zone":
            return f"time({self.scale}) with time zone"
        if self.name == "row":
            return f"row({', '.join(f'{n} {t}' if n else str(t) for n, t in self.args)})"
        if self.name in ("array", "map"):
            return f"{self.name}({', '.join(map(str, self.args))})"
        return f"{self.name}({','.join(map(str, self.args))})" if self.args else self.name

    @property
    def is_number(self) -> bool:
        return self.name in NUMBERS

    @property
    def is_integer(self) -> bool:
        return self.name in INTEGERS

    @property
    def is_string(self) -> bool:
        return self.name in ("varchar", "char")

    @property
    def is_nested(self) -> bool:
        """Whether values are made of others."""
        return self.name in ("array", "map", "row")

    @property
    def is_orderable(self) -> bool:
        """Whether values can be sorted: those of rows and arrays if their parts can."""
        parts = self.args if self.name == "array" else [t for _, t in self.args] if self.name == "row" else ()
        return self.name not in _UNORDERED and all(t.is_orderable for t in parts)

    @property
    def zone(self) -> str:
        """Zone in which a `timestamp with time zone` is shown and taken apart."""
        return str(self.args[1]) if len(self.args) > 1 else "UTC"

    @property
    def scale(self) -> int:
        """Digits of the fraction of a timestamp; 3 if not stated."""
        return int(self.args[0]) if self.args else 3

    def duckdb(self) -> str:
        """The DuckDB type that carries it."""
        if self.name == "timestamp with time zone" and self.zone == PER_VALUE:
            return "STRUCT(i TIMESTAMPTZ, z VARCHAR)"
        if self.name == "decimal":
            return f"DECIMAL({self.args[0]},{self.args[1]})"
        if self.name in ("array", "qdigest"):
            return f"{self.args[0].duckdb()}[]"
        if self.name == "map":
            return f"MAP({self.args[0].duckdb()}, {self.args[1].duckdb()})"
        if self.name == "row":
            fields = (f'"{field_name(n, i)}" {t.duckdb()}' for i, (n, t) in enumerate(self.args))
            return f"STRUCT({', '.join(fields)})"
        return _DUCKDB[self.name]

    def field(self, name: str) -> tuple[int, "Type"] | None:
        """Index and type of a row's field, by name without regard to case."""
        for index, (known, kind) in enumerate(self.args):
            if known and known.lower() == name.lower():
                return index, kind
        return None


def field_name(name: str | None, index: int) -> str:
    """Name of a row's field inside DuckDB, where fields always have one."""
    return name.replace('"', '""') if name else f"field{index}"


BOOLEAN, INTEGER, BIGINT, DOUBLE, REAL = (Type(n) for n in ("boolean", "integer", "bigint", "double", "real"))
VARCHAR, VARBINARY, DATE, TIME, JSON = (Type(n) for n in ("varchar", "varbinary", "date", "time", "json"))
UNKNOWN, UUID, IP_ADDRESS = Type("unknown"), Type("uuid"), Type("ipaddress")
GEOMETRY, BING_TILE = Type("Geometry"), Type("BingTile")
HYPER_LOG_LOG, TDIGEST, SET_DIGEST = Type("HyperLogLog"), Type("tdigest"), Type("SetDigest")
TIMESTAMP, TIMESTAMP_TZ = Type("timestamp", (3,)), Type("timestamp with time zone", (3, "UTC"))
INTERVAL_DAY, INTERVAL_YEAR = Type("interval day to second"), Type("interval year to month")


def array_of(element: Type) -> Type:
    return Type("array", (element,))


def map_of(key: Type, value: Type) -> Type:
    return Type("map", (key, value))


def decimal(precision: int, scale: int) -> Type:
    return Type("decimal", (min(precision, MAX_DECIMAL), scale))


def as_decimal(kind: Type) -> Type:
    """The decimal an integer type converts to."""
    return kind if kind.name == "decimal" else decimal(INTEGER_DIGITS[kind.name], 0)


def common(left: Type, right: Type) -> Type | None:
    """The type both convert to without being asked, or None."""
    if left == right or right.name == "unknown":
        return left
    if left.name == "unknown":
        return right
    if left.is_number and right.is_number:
        return _common_number(left, right)
    if left.is_string and right.is_string:
        return _common_string(left, right)
    names = {left.name, right.name}
    if names <= {"date", "timestamp", "timestamp with time zone"}:
        return _common_time(left, right)
    if names <= {"time", "time with time zone"}:
        return Type(max(left.name, right.name), (max(left.scale, right.scale),))
    if names == {"array"}:
        element = common(left.args[0], right.args[0])
        return array_of(element) if element else None
    if names == {"map"}:
        key, value = common(left.args[0], right.args[0]), common(left.args[1], right.args[1])
        return map_of(key, value) if key and value else None
    if names == {"row"} and len(left.args) == len(right.args):
        return _common_row(left, right)
    return left if left.name == right.name and left.name not in ("decimal", "array", "map", "row") else None


def _common_number(left: Type, right: Type) -> Type:
    names = {left.name, right.name}
    if "double" in names:
        return DOUBLE
    if "real" in names:
        return REAL
    if "decimal" in names:
        one, two = as_decimal(left), as_decimal(right)
        scale = max(one.args[1], two.args[1])
        return decimal(max(one.args[0] - one.args[1], two.args[0] - two.args[1]) + scale, scale)
    return max(left, right, key=lambda kind: INTEGERS.index(kind.name))


def _common_string(left: Type, right: Type) -> Type:
    if "char" in (left.name, right.name):
        lengths = [kind.args[0] if kind.args else MAX_CHAR for kind in (left, right)]
        return Type("char", (max(lengths),)) if max(lengths) < MAX_CHAR else VARCHAR
    if not left.args or not right.args:
        return VARCHAR
    return Type("varchar", (max(left.args[0], right.args[0]),))


def _common_time(left: Type, right: Type) -> Type:
    order = ("date", "timestamp", "timestamp with time zone")
    widest = max(left, right, key=lambda kind: order.index(kind.name))
    other = right if widest is left else left
    scale = max(widest.scale, other.scale if other.name != "date" else 0)
    if widest.name != "timestamp with time zone":
        return Type(widest.name, (scale,))
    zone = widest.zone if other.zone == widest.zone else PER_VALUE
    return Type(widest.name, (scale, zone))


def _common_row(left: Type, right: Type) -> Type | None:
    fields = []
    for (name, one), (other_name, two) in zip(left.args, right.args, strict=True):
        kind = common(one, two)
        if kind is None:
            return None
        fields.append((name if name == other_name or not other_name else name or other_name, kind))
    return Type("row", tuple(fields))


def converts(source: Type, target: Type) -> bool:
    """Whether Trino converts `source` to `target` by itself."""
    if target.name == "varchar" and source.name in ("varchar", "char"):
        return not target.args or bool(source.args and source.args[0] <= target.args[0])
    shared = common(source, target)
    if shared is None:
        return False
    if target.name in ("timestamp", "timestamp with time zone", "time", "time with time zone"):
        return shared.name == target.name
    return shared == target or (target.name == "decimal" and shared.name == "decimal" and source.is_integer)


_HIVE_NAMES = {
    "int": "integer",
    "string": "varchar",
    "binary": "varbinary",
    "float": "real",
    "numeric": "decimal",
    "dec": "decimal",
    "long": "bigint",
    "short": "smallint",
    "byte": "tinyint",
    "bool": "boolean",
}
_TOKEN = re.compile(r"\s*([A-Za-z_0-9$@.\- ]+|`[^`]*`|[<>(),:])")


def parse_hive(text: str) -> Type:
    """A type as the Glue catalog writes it, such as `array<struct<id:int,name:string>>`.

    Raises:
        ValueError: not a type that Athena knows.
    """
    tokens = [t.strip() for t in _TOKEN.findall(text.replace("timestamp with local time zone", "timestamp"))]
    kind, rest = _hive(tokens, text)
    if rest:
        raise ValueError(f"Error: type expected at the position 0 of '{text}' but '{rest[0]}' is found.")
    return kind


def _hive(tokens: list[str], text: str) -> tuple[Type, list[str]]:
    if not tokens:
        raise ValueError(f"Error: type expected at the end of '{text}'.")
    name, rest = tokens[0].lower(), tokens[1:]
    if rest[:1] == ["<"]:
        return _hive_nested(name, rest[1:], text)
    arguments: list[int] = []
    if rest[:1] == ["("]:
        end = rest.index(")")
        arguments = [int(t) for t in rest[1:end] if t != ","]
        rest = rest[end + 1 :]
    name = _HIVE_NAMES.get(name, name)
    if name == "decimal":
        precision, scale = [*arguments, *(10, 0)[len(arguments) :]][:2]
        return decimal(precision, scale), rest
    if name in ("varchar", "char"):
        return Type(name, tuple(arguments) or ((1,) if name == "char" else ())), rest
    if name == "timestamp":
        return TIMESTAMP, rest
    if name in ("timestamptz", "timestamp with time zone"):
        return TIMESTAMP_TZ, rest
    if name not in _DUCKDB or name in ("unknown", "uuid", "json", "tdigest", "ipaddress", "time with time zone"):
        raise ValueError(f"Error: type expected at the position 0 of '{text}' but '{tokens[0]}' is found.")
    return Type(name), rest


def _hive_nested(name: str, tokens: list[str], text: str) -> tuple[Type, list[str]]:
    members: list[Any] = []
    while True:
        if name == "struct":
            field = tokens[0].strip("`").lower()
            if tokens[1:2] != [":"]:
                raise ValueError(f"Error: : expected after '{field}' in '{text}'.")
            kind, tokens = _hive(tokens[2:], text)
            members.append((field, kind))
        else:
            kind, tokens = _hive(tokens, text)
            members.append(kind)
        if not tokens:
            raise ValueError(f"Error: > expected at the end of '{text}'.")
        mark, tokens = tokens[0], tokens[1:]
        if mark == ">":
            break
    expected = {"array": 1, "map": 2}.get(name, len(members))
    if name not in ("array", "map", "struct", "uniontype") or len(members) != expected or name == "uniontype":
        raise ValueError(f"Error: type expected at the position 0 of '{text}' but '{name}' is found.")
    return Type("row" if name == "struct" else name, tuple(members)), tokens


def to_hive(kind: Type) -> str:
    """The type as the Glue catalog writes it.

    Raises:
        ValueError: a type that Hive tables cannot hold.
    """
    simple = {"integer": "int", "varbinary": "binary", "real": "float"}
    if kind.name == "varchar":
        return f"varchar({kind.args[0]})" if kind.args else "string"
    if kind.name in ("decimal", "char"):
        return str(kind)
    if kind.name == "timestamp":
        return "timestamp"
    if kind.name in ("array", "map"):
        return f"{kind.name}<{','.join(map(to_hive, kind.args))}>"
    if kind.name == "row":
        return f"struct<{','.join(f'{field_name(n, i).lower()}:{to_hive(t)}' for i, (n, t) in enumerate(kind.args))}>"
    if kind.name in ("boolean", "tinyint", "smallint", "bigint", "double", "date", *simple):
        return simple.get(kind.name, kind.name)
    raise ValueError(f"Unsupported Hive type: {kind}")
