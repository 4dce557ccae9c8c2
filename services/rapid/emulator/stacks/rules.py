"""A template's `Rules`: assertions about the values of its parameters, looked at before anything is made.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html (read 2026-11). What AWS
writes around an assertion's description is not in its documentation. `Fn::ValueOf` and `Fn::ValueOfAll`, which ask for
attributes of VPCs and the like, are refused.
"""

from collections.abc import Callable, Mapping
from typing import Any

from localstack.services.cloudformation.engine.validations import ValidationError

Model = dict[str, Any]


def check_rules(rules: Model, parameters: Model, values: Mapping[str, Any]) -> None:
    """Looks at every rule whose condition holds.

    Args:
        rules: the template's.
        parameters: the template's `Parameters`, for their types.
        values: the parameters' values by name, lists as lists.

    Raises:
        ValidationError: an assertion does not hold, or a rule cannot be read.
    """
    for name, rule in rules.items():
        if "RuleCondition" in rule and not _value(rule["RuleCondition"], parameters, values):
            continue
        for assertion in rule.get("Assertions") or ():
            if not _value(assertion["Assert"], parameters, values):
                told = assertion.get("AssertDescription") or "an assertion does not hold"
                raise ValidationError(f"Template validation error: rule {name}: {told}")


def _value(part: Any, parameters: Model, values: Mapping[str, Any]) -> Any:
    """What a part of a rule stands for."""
    if isinstance(part, list):
        return [_value(item, parameters, values) for item in part]
    if not isinstance(part, dict):
        return part
    match part:
        case {"Ref": str(name)} if name in values:
            return values[name]
        case {"Fn::RefAll": kind}:
            return [values[name] for name, told in parameters.items() if told.get("Type") == kind]
    name, argument = next(iter(part.items()))
    if name not in _FUNCTIONS:
        raise ValidationError(f"Template format error: unresolved in the Rules block: {name} {argument}")
    try:
        return _FUNCTIONS[name](*_value(argument, parameters, values))
    except TypeError as error:
        raise ValidationError(f"Template format error: {name} in the Rules block: {error}") from error


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _contains(values: list[Any], value: Any) -> bool:
    return _text(value) in map(_text, values)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "Fn::And": lambda *parts: all(parts),
    "Fn::Or": lambda *parts: any(parts),
    "Fn::Not": lambda part: not part,
    "Fn::Equals": lambda one, other: _text(one) == _text(other),
    "Fn::Contains": _contains,
    "Fn::EachMemberEquals": lambda values, value: all(_text(one) == _text(value) for one in values),
    "Fn::EachMemberIn": lambda values, allowed: all(_contains(allowed, one) for one in values),
}
