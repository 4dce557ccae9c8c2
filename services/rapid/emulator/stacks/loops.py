"""`Fn::ForEach`: what is repeated for each value of a list, in sections, in properties and within one another.

LocalStack puts a value in the place of `Ref` and in `Fn::Sub` only, not in `{"Ref": "Topic${Name}"}`, knows no
`&{Name}` and no loops in properties.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
(read 2026-11)
"""

import re
from collections.abc import Callable
from typing import Any

from localstack.services.cloudformation.engine.validations import ValidationError

LOOP = "Fn::ForEach::"
_ALONE = re.compile(r"[^A-Za-z0-9]")


def unrolled(part: Any, resolve: Callable[[Any], Any]) -> Any:
    """A part of a template without loops.

    Args:
        part: the template, or what lies in it.
        resolve: gives the value of a function whose value is known before anything is made.

    Raises:
        ValidationError: a loop is not what it has to be, or makes one name twice.
    """
    if isinstance(part, list):
        return [unrolled(item, resolve) for item in part]
    if not isinstance(part, dict):
        return part
    made: dict[str, Any] = {}
    for key, value in part.items():
        repeated = _repeated(key, value, resolve) if key.startswith(LOOP) else {key: unrolled(value, resolve)}
        if twice := made.keys() & repeated.keys():
            raise ValidationError(f"Template error: {key} makes [{', '.join(sorted(twice))}], which is there already")
        made |= repeated
    return made


def _repeated(loop: str, arguments: Any, resolve: Callable[[Any], Any]) -> dict[str, Any]:
    name, values, body = arguments if isinstance(arguments, list) and len(arguments) == 3 else (None, None, None)
    if not isinstance(name, str) or not isinstance(body, dict):
        raise ValidationError(f"Template error: {loop} needs an identifier, a collection and a map of what is repeated")
    made: dict[str, Any] = {}
    for value in _collection(loop, values, resolve):
        made |= unrolled(_with(body, name, value), resolve)
    return made


def _collection(loop: str, values: Any, resolve: Callable[[Any], Any]) -> list[str]:
    found = resolve(values) if isinstance(values, dict) else values
    if not isinstance(found, list):
        raise ValidationError(f"Template error: the collection of {loop} is no list")
    flat: list[str] = []
    for item in found:
        value = resolve(item) if isinstance(item, dict) else item
        flat += [str(one) for one in value] if isinstance(value, list) else [str(value)]
    return list(dict.fromkeys(flat))


def _with(part: Any, name: str, value: str) -> Any:
    """A part with a value in the places of its identifier, also those of loops within."""
    if isinstance(part, str):
        return part.replace(f"${{{name}}}", value).replace(f"&{{{name}}}", _ALONE.sub("", value))
    if isinstance(part, list):
        return [_with(item, name, value) for item in part]
    if isinstance(part, dict):
        if part == {"Ref": name}:
            return value
        return _known({_with(key, name, value): _with(item, name, value) for key, item in part.items()})
    return part


def _known(part: dict[str, Any]) -> Any:
    """The text of a function that needs no more: names of resources may be made so, as in `Fn::GetAtt`."""
    match part:
        case {"Fn::Sub": str(text)} if "${" not in text:
            return text
        case {"Fn::Join": [str(between), list(parts)]} if all(isinstance(one, str) for one in parts):
            return between.join(parts)
    return part
