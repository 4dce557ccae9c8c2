"""What a template's resources need of one another, and the order that follows from it."""

from collections.abc import Collection, Iterator
from graphlib import TopologicalSorter
from typing import Any

from rapid.emulator.stacks.variables import variables


def depths(resources: dict[str, Any]) -> dict[str, int]:
    """How many resources have to be there first, one after the other, until each can be made.

    Raises:
        graphlib.CycleError: resources need one another.
    """
    needs = {name: needed_by(resource, resources) for name, resource in resources.items()}
    found: dict[str, int] = {}
    for name in TopologicalSorter(needs).static_order():
        found[name] = max((found[needed] + 1 for needed in needs[name]), default=0)
    return found


def needed_by(resource: dict[str, Any], resources: Collection[str]) -> set[str]:
    """The resources that one names in its attribute `DependsOn` or refers to in its properties."""
    return named_by(resource) | {name for name, _ in referred(resource.get("Properties") or {}) if name in resources}


def named_by(resource: dict[str, Any]) -> set[str]:
    """What a resource names in its attribute `DependsOn`."""
    named = resource.get("DependsOn") or []
    return {named} if isinstance(named, str) else set(named)


def referred(part: Any) -> Iterator[tuple[str, str]]:
    """(logical id, attribute or nothing) of each `Ref`, each `Fn::GetAtt` and each variable of an `Fn::Sub`."""
    yield from ((name, "") for name in calls(part, "Ref") if isinstance(name, str))
    for value in calls(part, "Fn::GetAtt"):
        name, attribute = (value.split(".", 1) if isinstance(value, str) else [*value, ""])[:2]
        yield name, attribute if isinstance(attribute, str) else ""
    for value in calls(part, "Fn::Sub"):
        text, own = value if isinstance(value, list) and len(value) == 2 else (value, {})
        if isinstance(text, str):
            for name, _, attribute in (found.partition(".") for found in variables(text) if found not in own):
                yield name, attribute


def calls(part: Any, function: str) -> Iterator[Any]:
    """The arguments of each call of a function in a part of a template."""
    if isinstance(part, list):
        for item in part:
            yield from calls(item, function)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key == function and len(part) == 1:
                yield value
            yield from calls(value, function)
