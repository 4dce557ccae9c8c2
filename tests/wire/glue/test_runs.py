"""Job runs against a runner that does what the test says.

Expectations: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html and
https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html.
"""

from typing import Any

import pytest

from tests.waiting import until

COMMAND = {"Name": "glueetl", "ScriptLocation": "s3://scripts/job.py", "PythonVersion": "3"}


@pytest.fixture
def job(glue: Any, request: pytest.FixtureRequest) -> str:
    name = f"job-{request.node.name}"[:200]
    glue.create_job(
        Name=name,
        Role="role",
        Command=COMMAND,
        GlueVersion="5.1",
        WorkerType="G.1X",
        NumberOfWorkers=2,
        DefaultArguments={"--a": "default", "--b": "default", "--c": "default"},
        NonOverridableArguments={"--c": "fixed"},
    )
    return name


@pytest.fixture
def state(glue: Any) -> Any:
    def wait(job: str, run: str, wanted: str) -> dict[str, Any]:
        return until(lambda: glue.get_job_run(JobName=job, RunId=run)["JobRun"], lambda r: r["JobRunState"] == wanted)

    return wait


def test_arguments_go_by_precedence(glue: Any, fake: Any, job: str, state: Any) -> None:
    given = {"--b": "run", "--c": "run", "--then": "SUCCEEDED"}
    run_id = glue.start_job_run(JobName=job, Arguments=given)["JobRunId"]
    wanted = {"--a": "default", "--b": "run", "--c": "fixed", "--then": "SUCCEEDED"}
    request = fake.next_run(job).request
    assert request["arguments"] == wanted
    assert request["run_id"] == run_id
    assert request["timeout_seconds"] == 2880 * 60
    assert (request["command"], request["script_location"]) == ("glueetl", "s3://scripts/job.py")
    run = state(job, run_id, "SUCCEEDED")
    assert run_id.startswith("jr_")
    assert len(run_id) == 67
    assert run["Arguments"] == given
    assert (run["MaxCapacity"], run["AllocatedCapacity"], run["WorkerType"]) == (2.0, 2, "G.1X")
    assert (run["GlueVersion"], run["Attempt"], run["Timeout"]) == ("5.1", 0, 2880)
    assert run["LogGroupName"] == "/aws-glue/jobs"
    assert run["ExecutionTime"] == 2
    assert run["CompletedOn"] >= run["StartedOn"]
    assert "ErrorMessage" not in run


def test_failure_brings_the_message(glue: Any, fake: Any, job: str, state: Any) -> None:
    run_id = glue.start_job_run(JobName=job)["JobRunId"]
    fake.next_run(job).say("FAILED", "ValueError: boom", 1.0)
    assert state(job, run_id, "FAILED")["ErrorMessage"] == "ValueError: boom"


def test_concurrent_runs_exceeded(glue: Any, fake: Any, job: str, state: Any) -> None:
    run_id = glue.start_job_run(JobName=job)["JobRunId"]
    run = fake.next_run(job)
    with pytest.raises(glue.exceptions.ConcurrentRunsExceededException, match=f"Concurrent runs exceeded for {job}"):
        glue.start_job_run(JobName=job)
    run.say("SUCCEEDED", None, 1)
    state(job, run_id, "SUCCEEDED")
    glue.start_job_run(JobName=job)
    fake.next_run(job).say("SUCCEEDED", None, 1)


def test_queued_run_waits_for_its_turn(glue: Any, fake: Any, job: str, state: Any) -> None:
    first = glue.start_job_run(JobName=job)["JobRunId"]
    running = fake.next_run(job)
    second = glue.start_job_run(JobName=job, JobRunQueuingEnabled=True)["JobRunId"]
    waiting = state(job, second, "WAITING")
    assert waiting["StateDetail"]
    running.say("SUCCEEDED", None, 1)
    state(job, first, "SUCCEEDED")
    fake.next_run(job).say("SUCCEEDED", None, 1)
    assert "StateDetail" not in state(job, second, "SUCCEEDED")


def test_queued_run_of_a_deleted_job_is_stopped(glue: Any, fake: Any, job: str, state: Any) -> None:
    first = glue.start_job_run(JobName=job)["JobRunId"]
    running = fake.next_run(job)
    waiting = glue.start_job_run(JobName=job, JobRunQueuingEnabled=True)["JobRunId"]
    glue.delete_job(JobName=job)
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_job_run(JobName=job, RunId=waiting)
    running.say("SUCCEEDED", None, 1)
    state(job, first, "SUCCEEDED")


