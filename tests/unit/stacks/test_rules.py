"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html"""

from typing import Any

import pytest
from localstack.services.cloudformation.engine.validations import ValidationError

from rapid.emulator.stacks.rules import check_rules

PARAMETERS = {"Stage": {"Type": "String"}, "Size": {"Type": "Number"}, "Zones": {"Type": "CommaDelimitedList"}}
VALUES = {"Stage": "prod", "Size": "3", "Zones": ["a", "b"]}
PROD, TEST = ({"Fn::Equals": [{"Ref": "Stage"}, stage]} for stage in ("prod", "test"))


@pytest.mark.parametrize(
    ("asserted", "holds"),
    [
        (PROD, True),
        (TEST, False),
        ({"Fn::Not": [TEST]}, True),
        ({"Fn::And": [PROD, TEST]}, False),
        ({"Fn::Or": [PROD, TEST]}, True),
        ({"Fn::Contains": [["1", "2"], {"Ref": "Size"}]}, False),
        ({"Fn::Contains": [[1, 3], {"Ref": "Size"}]}, True),
        ({"Fn::EachMemberIn": [{"Ref": "Zones"}, ["a", "b", "c"]]}, True),
        ({"Fn::EachMemberEquals": [{"Ref": "Zones"}, "a"]}, False),
        ({"Fn::EachMemberEquals": [{"Fn::RefAll": "String"}, "prod"]}, True),
    ],
)
def test_what_an_assertion_says(asserted: dict[str, Any], holds: bool) -> None:
    rules = {"R": {"Assertions": [{"Assert": asserted, "AssertDescription": "told so"}]}}
    if holds:
        check_rules(rules, PARAMETERS, VALUES)
        return
    with pytest.raises(ValidationError, match="told so"):
        check_rules(rules, PARAMETERS, VALUES)


def test_a_rule_whose_condition_does_not_hold_says_nothing() -> None:
    check_rules({"R": {"RuleCondition": TEST, "Assertions": [{"Assert": TEST}]}}, PARAMETERS, VALUES)


@pytest.mark.parametrize("part", [{"Fn::ValueOf": ["Zones", "Id"]}, {"Ref": "Nope"}, {"Fn::Equals": ["a"]}])
def test_what_rules_cannot_say(part: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        check_rules({"R": {"Assertions": [{"Assert": part}]}}, PARAMETERS, VALUES)
