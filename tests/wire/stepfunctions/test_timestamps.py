"""Points in time in executions and their logs, in the form that AWS's pages print.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
"""

import json
import re
import secrets
from collections.abc import Callable
from typing import Any

from tests.waiting import until
from tests.wire.stepfunctions.conftest import ROLE

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_times_in_the_context_and_in_answers_of_services(run: Callable[..., dict[str, Any]]) -> None:
    ended = run(
        {
            "Look": {
                "Type": "Task",
                "Resource": "arn:aws:states:::aws-sdk:iam:createRole",
                "Arguments": {"RoleName": f"r{secrets.token_hex(5)}", "AssumeRolePolicyDocument": "{}"},
                "Output": {
                    "entered": "{% $states.context.State.EnteredTime %}",
                    "started": "{% $states.context.Execution.StartTime %}",
                    "told": "{% $states.result.Role.CreateDate %}",
                },
                "End": True,
            }
        }
    )
    assert ended["status"] == "SUCCEEDED", ended.get("cause")
    times = json.loads(ended["output"])
    assert {name: bool(MOMENT.fullmatch(time)) for name, time in times.items()} == dict.fromkeys(times, True), times


def test_events_in_log_groups_count_milliseconds(aws: Callable[[str], Any]) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html"""
    logs, states = aws("logs"), aws("stepfunctions")
    group = f"states-{secrets.token_hex(5)}"
    logs.create_log_group(logGroupName=group)
    (found,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    machine = states.create_state_machine(
        name=group,
        type="EXPRESS",
        roleArn=ROLE,
        definition=json.dumps({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}),
        loggingConfiguration={
            "level": "ALL",
            "includeExecutionData": True,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": found["arn"]}}],
        },
    )
    states.start_execution(stateMachineArn=machine["stateMachineArn"])
    told = until(
        lambda: logs.filter_log_events(logGroupName=group)["events"],
        lambda events: any("ExecutionSucceeded" in event["message"] for event in events),
    )
    for event in told:
        assert json.loads(event["message"])["event_timestamp"] == str(event["timestamp"])
