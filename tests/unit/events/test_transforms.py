"""Templates of input transformers: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html"""

from typing import Any

import pytest

from rapid.emulator.events.transforms import fill, values

EVENT = {"time": "2026-01-01T00:00:00Z", "detail": {"n": 0, "no": False, "s": 'say "hi"', "o": {"a": 1}, "l": ["x"]}}
PATHS = {"n": "$.detail.n", "no": "$.detail.no", "s": "$.detail.s", "o": "$.detail.o", "l": "$.detail.l", "z": "$.z"}


@pytest.mark.parametrize(
    ("template", "made"),
    [
        ('{"n": <n>, "no": <no>, "s": <s>, "o": <o>, "l": <l>}', EVENT["detail"]),
        ('{"text": "<n> and <s>"}', {"text": '0 and say "hi"'}),
        ('{"text": "it is <o>"}', {"text": "it is {a:1}"}),
        ('{"nothing": <z>, "empty": "<z>"}', {"nothing": "", "empty": ""}),
        ('{"escaped \\" quote": "<n>"}', {'escaped " quote': "0"}),
        ("[<n>, <s>]", [0, 'say "hi"']),
        ('"number <n>: <s>"', 'number 0: say "hi"'),
        ('"a \\"quoted\\" <n>"', 'a "quoted" 0'),
        ('"first <n>"\n"second <no>"', "first 0\nsecond false"),
    ],
)
def test_templates(template: str, made: Any) -> None:
    assert fill(template, values({"InputPathsMap": PATHS}, EVENT)) == made


def test_a_template_that_is_no_json_is_an_error() -> None:
    with pytest.raises(ValueError, match="property name"):
        fill('{"a": 1,}', {})
