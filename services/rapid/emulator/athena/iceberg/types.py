"""Iceberg's types and Trino's: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-supported-data-types.html."""

from typing import Any

from pyiceberg import types as ice

from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.types import Type

_SIMPLE: dict[Any, str] = {
    ice.BooleanType: "boolean", ice.IntegerType: "integer", ice.LongType: "bigint", ice.FloatType: "real",
    ice.DoubleType: "double", ice.DateType: "date", ice.StringType: "varchar", ice.UUIDType: "uuid",
    ice.BinaryType: "varbinary", ice.FixedType: "varbinary",
}  # fmt: skip
_ICEBERG: dict[str, ice.PrimitiveType] = {
    "boolean": ice.BooleanType(), "tinyint": ice.IntegerType(), "smallint": ice.IntegerType(),
    "integer": ice.IntegerType(), "bigint": ice.LongType(), "real": ice.FloatType(), "double": ice.DoubleType(),
    "date": ice.DateType(), "varchar": ice.StringType(), "char": ice.StringType(), "uuid": ice.UUIDType(),
    "varbinary": ice.BinaryType(), "time": ice.TimeType(), "timestamp": ice.TimestampType(),
    "timestamp with time zone": ice.TimestamptzType(),
}  # fmt: skip


def to_trino(kind: ice.IcebergType) -> Type:
    """The Trino type of an Iceberg type. Timestamps have microseconds."""
    if isinstance(kind, ice.DecimalType):
        return Type("decimal", (kind.precision, kind.scale))
    if isinstance(kind, ice.TimestampType | ice.TimestampNanoType):
        return Type("timestamp", (6,))
    if isinstance(kind, ice.TimestamptzType | ice.TimestamptzNanoType):
        return Type("timestamp with time zone", (6, "UTC"))
    if isinstance(kind, ice.TimeType):
        return Type("time", (6,))
    if isinstance(kind, ice.ListType):
        return Type("array", (to_trino(kind.element_type),))
    if isinstance(kind, ice.MapType):
        return Type("map", (to_trino(kind.key_type), to_trino(kind.value_type)))
    if isinstance(kind, ice.StructType):
        return Type("row", tuple((f.name.lower(), to_trino(f.field_type)) for f in kind.fields))
    if type(kind) in _SIMPLE:
        return Type(_SIMPLE[type(kind)])
    raise SqlError("NOT_SUPPORTED", f"Iceberg type {kind} is not supported")


class Ids:
    """Numbers for the fields of a new schema."""

    def __init__(self, last: int = 0) -> None:
        self.last = last

    def next(self) -> int:
        self.last += 1
        return self.last


def to_iceberg(kind: Type, ids: Ids) -> ice.IcebergType:
    """The Iceberg type that holds a Trino type.

    Raises:
        SqlError: NOT_SUPPORTED if none does.
    """
    if kind.name == "decimal":
        return ice.DecimalType(*kind.args)
    if kind.name == "array":
        number = ids.next()
        return ice.ListType(number, to_iceberg(kind.args[0], ids), element_required=False)
    if kind.name == "map":
        key, value = ids.next(), ids.next()
        one, two = to_iceberg(kind.args[0], ids), to_iceberg(kind.args[1], ids)
        return ice.MapType(key, one, value, two, value_required=False)
    if kind.name == "row":
        fields = []
        for index, (name, inner) in enumerate(kind.args):
            number = ids.next()
            fields.append(ice.NestedField(number, name or f"field{index}", to_iceberg(inner, ids), required=False))
        return ice.StructType(*fields)
    if kind.name in _ICEBERG:
        return _ICEBERG[kind.name]
    raise SqlError("NOT_SUPPORTED", f"Type not supported for Iceberg: {kind}")


def hive_name(kind: ice.IcebergType) -> str:
    """A type as DESCRIBE shows it."""
    names = {"integer": "int", "long": "bigint", "timestamptz": "timestamptz"}
    if isinstance(kind, ice.ListType):
        return f"array<{hive_name(kind.element_type)}>"
    if isinstance(kind, ice.MapType):
        return f"map<{hive_name(kind.key_type)},{hive_name(kind.value_type)}>"
    if isinstance(kind, ice.StructType):
        return f"struct<{','.join(f'{f.name}:{hive_name(f.field_type)}' for f in kind.fields)}>"
    if isinstance(kind, ice.DecimalType):
        return f"decimal({kind.precision},{kind.scale})"
    return names.get(str(kind), str(kind))
