"""`Fn::Sub`, whose value is a text.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-sub.html (read 2026-11)
LocalStack's has no `${!Literal}`, makes a number of every text that looks like one (`1.10` became 1.1, `1e3` 1000.0),
writes true as `True`, and looks for variables in what it has put in.
"""

import re
from typing import Any

from localstack.services.cloudformation.engine.v2.change_set_model import NodeIntrinsicFunction, Nothing, is_nothing
from localstack.services.cloudformation.engine.v2.change_set_model_preproc import (
    _PSEUDO_PARAMETERS,
    ChangeSetModelPreproc,
    PreprocEntityDelta,
    PreprocResource,
)

from rapid.emulator.stacks.variables import substituted

_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")


def with_texts(preprocessor: type[ChangeSetModelPreproc], *, strict: bool) -> None:
    """Has a preprocessor substitute so. Not `strict`: what has no value yet is empty."""

    def compute(self: ChangeSetModelPreproc, arguments: Any, before: bool) -> str | int:
        text, own = arguments if isinstance(arguments, list) and len(arguments) == 2 else (arguments, {})
        if not isinstance(text, str) or not isinstance(own, dict):
            raise RuntimeError(f"Fn::Sub expects a text, or a text and a map of values, but got '{arguments}'")

        def value_of(name: str) -> Any:
            value = own[name] if name in own else _value(self, name, before)
            if is_nothing(value) and strict:
                raise RuntimeError(f"Undefined variable name in Fn::Sub string template '{name}'")
            return "" if is_nothing(value) else value

        made = substituted(text, value_of)
        # LocalStack's resource types expect numbers where they are.
        return int(made) if _NUMBER.fullmatch(made) else made

    def visit(self: ChangeSetModelPreproc, node: NodeIntrinsicFunction) -> PreprocEntityDelta[Any, Any]:
        arguments = self.visit(node.arguments)
        before = self._before_cache.get(node.scope, Nothing)
        if is_nothing(before) and not is_nothing(arguments.before):
            before = compute(self, arguments.before, before=True)
        after = self._after_cache.get(node.scope, Nothing)
        if is_nothing(after) and not is_nothing(arguments.after):
            after = compute(self, arguments.after, before=False)
        return PreprocEntityDelta(before=before, after=after)

    preprocessor.visit_node_intrinsic_function_fn_sub = visit


def _value(preprocessor: ChangeSetModelPreproc, name: str, before: bool) -> Any:
    """What a variable that is none of the function's own stands for; `Nothing` if that is not known."""
    try:
        if name in _PSEUDO_PARAMETERS:
            return preprocessor._resolve_pseudo_parameter(pseudo_parameter_name=name)  # noqa: SLF001 - made for its heirs
        if "." in name:
            return preprocessor._resolve_attribute(arguments=name, select_before=before)  # noqa: SLF001
        delta = preprocessor._resolve_reference(logical_id=name)  # noqa: SLF001
    except RuntimeError:
        return Nothing
    value = delta.before if before else delta.after
    return value.physical_resource_id if isinstance(value, PreprocResource) else value
