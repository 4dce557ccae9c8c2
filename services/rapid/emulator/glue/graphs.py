"""Graphs and statistics of workflows: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html."""

import hashlib

from rapid.emulator.glue.chains import Node, runs_of
from rapid.emulator.glue.models import CrawlRun, JobRun, Structure, WorkflowRun
from rapid.emulator.glue.scope import Scope

COUNTED = {
    "SUCCEEDED": "SucceededActions", "FAILED": "FailedActions", "STOPPED": "StoppedActions",
    "CANCELLED": "StoppedActions", "TIMEOUT": "TimeoutActions", "ERROR": "ErroredActions", "WAITING": "WaitingActions",
}  # fmt: skip


def statistics(scope: Scope, run: WorkflowRun) -> Structure:
    """How many actions of a workflow run are in which state; an attempt that was retried does not count."""
    runs = list(runs_of(scope, run))
    retried = {r.response.get("PreviousRunId") for r in runs if isinstance(r, JobRun)}
    counts = dict.fromkeys(("TotalActions", "RunningActions", *COUNTED.values()), 0)
    for action in runs:
        if action.id not in retried:
            counts["TotalActions"] += 1
            counts[COUNTED.get(action.state, "RunningActions")] += 1
    return counts


def graph(scope: Scope, workflow: str, run: WorkflowRun | None = None) -> Structure:
    """The triggers, jobs and crawlers of a workflow and what leads to what, with the runs of `run`."""
    group, carried = (run.id, run.carried) if run else (None, frozenset[str]())
    found: dict[str, Structure] = {}
    edges: list[Structure] = []

    def node(item: Structure) -> str:
        of = Node.of(item)
        unique = unique_id(workflow, of.kind, of.name)
        if unique not in found:
            runs = of.runs(scope, group, carried)
            details = (
                {"JobDetails": {"JobRuns": [r.response for r in runs if isinstance(r, JobRun)]}}
                if of.kind == "JOB"
                else {"CrawlerDetails": {"Crawls": [_crawl(r) for r in runs if isinstance(r, CrawlRun)]}}
            )
            found[unique] = {"Type": of.kind, "Name": of.name, "UniqueId": unique, **details}
        return unique

    for name, trigger in scope.store.triggers.items():
        if trigger.description.get("WorkflowName") != workflow:
            continue
        unique = unique_id(workflow, "TRIGGER", name)
        details = {"Trigger": trigger.description}
        found[unique] = {"Type": "TRIGGER", "Name": name, "UniqueId": unique, "TriggerDetails": details}
        for condition in (trigger.description.get("Predicate") or {}).get("Conditions", ()):
            edges += [{"SourceId": node(condition), "DestinationId": unique}]
        edges += [{"SourceId": unique, "DestinationId": node(action)} for action in trigger.description["Actions"]]
    return {"Nodes": list(found.values()), "Edges": edges}


def _crawl(run: CrawlRun) -> Structure:
    told = {k: run.history[k] for k in ("ErrorMessage", "LogGroup", "LogStream") if k in run.history}
    ended = {"CompletedOn": run.history["EndTime"]} if "EndTime" in run.history else {}
    return {"State": run.state, "StartedOn": run.history["StartTime"], **ended, **told}


def unique_id(workflow: str, kind: str, name: str) -> str:
    """The UniqueId of a node."""
    return "wnode_" + hashlib.sha256(f"{workflow}\0{kind}\0{name}".encode()).hexdigest()


def descendants(drawn: Structure, starts: set[str]) -> set[str]:
    """The nodes that some nodes lead to, themselves included."""
    found = set(starts)
    while new := {e["DestinationId"] for e in drawn["Edges"] if e["SourceId"] in found} - found:
        found |= new
    return found
