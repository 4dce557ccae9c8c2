"""https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html"""

import pytest

from rapid.emulator.stacks.references import depths, referred


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ({"Ref": "A"}, [("A", "")]),
        ({"Fn::GetAtt": "A.Arn"}, [("A", "Arn")]),
        ({"Fn::GetAtt": ["A", "Outputs.X"]}, [("A", "Outputs.X")]),
        ({"Fn::Sub": "${A}-${B.Arn}-${!C}"}, [("A", ""), ("B", "Arn")]),
        ({"Fn::Sub": "${ A }-${ B.Arn }-${!C}"}, [("A", ""), ("B", "Arn")]),
        ({"Fn::Sub": ["${A}-${ Own }", {"Own": {"Ref": "B"}}]}, [("A", ""), ("B", "")]),
    ],
)
def test_what_a_function_refers_to(call: object, found: list[tuple[str, str]]) -> None:
    assert sorted(referred([{"Key": call}])) == found


def test_a_variable_with_blanks_keeps_the_order() -> None:
    first = {"Properties": {"Name": {"Fn::Sub": "${ Last }"}}}
    assert depths({"First": first, "Last": {}}) == {"Last": 0, "First": 1}
