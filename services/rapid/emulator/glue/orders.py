"""What a job run is started with, and the run that follows from it and its job."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from rapid.emulator.glue.errors import InvalidInputException
from rapid.emulator.glue.jobs import capacity, check_timeout
from rapid.emulator.glue.models import JobRun, Structure, now

LOG_GROUP = "/aws-glue/jobs"
SHELL_LOG_GROUP = "/aws-glue/python-jobs"
SIZES = ("WorkerType", "NumberOfWorkers", "MaxCapacity", "AllocatedCapacity")
INHERITED = ("SecurityConfiguration", "NotificationProperty", "ExecutionClass", "JobRunQueuingEnabled", "JobMode")
"""Members of a run that come from its job unless the run has its own."""


@dataclass(frozen=True)
class Order:
    """What a run is started with, besides its job.

    Attributes:
        given: the members of StartJobRun, or of a trigger's Action.
        group: workflow run or chain of triggers that it belongs to.
        predecessors: PredecessorRuns.
    """

    given: Structure = field(default_factory=dict)
    trigger: str | None = None
    group: str | None = None
    workflow: str | None = None
    predecessors: tuple[Structure, ...] = ()
    previous: JobRun | None = None


def new_run(job: Structure, order: Order) -> JobRun:
    """A run in state STARTING, and what the runner needs to run it.

    Argument precedence: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html.

    Raises:
        InvalidInputException: a timeout, size or command that cannot be.
    """
    previous, command = order.previous, job["Command"]
    if command["Name"] == "glueray":
        raise InvalidInputException("Ray jobs (glueray) are not supported; glueetl, gluestreaming, pythonshell are.")
    check_timeout(order.given.get("Timeout"))
    given = {**(previous.response if previous else {}), **order.given}
    started, arguments = now(), dict(given.get("Arguments") or {})
    response = {
        **_identity(previous),
        "JobName": job["Name"],
        "StartedOn": started,
        "LastModifiedOn": started,
        "JobRunState": "STARTING",
        "Arguments": arguments,
        "PredecessorRuns": list(order.predecessors),
        "ExecutionTime": 0,
        "Timeout": given.get("Timeout") or job["Timeout"],
        "LogGroupName": SHELL_LOG_GROUP if command["Name"] == "pythonshell" else LOG_GROUP,
        "GlueVersion": job["GlueVersion"],
        **_size(job, order),
        **{k: v for k in INHERITED if (v := given.get(k, job.get(k))) is not None},
    }
    if order.trigger:
        response["TriggerName"] = order.trigger
    retries = previous.retries - 1 if previous else job["MaxRetries"]
    return JobRun(response, _request(job, response), order.group, order.workflow, retries=retries)


def _identity(previous: JobRun | None) -> dict[str, Any]:
    if previous is None:
        return {"Id": "jr_" + secrets.token_hex(32), "Attempt": 0}
    attempt = previous.response["Attempt"] + 1
    first = previous.id.split("_attempt_")[0]
    return {"Id": f"{first}_attempt_{attempt}", "Attempt": attempt, "PreviousRunId": previous.id}


def _size(job: Structure, order: Order) -> Structure:
    """Workers and capacity: the run's own, else those of the attempt before, else the job's."""
    own = {k: order.given[k] for k in SIZES if order.given.get(k) is not None}
    if not own:
        source = order.previous.response if order.previous else job
        return {k: source[k] for k in SIZES if k in source}
    if "MaxCapacity" not in own:
        own = {k: job[k] for k in ("WorkerType", "NumberOfWorkers") if k in job} | own
    return own | capacity(own, job["Command"]["Name"])


def _request(job: Structure, response: Structure) -> Structure:
    defaults, fixed = job.get("DefaultArguments") or {}, job.get("NonOverridableArguments") or {}
    return {
        "run_id": response["Id"],
        "job_name": job["Name"],
        "attempt": response["Attempt"],
        "command": job["Command"]["Name"],
        "script_location": job["Command"].get("ScriptLocation"),
        "arguments": {**defaults, **response["Arguments"], **fixed},
        "timeout_seconds": response["Timeout"] * 60,
        "glue_version": job["GlueVersion"],
        "python_version": job["Command"].get("PythonVersion"),
        "workers": response.get("NumberOfWorkers"),
        "log_group": response["LogGroupName"],
    }
