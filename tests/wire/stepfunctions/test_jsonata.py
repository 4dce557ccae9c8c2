"""State machines whose states are written in JSONata, and variables in those of JSONPath.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html and workflow-variables.html.
"""

import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from tests.waiting import until

Run = Callable[..., dict[str, Any]]


def output(ended: dict[str, Any]) -> Any:
    assert ended["status"] == "SUCCEEDED", ended.get("cause")
    return json.loads(ended["output"])


def test_variables_choices_maps_and_tasks(run: Run, aws: Callable[[str], Any]) -> None:
    queue = aws("sqs").create_queue(QueueName=f"q{secrets.token_hex(5)}")["QueueUrl"]
    states = {
        "Keep": {
            "Type": "Pass",
            "Assign": {
                "order": "{% $states.input.order %}",
                "total": "{% $sum($states.input.order.lines.price) %}",
                "note": 'a "note" \\ of {% braces',
            },
            "Next": "Large?",
        },
        "Large?": {
            "Type": "Choice",
            "Choices": [
                {"Condition": "{% $total > 100 and $order.country in ['DE', 'FR'] %}", "Next": "Each"},
            ],
            "Default": "Small",
        },
        "Small": {"Type": "Fail", "Error": "Small", "Cause": "{% 'only ' & $string($total) %}"},
        "Each": {
            "Type": "Map",
            "Items": "{% $order.lines %}",
            "ItemSelector": {
                "sku": "{% $states.context.Map.Item.Value.sku %}",
                "at": "{% $states.context.Map.Item.Index %}",
            },
            "ItemProcessor": {
                "StartAt": "Send",
                "States": {
                    "Send": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::sqs:sendMessage",
                        "Arguments": {
                            "QueueUrl": queue,
                            "MessageBody": {"sku": "{% $states.input.sku %}", "note": "{% $note %}"},
                        },
                        "Output": "{% {'at': $states.input.at, 'sent': $exists($states.result.MessageId)} %}",
                        "End": True,
                    }
                },
            },
            "Output": {"sent": "{% $states.result %}", "total": "{% $total %}", "none": "{% $order.nothing = null %}"},
            "End": True,
        },
    }
    order = {"country": "DE", "lines": [{"sku": "a", "price": 100}, {"sku": "b", "price": 1.5}]}
    assert output(run(states, {"order": order})) == {
        "sent": [{"at": 0, "sent": True}, {"at": 1, "sent": True}],
        "total": 101.5,
        "none": False,
    }
    sqs = aws("sqs")
    bodies: list[dict[str, Any]] = []
    until(
        lambda: bodies.extend(json.loads(m["Body"]) for m in sqs.receive_message(QueueUrl=queue).get("Messages", [])),
        lambda _: len(bodies) == 2,
    )
    assert {body["sku"] for body in bodies} == {"a", "b"}
    assert {body["note"] for body in bodies} == {'a "note" \\ of {% braces'}
    small = run(states, {"order": {"country": "US", "lines": [{"sku": "a", "price": 7}]}})
    assert (small["status"], small["error"], small["cause"]) == ("FAILED", "Small", "only 7")


