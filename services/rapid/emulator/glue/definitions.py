"""Definitions of schemas in Avro, JSON Schema and Protobuf: whether they are valid, the same, compatible.

https://docs.aws.amazon.com/glue/latest/dg/schema-registry.html (read 2026-11): BACKWARD, new readers read what was written
by the version before; FORWARD, old readers read what is written by the new one; FULL, both; …_ALL, for all versions.
"""  # noqa: E501

import json
from typing import Any

from rapid.emulator.glue import json_schemas, protobufs
from rapid.emulator.glue.errors import InvalidInputException

FORMATS = ("AVRO", "JSON", "PROTOBUF")
LONGEST = 170_000
"""Bytes of a definition, https://docs.aws.amazon.com/glue/latest/dg/schema-registry.html (read 2026-11)."""


def check(kind: str, text: str) -> None:
    """Refuses a definition that is not valid.

    Raises:
        InvalidInputException: it says why.
    """
    if kind not in FORMATS:
        raise InvalidInputException("Data format is not valid.")
    if len(text.encode()) > LONGEST:
        raise InvalidInputException(
            "The resource name contains too many or too few characters. Parameter Name: SchemaDefinition"
        )
    try:
        _parsed(kind, text)
    except ValueError as error:
        raise InvalidInputException(f"Schema definition of {kind} data format is invalid: {error}") from error


def _parsed(kind: str, text: str) -> Any:
    """Raises ValueError if it does not parse."""
    if kind == "PROTOBUF":
        return protobufs.parsed(text)
    loaded = json.loads(text)
    if kind == "JSON":
        json_schemas.check(loaded)
        return loaded
    from avro.errors import AvroException
    from avro.schema import parse

    try:
        return parse(text)
    except AvroException as error:
        raise ValueError(str(error)) from error


def canonical(kind: str, text: str) -> str:
    """A text that is the same for definitions that are written differently."""
    return " ".join(text.split()) if kind == "PROTOBUF" else json.dumps(json.loads(text), sort_keys=True)


def pretty(kind: str, text: str) -> str:
    return text if kind == "PROTOBUF" else json.dumps(json.loads(text), indent=2)


def compatible(kind: str, compatibility: str, new: str, before: list[str]) -> bool:
    """Whether a new definition may follow those before it, the oldest first."""
    if compatibility in ("NONE", "DISABLED") or not before:
        return True
    direction, _, every = compatibility.partition("_")
    others = before if every else before[-1:]
    backward = direction in ("BACKWARD", "FULL")
    forward = direction in ("FORWARD", "FULL")
    return all((not backward or reads(kind, new, old)) and (not forward or reads(kind, old, new)) for old in others)


def reads(kind: str, reader: str, writer: str) -> bool:
    """Whether a reader with one definition reads what was written with another."""
    reading, writing = _parsed(kind, reader), _parsed(kind, writer)
    if kind == "PROTOBUF":
        return protobufs.reads(reading, writing)
    if kind == "JSON":
        return json_schemas.reads(reading, writing)
    from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType

    checker = ReaderWriterCompatibilityChecker()  # type: ignore[no-untyped-call]
    found = checker.get_compatibility(reading, writing)
    return bool(found.compatibility is SchemaCompatibilityType.compatible)
