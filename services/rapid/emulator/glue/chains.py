"""Nodes of a chain: the jobs and crawlers that triggers start, and their runs within one group.

A *group* is a workflow run, or a chain of triggers outside workflows. A workflow run that was resumed also has the runs
of the one before it that were not to be repeated.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from rapid.emulator.glue.models import CrawlRun, JobRun, Structure, WorkflowRun
from rapid.emulator.glue.scope import Scope

Run = JobRun | CrawlRun


@dataclass(frozen=True)
class Node:
    """A job or a crawler. `kind` is JOB or CRAWLER."""

    kind: str
    name: str

    @classmethod
    def of(cls, action: Structure) -> "Node":
        """The node that an Action starts or a Condition watches."""
        if action.get("CrawlerName"):
            return cls("CRAWLER", str(action["CrawlerName"]))
        return cls("JOB", str(action["JobName"]))

    def all_runs(self, scope: Scope) -> list[Run]:
        if self.kind == "JOB":
            return list(scope.store.runs.get(self.name, {}).values())
        crawler = scope.store.crawlers.get(self.name)
        return list(crawler.runs.values()) if crawler else []

    def runs(self, scope: Scope, group: str | None, carried: frozenset[str] = frozenset()) -> list[Run]:
        """The runs of a group, the oldest first."""
        return [r for r in self.all_runs(scope) if (group and r.group == group) or r.id in carried]


def carried(scope: Scope, workflow: str | None, group: str) -> frozenset[str]:
    """Ids of the runs that a resumed workflow run has from the one before."""
    found = scope.store.workflows.get(workflow) if workflow else None
    run = found.runs.get(group) if found else None
    return run.carried if run else frozenset()


def nodes(scope: Scope, workflow: str) -> dict[Node, None]:
    """The nodes of a workflow, in the order of its triggers."""
    found: dict[Node, None] = {}
    for trigger in scope.store.triggers.values():
        if trigger.description.get("WorkflowName") == workflow:
            watched = (trigger.description.get("Predicate") or {}).get("Conditions", ())
            found |= dict.fromkeys(Node.of(item) for item in [*watched, *trigger.description["Actions"]])
    return found


def runs_of(scope: Scope, run: WorkflowRun) -> Iterator[Run]:
    """All runs of a workflow run, attempts that were retried included."""
    for runs in scope.store.runs.values():
        yield from (r for r in runs.values() if r.group == run.id or r.id in run.carried)
    for crawler in scope.store.crawlers.values():
        yield from (r for r in crawler.runs.values() if r.group == run.id or r.id in run.carried)


def start_trigger(scope: Scope, workflow: str) -> str | None:
    """The trigger that begins a workflow: the one that is not CONDITIONAL."""
    return next(
        (
            name
            for name, trigger in scope.store.triggers.items()
            if trigger.description.get("WorkflowName") == workflow and trigger.description["Type"] != "CONDITIONAL"
        ),
        None,
    )


def met(scope: Scope, predicate: Structure, group: str, carried: frozenset[str]) -> tuple[Structure, ...] | None:
    """The predecessor runs that make a predicate true in a group; None if it is not true."""
    fulfilled, predecessors = 0, []
    for condition in predicate["Conditions"]:
        runs = Node.of(condition).runs(scope, group, carried)
        if not runs or runs[-1].state != (condition.get("CrawlState") or condition.get("State")):
            continue
        fulfilled += 1
        if isinstance(runs[-1], JobRun):
            predecessors.append({"JobName": condition["JobName"], "RunId": runs[-1].id})
    wanted = 1 if predicate.get("Logical") == "ANY" else len(predicate["Conditions"])
    return tuple(predecessors) if fulfilled >= wanted else None


def fired(run: Run, trigger: str) -> bool:
    """Whether a run was started by a trigger."""
    return (run.trigger if isinstance(run, CrawlRun) else run.response.get("TriggerName")) == trigger
