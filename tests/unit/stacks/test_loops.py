"""https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html"""

from typing import Any

import pytest
from localstack.services.cloudformation.engine.validations import ValidationError

from rapid.emulator.stacks.loops import unrolled

KNOWN = {"Ref": ["a", "b"]}


@pytest.mark.parametrize(
    ("loop", "made"),
    [
        ({"Fn::ForEach::L": ["N", ["A", "B"], {"T${N}": {"x": {"Ref": "N"}}}]}, {"TA": {"x": "A"}, "TB": {"x": "B"}}),
        (
            {
                "Fn::ForEach::L": [
                    "N",
                    ["A"],
                    {"T${N}": {"Ref": "Q${N}", "s": {"Fn::Sub": "${N}-${!N}-${AWS::Region}"}}},
                ]
            },
            {"TA": {"Ref": "QA", "s": {"Fn::Sub": "A-${!N}-${AWS::Region}"}}},
        ),
        ({"Fn::ForEach::L": ["N", ["1.2.3"], {"T&{N}": "${N}"}]}, {"T123": "1.2.3"}),
        ({"Fn::ForEach::L": ["N", {"Ref": "Names"}, {"T${N}": 1}], "Own": 2}, {"Ta": 1, "Tb": 1, "Own": 2}),
        ({"Fn::ForEach::L": ["N", [{"Ref": "Names"}, "c"], {"T${N}": 1}]}, {"Ta": 1, "Tb": 1, "Tc": 1}),
        (
            {"Fn::ForEach::L": ["N", ["A", "B"], {"Fn::ForEach::M": ["M", ["1", "2"], {"${N}${M}": {"Ref": "N"}}]}]},
            {"A1": "A", "A2": "A", "B1": "B", "B2": "B"},
        ),
        (
            {
                "Fn::ForEach::L": [
                    "N",
                    ["A"],
                    {"${N}": {"Fn::GetAtt": [{"Fn::Join": ["", ["Q", {"Ref": "N"}]]}, "Arn"]}},
                ]
            },
            {"A": {"Fn::GetAtt": ["QA", "Arn"]}},
        ),
        (
            {"Fn::ForEach::L": ["N", ["A"], {"${N}": {"Fn::GetAtt": [{"Fn::Sub": "Q${N}"}, "Arn"]}}]},
            {"A": {"Fn::GetAtt": ["QA", "Arn"]}},
        ),
        ({"P": {"Fn::ForEach::L": ["N", ["A", "B"], {"${N}": "${N}!"}]}}, {"P": {"A": "A!", "B": "B!"}}),
    ],
)
def test_what_is_repeated(loop: dict[str, Any], made: dict[str, Any]) -> None:
    assert unrolled(loop, lambda call: next(KNOWN[function] for function in call)) == made


@pytest.mark.parametrize(
    "loop",
    [
        {"Fn::ForEach::L": ["N", ["A"]]},
        {"Fn::ForEach::L": ["N", "A", {"${N}": 1}]},
        {"Fn::ForEach::L": ["N", ["A"], {"${N}": 1}], "A": 2},
    ],
)
def test_loops_that_are_refused(loop: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        unrolled(loop, lambda call: call)