@pytest.mark.parametrize(
    ("state", "field", "why"),
    [
        (
            {"Type": "Pass", "Output": {"a": [{"b": "{% $states.input.none %}"}]}, "End": True},
            "Output/a/b",
            "returned nothing (undefined).",
        ),
        (
            {"Type": "Pass", "Assign": {"v": "{% $states.input.text + 1 %}"}, "End": True},
            "Assign/v",
            "threw an error during evaluation. T2001: ",
        ),
        (
            {
                "Type": "Choice",
                "Choices": [{"Condition": "{% $states.input.text %}", "Next": "End"}],
                "Default": "End",
            },
            "Condition",
            "returned an unexpected result type. Expected 'boolean', but was 'string' for value: \"x\"",
        ),
    ],
)
def test_a_failed_evaluation_names_state_expression_and_field(
    run: Run, aws: Callable[[str], Any], state: dict[str, Any], field: str, why: str
) -> None:
    ended = run({"S": state, "End": {"Type": "Succeed"}}, {"text": "x"})
    assert (ended["status"], ended["error"]) == ("FAILED", "States.QueryEvaluationError")
    assert ended["cause"].startswith("An error occurred while executing the state 'S' (entered at the event id #2).")
    assert f"specified for the field '{field}' {why}" in ended["cause"]
    events = aws("stepfunctions").get_execution_history(executionArn=ended["executionArn"])["events"]
    (failed,) = [e["evaluationFailedEventDetails"] for e in events if e["type"] == "EvaluationFailed"]
    assert (failed["state"], failed["location"], failed["error"]) == ("S", field, "States.QueryEvaluationError")


def test_what_is_no_jsonata_is_refused(run: Run, aws: Callable[[str], Any]) -> None:
    with pytest.raises(aws("stepfunctions").exceptions.InvalidDefinition, match=r"'1 \+' is not valid. S0207"):
        run({"S": {"Type": "Pass", "Output": "{% 1 + %}", "End": True}})


def test_a_failed_evaluation_can_be_caught(run: Run) -> None:
    states = {
        "S": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "A", "States": {"A": {"Type": "Pass", "Output": "{% $states.input.x.y.z %}", "End": True}}}
            ],
            "Catch": [
                {
                    "ErrorEquals": ["States.QueryEvaluationError"],
                    "Output": "{% $states.errorOutput.Error %}",
                    "Next": "Done",
                }
            ],
            "Next": "Done",
        },
        "Done": {"Type": "Succeed"},
    }
    assert output(run(states)) == "States.QueryEvaluationError"


def test_what_is_missing_ends_an_execution_whatever_it_catches(run: Run) -> None:
    states = {
        "S": {
            "Type": "Map",
            "ItemsPath": "$.lines",
            "ItemProcessor": {
                "StartAt": "I",
                "States": {"I": {"Type": "Pass", "Parameters": {"n.$": "$.none"}, "End": True}},
            },
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
            "Next": "Caught",
        },
        "Caught": {"Type": "Succeed"},
    }
    ended = run(states, {"lines": [{"m": 1}]}, language="JSONPath")
    assert (ended["status"], ended["error"]) == ("FAILED", "States.Runtime")


def test_variables_in_states_of_jsonpath(run: Run) -> None:
    states = {
        "Keep": {
            "Type": "Pass",
            "Assign": {"order.$": "$.order", "at.$": "$$.Execution.Input.order.lines[1].sku", "text": 'a "quote"'},
            "Next": "Use",
        },
        "Use": {
            "Type": "Pass",
            "Parameters": {
                "sku.$": "$order.lines[0].sku",
                "last.$": "$at",
                "text.$": "States.Format('{}: {}', $text, $order.lines[1].sku)",
                "all.$": "$order.lines[*].sku",
                "base64.$": "States.Base64Encode($order.name)",
                "again.$": "States.Base64Decode(States.Base64Encode($order.name))",
                "braces.$": r"""States.Format('it\'s \{"a": "{}"\} \\ in
 two lines: {}', $at, States.JsonToString($order.lines[0]))""",
                "literal": 'é "x" \n \\ / 😀',
            },
            "End": True,
        },
    }
    order = {"name": "é", "lines": [{"sku": "a"}, {"sku": "b"}]}
    assert output(run(states, {"order": order}, language="JSONPath")) == {
        "sku": "a",
        "last": "b",
        "text": 'a "quote": b',
        "all": ["a", "b"],
        "base64": "w6k=",
        "again": "é",
        "braces": 'it\'s {"a": "b"} \\ in\n two lines: {"sku":"a"}',
        "literal": 'é "x" \n \\ / 😀',
    }
