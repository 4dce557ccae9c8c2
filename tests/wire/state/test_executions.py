"""Executions of state machines after kill -9."""

import json
from collections.abc import Callable
from typing import Any

from tests.waiting import until

ROLE = "arn:aws:iam::000000000000:role/states"


def start(states: Any, name: str, **state: Any) -> str:
    definition = json.dumps({"StartAt": "S", "States": {"S": {**state, "End": True}}})
    machine = states.create_state_machine(name=name, definition=definition, roleArn=ROLE)["stateMachineArn"]
    return str(states.start_execution(stateMachineArn=machine, input='{"n": 1}')["executionArn"])


def test_an_ended_execution_stays_ended_and_an_interrupted_one_fails(mortal: Any, client: Callable[[str], Any]) -> None:
    states = client("stepfunctions")
    waiting = start(states, "waits", Type="Wait", Seconds=3600)
    ended = start(states, "ends", Type="Pass")
    until(lambda: states.describe_execution(executionArn=ended)["status"], lambda status: status != "RUNNING")
    mortal.restart()
    told = states.describe_execution(executionArn=ended)
    assert (told["status"], json.loads(told["output"])) == ("SUCCEEDED", {"n": 1})
    told = states.describe_execution(executionArn=waiting)
    assert (told["status"], told["cause"]) == ("FAILED", "The emulator ended while this execution was running.")
    assert states.get_execution_history(executionArn=ended)["events"]
