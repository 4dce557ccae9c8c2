"""What a pattern may want of one value: literals and the operators of event patterns.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html (read 2026-11). What refusals
say is AWS's.
"""

import ipaddress
import operator
from collections.abc import Callable
from typing import Any

from localstack.aws.api.events import InvalidEventPatternException

Test = Callable[[Any], bool]
"""Whether one value of an event (a string, number, boolean or null) is accepted."""
_GREATEST = 5e9
"""Numbers beyond have no order for EventBridge."""
_WILDCARDS, _ENDS = 5, 2
_COMPARED = {"=": operator.eq, ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}


def refused(reason: str) -> InvalidEventPatternException:
    return InvalidEventPatternException(f"Event pattern is not valid. Reason: {reason}")


def equal(wanted: Any) -> Test:
    """Equal as JSON is: `true` is no 1, but 1 is 1.0."""
    if isinstance(wanted, bool) or wanted is None:
        return lambda value: value is wanted
    return lambda value: not isinstance(value, bool) and bool(value == wanted)


def accepting(name: str, given: Any) -> Test:
    """What an operator accepts.

    Raises:
        InvalidEventPatternException: there is no such operator, or not with this.
    """
    if name not in _OPERATORS:
        raise refused(f"Unrecognized match type {name}")
    return _OPERATORS[name](name, given)


def _string(name: str, given: Any) -> str:
    if not isinstance(given, str):
        raise refused(f"{name} match pattern must be a string")
    return given


def _affix(name: str, given: Any) -> Test:
    if isinstance(given, dict):
        if list(given) != ["equals-ignore-case"]:
            raise refused(f"Unsupported {name} pattern: {next(iter(given), '')}")
        lowered = _string(name, given["equals-ignore-case"]).lower()
        return lambda value: isinstance(value, str) and _has(name, value.lower(), lowered)
    text = _string(name, given)
    return lambda value: isinstance(value, str) and _has(name, value, text)


def _has(name: str, value: str, affix: str) -> bool:
    return value.startswith(affix) if name == "prefix" else value.endswith(affix)


def _wildcard(_name: str, given: Any) -> Test:
    text = _string("wildcard", given)
    parts, stars, at = [""], 0, 0
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 1
            if text[at : at + 1] not in ("*", "\\"):
                raise refused(f"Invalid escape character at pos {at - 1}")
            parts[-1] += text[at]
        elif character == "*":
            if at and text[at - 1] == "*" and not parts[-1]:
                raise refused(f"Consecutive wildcard characters at pos {at}")
            stars += 1
            parts.append("")
        else:
            parts[-1] += character
        at += 1
    if stars > _WILDCARDS:
        raise refused(
            "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a "
            "wildcard character"
        )
    return lambda value: isinstance(value, str) and _fits(value, parts)


def _fits(value: str, parts: list[str]) -> bool:
    """Whether a text is these parts with anything between them."""
    first, *between = parts
    if not between:
        return value == first
    if not value.startswith(first):
        return False
    *between, last = between
    at = len(first)
    for part in between:
        at = value.find(part, at) + len(part)
        if at < len(part):
            return False
    return at <= len(value) - len(last) and value.endswith(last)


def _anything_but(_name: str, given: Any) -> Test:
    """Accepts each value that the given ones, or the tests of an operator, do not."""
    if isinstance(given, dict):
        if len(given) != 1:
            raise refused("Only one key allowed in match expression")
        name, values = next(iter(given.items()))
        if name not in ("prefix", "suffix", "equals-ignore-case", "wildcard"):
            raise refused(f"Unsupported anything-but pattern: {name}")
        many = values if isinstance(values, list) else [values]
        if not many or not all(isinstance(each, str) for each in many):
            wanted = "prefix/suffix match pattern" if name in ("prefix", "suffix") else f"{name} match pattern"
            raise refused(f"{wanted} must be a string")
        if name in ("prefix", "suffix") and not all(many):
            raise refused("Null prefix/suffix not allowed")
        tests = [accepting(name, each) for each in many]
    else:
        many = given if isinstance(given, list) else [given]
        if not many:
            raise refused("Empty arrays are not allowed")
        if any(not isinstance(each, str | int | float) or isinstance(each, bool) for each in many):
            inside = "Inside anything but list, start|null|boolean is not supported."
            alone = "Value of anything-but must be an array or single string/number value."
            raise refused(inside if many is given else alone)
        tests = [equal(each) for each in many]
    return lambda value: not any(test(value) for test in tests)


def _numeric(_name: str, given: Any) -> Test:
    if not isinstance(given, list):
        raise refused("Value of numeric must be an array.")
    if not given:
        raise refused("Invalid member in numeric match: ]")
    bounds = [_bound(given[at : at + 2]) for at in range(0, len(given), 2)]
    signs = [sign for sign, _ in bounds]
    if len(bounds) > _ENDS:
        raise refused("Too many terms in numeric range expression")
    if len(bounds) > 1:
        if signs[0] not in (">", ">="):
            raise refused("Too many elements in numeric expression")
        if signs[1] not in ("<", "<="):
            raise refused(f"Bad numeric range operator: {signs[1]}")
        if bounds[1][1] <= bounds[0][1]:
            raise refused("Bottom must be less than top")
    tests = [(_COMPARED[sign], number) for sign, number in bounds]

    def within(value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _GREATEST:
            return False
        return all(compare(value, number) for compare, number in tests)

    return within


def _bound(given: list[Any]) -> tuple[str, float]:
    sign, *rest = given
    if not isinstance(sign, str):
        raise refused(f"Invalid member in numeric match: {sign}")
    if sign not in _COMPARED:
        raise refused(f"Unrecognized numeric range operator: {sign}")
    if not rest or isinstance(rest[0], bool) or not isinstance(rest[0], int | float):
        raise refused(f"Value of {'equals' if sign == '=' else sign} must be numeric")
    if abs(rest[0]) > _GREATEST:
        raise refused("Value must be between -5.0E9 and 5.0E9, inclusive")
    return sign, rest[0]


def _cidr(_name: str, given: Any) -> Test:
    text = _string("prefix", given)  # AWS's own words
    if text.count("/") != 1:
        raise refused("Malformed CIDR, one '/' required")
    address, _, mask = text.partition("/")
    if not mask.isdecimal():
        raise refused("Malformed CIDR, mask bits must be an integer")
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise refused(f"Nonstandard IP address: {address}") from error

    def within(value: Any) -> bool:
        try:
            return isinstance(value, str) and ipaddress.ip_address(value) in network
        except ValueError:
            return False

    return within


def _ignoring_case(name: str, given: Any) -> Test:
    lowered = _string(name, given).lower()
    return lambda value: isinstance(value, str) and value.lower() == lowered


def _exists(_name: str, given: Any) -> Test:
    if given is not True:
        raise refused("exists match pattern must be either true or false.")
    return lambda _value: True


_OPERATORS: dict[str, Callable[[str, Any], Test]] = {
    "anything-but": _anything_but,
    "cidr": _cidr,
    "equals-ignore-case": _ignoring_case,
    "exists": _exists,
    "numeric": _numeric,
    "prefix": _affix,
    "suffix": _affix,
    "wildcard": _wildcard,
}
RESERVED = {*_OPERATORS, *_COMPARED, "exactly"}
"""No field has one of these names inside `$or`: where it is there, `$or` is a field's name itself."""
