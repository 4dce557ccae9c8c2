"""State machines that are run to their end."""

import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from tests.waiting import until

ROLE = "arn:aws:iam::000000000000:role/states"


@pytest.fixture
def run(aws: Callable[[str], Any]) -> Callable[..., dict[str, Any]]:
    """`run(states, input, language)`: how an execution ended that begins with the first of the states."""
    client = aws("stepfunctions")

    def run(states: dict[str, Any], given: Any = None, language: str = "JSONata") -> dict[str, Any]:
        definition = {"QueryLanguage": language, "StartAt": next(iter(states)), "States": states}
        made = client.create_state_machine(
            name=f"m{secrets.token_hex(5)}", definition=json.dumps(definition), roleArn=ROLE
        )
        started = client.start_execution(stateMachineArn=made["stateMachineArn"], input=json.dumps(given or {}))
        arn = started["executionArn"]
        ended: dict[str, Any] = until(
            lambda: client.describe_execution(executionArn=arn), lambda told: told["status"] != "RUNNING"
        )
        return ended

    return run
