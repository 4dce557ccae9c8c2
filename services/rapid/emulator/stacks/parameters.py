"""Parameters of templates: their constraints, which LocalStack does not look at, and empty texts as values.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html (read 2026-11); wording
as in recorded answers of AWS.
"""

import re
from collections.abc import Iterable
from typing import Any

from localstack.services.cloudformation.engine.v2.change_set_model import NodeParameter, is_nothing
from localstack.services.cloudformation.engine.v2.change_set_model_preproc import (
    ChangeSetModelPreproc,
    PreprocEntityDelta,
)
from localstack.services.cloudformation.engine.validations import ValidationError

Model = dict[str, Any]


def check_parameters(declared: Model, given: Iterable[Model]) -> None:
    """Checks the values that come with a request.

    Args:
        declared: the template's `Parameters`.
        given: the request's.

    Raises:
        ValidationError: one is not in the template, or is not what its declaration asks for.
    """
    values = {one["ParameterKey"]: one.get("ParameterValue") for one in given}
    if unknown := [name for name in values if name not in declared]:
        raise ValidationError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    for name, value in values.items():
        if value is None:  # the value that the stack has
            continue
        parameter = declared[name]
        kind = str(parameter.get("Type"))
        for text in [part.strip() for part in value.split(",")] if _is_list(kind) else [value]:
            if (problem := _problem(parameter, kind, text)) is None:
                continue
            told = parameter.get("ConstraintDescription")
            raise ValidationError(
                f"Parameter {name} failed to satisfy constraint: {told}" if told else f"Parameter '{name}' {problem}"
            )


def unfetched(declared: Model, given: Model, told: str) -> str:
    """AWS's message for a value that Systems Manager does not have, where LocalStack says that none was given.

    Args:
        declared: the template's `Parameters`.
        given: the request's values by name.
        told: LocalStack's message.
    """
    name = next(name for name in declared if f"Parameter {name} should" in told)
    path = given.get(name) or declared[name].get("Default")
    return f"Unable to fetch parameters [{path}] from parameter store for this account."


def plain_value(parameter: Model) -> Any:
    """The value of a parameter as LocalStack has resolved it: a list where its type is one."""
    found = (parameter.get(name) for name in ("resolved_value", "given_value", "default_value"))
    value = next((one for one in found if one is not None), "")
    return (
        [part.strip() for part in value.split(",")]
        if _is_list(parameter["type_"]) and isinstance(value, str)
        else value
    )


def _is_list(kind: str) -> bool:
    return "List<" in kind or kind == "CommaDelimitedList"


def _problem(parameter: Model, kind: str, text: str) -> str | None:  # noqa: PLR0911 - one return per constraint
    if kind.startswith("AWS::SSM::Parameter::Value"):
        return None  # the constraints are of the value that Systems Manager has
    allowed, pattern = parameter.get("AllowedValues"), parameter.get("AllowedPattern")
    if allowed is not None and text not in [_text(value) for value in allowed]:
        return "must be one of AllowedValues"
    if pattern is not None and not re.fullmatch(pattern, text):
        return f"must match pattern {pattern}"
    least, most = parameter.get("MinLength"), parameter.get("MaxLength")
    if least is not None and len(text) < int(least):
        return f"must contain at least {least} characters"
    if most is not None and len(text) > int(most):
        return f"must contain at most {most} characters"
    if kind in ("Number", "List<Number>"):
        return _number_problem(parameter, text)
    return None


def _number_problem(parameter: Model, text: str) -> str | None:
    least, most = parameter.get("MinValue"), parameter.get("MaxValue")
    try:
        number = float(text)
    except ValueError:
        return "must be a number"
    if least is not None and number < float(least):
        return f"must be a number not less than {least}"
    if most is not None and number > float(most):
        return f"must be a number not greater than {most}"
    return None


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def with_typed_values(preprocessor: type[ChangeSetModelPreproc]) -> None:
    """Has a preprocessor, and all that are made of it, take an empty text for a value, and lists for lists.

    LocalStack takes the parameter for not given: its default stands in, or `!Equals [!Ref KeyArn, ""]` fails. It has
    a list parameter's value before a change as one text: a stack with `!Select [0, !Ref Subnets]` was not deleted.
    """
    original = preprocessor.visit_node_parameter

    def visit_node_parameter(
        self: ChangeSetModelPreproc, node_parameter: NodeParameter
    ) -> PreprocEntityDelta[Any, Any]:
        delta = original(self, node_parameter)
        given = self.visit(node_parameter.dynamic_value)
        default = self.visit(node_parameter.default_value)
        for side in ("before", "after"):
            value = getattr(default if is_nothing(getattr(given, side)) else given, side)
            if value == "":
                setattr(delta, side, value)
        kind = self.visit(node_parameter.type_).before
        if isinstance(delta.before, str) and (kind == "CommaDelimitedList" or str(kind).startswith("List<")):
            delta.before = [item.strip() for item in delta.before.split(",")]
        return delta

    preprocessor.visit_node_parameter = visit_node_parameter
