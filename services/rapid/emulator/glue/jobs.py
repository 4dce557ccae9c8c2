"""Job definitions: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-job.html."""

from typing import TYPE_CHECKING, Any

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import arn, check_name, defined, page, store_of
from rapid.emulator.glue.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    IdempotentParameterMismatchException,
    InvalidInputException,
)
from rapid.emulator.glue.models import GlueStore, Structure, now
from rapid.emulator.glue.scope import Scope

if TYPE_CHECKING:
    from rapid.emulator.glue.orchestration import Orchestration

COMMANDS = ("glueetl", "gluestreaming", "pythonshell", "glueray")
DPU_PER_WORKER = {
    "Standard": 1.0, "G.025X": 0.25, "G.1X": 1.0, "G.2X": 2.0, "G.4X": 4.0, "G.8X": 8.0, "G.12X": 12.0, "G.16X": 16.0,
    "R.1X": 1.0, "R.2X": 2.0, "R.4X": 4.0, "R.8X": 8.0, "Z.2X": 2.0,
}  # fmt: skip
"""https://docs.aws.amazon.com/glue/latest/dg/worker-types.html (read 2026-11)."""
SHELL_CAPACITIES, FEWEST_UNITS = (None, 0.0625, 1, 1.0), 2
LONGEST_TIMEOUT = 10080
DEFAULT_TIMEOUT = 2880
"""Minutes."""


def find_job(store: GlueStore, name: str) -> Structure:
    """The job of that name.

    Raises:
        EntityNotFoundException: there is none.
    """
    if name not in store.jobs:
        raise EntityNotFoundException(f"Job {name} not found.")
    return store.jobs[name]


def capacity(given: Structure, command: str) -> Structure:
    """MaxCapacity and AllocatedCapacity that follow from what a job or a run was given.

    Raises:
        InvalidInputException: MaxCapacity beside workers or not of the command's, or a worker type that does not exist.
    """
    kind, workers, asked = (given.get(name) for name in ("WorkerType", "NumberOfWorkers", "MaxCapacity"))
    if kind and kind not in DPU_PER_WORKER:
        raise InvalidInputException(f"Worker type {kind} is not one of {', '.join(DPU_PER_WORKER)}.")
    if kind and command == "pythonshell":
        raise InvalidInputException(f"Worker Type is not supported for Job Command {command}.")
    if command == "pythonshell" and asked not in SHELL_CAPACITIES:
        raise InvalidInputException("MaxCapacity of a Python shell job must be 0.0625 or 1.")
    if asked is not None and command != "pythonshell" and (asked < FEWEST_UNITS or asked != int(asked)):
        raise InvalidInputException(f"MaxCapacity of a Spark job must be a whole number, at least {FEWEST_UNITS}.")
    if asked is not None and (kind or workers):
        raise InvalidInputException("Please do not set Max Capacity if using Worker Type and Number of Workers.")
    if kind and workers:
        units = DPU_PER_WORKER[kind] * workers
    elif asked is not None:
        units = asked
    elif given.get("AllocatedCapacity"):
        units = float(given["AllocatedCapacity"])
    else:
        units = 0.0625 if command == "pythonshell" else 10.0
    return {"MaxCapacity": float(units), "AllocatedCapacity": int(units)}


def check_timeout(timeout: int | None) -> None:
    """Refuses a timeout that AWS would refuse.

    Raises:
        InvalidInputException: below 1 minute or above 7 days.
    """
    if timeout is not None and not 1 <= timeout <= LONGEST_TIMEOUT:
        raise InvalidInputException(f"Timeout should be between 1 and {LONGEST_TIMEOUT} minutes.")


