"""State machines that wait for jobs and queries.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html and connect-athena.html.
"""

import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from tests.waiting import until

ROLE = "arn:aws:iam::000000000000:role/states"


@pytest.fixture
def run(machine: Any, start: Callable[[str, dict[str, Any]], str]) -> Callable[[str, dict[str, Any]], dict[str, Any]]:
    """`run(resource, parameters)`: the ended execution of a machine of one task."""
    states = machine.client("stepfunctions")

    def run(resource: str, parameters: dict[str, Any]) -> dict[str, Any]:
        execution = start(resource, parameters)
        ended: dict[str, Any] = until(
            lambda: states.describe_execution(executionArn=execution), lambda told: told["status"] != "RUNNING"
        )
        return ended

    return run


@pytest.fixture
def start(machine: Any) -> Callable[[str, dict[str, Any]], str]:
    """`start(resource, parameters)`: the execution, just started, of a machine of one task."""
    states = machine.client("stepfunctions")

    def start(resource: str, parameters: dict[str, Any]) -> str:
        task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": parameters, "End": True}
        definition = json.dumps({"StartAt": "T", "States": {"T": task}})
        name = f"m{secrets.token_hex(5)}"
        arn = states.create_state_machine(name=name, definition=definition, roleArn=ROLE)["stateMachineArn"]
        return str(states.start_execution(stateMachineArn=arn)["executionArn"])

    return start


@pytest.fixture
def job(glue: Any) -> str:
    name = f"j{secrets.token_hex(5)}"
    glue.create_job(Name=name, Role=ROLE, Command={"Name": "glueetl", "ScriptLocation": "s3://b/x.py"})
    return name


def test_a_state_waits_for_its_glue_job(run: Any, job: str) -> None:
    ended = run("glue:startJobRun.sync", {"JobName": job, "Arguments": {"--then": "SUCCEEDED"}})
    assert ended["status"] == "SUCCEEDED", ended
    output = json.loads(ended["output"])
    assert (output["JobName"], output["JobRunState"]) == (job, "SUCCEEDED")


def test_a_state_fails_with_its_glue_job(run: Any, job: str) -> None:
    ended = run("glue:startJobRun.sync", {"JobName": job, "Arguments": {"--then": "FAILED"}})
    assert (ended["status"], ended["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(ended["cause"])["ErrorMessage"] == "made to fail"


def test_a_job_is_stopped_with_the_execution_that_waits_for_it(
    start: Any, machine: Any, job: str, fake: Any, glue: Any
) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync."""
    states = machine.client("stepfunctions")
    execution = start("glue:startJobRun.sync", {"JobName": job})
    fake.next_run(job)
    states.stop_execution(executionArn=execution)
    until(lambda: [run["JobRunState"] for run in glue.get_job_runs(JobName=job)["JobRuns"]], ["STOPPED"].__eq__)
    assert states.describe_execution(executionArn=execution)["status"] == "ABORTED"


@pytest.fixture
def results(machine: Any) -> dict[str, Any]:
    bucket = f"results-{secrets.token_hex(5)}"
    machine.client("s3").create_bucket(Bucket=bucket)
    return {"OutputLocation": f"s3://{bucket}/"}


def test_a_state_waits_for_its_query(run: Any, results: dict[str, Any]) -> None:
    query = {"QueryString": "SELECT 1 AS one", "ResultConfiguration": results}
    ended = run("athena:startQueryExecution.sync", query)
    assert ended["status"] == "SUCCEEDED", ended
    execution = json.loads(ended["output"])["QueryExecution"]
    assert execution["Status"]["State"] == "SUCCEEDED"
    told = run("athena:getQueryResults", {"QueryExecutionId": execution["QueryExecutionId"]})
    rows = json.loads(told["output"])["ResultSet"]["Rows"]
    assert [row["Data"][0]["VarCharValue"] for row in rows] == ["one", "1"]


NUMBERS = "UNNEST(sequence(1, 10000))"
ENDLESS = f"SELECT count(*) FROM {NUMBERS} a(x), {NUMBERS} b(y), {NUMBERS} c(z) WHERE x * y * z < 0"


def test_a_query_is_stopped_with_the_execution_that_waits_for_it(
    start: Any, machine: Any, results: dict[str, Any]
) -> None:
    states, athena = machine.client("stepfunctions"), machine.client("athena")
    before = athena.list_query_executions()["QueryExecutionIds"][:1]
    execution = start("athena:startQueryExecution.sync", {"QueryString": ENDLESS, "ResultConfiguration": results})
    query = until(lambda: athena.list_query_executions()["QueryExecutionIds"][:1], lambda now: now != before)[0]
    states.stop_execution(executionArn=execution)
    until(
        lambda: athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]["State"],
        "CANCELLED".__eq__,
    )


def test_a_state_fails_with_its_query(run: Any, results: dict[str, Any]) -> None:
    query = {"QueryString": "SELECT * FROM nowhere.nothing", "ResultConfiguration": results}
    ended = run("athena:startQueryExecution.sync", query)
    assert (ended["status"], ended["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(ended["cause"])["QueryExecution"]["Status"]["State"] == "FAILED"


def test_a_state_fails_with_what_athena_refuses(run: Any) -> None:
    ended = run("athena:getQueryExecution", {"QueryExecutionId": "none"})
    assert (ended["status"], ended["error"]) == ("FAILED", "Athena.InvalidRequestException")
