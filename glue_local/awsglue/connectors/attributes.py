"""Attribute values of DynamoDB, such as {"N": "5"}: their Glue types, and what Spark and exports hold of them.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from awsglue import gluetypes as glue

Attribute = Mapping[str, Any]

_LONG = 2**63


_PLAIN: dict[str, type[glue.DataType]] = {
    "S": glue.StringType,
    "BOOL": glue.BooleanType,
    "B": glue.BinaryType,
    "NULL": glue.NullType,
}


def type_of(attribute: Attribute) -> glue.DataType:
    """The Glue type of one attribute value."""
    (tag, value), *_ = attribute.items()
    if tag in _PLAIN:
        return _PLAIN[tag]()
    if tag == "N":
        return glue.LongType() if isinstance(_number(value), int) else glue.DoubleType()
    if tag == "M":
        return struct_type(value)
    element: glue.DataType = glue.NullType()
    for item in value:
        element = glue.mergeDataTypes(element, type_of(item if tag == "L" else {tag[0]: item}))
    return glue.ArrayType(element)


def struct_type(item: Mapping[str, Attribute]) -> glue.StructType:
    return glue.StructType([glue.Field(name, type_of(value)) for name, value in item.items()])


def merged_type(items: Iterable[Mapping[str, Attribute]]) -> Iterator[glue.DataType]:
    """One type for all items of a partition."""
    found: glue.DataType = glue.StructType()
    for item in items:
        found = glue.mergeDataTypes(found, struct_type(item))
    yield found


def without_choices(kind: glue.DataType) -> glue.DataType:
    """A type in which whole and broken numbers are double, and other mixtures are text."""
    match kind:
        case glue.ChoiceType():
            numbers = set(kind.choices) <= {"long", "double"}
            return glue.DoubleType() if numbers else glue.StringType()
        case glue.StructType():
            return glue.StructType([glue.Field(f.name, without_choices(f.dataType)) for f in kind.fields])
        case glue.ArrayType():
            return glue.ArrayType(without_choices(kind.elementType))
    return kind


def _number(text: str) -> int | float:
    try:
        whole = int(text)
    except ValueError:
        return float(text)
    return whole if -_LONG <= whole < _LONG else float(text)


def reader(kind: glue.DataType) -> Callable[[Mapping[str, Attribute]], Any]:
    """A function that turns an item into what Spark holds for a type that was merged from all of them."""
    return lambda item: _value({"M": item}, kind)


def _value(attribute: Attribute | None, kind: glue.DataType) -> Any:
    if attribute is None or "NULL" in attribute:
        return None
    (tag, value), *_ = attribute.items()
    if isinstance(kind, glue.ChoiceType):
        own = type_of(attribute).typeName()
        return tuple(_value(attribute, kind.choices[name]) if name == own else None for name in sorted(kind.choices))
    if isinstance(kind, glue.StructType):
        return tuple(_value(value.get(field.name), field.dataType) for field in kind.fields)
    if isinstance(kind, glue.ArrayType):
        return [_value(item if tag == "L" else {tag[0]: item}, kind.elementType) for item in value]
    return _single(attribute, kind)


def _single(attribute: Attribute, kind: glue.DataType) -> Any:
    """A value in a type without parts; text takes any value, double any number."""
    (tag, value), *_ = attribute.items()
    if isinstance(kind, glue.StringType):
        found = simple(attribute)
        return found if isinstance(found, str) else json.dumps(found)
    if isinstance(kind, glue.DoubleType):
        return float(value)
    return _number(value) if tag == "N" else value


def as_json(attribute: Attribute) -> dict[str, Any]:
    """The value as exports write it: binary as base64, everything below in the same form."""
    (tag, value), *_ = attribute.items()
    match tag:
        case "B":
            return {tag: base64.b64encode(value).decode()}
        case "BS":
            return {tag: [base64.b64encode(item).decode() for item in value]}
        case "M":
            return {tag: {name: as_json(below) for name, below in value.items()}}
        case "L":
            return {tag: [as_json(below) for below in value]}
    return {tag: value}


def simple(attribute: Attribute) -> Any:
    """The value without its type tags, at every level."""
    (tag, value), *_ = as_json(attribute).items()
    original = attribute[tag]
    if tag == "M":
        return {name: simple(below) for name, below in original.items()}
    if tag == "L":
        return [simple(below) for below in original]
    return None if tag == "NULL" else value
