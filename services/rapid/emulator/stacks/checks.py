"""What CloudFormation refuses in a template before it makes anything.

Wording as in recorded answers of AWS; the sections and attributes of templates:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html (read 2026-11). Attributes are
those of AWS's resource schemas; custom resources and nested stacks may have any.
"""

import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from localstack.services.cloudformation.engine.validations import ValidationError

from rapid.emulator.schemas import schema

_SECTIONS = frozenset({
    "AWSTemplateFormatVersion", "Conditions", "Description", "Globals", "Hooks", "Mappings", "Metadata", "Outputs",
    "Parameters", "Resources", "Rules", "Transform",
})  # fmt: skip
_POLICIES = {
    "DeletionPolicy": {"Delete", "Retain", "Snapshot", "RetainExceptOnCreate"},
    "UpdateReplacePolicy": {"Delete", "Retain", "Snapshot"},
}
_FREE = ("Custom::", "AWS::CloudFormation::CustomResource", "AWS::CloudFormation::Stack")
_VARIABLE = re.compile(r"\$\{([^!{}][^{}]*)\}")


def check(template: dict[str, Any]) -> None:
    """Looks at a template whose transforms, if it has any, have been done.

    Raises:
        ValidationError: it is not one that CloudFormation takes, or refers to something that is not there.
    """
    if str(template.get("AWSTemplateFormatVersion", "2010-09-09")) != "2010-09-09":
        raise ValidationError("Template format error: unsupported value for AWSTemplateFormatVersion.")
    if unknown := [name for name in template if name not in _SECTIONS and not name.startswith("Fn::")]:
        raise ValidationError(f"Invalid template property or properties [{', '.join(unknown)}]")
    resources: dict[str, Any] = template.get("Resources") or {}
    if not resources:
        raise ValidationError("Template format error: At least one Resources member must be defined.")
    needs = {name: _look_at(name, resource, template) for name, resource in resources.items()}
    for name, attribute in _attributes([resources, template.get("Outputs") or {}]):
        kind = (resources.get(name) or {}).get("Type")
        if kind and attribute and not _has(kind, attribute):
            raise ValidationError(
                f"Template error: resource {name} does not support attribute type {attribute} in Fn::GetAtt"
            )
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        cycle = ", ".join(sorted(set(error.args[1])))
        raise ValidationError(f"Circular dependency between resources: [{cycle}]") from error


def _look_at(name: str, resource: dict[str, Any], template: dict[str, Any]) -> set[str]:
    """Checks what a resource says beside its properties. Returns: the resources that it needs."""
    resources, conditions = template["Resources"], template.get("Conditions") or {}
    condition = resource.get("Condition")
    if isinstance(condition, str) and condition not in conditions:
        raise ValidationError(
            f"Template format error: Unresolved condition dependency {condition} in the Resources block of the template"
        )
    for attribute, allowed in _POLICIES.items():
        if isinstance(given := resource.get(attribute), str) and given not in allowed:
            raise ValidationError(f"Template format error: Unrecognized {attribute} {given} for resource {name}")
    needed = resource.get("DependsOn") or []
    named = {needed} if isinstance(needed, str) else set(needed)
    if missing := sorted(named - resources.keys()):
        raise ValidationError(
            f"Template format error: Unresolved resource dependencies [{', '.join(missing)}] in the Resources block "
            "of the template"
        )
    properties = resource.get("Properties") or {}
    for mapping in _mappings(properties):
        if mapping not in (template.get("Mappings") or {}):
            raise ValidationError(
                f"Template error: Mapping named '{mapping}' is not present in the 'Mappings' section of template."
            )
    return named | {found for found, _ in _attributes(properties) if found in resources}


def _has(kind: str, attribute: str) -> bool:
    if kind.startswith(_FREE):
        return True
    try:
        known = schema(kind)
    except KeyError:
        return True
    return attribute.split(".", maxsplit=1)[0] in known["properties"]


def _mappings(part: Any) -> Iterator[str]:
    for call in _calls(part, "Fn::FindInMap"):
        if isinstance(call, list) and call and isinstance(call[0], str):
            yield call[0]


def _attributes(part: Any) -> Iterator[tuple[str, str]]:
    """(logical id, attribute or nothing) of each `Ref`, each `Fn::GetAtt` and each variable of an `Fn::Sub`."""
    yield from ((name, "") for name in _calls(part, "Ref") if isinstance(name, str))
    for value in _calls(part, "Fn::GetAtt"):
        name, attribute = (value.split(".", 1) if isinstance(value, str) else [*value, ""])[:2]
        yield name, attribute if isinstance(attribute, str) else ""
    for value in _calls(part, "Fn::Sub"):
        text, own = value if isinstance(value, list) and len(value) == 2 else (value, {})
        if isinstance(text, str):
            for name, _, attribute in (found.partition(".") for found in _VARIABLE.findall(text) if found not in own):
                yield name, attribute


def _calls(part: Any, function: str) -> Iterator[Any]:
    """The arguments of each call of a function in a part of a template."""
    if isinstance(part, list):
        for item in part:
            yield from _calls(item, function)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key == function and len(part) == 1:
                yield value
            yield from _calls(value, function)
