"""Iceberg tables that CreateTable makes: the metadata file of an empty table, and the entry that points to it.

https://docs.aws.amazon.com/glue/latest/dg/populate-otf.html#creating-iceberg-tables (read 2026-11). The columns are
those of the TableInput, or the schema, partitions, order and properties of a CreateIcebergTableInput.
"""

import itertools
import re
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from botocore.exceptions import ClientError
from pydantic import ValidationError
from pyiceberg.catalog.glue import _construct_table_input
from pyiceberg.exceptions import ValidationError as InvalidTable
from pyiceberg.partitioning import PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table.metadata import TableMetadata, new_table_metadata
from pyiceberg.table.sorting import SortOrder

from rapid.emulator.glue.crawling.objects import split
from rapid.emulator.glue.errors import InvalidInputException
from rapid.emulator.glue.models import Structure

_SCALARS = {
    "tinyint": "int", "smallint": "int", "int": "int", "integer": "int", "bigint": "long", "float": "float",
    "double": "double", "boolean": "boolean", "string": "string", "binary": "binary", "date": "date",
    "timestamp": "timestamp",
}  # fmt: skip
"""The catalog's types to Iceberg's; `decimal(10,2)` and `char(3)` are read apart."""
VERSIONS = ("1", "2")


def create(s3: Any, name: str, given: Structure, iceberg: Structure) -> Structure:
    """Writes the metadata of an empty table; the TableInput that tells of it.

    Args:
        s3: client of S3.
        given: the request's TableInput, maybe empty.
        iceberg: the request's IcebergInput.

    Raises:
        InvalidInputException: no location, a type that Iceberg lacks, a schema that does not hold together.
    """
    version = str(iceberg.get("Version") or "2")
    if version not in VERSIONS:
        raise InvalidInputException(f"Iceberg format version {version} is not supported: use {' or '.join(VERSIONS)}.")
    described = iceberg.get("CreateIcebergTableInput") or {}
    location = described.get("Location") or (given.get("StorageDescriptor") or {}).get("Location")
    if not location:
        raise InvalidInputException("Location is required for Iceberg table.")
    location = location.rstrip("/")
    try:
        schema, spec, order = _described(described) if described else _from_columns(given)
        properties = {"format-version": version, **(described.get("Properties") or {})}
        metadata = new_table_metadata(schema, spec, order, location, properties)
    except (ValidationError, InvalidTable, ValueError) as error:
        raise InvalidInputException(f"Invalid Iceberg table: {error}") from error
    file = f"{location}/metadata/00000-{uuid.uuid4()}.metadata.json"
    _write(s3, file, metadata)
    made: Structure = dict(_construct_table_input(name, file, {}, metadata))
    kept = {k: v for k, v in given.items() if k not in ("StorageDescriptor", "PartitionKeys", "TableType")}
    return {**made, **kept, "Name": name, "Parameters": {**(given.get("Parameters") or {}), **made["Parameters"]}}


def _write(s3: Any, file: str, metadata: TableMetadata) -> None:
    bucket, key = split(file)
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=metadata.model_dump_json(exclude_none=True).encode())
    except ClientError as error:
        raise InvalidInputException(f"Cannot write {file}: {error.response['Error']['Message']}") from error


def _described(table: Structure) -> tuple[Schema, PartitionSpec, SortOrder]:
    """What a CreateIcebergTableInput says; its names are Iceberg's own but for the dashes."""
    spec, order = table.get("PartitionSpec") or {"Fields": []}, table.get("WriteOrder") or {"OrderId": 0, "Fields": []}
    # Ids of partition fields may be left out; those of Iceberg begin at 1000.
    fields = [{"FieldId": 1000 + i, **field} for i, field in enumerate(spec["Fields"])]
    return (
        Schema.model_validate({"type": "struct", **_dashed(table["Schema"])}),
        PartitionSpec.model_validate(_dashed({**spec, "Fields": fields})),
        SortOrder.model_validate(_dashed(order)),
    )


def _dashed(value: Any) -> Any:
    """`{"SourceId": 1}` as `{"source-id": 1}`. A field's type is Iceberg's JSON already."""
    if isinstance(value, list):
        return [_dashed(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        re.sub("(?<!^)(?=[A-Z])", "-", name).lower(): item if name == "Type" else _dashed(item)
        for name, item in value.items()
        if item is not None
    }


def schema_of(columns: Iterable[Structure]) -> Schema:
    """The schema with the columns of a StorageDescriptor, none of them required.

    Raises:
        InvalidInputException: Iceberg has no such type.
    """
    found, ids = list(columns), itertools.count(1)
    numbered = [(next(ids), column) for column in found]
    fields = [
        {
            "id": number,
            "name": column["Name"].lower(),
            "required": False,
            "doc": column.get("Comment"),
            "type": to_type(column.get("Type") or "string", ids),
        }
        for number, column in numbered
    ]
    return Schema.model_validate({"type": "struct", "fields": fields})


def _from_columns(given: Structure) -> tuple[Schema, PartitionSpec, SortOrder]:
    """The table with the columns of a TableInput; partition keys are columns of which the table has the identity."""
    keys = given.get("PartitionKeys") or []
    schema = schema_of([*((given.get("StorageDescriptor") or {}).get("Columns") or ()), *keys])
    partitions = [
        {"source-id": field.field_id, "field-id": 1000 + i, "transform": "identity", "name": field.name}
        for i, field in enumerate(schema.fields[len(schema.fields) - len(keys) :])
    ]
    return (
        schema,
        PartitionSpec.model_validate({"spec-id": 0, "fields": partitions}),
        SortOrder.model_validate({"order-id": 0, "fields": []}),
    )


def to_type(text: str, ids: Iterator[int]) -> Any:
    """A type of the catalog (`array<struct<a:int>>`) as Iceberg's JSON writes it.

    Raises:
        InvalidInputException: Iceberg has no such type.
    """
    text = text.strip()
    found = re.fullmatch(r"(\w+)\s*(?:<(.*)>|\(.*\))?", text, re.DOTALL)
    outer, inner = found.groups() if found else ("", None)
    match outer.lower(), inner:
        case "array", str():
            return {
                "type": "list",
                "element-id": next(ids),
                "element": to_type(inner, ids),
                "element-required": False,
            }
        case "map", str():
            key, value = _parts(inner)
            return {
                "type": "map", "key-id": next(ids), "key": to_type(key, ids), "value-id": next(ids),
                "value": to_type(value, ids), "value-required": False,
            }  # fmt: skip
        case "struct", str():
            pairs = [part.split(":", 1) for part in _parts(inner)]
            return {
                "type": "struct",
                "fields": [
                    {"id": next(ids), "name": name.strip(), "required": False, "type": to_type(kind, ids)}
                    for name, kind in pairs
                ],
            }
        case "decimal", None:
            return re.sub(r"\s", "", text.lower()) if "(" in text else "decimal(10,0)"
        case (("char" | "varchar"), None):
            return "string"
        case simple, None if simple in _SCALARS:
            return _SCALARS[simple]
    raise InvalidInputException(f"Type {text} is not supported in Iceberg tables.")


def _parts(text: str) -> list[str]:
    """The parts between commas that are in no brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "<(") - (letter in ">)")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts
