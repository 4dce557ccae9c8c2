"""JSON records as Parquet or ORC, with the columns of a table of the Data Catalog.

https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html (read 2026-11).
"""

import io
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from pyarrow import orc, parquet
from pyiceberg.io.pyarrow import schema_to_pyarrow

from rapid.emulator.glue.iceberg import schema_of

Structure = dict[str, Any]


class MalformedRecordError(ValueError):
    """A record is no JSON object, or does not fit the table."""


def columns(table: Structure) -> pa.Schema:
    """The columns of a table as Arrow types.

    Raises:
        InvalidInputException: one has a type that files do not have.
    """
    found: pa.Schema = schema_to_pyarrow(schema_of(table["StorageDescriptor"]["Columns"]), include_field_ids=False)
    return found


def rows(data: bytes, schema: pa.Schema) -> list[Structure]:
    """The rows in a record: one JSON object, or several after each other.

    Raises:
        MalformedRecordError: it does not fit the schema.
    """
    decoder, found = json.JSONDecoder(parse_float=Decimal), []
    try:
        text = data.decode().strip()
        while text:
            item, end = decoder.raw_decode(text)
            found.append(_value(item, pa.struct(list(schema))))
            text = text[end:].lstrip()
    except (ValueError, ArithmeticError, TypeError) as error:
        raise MalformedRecordError(str(error)) from error
    return found


def _value(item: Any, kind: pa.DataType) -> Any:
    """A value of JSON as one of an Arrow type. Names are told apart without their case."""
    if item is None:
        return None
    if pa.types.is_struct(kind):
        given = {str(name).lower(): value for name, value in dict(item).items()}
        return {field.name: _value(given.get(field.name.lower()), field.type) for field in kind}
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return [_value(one, kind.value_type) for one in list(item)]
    if pa.types.is_map(kind):
        return [(_value(key, kind.key_type), _value(value, kind.item_type)) for key, value in dict(item).items()]
    convert = next((convert for fits, convert in _SCALARS if fits(kind)), None)
    return convert(item, kind) if convert else _text(item)


def _timestamp(item: Any, _kind: pa.DataType) -> datetime:
    """Whole numbers are milliseconds since 1970, others seconds."""
    if isinstance(item, int | Decimal):
        moment = datetime.fromtimestamp(float(item) / (1000 if isinstance(item, int) else 1), UTC)
    else:
        moment = datetime.fromisoformat(str(item))
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _boolean(item: Any, _kind: pa.DataType) -> bool:
    if str(item).lower() not in ("true", "false"):
        raise ValueError(f"{item!r} is no boolean")
    return str(item).lower() == "true"


def _text(item: Any) -> str:
    return item if isinstance(item, str) else json.dumps(item, default=str)


_SCALARS: tuple[tuple[Callable[[pa.DataType], bool], Callable[[Any, pa.DataType], Any]], ...] = (
    (pa.types.is_timestamp, _timestamp),
    (pa.types.is_date, lambda item, _: date.fromisoformat(str(item))),
    (pa.types.is_decimal, lambda item, kind: Decimal(str(item)).quantize(Decimal(1).scaleb(-kind.scale))),
    (pa.types.is_boolean, _boolean),
    (pa.types.is_integer, lambda item, _: int(item)),
    (pa.types.is_floating, lambda item, _: float(item)),
    (pa.types.is_binary, lambda item, _: str(item).encode()),
    (pa.types.is_large_binary, lambda item, _: str(item).encode()),
)


def file_of(found: Sequence[Structure], schema: pa.Schema, serializer: Structure) -> tuple[bytes, str]:
    """A file of the rows in the format of an OutputFormatConfiguration's Serializer, and its extension."""
    table, target = pa.Table.from_pylist(list(found), schema), io.BytesIO()
    if "OrcSerDe" in serializer:
        codec = (serializer["OrcSerDe"] or {}).get("Compression") or "SNAPPY"
        orc.write_table(table, target, compression={"NONE": "uncompressed"}.get(codec, codec.lower()))
        return target.getvalue(), ".orc"
    codec = (serializer.get("ParquetSerDe") or {}).get("Compression") or "SNAPPY"
    parquet.write_table(table, target, compression={"UNCOMPRESSED": "none"}.get(codec, codec.lower()))
    return target.getvalue(), ".parquet"
