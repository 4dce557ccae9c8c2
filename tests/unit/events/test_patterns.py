"""https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html"""

import json
from typing import Any

import pytest
from localstack.aws.api.events import InvalidEventPatternException

from rapid.emulator.events.patterns import compiled

EMPLOYEES = {"employees": [{"first": "Anna", "last": "Smith"}, [{"first": "Peter", "last": "Jones"}]], "n": 1}


def matches(pattern: Any, event: Any) -> bool:
    return compiled(json.dumps(pattern)).matches(event)


@pytest.mark.parametrize(
    ("wanted", "accepted", "refused"),
    [
        (["a", 1, None, True], ["a", 1, 1.0, None, True, ["x", "a"]], ["b", "1", 2, False, [], {"a": 1}]),
        ([1], [1, 1.0], [True, "1"]),
        ([False], [False], [0, None]),
        ([""], [""], [None, "x"]),
        ([{"prefix": "us-"}], ["us-east-1", ["eu", "us-"]], ["US-EAST", 5, None]),
        ([{"prefix": {"equals-ignore-case": "US-"}}], ["us-east-1", "Us-"], ["eu", 5, None, True]),
        ([{"suffix": ".png"}], [".png", "a.png"], ["a.PNG", 5]),
        ([{"suffix": {"equals-ignore-case": ".png"}}], ["a.PNG"], ["a.jpg", 5, 1.5]),
        ([{"equals-ignore-case": "alice"}], ["Alice", "ALICE"], ["alic", 5]),
        ([{"wildcard": "dir/*.p*g"}], ["dir/.pg", "dir/a.png", "dir/a\nb.png"], ["dir/a.png\n", "xdir/a.png", 5]),
        ([{"wildcard": "a\\*\\\\*"}], ["a*\\", "a*\\b"], ["ab\\"]),
        ([{"wildcard": "a.c"}], ["a.c"], ["abc"]),
        ([{"wildcard": "ab*ba"}], ["abba", "ab-ba"], ["aba", "ab"]),
        ([{"wildcard": "*b*b"}], ["bb", "abcb"], ["b", "bbc"]),
        ([{"anything-but": "a"}], ["b", 5, None, True, ["a", "b"]], ["a", ["a"], [], {"x": 1}]),
        ([{"anything-but": [1, 2]}], [3, "1", True, None], [1, 2.0]),
        ([{"anything-but": {"prefix": "a"}}], ["b", 5], ["ab"]),
        ([{"anything-but": {"suffix": ["a", "b"]}}], ["c"], ["xa", "xb"]),
        ([{"anything-but": {"equals-ignore-case": ["a", "b"]}}], ["c"], ["A", "b"]),
        ([{"anything-but": {"wildcard": "*/lib/*"}}], ["lib"], ["/lib/", "a/lib/b"]),
        ([{"numeric": [">", 0, "<=", 5]}], [1, 5, 0.5], [0, 5.1, "1", True, None]),
        ([{"numeric": ["=", 3.018e2]}], [301.8], [302]),
        ([{"numeric": [">", 0]}], [5e9], [6e9]),
        ([{"cidr": "10.0.0.0/24"}], ["10.0.0.7"], ["10.0.1.7", "host", 167772167, None]),
        ([{"cidr": "2001:db8::/32"}], ["2001:db8::1"], ["10.0.0.1"]),
        ([{"exists": True}], ["", None, 0, [1]], [[], {"a": 1}]),
        ([{"exists": False}], [[], {"a": 1}], ["", None, 0]),
        ([{"exists": False}, "a"], ["a", {}], ["b"]),
        ([{"prefix": "a"}, {"numeric": ["<", 0]}], ["ab", -1], ["b", 1]),
    ],
)
def test_values(wanted: list[Any], accepted: list[Any], refused: list[Any]) -> None:
    for value in accepted:
        assert matches({"detail": {"f": wanted}}, {"detail": {"f": value}}), value
    for value in refused:
        assert not matches({"detail": {"f": wanted}}, {"detail": {"f": value}}), value
    missing = any(isinstance(each, dict) and each.get("exists") is False for each in wanted)
    for event in ({}, {"detail": {}}, {"detail": "text"}, {"detail": [1, {"g": 2}]}):
        assert matches({"detail": {"f": wanted}}, event) == missing


@pytest.mark.parametrize(
    ("pattern", "matching"),
    [
        ({"employees": {"first": ["Anna"], "last": ["Smith"]}}, True),
        ({"employees": {"first": ["Peter"], "last": ["Jones"]}}, True),
        ({"employees": {"first": ["Anna"], "last": ["Jones"]}}, False),  # no one element has both
        ({"employees": {"first": ["Anna"], "middle": [{"exists": False}]}}, True),
        ({"employees": {"first": ["Anna"], "last": [{"exists": False}]}}, False),
        ({"employees.first": ["Anna"], "n": [1]}, True),
    ],
)
def test_fields_of_an_array_come_from_one_element(pattern: Any, matching: bool) -> None:
    """https://github.com/aws/event-ruler#json-array-matching"""
    assert matches(pattern, EMPLOYEES) == matching


