"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-sub.html"""

import pytest

from rapid.emulator.stacks.variables import substituted

VALUES = {"A": "a", "B.C": "${A}", "Yes": True, "N": 1.5}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("${A}-${B.C}", "a-${A}"),
        ("${!A} ${!stageVariables.x}/${A}", "${A} ${stageVariables.x}/a"),
        ("${Yes} ${N} $A {A} $ {A}", "true 1.5 $A {A} $ {A}"),
        ("${ A }-${ B.C }", "a-${A}"),
        ("none", "none"),
    ],
)
def test_variables_literals_and_texts(text: str, wanted: str) -> None:
    assert substituted(text, VALUES.__getitem__) == wanted
