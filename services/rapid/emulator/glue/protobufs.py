"""Protobuf definitions: read, and compared field by field, told by their numbers.

What may change: https://protobuf.dev/programming-guides/proto3/#updating (read 2026-11).
"""

from typing import Any

ALIKE = (
    {"int32", "uint32", "int64", "uint64", "bool"},
    {"sint32", "sint64"},
    {"string", "bytes"},
    {"fixed32", "sfixed32"},
    {"fixed64", "sfixed64"},
)
"""Types that are the same on the wire."""

Fields = dict[str, dict[int, tuple[str, str]]]
"""Message name to field number to type and cardinality."""


def parsed(text: str) -> Fields:
    """The fields of all messages of a file.

    Raises:
        ValueError: it does not parse, or has no message.
    """
    from proto_schema_parser.parser import Parser

    try:
        file = Parser().parse(text)
    except Exception as error:  # the parser raises whatever its grammar's runtime does
        raise ValueError(str(error) or "it does not parse.") from error
    found: Fields = {}
    _collect(file.file_elements, "", found)
    if not found:
        raise ValueError("it has no message.")
    return found


def _collect(elements: list[Any], prefix: str, found: Fields) -> None:
    for element in elements:
        kind = type(element).__name__
        if kind == "Message":
            name = f"{prefix}{element.name}"
            found.setdefault(name, {})
            _fields(element.elements, found[name])
            _collect(element.elements, name + ".", found)


def _fields(elements: list[Any], fields: dict[int, tuple[str, str]]) -> None:
    for element in elements:
        kind = type(element).__name__
        if kind == "OneOf":
            _fields(element.elements, fields)
        elif kind == "MapField":
            fields[element.number] = (f"map<{element.key_type},{element.value_type}>", "")
        elif kind == "Field":
            cardinality = getattr(element.cardinality, "value", None) or ""
            fields[element.number] = (str(element.type), str(cardinality).lower())


def reads(reader: Fields, writer: Fields) -> bool:
    """Whether a reader with one file's messages reads what was written with another's."""
    for name, fields in writer.items():
        if name not in reader:
            return False
        for number, (kind, cardinality) in fields.items():
            known = reader[name].get(number)
            if known and not (
                _alike(known[0], kind) and ("repeated" in (known[1], cardinality)) <= (known[1] == cardinality)
            ):
                return False
        required = (number for number, (_, cardinality) in reader[name].items() if cardinality == "required")
        if any(number not in fields or fields[number][1] != "required" for number in required):
            return False
    return True


def _alike(one: str, other: str) -> bool:
    return one == other or any(one in group and other in group for group in ALIKE)