def test_an_absent_field_is_absent_in_all_elements() -> None:
    pattern = {"a": {"b": [1], "c": [{"exists": False}]}}
    assert matches(pattern, {"a": [{"b": 1}, {"b": 2}]})
    assert not matches(pattern, {"a": [{"b": 1}, {"b": 2, "c": 3}]})


def test_names_with_dots() -> None:
    assert matches({"detail": {"state.status": [1]}}, {"detail": {"state": {"status": 1}}})
    assert matches({"detail": {"state": {"status": [1]}}}, {"detail": {"state.status": 1}})
    assert matches({"k8s.io/name": ["x"]}, {"k8s.io/name": "x"})


@pytest.mark.parametrize(
    ("event", "matching"),
    [
        ({"source": "s", "metric": "cpu"}, True),
        ({"source": "s", "type": "t", "space": 1000}, True),
        ({"source": "s", "type": "t"}, False),
        ({"source": "s", "scope": "x"}, False),
        ({"metric": "cpu"}, False),
    ],
)
def test_or(event: Any, matching: bool) -> None:
    inner = {"type": ["t"], "$or": [{"id": [1234]}, {"space": [1000]}]}
    assert matches({"source": ["s"], "$or": [{"metric": ["cpu"]}, inner]}, event) == matching


def test_or_may_be_a_name() -> None:
    """Where AWS's matcher sees no choice in it."""
    for wanted in ([1], [{"prefix": "x"}, {"numeric": ["=", 1]}], {"a": [1]}):
        event = {"$or": {"a": 1}} if isinstance(wanted, dict) else {"$or": 1}
        assert matches({"$or": wanted}, event)


def test_arrays_are_not_multiplied() -> None:
    """Eight arrays of a hundred elements are 800 values, not a hundred to the eighth: this would not end."""
    names = [f"f{number}" for number in range(8)]
    event = {name: [{"x": number} for number in range(100)] for name in names}
    assert matches({name: {"x": [99]} for name in names}, event)
    assert not matches({name: {"x": [100]} for name in names}, event)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("{", "Filter is not valid JSON"),
        ("[1]", "Filter is not an object"),
        ({}, "Empty objects are not allowed"),
        ({"detail": {}}, "Empty objects are not allowed"),
        ({"a": []}, "Empty arrays are not allowed"),
        ({"a": "text"}, '"a" must be an object or an array'),
        ({"a": [[1]]}, "Match value must be String, number, true, false, or null"),
        ({"a": [{}]}, "Match expression name not found"),
        ({"a": [{"prefix": "a", "suffix": "b"}]}, "Only one key allowed in match expression"),
        ({"a": [{"nope": 1}]}, "Unrecognized match type nope"),
        ({"a": [{"prefix": 1}]}, "prefix match pattern must be a string"),
        ({"a": [{"prefix": {"equals-ignore-case": 1}}]}, "prefix match pattern must be a string"),
        ({"a": [{"wildcard": "a**"}]}, "Consecutive wildcard characters at pos 2"),
        ({"a": [{"wildcard": "\\a"}]}, "Invalid escape character at pos 0"),
        ({"a": [{"wildcard": "*a*b*c*d*e*f"}]}, "Rule is too complex"),
        ({"a": [{"anything-but": None}]}, "Value of anything-but must be an array or single string/number value."),
        ({"a": [{"anything-but": [True]}]}, "Inside anything but list, start|null|boolean is not supported."),
        ({"a": [{"anything-but": {"numeric": 1}}]}, "Unsupported anything-but pattern: numeric"),
        ({"a": [{"anything-but": {"prefix": ""}}]}, "Null prefix/suffix not allowed"),
        ({"a": [{"exists": "yes"}]}, "exists match pattern must be either true or false."),
        ({"a": [{"numeric": 1}]}, "Value of numeric must be an array."),
        ({"a": [{"numeric": []}]}, "Invalid member in numeric match: ]"),
        ({"a": [{"numeric": ["!", 1]}]}, "Unrecognized numeric range operator: !"),
        ({"a": [{"numeric": ["="]}]}, "Value of equals must be numeric"),
        ({"a": [{"numeric": ["<", 1, ">", 2]}]}, "Too many elements in numeric expression"),
        ({"a": [{"numeric": [">", 2, "<", 1]}]}, "Bottom must be less than top"),
        ({"a": [{"numeric": [">", 2, ">", 3]}]}, "Bad numeric range operator: >"),
        ({"a": [{"cidr": "10.0.0.1"}]}, "Malformed CIDR, one '/' required"),
        ({"a": [{"cidr": "10.0.0.1/x"}]}, "Malformed CIDR, mask bits must be an integer"),
        ({"a": [{"cidr": "host/8"}]}, "Nonstandard IP address: host"),
    ],
)
def test_what_is_no_pattern(pattern: Any, reason: str) -> None:
    with pytest.raises(InvalidEventPatternException) as refused:
        compiled(pattern if isinstance(pattern, str) else json.dumps(pattern))
    assert str(refused.value.message).startswith(f"Event pattern is not valid. Reason: {reason}")
