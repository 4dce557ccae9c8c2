"""What CloudFormation refuses in a template before it makes anything.

Wording as in recorded answers of AWS; the sections and attributes of templates:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html (read 2026-11). Attributes are
those of AWS's resource schemas; custom resources and nested stacks may have any.
"""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from localstack.services.cloudformation.engine.validations import ValidationError

from rapid.emulator.schemas import schema
from rapid.emulator.stacks.references import calls, named_by, needed_by, referred

_SECTIONS = frozenset({
    "AWSTemplateFormatVersion", "Conditions", "Description", "Globals", "Hooks", "Mappings", "Metadata", "Outputs",
    "Parameters", "Resources", "Rules", "Transform",
})  # fmt: skip
_POLICIES = {
    "DeletionPolicy": {"Delete", "Retain", "Snapshot", "RetainExceptOnCreate"},
    "UpdateReplacePolicy": {"Delete", "Retain", "Snapshot"},
}
_FREE = ("Custom::", "AWS::CloudFormation::CustomResource", "AWS::CloudFormation::Stack")


def check(template: dict[str, Any]) -> None:
    """Looks at a template whose transforms, if it has any, have been done.

    Raises:
        ValidationError: it is not one that CloudFormation takes, or refers to something that is not there.
    """
    if str(template.get("AWSTemplateFormatVersion", "2010-09-09")) != "2010-09-09":
        raise ValidationError("Template format error: unsupported value for AWSTemplateFormatVersion.")
    if unknown := [name for name in template if name not in _SECTIONS and not name.startswith("Fn::")]:
        raise ValidationError(f"Invalid template property or properties [{', '.join(unknown)}]")
    for path in _nulls(template, ""):
        raise ValidationError(f"Template format error: [{path}] 'null' values are not allowed in templates")
    resources: dict[str, Any] = template.get("Resources") or {}
    if not resources:
        raise ValidationError("Template format error: At least one Resources member must be defined.")
    needs = {name: _look_at(name, resource, template) for name, resource in resources.items()}
    for name, attribute in referred([resources, template.get("Outputs") or {}]):
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
    if missing := sorted(named_by(resource) - resources.keys()):
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
    return needed_by(resource, resources)


def _has(kind: str, attribute: str) -> bool:
    if kind.startswith(_FREE):
        return True
    try:
        known = schema(kind)
    except KeyError:
        return True
    return attribute.split(".", maxsplit=1)[0] in known["properties"]


def _nulls(part: Any, path: str) -> Iterator[str]:
    """Where a template has no value. AWS writes a resource's path with `Type` in the place of `Properties`."""
    if part is None:
        yield path.replace("/Properties", "/Type", 1)
    elif isinstance(part, dict | list):
        for key, value in part.items() if isinstance(part, dict) else enumerate(part):
            yield from _nulls(value, f"{path}/{key}")


def _mappings(part: Any) -> Iterator[str]:
    for call in calls(part, "Fn::FindInMap"):
        if isinstance(call, list) and call and isinstance(call[0], str):
            yield call[0]
