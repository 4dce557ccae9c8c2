"""What botocore's model says of a request's members and boto3 does not check: lengths, patterns, enumerations.

The wording is the one AWS's services share, seen in many of their answers:
`1 validation error detected: Value 'x' at 'name' failed to satisfy constraint: Member must have length less than …`
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from localstack.aws.spec import load_service

_SHOWN = 256
"""Longer values, and members that are marked sensitive, are left out of the message."""


def refusal(shape: Shape | None, request: dict[str, Any]) -> str | None:
    """The message for a request that does not fit its shape; None if it does."""
    if shape is None:
        return None
    found = list(_violations(shape, request, ""))
    if not found:
        return None
    return f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected: {'; '.join(found)}"


def checked(operation: Callable[..., Any], shape: Shape | None, refuse: Callable[[str], Exception]) -> Any:
    """An operation that is not called with what does not fit its shape.

    Args:
        operation: takes a context and a request.
        shape: the request's.
        refuse: makes the service's exception of a message.
    """

    def call(context: Any, request: Any) -> Any:
        if message := refusal(shape, request):
            raise refuse(message)
        return operation(context, request)

    return call


def checked_table(
    service: str,
    operations: Mapping[str, Callable[..., Any]],
    refuse: Callable[[str], Exception],
    but: Collection[str],
) -> dict[str, Any]:
    """A service's operations by name, each checked against the model, `but` those that do so themselves."""
    model = load_service(service)
    return {
        name: operation if name in but else checked(operation, model.operation_model(name).input_shape, refuse)
        for name, operation in operations.items()
    }


def _violations(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        for name in shape.required_members:
            if value.get(name) is None:
                yield f"Value null at '{_join(path, name)}' failed to satisfy constraint: Member must not be null"
        for name, member in shape.members.items():
            if value.get(name) is not None:
                yield from _violations(member, value[name], _join(path, name))
        return
    yield from (
        f"Value{_quoted(shape, value)} at '{path}' failed to satisfy constraint: {rule}"
        for rule in _broken(shape, value)
    )
    if isinstance(shape, ListShape) and isinstance(value, list):
        for number, item in enumerate(value, 1):
            yield from _violations(shape.member, item, f"{path}.{number}.member")
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        for key, item in value.items():
            yield from (
                f"Value at '{path}' failed to satisfy constraint: Map keys must satisfy constraint: [{rule}]"
                for rule in _broken(shape.key, key)
            )
            yield from _violations(shape.value, item, f"{path}.{key}.member")


def _join(path: str, name: str) -> str:
    member = name[:1].lower() + name[1:]
    return f"{path}.{member}" if path else member


def _quoted(shape: Shape, value: Any) -> str:
    text = str(value)
    return "" if shape.metadata.get("sensitive") or len(text) > _SHOWN else f" '{text}'"


def _broken(shape: Shape, value: Any) -> Iterator[str]:
    """The constraints of one member that its value does not keep."""
    limits = shape.metadata
    if isinstance(value, str | list | dict) and not isinstance(shape, StructureShape):
        if "max" in limits and len(value) > limits["max"]:
            yield f"Member must have length less than or equal to {limits['max']}"
        if "min" in limits and len(value) < limits["min"]:
            yield f"Member must have length greater than or equal to {limits['min']}"
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if "max" in limits and value > limits["max"]:
            yield f"Member must have value less than or equal to {limits['max']}"
        if "min" in limits and value < limits["min"]:
            yield f"Member must have value greater than or equal to {limits['min']}"
    if isinstance(value, str):
        if (enum := getattr(shape, "enum", None)) and value not in enum:
            yield f"Member must satisfy enum value set: [{', '.join(sorted(enum))}]"
        pattern = _pattern(limits.get("pattern", ""))
        if pattern and not pattern.fullmatch(value):
            yield f"Member must satisfy regular expression pattern: {limits['pattern']}"


@cache
def _pattern(text: str) -> re.Pattern[str] | None:
    """A pattern as Python's; None for those with UTF-16 surrogates, which mean nothing in Python's strings."""
    if not text or "\\uD8" in text:
        return None
    try:
        return re.compile(text.replace("\\p{L}", r"[^\W\d_]"), re.DOTALL)
    except re.error:
        return None
