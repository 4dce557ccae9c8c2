"""Parquet, ORC and Avro: files that carry their schema.

Types: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-common.html (read 2026-11).
"""

import json
from typing import IO, Any

from rapid.emulator.glue.crawling.found import Found
from rapid.emulator.glue.crawling.objects import Stored
from rapid.emulator.glue.crawling.schema import Array, Map, Schema, Struct, Type, merge

ARROW = {
    "bool": "boolean", "int8": "tinyint", "int16": "smallint", "int32": "int", "int64": "bigint", "uint8": "smallint",
    "uint16": "int", "uint32": "bigint", "uint64": "decimal(20,0)", "halffloat": "float", "float": "float",
    "double": "double", "string": "string", "large_string": "string", "string_view": "string", "binary": "binary",
    "large_binary": "binary", "date32[day]": "date", "date64[ms]": "date", "null": "string",
}  # fmt: skip
AVRO = {"null": None, "boolean": "boolean", "int": "int", "long": "bigint", "float": "float", "double": "double",
        "bytes": "binary", "string": "string"}  # fmt: skip
AVRO_LOGICAL = {"date": "date", "timestamp-millis": "timestamp", "timestamp-micros": "timestamp"}
_HEADER = 2**20


def parquet(stored: Stored, file: IO[bytes]) -> Found:
    """Raises ArrowInvalid if it is not Parquet."""
    from pyarrow import parquet as pq

    footer = pq.ParquetFile(file)
    schema = {field.name.lower(): of_arrow(field.type) for field in footer.schema_arrow}
    return _whole("parquet", schema, stored, footer.metadata.num_rows, {"serialization.format": "1"})


def orc(stored: Stored, file: IO[bytes]) -> Found:
    """Raises ArrowInvalid if it is not ORC."""
    from pyarrow import orc as reader

    found = reader.ORCFile(file)
    schema = {field.name.lower(): of_arrow(field.type) for field in found.schema}
    return _whole("orc", schema, stored, found.nrows, {})


def _whole(kind: str, schema: Schema, stored: Stored, records: int, serde: dict[str, str]) -> Found:
    average = stored.size // records if records else 0
    return Found(kind, schema, kind, serde, {}, records=records, average=average)


def of_arrow(kind: Any) -> Type:  # noqa: PLR0911 - one return per kind of type
    """The catalog's type of an Arrow type."""
    import pyarrow as pa

    types = pa.types
    if known := ARROW.get(str(kind)):
        return known
    if types.is_struct(kind):
        return Struct(tuple((field.name, of_arrow(field.type)) for field in kind))
    if types.is_map(kind):
        return Map(of_arrow(kind.key_type), of_arrow(kind.item_type))
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return Array(of_arrow(kind.value_type))
    if types.is_timestamp(kind):
        return "timestamp"
    if types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if types.is_dictionary(kind):
        return of_arrow(kind.value_type)
    if types.is_fixed_size_binary(kind):
        return "binary"
    return "bigint" if types.is_time(kind) or types.is_duration(kind) else "string"


def avro(stored: Stored, file: IO[bytes]) -> Found:
    """Raises ValueError if its header is no Avro header."""
    file.seek(4)
    metadata, start = _metadata(file.read(_HEADER))
    text = metadata["avro.schema"].decode()
    declared = json.loads(text)
    records = _count(file, 4 + start)
    schema = {f["name"].lower(): of_avro(f["type"], {}) for f in declared.get("fields", ())}
    found = _whole("avro", schema, stored, records, {"serialization.format": "1", "avro.schema.literal": text})
    return Found(**{**found.__dict__, "parameters": {"avro.schema.literal": text}})


def _metadata(data: bytes) -> tuple[dict[str, bytes], int]:
    """The key-value pairs of a container's header, and where its 16 bytes of synchronisation begin."""
    position, found = 0, dict[str, bytes]()
    while True:
        count, position = _long(data, position)
        if count == 0:
            return found, position
        if count < 0:
            _, position = _long(data, position)
        for _ in range(abs(count)):
            pair = []
            for _part in range(2):
                length, position = _long(data, position)
                pair.append(data[position : position + length])
                position += length
            found[pair[0].decode()] = pair[1]


def _count(file: IO[bytes], start: int) -> int:
    """Records of a container: each block says how many it has and how long it is."""
    file.seek(start + 16)
    total = 0
    while head := file.read(20):
        count, position = _long(head, 0)
        length, position = _long(head, position)
        total += count
        file.seek(position - len(head) + length + 16, 1)
    return total


def _long(data: bytes, position: int) -> tuple[int, int]:
    """One zigzag number of variable length."""
    value, shift = 0, 0
    while True:
        if position >= len(data):
            raise ValueError("The Avro header is cut off.")
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return (value >> 1) ^ -(value & 1), position


def of_avro(kind: Any, named: dict[str, Any]) -> Type:  # noqa: PLR0911 - one return per kind of type
    """The catalog's type of an Avro type; `named` holds the named types seen so far."""
    if isinstance(kind, str):
        return AVRO[kind] if kind in AVRO else named.get(kind, "string")
    if isinstance(kind, list):
        merged: Type = None
        for branch in kind:
            merged = merge(merged, of_avro(branch, named))
        return merged
    match kind["type"]:
        case "record":
            fields = Struct(tuple((f["name"], of_avro(f["type"], named)) for f in kind["fields"]))
            named[kind["name"]] = fields
            return fields
        case "array":
            return Array(of_avro(kind["items"], named))
        case "map":
            return Map("string", of_avro(kind["values"], named))
        case "enum":
            return "string"
        case "bytes" | "fixed" if kind.get("logicalType") == "decimal":
            return f"decimal({kind['precision']},{kind.get('scale', 0)})"
        case "fixed":
            return "binary"
    return AVRO_LOGICAL.get(kind.get("logicalType", "")) or of_avro(kind["type"], named)
