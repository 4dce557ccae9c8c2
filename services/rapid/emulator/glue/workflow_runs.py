"""Runs of workflows: started, stopped, resumed, ended when nothing in them runs any more."""

import secrets
from collections.abc import Callable

from rapid.emulator.glue import chains, graphs
from rapid.emulator.glue.actions import Actions
from rapid.emulator.glue.chains import Node
from rapid.emulator.glue.errors import (
    ConcurrentRunsExceededException,
    EntityNotFoundException,
    IllegalWorkflowStateException,
    InvalidInputException,
)
from rapid.emulator.glue.models import CrawlRun, JobRun, Structure, Workflow, WorkflowRun, now
from rapid.emulator.glue.scope import Scope
from rapid.emulator.state import mark_dirty

RUNNING = ("RUNNING", "STOPPING")


def find_workflow(scope: Scope, name: str) -> Workflow:
    """The workflow of that name.

    Raises:
        EntityNotFoundException: there is none.
    """
    if name not in scope.store.workflows:
        raise EntityNotFoundException(f"Workflow {name} not found.")
    return scope.store.workflows[name]


def full(workflow: Workflow) -> bool:
    """Whether MaxConcurrentRuns of it are active."""
    limit = workflow.description.get("MaxConcurrentRuns")
    return limit is not None and sum(run.status in RUNNING for run in workflow.runs.values()) >= limit


class WorkflowRuns:
    """Starts and ends runs of workflows, under the engine's lock.

    Attributes:
        ended: called when a run has ended, with its workflow: another may begin.
    """

    def __init__(self, actions: Actions, ended: Callable[[Scope, str], None]) -> None:
        self._actions = actions
        self.engine = actions.engine
        self.crawls = actions.crawls
        self.ended = ended

    def start(self, scope: Scope, name: str, properties: dict[str, str], batch: Structure | None = None) -> WorkflowRun:
        """Starts a run of a workflow.

        Raises:
            EntityNotFoundException: no such workflow.
            InvalidInputException: the workflow has no start trigger.
            ConcurrentRunsExceededException: MaxConcurrentRuns of the workflow.
        """
        with self.engine.lock:
            workflow = find_workflow(scope, name)
            start = chains.start_trigger(scope, name)
            if start is None:
                raise InvalidInputException(f"Workflow {name} has no start trigger.")
            if full(workflow):
                raise ConcurrentRunsExceededException(f"Concurrent runs exceeded for workflow: {name}.")
            run = self._new(scope, name, properties, start)
            if batch:
                run.update(StartingEventBatchCondition=batch)
            trigger = scope.store.triggers[start]
            self._actions.act(scope, start, trigger, run.id, name, ())
            self.end_if_done(scope, run)
        mark_dirty("glue")
        return run

    def stop(self, scope: Scope, run: WorkflowRun) -> None:
        """Stops all runs of a workflow run; STOPPED follows when the last is gone.

        Raises:
            IllegalWorkflowStateException: it has ended, or is stopping already.
        """
        with self.engine.lock:
            if run.status != "RUNNING":
                raise IllegalWorkflowStateException(
                    f"Workflow run {run.id} is in state {run.status} and cannot be stopped."
                )
            run.update(Status="STOPPING")
            for action in list(chains.runs_of(scope, run)):
                if isinstance(action, JobRun) and not action.ended:
                    self.engine.stop(scope, action)
                elif isinstance(action, CrawlRun) and action.state == "RUNNING":
                    self.crawls.stop(scope, action.history["LogStream"])
            self.end_if_done(scope, run)

    def resume(self, scope: Scope, name: str, before: WorkflowRun, node_ids: list[str]) -> WorkflowRun:
        """Runs some nodes of a workflow run again, in a new one, and what follows from them; the rest stays as it was.

        Raises:
            ConcurrentRunsExceededException: MaxConcurrentRuns of the workflow.
        """
        with self.engine.lock:
            if full(find_workflow(scope, name)):
                raise ConcurrentRunsExceededException(f"Concurrent runs exceeded for workflow: {name}.")
            drawn = graphs.graph(scope, name, before)
            again = graphs.descendants(drawn, set(node_ids))
            repeated = {Node(n["Type"], n["Name"]) for n in drawn["Nodes"] if n["UniqueId"] in again}
            kept = [n for n in chains.nodes(scope, name) if n not in repeated]
            properties = dict(before.response["WorkflowRunProperties"])
            run = self._new(scope, name, properties, before.start_trigger)
            run.update(PreviousRunId=before.id)
            run.carried = frozenset(r.id for node in kept for r in node.runs(scope, before.id, before.carried))
            for node in drawn["Nodes"]:
                if node["UniqueId"] in node_ids:
                    self._actions.again(scope, Node(node["Type"], node["Name"]), before, run)
            self.end_if_done(scope, run)
        mark_dirty("glue")
        return run

    def _new(self, scope: Scope, name: str, properties: dict[str, str], start: str) -> WorkflowRun:
        workflow = scope.store.workflows[name]
        run_id = "wr_" + secrets.token_hex(32)
        response = {
            "Name": name,
            "WorkflowRunId": run_id,
            "WorkflowRunProperties": {**workflow.description.get("DefaultRunProperties", {}), **properties},
            "StartedOn": now(),
            "Status": "RUNNING",
        }
        if workflow.runs:
            response["PreviousRunId"] = next(reversed(workflow.runs))
        run = workflow.runs[run_id] = WorkflowRun(response, start)
        return run

    def record_refusal(self, scope: Scope, name: str, message: str) -> None:
        """A scheduled start that was refused is kept as a run in state ERROR, as on AWS."""
        run = self._new(scope, name, {}, chains.start_trigger(scope, name) or "")
        run.update(Status="ERROR", ErrorMessage=message, CompletedOn=now())

    def end_if_done(self, scope: Scope, run: WorkflowRun) -> None:
        name, status = run.response["Name"], run.status
        if status not in RUNNING or any(not r.ended for r in chains.runs_of(scope, run)):
            return
        run.update(Status="COMPLETED" if status == "RUNNING" else "STOPPED", CompletedOn=now())
        mark_dirty("glue")
        self.ended(scope, name)
