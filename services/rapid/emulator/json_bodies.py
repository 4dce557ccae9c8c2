"""Answers in JSON are written by functions that are made once per shape of AWS's model.

LocalStack looks up how to write each value anew, and packs it into a dictionary of its own: 7 ms for a page of a
thousand rows from Athena, for which this takes half. What most answers hold, text and numbers, stays as it is.
"""
# ruff: noqa: SLF001 - the names are LocalStack's own

import logging
from collections.abc import Callable
from typing import Any

from botocore.model import Shape
from localstack.aws.protocol.serializer import JSONResponseSerializer, ProtocolSerializerError
from localstack.runtime import hooks

LOG = logging.getLogger(__name__)
Writer = Callable[[Any], Any]
_writers: dict[tuple[type, Shape], Writer | None] = {}


@hooks.on_infra_start()
def write_json_by_shape() -> None:
    """Takes the place of LocalStack's; what is written as CBOR is not concerned."""
    stock = JSONResponseSerializer._serialize

    def serialize(
        self: JSONResponseSerializer, body: dict[str, Any], value: Any, shape: Shape, key: str | None, mime: str
    ) -> None:
        if mime in self.CBOR_TYPES:
            stock(self, body, value, shape, key, mime)
            return
        write = writer(self, shape)
        try:
            written = value if write is None or value is None else write(value)
        except (TypeError, ValueError, AttributeError) as error:
            raise ProtocolSerializerError(f"Invalid type when serializing {shape.name}: {error}") from error
        if key is not None:
            body[key] = written
        elif written:
            body.update(written)

    JSONResponseSerializer._serialize = serialize


def writer(serializer: Any, shape: Shape) -> Writer | None:
    """What makes JSON of a value of this shape; None if the value is that already."""
    known = type(serializer), shape
    if known not in _writers:
        _writers[known] = _made(serializer, shape)
    return _writers[known]


def _made(serializer: Any, shape: Any) -> Writer | None:
    kind = shape.type_name
    if kind == "structure":
        return None if shape.is_document_type else _structure(serializer, shape)
    if kind == "list":
        return _list(serializer, shape.member)
    if kind == "map":
        return _map(serializer, shape.value)
    if kind == "timestamp":
        form = shape.serialization.get("timestampFormat")
        return lambda value: serializer._convert_timestamp_to_str(value, form)
    if kind == "blob":
        return serializer._get_base64  # type: ignore[no-any-return]
    return None


def _structure(serializer: Any, shape: Any) -> Writer:
    members: dict[str, tuple[str, Writer | None]] = {}

    def write(value: dict[str, Any]) -> dict[str, Any]:
        written = {}
        for member, inner in value.items():
            if inner is None:
                continue
            if member not in members:  # shapes may hold themselves: they are looked at when a value has them
                if member not in shape.members:
                    LOG.warning("An answer of shape %s has a member %s, which AWS's has not", shape.name, member)
                    continue
                of = shape.members[member]
                members[member] = of.serialization.get("name", member), writer(serializer, of)
            name, within = members[member]
            written[name] = inner if within is None else within(inner)
        return written

    return write


def _list(serializer: Any, of: Shape) -> Writer:
    def write(value: Any) -> list[Any]:
        within = writer(serializer, of)
        if within is None:
            return [item for item in value if item is not None]
        return [within(item) for item in value if item is not None]

    return write


def _map(serializer: Any, of: Shape) -> Writer:
    def write(value: dict[str, Any]) -> dict[str, Any]:
        within = writer(serializer, of)
        items = ((name, item) for name, item in value.items() if item is not None)
        return {name: item if within is None else within(item) for name, item in items}

    return write
