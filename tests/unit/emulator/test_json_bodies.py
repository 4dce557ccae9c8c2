"""What is written by shape is what LocalStack writes, for the answers of every operation of these services."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.model import Shape
from localstack.aws.protocol.serializer import JSONResponseSerializer, ProtocolSerializerError, create_serializer
from localstack.aws.spec import load_service

from rapid.emulator import json_bodies

DEPTH = 7
SCALARS = {"string": "é\n", "integer": 3, "long": 2**40, "float": 0.5, "double": -1.5, "boolean": False}


def sample(shape: Any, depth: int = DEPTH) -> Any:
    """A value of a shape, with members and items that are None."""
    kind = shape.type_name
    if kind == "structure":
        if shape.is_document_type:
            return {"any": [1, None]}
        inner = shape.members.items() if depth else ()
        return {name: None if at % 5 == 4 else sample(one, depth - 1) for at, (name, one) in enumerate(inner)}
    if kind == "list":
        return [sample(shape.member, depth - 1), None, sample(shape.member, depth - 1)] if depth else []
    if kind == "map":
        return {"a": sample(shape.value, depth - 1), "none": None} if depth else {}
    if kind == "timestamp":
        return datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)
    return SCALARS.get(kind, b"bytes")


@pytest.mark.parametrize("name", ["athena", "glue", "dynamodb", "events", "lambda", "apigateway", "firehose", "kms"])
def test_as_localstack_writes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    service = load_service(name)
    stock = JSONResponseSerializer._serialize
    monkeypatch.setattr(JSONResponseSerializer, "_serialize", stock)  # put back when the test is over
    operations = [service.operation_model(one) for one in service.operation_names]
    shapes: list[Shape] = [one.output_shape for one in operations if one.output_shape and not one.has_streaming_output]

    def written() -> list[str]:
        serializer: Any = create_serializer(service)
        bodies = [(body := {}, serializer._serialize(body, sample(s), s, None, "application/json"))[0] for s in shapes]
        return [json.dumps(body) for body in bodies]

    expected = written()
    json_bodies.write_json_by_shape()
    assert JSONResponseSerializer._serialize is not stock
    assert written() == expected


def test_what_cannot_be_written_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JSONResponseSerializer, "_serialize", JSONResponseSerializer._serialize)
    json_bodies.write_json_by_shape()
    service = load_service("glue")
    serializer: Any = create_serializer(service)
    shape = service.operation_model("GetTable").output_shape
    with pytest.raises(ProtocolSerializerError, match="Invalid type when serializing GetTableResponse"):
        serializer._serialize({}, {"Table": {"PartitionKeys": 5}}, shape, None, "application/json")