def test_retries_are_attempts_of_the_same_run(glue: Any, fake: Any, job: str, state: Any) -> None:
    definition = {"Role": "role", "Command": COMMAND, "GlueVersion": "5.1", "MaxRetries": 1}
    glue.update_job(JobName=job, JobUpdate=definition)
    run_id = glue.start_job_run(JobName=job, Arguments={"--x": "1"})["JobRunId"]
    fake.next_run(job).say("FAILED", "first", 1)
    again = fake.next_run(job)
    assert again.request["run_id"] == f"{run_id}_attempt_1"
    assert again.request["arguments"] == {"--x": "1"}
    again.say("FAILED", "second", 1)
    run = state(job, f"{run_id}_attempt_1", "FAILED")
    assert (run["Attempt"], run["PreviousRunId"], run["ErrorMessage"]) == (1, run_id, "second")
    runs = glue.get_job_runs(JobName=job)["JobRuns"]
    assert [r["Id"] for r in runs] == [f"{run_id}_attempt_1", run_id]


def test_timeout_is_not_retried(glue: Any, fake: Any, job: str, state: Any) -> None:
    definition = {"Role": "role", "Command": COMMAND, "MaxRetries": 1, "Timeout": 5}
    glue.update_job(JobName=job, JobUpdate=definition)
    run_id = glue.start_job_run(JobName=job, Timeout=7)["JobRunId"]
    run = fake.next_run(job)
    assert run.request["timeout_seconds"] == 7 * 60
    run.say("TIMEOUT", None, 420)
    assert state(job, run_id, "TIMEOUT")["ExecutionTime"] == 420
    assert len(glue.get_job_runs(JobName=job)["JobRuns"]) == 1


def test_stop(glue: Any, fake: Any, job: str, state: Any) -> None:
    run_id = glue.start_job_run(JobName=job)["JobRunId"]
    fake.next_run(job)
    state(job, run_id, "RUNNING")
    answer = glue.batch_stop_job_run(JobName=job, JobRunIds=[run_id, "jr_none"])
    assert answer["SuccessfulSubmissions"] == [{"JobName": job, "JobRunId": run_id}]
    assert answer["Errors"][0]["ErrorDetail"]["ErrorCode"] == "EntityNotFoundException"
    state(job, run_id, "STOPPED")
    error = glue.batch_stop_job_run(JobName=job, JobRunIds=[run_id])["Errors"][0]
    assert error["ErrorDetail"]["ErrorCode"] == "JobRunInTerminalStateException"


def test_missing_job_and_run(glue: Any, job: str) -> None:
    with pytest.raises(glue.exceptions.EntityNotFoundException, match="missing metadata"):
        glue.start_job_run(JobName="nothing")
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_job_run(JobName=job, RunId="jr_none")
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_job_runs(JobName="nothing")


def test_state_change_event(glue: Any, fake: Any, machine: Any, job: str) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html"""
    import json

    sqs, events = machine.client("sqs"), machine.client("events")
    url = sqs.create_queue(QueueName="glue-events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="glue", EventPattern=json.dumps({"source": ["aws.glue"], "detail": {"jobName": [job]}}))
    events.put_targets(Rule="glue", Targets=[{"Id": "q", "Arn": arn}])
    run_id = glue.start_job_run(JobName=job)["JobRunId"]
    fake.next_run(job).say("FAILED", "boom", 1)
    (message,) = until(lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages"))
    event = json.loads(message["Body"])
    assert (event["source"], event["detail-type"]) == ("aws.glue", "Glue Job State Change")
    assert event["detail"] == {
        "jobName": job,
        "severity": "ERROR",
        "state": "FAILED",
        "jobRunId": run_id,
        "message": f"JobName:{job} and JobRunId:{run_id} failed to execute with exception boom",
    }


def test_kill_of_the_emulator_loses_no_run(glue: Any, fake: Any, machine: Any, job: str, state: Any) -> None:
    """What ran goes on, what ended meanwhile shows its real state, what the runner forgot has failed."""
    names = [f"{job}-{i}" for i in range(3)]
    ids = []
    for name in names:
        glue.create_job(Name=name, Role="role", Command=COMMAND, GlueVersion="5.1")
        ids.append(glue.start_job_run(JobName=name)["JobRunId"])
    runs = {run.request["job_name"]: run for run in (fake.next_run(job) for _ in names)}
    for name, run_id in zip(names, ids, strict=True):
        state(name, run_id, "RUNNING")
    machine.kill()
    runs[names[1]].say("SUCCEEDED", None, 9)
    del fake.runs[ids[2]]
    machine.start()
    assert state(names[1], ids[1], "SUCCEEDED")["ExecutionTime"] == 9
    assert "does not know run" in state(names[2], ids[2], "FAILED")["ErrorMessage"]
    state(names[0], ids[0], "RUNNING")
    runs[names[0]].say("SUCCEEDED", None, 3)
    state(names[0], ids[0], "SUCCEEDED")


def test_dead_runner_fails_the_run(glue: Any, fake: Any, job: str, state: Any) -> None:
    run_id = glue.start_job_run(JobName=job)["JobRunId"]
    fake.next_run(job)
    state(job, run_id, "RUNNING")
    fake.close()
    try:
        assert "Glue runner" in state(job, run_id, "FAILED")["ErrorMessage"]
        second = glue.start_job_run(JobName=job)["JobRunId"]
        assert "cannot be reached" in state(job, second, "FAILED")["ErrorMessage"]
    finally:
        fake.listen()
