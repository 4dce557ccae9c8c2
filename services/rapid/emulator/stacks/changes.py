"""What a change set tells: per resource what changes, why, and whether it is replaced.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/change-sets-samples.html (both read 2026-11)
"""

import json
from collections.abc import Iterator
from typing import Any

from localstack.aws.api import cloudformation as api
from localstack.services.cloudformation.engine.v2.change_set_model import (
    ChangeSetEntity,
    ChangeType,
    NodeIntrinsicFunction,
    NodeResource,
    TerminalValue,
    is_nothing,
)
from localstack.services.cloudformation.engine.v2.change_set_model_describer import (
    CHANGESET_KNOWN_AFTER_APPLY,
    ChangeSetModelDescriber,
)
from localstack.services.cloudformation.engine.v2.change_set_model_preproc import PreprocProperties, PreprocResource

from rapid.emulator.stacks.resources import Resources

Structure = dict[str, Any]
Cause = tuple[str, str, str | None]
"""Evaluation, source of the change, and the parameter, resource or attribute that changes."""
_DIRECT: Cause = ("Static", "DirectModification", None)
_TURNS = {
    ChangeType.CREATED: "Add",
    ChangeType.MODIFIED: "Modify",
    ChangeType.REMOVED: "Remove",
}


class Describer(ChangeSetModelDescriber):
    """LocalStack's, with causes; it fails over resources without properties, and omits what refers to replaced ones."""

    def __init__(self, change_set: Any, include_property_values: bool) -> None:
        super().__init__(change_set, include_property_values)
        self._nodes: dict[str, NodeResource] = {}

    def visit_node_resource(self, node_resource: NodeResource) -> Any:
        self._nodes[node_resource.name] = node_resource
        delta = super().visit_node_resource(node_resource)
        if not is_nothing(delta.before) and not is_nothing(delta.after) and replaced(delta.before, delta.after):
            delta.after.physical_resource_id = CHANGESET_KNOWN_AFTER_APPLY  # so that what refers to it changes, too
        return delta

    def _register_resource_change(
        self,
        logical_id: str,
        type_: str,
        physical_id: str | None,
        before_properties: Any,
        after_properties: Any,
        requires_replacement: bool = False,
    ) -> None:
        before, after = _properties(before_properties), _properties(after_properties)
        super()._register_resource_change(logical_id, type_, physical_id, before, after, requires_replacement)
        change, node = self._changes[-1]["ResourceChange"], self._nodes[logical_id]
        if change["Action"] == api.ChangeAction.Remove:
            change["PolicyAction"] = _policy(node.deletion_policy)
        elif change["Action"] == api.ChangeAction.Modify:
            self._explain(change, node, before.properties, after.properties)

    def _explain(self, change: Structure, node: NodeResource, before: Structure, after: Structure) -> None:
        always, perhaps = _create_only(node.type_.value)
        details: list[Structure] = []
        for one in node.properties.properties:
            old, new = before.get(one.name), after.get(one.name)
            if one.change_type == ChangeType.UNCHANGED or old == new:
                continue
            recreation = "Always" if one.name in always else "Conditionally" if one.name in perhaps else "Never"
            target: Structure = {"Attribute": "Properties", "Name": one.name, "RequiresRecreation": recreation}
            if one.name == "Tags":
                target = {"Attribute": "Tags", "RequiresRecreation": "Never"}
            if self._include_property_values:
                target |= {"Path": f"/Properties/{one.name}", "AttributeChangeType": _TURNS[one.change_type]}
                target |= {name: _text(value) for name, value in _values(old, new)}
            details += [_detail(target, cause) for cause in self._causes(one)]
        change["Details"] = details
        change["Scope"] = list(dict.fromkeys(detail["Target"]["Attribute"] for detail in details))
        change["Replacement"] = _replacement(details)
        if change["Replacement"] == "True":
            change["PolicyAction"] = f"ReplaceAnd{_policy(node.update_replace_policy)}"

    def _causes(self, node: ChangeSetEntity) -> list[Cause]:
        """Why a value changes, each cause once."""
        return list(dict.fromkeys(self._found_causes(node))) or [_DIRECT]

    def _found_causes(self, node: ChangeSetEntity) -> Iterator[Cause]:
        if node.change_type == ChangeType.UNCHANGED:
            return
        if isinstance(node, TerminalValue) or node.change_type != ChangeType.MODIFIED:
            yield _DIRECT
            return
        if isinstance(node, NodeIntrinsicFunction) and node.arguments.change_type == ChangeType.UNCHANGED:
            name = getattr(node.arguments, "value", None)
            if node.intrinsic_function == "Ref" and name in self._nodes:
                yield "Dynamic", "ResourceReference", str(name)
            elif node.intrinsic_function == "Ref":
                yield "Dynamic", "DirectModification", None
                yield "Static", "ParameterReference", str(name)
            elif node.intrinsic_function == "Fn::GetAtt":
                yield "Dynamic", "ResourceAttribute", _attribute(node.arguments)
            else:
                yield "Dynamic", "DirectModification", None
            return
        for child in node.get_children():
            yield from self._found_causes(child)


def _properties(given: Any) -> Any:
    """A resource that has no properties has none; one that is not there is None."""
    return PreprocProperties({}) if is_nothing(given) else given


def _attribute(arguments: ChangeSetEntity) -> str:
    value = getattr(arguments, "value", None)
    return str(value) if value is not None else ".".join(str(part.value) for part in arguments.get_children())


def replaced(before: PreprocResource, after: PreprocResource) -> bool:
    """Whether a create-only property has another value. The engine's own answer is another: it says so too when a
    property merely refers to a resource that is updated in place, and not when only a parameter in a text changed.
    """
    always, _ = _create_only(after.resource_type)
    old, new = (_properties(one.properties).properties for one in (before, after))
    return any(old.get(name) != new.get(name) for name in always)


def _create_only(kind: str) -> tuple[set[str], set[str]]:
    """The properties whose change replaces a resource of a type, and those whose change may."""
    provider = Resources.try_load_resource_provider(kind)
    schema = getattr(provider, "SCHEMA", None) or {}
    names = (schema.get("createOnlyProperties", ()), schema.get("conditionalCreateOnlyProperties", ()))
    always, perhaps = ({path.removeprefix("/properties/").split("/")[0] for path in paths} for paths in names)
    return always, perhaps


def _detail(target: Structure, cause: Cause) -> Structure:
    evaluation, source, entity = cause
    detail = {"Target": target, "Evaluation": evaluation, "ChangeSource": source}
    return detail | {"CausingEntity": entity} if entity else detail


def _replacement(details: list[Structure]) -> str:
    found = {(d["Target"]["RequiresRecreation"], d["Evaluation"]) for d in details}
    if ("Always", "Static") in found:
        return "True"
    return "Conditional" if any(recreation != "Never" for recreation, _ in found) else "False"


def _policy(node: Any) -> str:
    return "Delete" if is_nothing(node) else str(node.value)


def _values(old: Any, new: Any) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in (("BeforeValue", old), ("AfterValue", new)) if value is not None]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
