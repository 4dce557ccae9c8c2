"""Event patterns as AWS reads them: of rules, archives and pipes, and the filters of event source mappings.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
https://github.com/aws/event-ruler#json-array-matching (both read 2026-11)

LocalStack's engine takes fields of one array from different elements, fails on some events, finds `true` equal to 1,
wants a character for each `*`, and multiplies the arrays of an event with each other.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from localstack.services.events.event_rule_engine import EventPatternCompiler, EventRuleEngine

from rapid.emulator.events.operators import RESERVED, Test, accepting, equal, refused

_NOTHING = object()
_KNOWN_PATTERNS = 4096


@dataclass
class _Node:
    """What a pattern wants of one field of an event, or of the event.

    Attributes:
        path: the field's name and those of the objects around it.
        tests: any of them has to hold for any of the field's values.
        absent: or there is no such field in the whole event.
        fields: what is wanted of the fields of this object.
        choices: for each `$or`, what is wanted instead of each other.
    """

    path: tuple[str, ...]
    tests: list[Test] = field(default_factory=list)
    absent: bool = False
    fields: dict[str, "_Node"] = field(default_factory=dict)
    choices: list[list["_Node"]] = field(default_factory=list)

    def below(self, name: str) -> "_Node":
        """The node of a field; a dot in a name goes down one object, as in AWS's own matcher."""
        node = self
        for part in name.split("."):
            node = node.fields.setdefault(part, _Node((*node.path, part)))
        return node


class Pattern:
    """A compiled event pattern."""

    def __init__(self, described: dict[str, Any]) -> None:
        """Compiles a pattern.

        Raises:
            InvalidEventPatternException: AWS refuses it.
        """
        self._root = _Node(())
        _read(self._root, described)

    def matches(self, event: dict[str, Any]) -> bool:
        """Whether an event has all that the pattern wants, in objects that are one element of an array each."""
        return _object_matches(self._root, event, event)


def compiled(described: str | dict[str, Any]) -> Pattern:
    """The pattern that a rule's text or a filter's object describes.

    Raises:
        InvalidEventPatternException: AWS refuses it.
    """
    return _compiled(described if isinstance(described, str) else json.dumps(described))


@lru_cache(_KNOWN_PATTERNS)
def _compiled(text: str) -> Pattern:
    try:
        described = json.loads(text)
    except ValueError as error:
        raise refused("Filter is not valid JSON") from error
    if not isinstance(described, dict):
        raise refused("Filter is not an object")
    return Pattern(described)


# Reading patterns


def _read(node: _Node, described: dict[str, Any]) -> None:
    if not described:
        raise refused("Empty objects are not allowed")
    for name, wanted in described.items():
        if name == "$or" and _is_choice(wanted):
            choices = [_Node(node.path) for _ in wanted]
            for choice, each in zip(choices, wanted, strict=True):
                _read(choice, each)
            node.choices.append(choices)
        elif isinstance(wanted, dict):
            _read(node.below(name), wanted)
        elif isinstance(wanted, list):
            _read_values(node.below(name), wanted)
        else:
            raise refused(f'"{name}" must be an object or an array')


def _is_choice(wanted: Any) -> bool:
    return (
        isinstance(wanted, list)
        and len(wanted) > 1
        and all(isinstance(each, dict) and not any(name in RESERVED for name in each) for each in wanted)
    )


def _read_values(node: _Node, wanted: list[Any]) -> None:
    if not wanted:
        raise refused("Empty arrays are not allowed")
    for each in wanted:
        if isinstance(each, list):
            raise refused("Match value must be String, number, true, false, or null")
        if not isinstance(each, dict):
            node.tests.append(equal(each))
        elif len(each) != 1:
            raise refused("Only one key allowed in match expression" if each else "Match expression name not found")
        elif each.get("exists") is False:
            node.absent = True
        else:
            node.tests.append(accepting(*next(iter(each.items()))))


# Matching events


def _matches(node: _Node, value: Any, event: dict[str, Any]) -> bool:
    """Whether a field's value is what its node wants; `_NOTHING` where the field is missing."""
    if node.tests or node.absent:
        found = any(accepts(leaf) for leaf in _leaves(value) for accepts in node.tests)
        if not found and not (node.absent and not any(True for _ in _at(event, node.path))):
            return False
    if not node.fields and not node.choices:
        return True
    inside = list(_objects(value)) or [{}]
    return any(_object_matches(node, each, event) for each in inside)


def _object_matches(node: _Node, value: dict[str, Any], event: dict[str, Any]) -> bool:
    return all(
        any(_matches(wanted, each, event) for each in _values(value, name)) for name, wanted in node.fields.items()
    ) and all(any(_object_matches(choice, value, event) for choice in choices) for choices in node.choices)


def _values(value: dict[str, Any], name: str) -> list[Any]:
    """A field's value, and objects of what follows where the field's name is the begin of one with dots."""
    begin = name + "."
    dotted = [{key[len(begin) :]: inner} for key, inner in value.items() if key.startswith(begin)]
    own = [value[name]] if name in value else []
    return own + dotted or [_NOTHING]


def _leaves(value: Any) -> Iterator[Any]:
    """What is neither an object nor an array, in arrays of whatever depth."""
    if isinstance(value, list):
        for each in value:
            yield from _leaves(each)
    elif not isinstance(value, dict) and value is not _NOTHING:
        yield value


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects in arrays of whatever depth, or the one that it is."""
    if isinstance(value, list):
        for each in value:
            yield from _objects(each)
    elif isinstance(value, dict):
        yield value


def _at(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """All leaves of an event at a path."""
    if not path:
        yield from _leaves(value)
        return
    for each in _objects(value):
        for inner in _values(each, path[0]):
            yield from _at(inner, path[1:])


# In place of LocalStack's


def install() -> None:
    """Has all of LocalStack match by these patterns."""
    EventPatternCompiler.compile_event_pattern = _compile
    EventRuleEngine.evaluate_pattern_on_event = _evaluate


def _compile(_compiler: EventPatternCompiler, event_pattern: str | dict[str, Any]) -> Pattern:
    return compiled(event_pattern)


def _evaluate(_engine: EventRuleEngine, compiled_event_pattern: Pattern, event: str | dict[str, Any]) -> bool:
    if isinstance(event, str):
        try:
            event = json.loads(event)
        except ValueError:
            return False
    return isinstance(event, dict) and compiled_event_pattern.matches(event)
