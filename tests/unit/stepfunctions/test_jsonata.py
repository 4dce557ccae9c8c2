"""JSONata as Step Functions evaluates it; expected values are JSONata's own and those of AWS's guide."""

from typing import Any

import pytest

from rapid.emulator.stepfunctions.jsonata import EvaluationError, evaluate

STATES = {
    "input": {
        "total": 3,
        "missing": None,
        "quote": 'say "hi" \\ once',
        "lines": [{"sku": "a", "price": 1.5, "tags": []}, {"sku": "b", "price": 2.5, "tags": ["x"]}],
        "one": [5],
    },
    "context": {"Execution": {"Name": "run"}},
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$states.input.total + 1", 4),
        ("$states.input.missing", None),
        ("$states.input.quote", 'say "hi" \\ once'),
        ("$sum($states.input.lines.price)", 4),
        ("$states.input.lines[price > 2].sku", "b"),
        ("[$states.input.lines[price > 2].sku]", ["b"]),
        ("$states.input.one", [5]),
        ("$states.input.lines.tags", "x"),
        ("$states.input.lines{sku: price}", {"a": 1.5, "b": 2.5}),
        ('{"n": $states.input.missing, "gone": $states.input.nothing}', {"n": None}),
        ("$map($states.input.lines, function($l) { $l.price * 2 })", [3, 5]),
        ("$states.input.lines.(sku & '-' & $string(price))", ["a-1.5", "b-2.5"]),
        ("$states.input ~> |lines|{'price': 0}, ['tags']|", None),
        ("$states.context.Execution.Name", "run"),
        ("$greeting & ' ' & $states.input.total", "hello 3"),
        ("$partition([1,2,3,4,5], 2)", [[1, 2], [3, 4], [5]]),
        ("$range(0, 10, 3)", [0, 3, 6, 9]),
        ("$range(5, 1, -2)", [5, 3, 1]),
        ("$hash('a', 'SHA-256')", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
        ("$random(1) = $random(1)", True),
        ("$random() < 1", True),
        ("$length($uuid())", 36),
        ('$parse("{\\"a\\": [1, null]}")', {"a": [1, None]}),
        ("($f := function($n) { $n <= 1 ? 1 : $n * $f($n - 1) }; $f(20))", 2432902008176640000),
    ],
)
def test_an_expression_has_the_value_that_json_has(expression: str, value: Any) -> None:
    if value is None and "~>" in expression:
        value = STATES["input"] | {"lines": [{"sku": "a", "price": 0}, {"sku": "b", "price": 0}]}
    assert evaluate(expression, {"states": STATES, "greeting": "hello"}) == value


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("$states.input.nothing", r"returned nothing \(undefined\)\."),
        ("$", r"returned nothing \(undefined\)\."),
        ("$states.input.total + 'x'", r"threw an error during evaluation\. T2002: The right side of the .* a number"),
        ("$max(1, {})", "threw an error during evaluation. T0410: Argument . of function .* match function signature"),
        ("1 +", "threw an error during evaluation. S0207: Unexpected end of expression"),
        ("$eval('1')", "threw an error during evaluation. T1006: Attempted to invoke a non-function"),
        ("$parse('{')", "threw an error during evaluation. D3137: "),
        ("$hash('a', 'CRC')", "threw an error during evaluation. D3137: .*MD5, SHA-1"),
        ("$error('mine')", "threw an error during evaluation. D3137: mine"),
        ("function($x) { $x }", "returned an unsupported result type."),
        ("($f := function($n) { 1 + $f($n) }; $f(1))", "threw an error during evaluation. U1001: Stack overflow"),
    ],
)
def test_an_expression_without_a_value_says_why(expression: str, why: str) -> None:
    with pytest.raises(EvaluationError, match=why):
        evaluate(expression, {"states": STATES})
