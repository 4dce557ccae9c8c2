"""The texts of templates."""

import pytest
from localstack.services.cloudformation.engine.validations import ValidationError

from rapid.emulator.stacks.templates import parse_yaml


def test_short_functions_and_dates_are_read_as_cloudformation_reads_them() -> None:
    text = """
AWSTemplateFormatVersion: 2010-09-09
Resources:
  A: {Type: !Ref B, Arn: !GetAtt C.D.E, Sub: !Sub ["x", {y: !If [z, 1, !Ref 'AWS::NoValue']}]}
"""
    assert parse_yaml(text) == {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "A": {
                "Type": {"Ref": "B"},
                "Arn": {"Fn::GetAtt": ["C", "D.E"]},
                "Sub": {"Fn::Sub": ["x", {"y": {"Fn::If": ["z", 1, {"Ref": "AWS::NoValue"}]}}]},
            }
        },
    }


def test_a_tab_after_a_value_is_white_space() -> None:
    """As in the sample templates of the AWS Glue Developer Guide ("Name: !Ref CFNDatabaseName<tab>")."""
    assert parse_yaml("Name: !Ref Other\t\nSize: 1 \t# why\n") == {"Name": {"Ref": "Other"}, "Size": 1}


@pytest.mark.parametrize(("text", "where"), [("a: [1\nb: 2\n", "line 2, column 2"), ("\ta: 1", "line 1, column 1")])
def test_a_broken_text_is_refused_with_its_place(text: str, where: str) -> None:
    with pytest.raises(ValidationError, match="YAML not well-formed") as refused:
        parse_yaml(text)
    assert where in str(refused.value)


def test_a_text_without_a_mapping_is_no_template() -> None:
    with pytest.raises(ValidationError, match="unsupported structure"):
        parse_yaml("- a\n")