def _checked(given: Structure) -> Structure:
    """A job as it is stored: what was given, with AWS's defaults.

    Raises:
        InvalidInputException: something AWS would refuse.
    """
    command = dict(given.get("Command") or {})
    if command.get("Name") not in COMMANDS:
        raise InvalidInputException(f"Command name {command.get('Name')!r} is not one of {', '.join(COMMANDS)}.")
    if not command.get("ScriptLocation") and not given.get("CodeGenConfigurationNodes"):
        raise InvalidInputException("Script location cannot be null or empty.")
    if not given.get("Role"):
        raise InvalidInputException("Role cannot be null or empty.")
    check_timeout(given.get("Timeout"))
    retries = given.get("MaxRetries") or 0
    if not 0 <= retries <= 10:
        raise InvalidInputException("MaxRetries should be between 0 and 10.")
    command.setdefault("PythonVersion", "3" if command["Name"] != "glueetl" or given.get("GlueVersion") else "2")
    defaults: dict[str, Any] = {
        "ExecutionProperty": {"MaxConcurrentRuns": 1},
        "Timeout": DEFAULT_TIMEOUT,
        "GlueVersion": "0.9",
        "ExecutionClass": "STANDARD",
        "JobMode": "SCRIPT",
    }
    stored = {**defaults, **defined(given), "Command": command, "MaxRetries": retries}
    return stored | capacity(given, command["Name"])


class Jobs:
    """Operations on job definitions."""

    orchestration: "Orchestration"

    @handler("CreateJob", expand=False)
    def create_job(self, context: RequestContext, request: Structure) -> Structure:
        store, given = store_of(context), {k: v for k, v in request.items() if k != "Tags"}
        name = check_name(request["Name"])
        stored = _checked(given)
        if before := store.jobs.get(name):
            if {**before, **stored} != before:
                raise IdempotentParameterMismatchException(
                    f"Job with name '{name}' already submitted with different configuration"
                )
            raise AlreadyExistsException(f"Job with name '{name}' already exists.")
        created = now()
        store.jobs[name] = {**stored, "CreatedOn": created, "LastModifiedOn": created}
        if tags := request.get("Tags"):
            store.tags[arn(context, f"job/{name}")] = dict(tags)
        return {"Name": name}

    @handler("GetJob", expand=False)
    def get_job(self, context: RequestContext, request: Structure) -> Structure:
        return {"Job": find_job(store_of(context), request["JobName"])}

    @handler("GetJobs", expand=False)
    def get_jobs(self, context: RequestContext, request: Structure) -> Structure:
        found, more = page(store_of(context).jobs, request, 1000)
        return {"Jobs": found, **more}

    @handler("ListJobs", expand=False)
    def list_jobs(self, context: RequestContext, request: Structure) -> Structure:
        store, wanted = store_of(context), (request.get("Tags") or {}).items()

        def tagged(name: str, _job: Structure) -> bool:
            return wanted <= store.tags.get(arn(context, f"job/{name}"), {}).items()

        found, more = page(store.jobs, request, 1000, tagged)
        return {"JobNames": [job["Name"] for job in found], **more}

    @handler("BatchGetJobs", expand=False)
    def batch_get_jobs(self, context: RequestContext, request: Structure) -> Structure:
        jobs, names = store_of(context).jobs, request["JobNames"]
        return {
            "Jobs": [jobs[name] for name in names if name in jobs],
            "JobsNotFound": [name for name in names if name not in jobs],
        }

    @handler("UpdateJob", expand=False)
    def update_job(self, context: RequestContext, request: Structure) -> Structure:
        """Overwrites the whole definition, as on AWS: what JobUpdate does not name goes back to its default."""
        store, name = store_of(context), request["JobName"]
        before = find_job(store, name)
        kept = {"Name": name, "CreatedOn": before["CreatedOn"], "LastModifiedOn": now()}
        store.jobs[name] = _checked(request["JobUpdate"]) | kept
        return {"JobName": name}

    @handler("DeleteJob", expand=False)
    def delete_job(self, context: RequestContext, request: Structure) -> Structure:
        """Deletes a job, its bookmark and its run history; a job that does not exist is no error.

        Runs that wait for their turn have none any more: they are stopped.
        """
        store, name = store_of(context), request["JobName"]
        store.jobs.pop(name, None)
        for run in list(store.runs.get(name, {}).values()):
            if run.state == "WAITING":
                self.orchestration.engine.stop(Scope.of(context), run)
        store.bookmarks.pop(name, None)
        store.runs[name] = {i: r for i, r in store.runs.pop(name, {}).items() if "CompletedOn" not in r.response}
        store.tags.pop(arn(context, f"job/{name}"), None)
        return {"JobName": name}
