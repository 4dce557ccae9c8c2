"""Graphs and statistics of workflows: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html."""

import hashlib
from collections.abc import Iterator

from rapid.emulator.glue.models import JobRun, Structure, WorkflowRun
from rapid.emulator.glue.scope import Scope

COUNTED = {
    "SUCCEEDED": "SucceededActions", "FAILED": "FailedActions", "STOPPED": "StoppedActions",
    "TIMEOUT": "TimeoutActions", "ERROR": "ErroredActions", "WAITING": "WaitingActions",
}  # fmt: skip


def runs_of(scope: Scope, workflow: str, run: WorkflowRun) -> Iterator[JobRun]:
    """All job runs of a workflow run, attempts that were retried included."""
    group = run.response["WorkflowRunId"]
    for runs in scope.store.runs.values():
        yield from (r for r in runs.values() if r.group == group and r.workflow == workflow)


def statistics(scope: Scope, workflow: str, run: WorkflowRun) -> Structure:
    """How many actions of a workflow run are in which state; an attempt that was retried does not count."""
    runs = list(runs_of(scope, workflow, run))
    retried = {r.response.get("PreviousRunId") for r in runs}
    counts = dict.fromkeys(("TotalActions", "RunningActions", *COUNTED.values()), 0)
    for job_run in runs:
        if job_run.id not in retried:
            counts["TotalActions"] += 1
            counts[COUNTED.get(job_run.state, "RunningActions")] += 1
    return counts


def graph(scope: Scope, workflow: str, run: WorkflowRun | None = None) -> Structure:
    """The triggers and jobs of a workflow and what leads to what, with the job runs of `run`."""
    group = run.response["WorkflowRunId"] if run else None
    nodes: dict[str, Structure] = {}
    edges: list[Structure] = []

    def job(name: str) -> str:
        unique = _unique(workflow, "JOB", name)
        if unique not in nodes:
            own = [r.response for r in scope.store.runs.get(name, {}).values() if group and r.group == group]
            nodes[unique] = {"Type": "JOB", "Name": name, "UniqueId": unique, "JobDetails": {"JobRuns": own}}
        return unique

    for name, trigger in scope.store.triggers.items():
        if trigger.description.get("WorkflowName") != workflow:
            continue
        unique = _unique(workflow, "TRIGGER", name)
        details = {"Trigger": trigger.description}
        nodes[unique] = {"Type": "TRIGGER", "Name": name, "UniqueId": unique, "TriggerDetails": details}
        for condition in (trigger.description.get("Predicate") or {}).get("Conditions", ()):
            edges += [{"SourceId": job(condition["JobName"]), "DestinationId": unique}]
        edges += [{"SourceId": unique, "DestinationId": job(a["JobName"])} for a in trigger.description["Actions"]]
    return {"Nodes": list(nodes.values()), "Edges": edges}


def _unique(workflow: str, kind: str, name: str) -> str:
    return "wnode_" + hashlib.sha256(f"{workflow}\0{kind}\0{name}".encode()).hexdigest()
