"""Whether what `Fn::FindInMap` finds has changed, where its keys are not written out.

LocalStack's engine knows that of `!FindInMap [Map, a, b]` alone: an update of a template with
`!FindInMap [Map, !Ref AWS::Region, b]`, as most that have mappings, was refused as not implemented.
"""

from localstack.services.cloudformation.engine.v2.change_set_model import (
    ChangeSetEntity,
    ChangeSetModel,
    ChangeType,
    NodeArray,
    TerminalValue,
    is_nothing,
    parent_change_type_of,
)


def with_computed_keys(model: type[ChangeSetModel]) -> None:
    """Has a model take all of a mapping for what is found in it by keys that are computed."""
    original = model._resolve_intrinsic_function_fn_find_in_map  # noqa: SLF001 - there is no other way in

    def resolve(self: ChangeSetModel, arguments: ChangeSetEntity) -> ChangeType:
        unchanged = arguments.change_type == ChangeType.UNCHANGED and isinstance(arguments, NodeArray)
        if not unchanged or all(isinstance(key, TerminalValue) for key in arguments.array[:3]):
            return original(self, arguments)
        name = arguments.array[0]
        names = [name.value] if isinstance(name, TerminalValue) else _names(self)
        return parent_change_type_of([self._retrieve_mapping(mapping_name=one) for one in names])

    model._resolve_intrinsic_function_fn_find_in_map = resolve  # noqa: SLF001


def _names(model: ChangeSetModel) -> list[str]:
    templates = (model._before_template, model._after_template)  # noqa: SLF001
    known = [template.get("Mappings") or {} for template in templates if not is_nothing(template)]
    return list(dict.fromkeys(name for mappings in known for name in mappings))
