"""What LocalStack's engine lacks of functions.

`Fn::Cidr`, `Fn::ForEach` in outputs and of resources that others refer to (the rest is in `loops`), a default for
`Fn::FindInMap`, functions in `Fn::ToJsonString` (their names came out as text).

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-cidr.html,
intrinsic-function-reference-foreach.html and intrinsic-function-reference-findinmap-enhancements.html (read 2026-11)
"""

import ipaddress
import json
from collections.abc import Callable
from itertools import islice
from typing import Any

from localstack.services.cloudformation.engine.v2.change_set_model import (
    INTRINSIC_FUNCTIONS,
    ChangeSetModel,
    NodeIntrinsicFunction,
    NodeOutputs,
    is_nothing,
)
from localstack.services.cloudformation.engine.v2.change_set_model_preproc import (
    ChangeSetModelPreproc,
    PreprocEntityDelta,
)
from localstack.services.cloudformation.engine.v2.change_set_model_transform import ChangeSetModelTransform
from localstack.services.cloudformation.engine.v2.change_set_model_visitor import ChangeSetModelVisitor
from localstack.services.cloudformation.engine.validations import ValidationError
from localstack.utils.strings import camel_to_snake_case

from rapid.emulator.stacks.loops import LOOP, unrolled

_CIDR = "Fn::Cidr"
_JSON = "Fn::ToJsonString"
_JSON_LATER = "Fn::ToJsonStringLater"


def blocks(block: str, count: int, bits: int) -> list[str]:
    """The first `count` blocks of `2 ** bits` addresses within a block.

    Raises:
        ValidationError: there are not so many, or this is no block.
    """
    try:
        network = ipaddress.ip_network(block, strict=False)
        found = [str(one) for one in islice(network.subnets(new_prefix=network.max_prefixlen - bits), count)]
    except ValueError as error:
        raise ValidationError(f"Template error: Fn::Cidr cannot make blocks of {block}: {error}") from error
    if len(found) < count:
        raise ValidationError(f"Template error: {block} has not enough addresses for {count} blocks of {bits} bits")
    return found


def _cidr(arguments: Any) -> list[str]:
    block, count, bits = [*arguments, 8][:3]
    if not isinstance(block, str) or "/" not in block:
        raise RuntimeError(f"Fn::Cidr has no block yet: {block}")
    return blocks(block, int(count), int(bits))


def _json(value: Any) -> str:
    return json.dumps(value, default=str, separators=(",", ":"))


def with_functions(visitor: type[ChangeSetModelVisitor], preprocessor: type[ChangeSetModelPreproc]) -> None:
    """Has the engine know functions of ours."""

    def visit_arguments(self: ChangeSetModelVisitor, node: NodeIntrinsicFunction) -> None:
        self.visit_children(node)

    def computed(compute: Callable[[Any], Any]) -> Any:
        def visit(self: ChangeSetModelPreproc, node: NodeIntrinsicFunction) -> PreprocEntityDelta[Any, Any]:
            arguments = self.visit(node.arguments)
            return self._cached_apply(scope=node.scope, arguments_delta=arguments, resolver=compute)

        return visit

    for name, compute in ((_CIDR, _cidr), (_JSON, _json)):
        INTRINSIC_FUNCTIONS.add(name)
        method = f"visit_node_intrinsic_function_{camel_to_snake_case(name.replace('::', '_'))}"
        setattr(visitor, method, visit_arguments)
        setattr(preprocessor, method, computed(compute))


def with_extensions(original: Callable[..., Any]) -> Callable[..., Any]:
    """Has LocalStack's AWS::LanguageExtensions unroll loops as AWS does, and leave `Fn::ToJsonString` to the engine,
    which knows values.
    """

    def transform(template: Any, context: Any) -> Any:
        whole = unrolled(_renamed(template, _JSON, _JSON_LATER), context.resolve)
        return _renamed(original(whole, context), _JSON_LATER, _JSON)

    return transform


def _renamed(part: Any, name: str, other: str) -> Any:
    if isinstance(part, list):
        return [_renamed(item, name, other) for item in part]
    if isinstance(part, dict):
        return {other if key == name else key: _renamed(value, name, other) for key, value in part.items()}
    return part


def with_repeated_outputs(model: type[ChangeSetModel]) -> None:
    """Has a model pass over repeated outputs, which are outputs once the transform was there."""
    original = model._visit_outputs  # noqa: SLF001 - there is no other way in

    def single(outputs: Any) -> Any:
        if is_nothing(outputs):
            return outputs
        return {name: output for name, output in outputs.items() if not name.startswith(LOOP)}

    def visit(self: ChangeSetModel, scope: Any, before_outputs: Any, after_outputs: Any) -> NodeOutputs:
        return original(self, scope, single(before_outputs), single(after_outputs))

    model._visit_outputs = visit  # noqa: SLF001


def with_repeated_resources(transform: type[ChangeSetModelTransform]) -> None:
    """Has a transform not refuse references to resources that it has yet to repeat."""

    def tolerant(original: Any) -> Any:
        def visit(self: ChangeSetModelTransform, node: NodeIntrinsicFunction) -> PreprocEntityDelta[Any, Any]:
            try:
                return original(self, node)
            except ValidationError:
                if self._change_set.update_model.node_template.resources.fn_foreaches:
                    return self.visit(node.arguments)
                raise

        return visit

    for name in ("ref", "fn_get_att", "fn_sub"):
        method = f"visit_node_intrinsic_function_{name}"
        setattr(transform, method, tolerant(getattr(transform, method)))


def with_nulls(model: type[ChangeSetModel]) -> None:
    """Has a model take `null` for a value: templates for transforms may have it, as in a state's `ResultPath`."""
    original = model._is_terminal  # noqa: SLF001 - there is no other way in
    model._is_terminal = staticmethod(lambda value: value is None or original(value))  # noqa: SLF001


def with_default_values(preprocessor: type[ChangeSetModelPreproc]) -> None:
    """Has `Fn::FindInMap` take a value for what is in no mapping."""
    original = preprocessor._resolve_mapping  # noqa: SLF001 - there is no other way in

    def resolve(
        self: ChangeSetModelPreproc, mapping: str, top: str, second: str, default: dict[str, Any] | None = None
    ) -> PreprocEntityDelta[Any, Any]:
        try:
            return original(self, mapping, top, second)
        except ValidationError:
            if default is None:
                raise
            value = default["DefaultValue"]
            return PreprocEntityDelta(before=value, after=value)

    preprocessor._resolve_mapping = resolve  # noqa: SLF001
