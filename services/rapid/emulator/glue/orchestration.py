"""What starts what: triggers fire actions, finished runs fire conditional triggers, workflow runs end.

A *group* is a workflow run, or a chain of triggers outside workflows. Conditional triggers look only at runs of one
group: "all jobs in a dependency chain must be descendants of a single schedule or on-demand trigger",
https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html (read 2026-11). Whether a trigger has fired in a group
is read from the runs themselves, so that after a restart nothing is forgotten and nothing fires twice.
"""

import logging
import secrets
from datetime import datetime
from itertools import islice

from rapid.core.config import Config
from rapid.emulator.glue import chains
from rapid.emulator.glue.actions import Actions
from rapid.emulator.glue.crawls import Crawls
from rapid.emulator.glue.engine import Engine
from rapid.emulator.glue.errors import ConcurrentRunsExceededException, GlueError, InvalidInputException
from rapid.emulator.glue.models import CrawlRun, JobRun, Trigger, Workflow, now
from rapid.emulator.glue.runner import Runner
from rapid.emulator.glue.scope import Scope
from rapid.emulator.glue.timing import Timing
from rapid.emulator.glue.workflow_runs import RUNNING, WorkflowRuns, find_workflow, full
from rapid.emulator.state import mark_dirty, save

LOG = logging.getLogger(__name__)

MOST_EVENTS = 100
"""The most events that start one workflow run, EventBatchingCondition's largest BatchSize."""
RUNS_REMEMBERED = 100
"""How many of a workflow's latest runs are asked whether an event has started them."""


class Orchestration:
    """Triggers and workflows of all accounts, on top of the engine."""

    def __init__(self, config: Config) -> None:
        self.engine = Engine(Runner(config), self._run_finished)
        self.crawls = Crawls(self.engine.lock, self._run_finished)
        self.follower = self.engine.follower
        self._actions = Actions(self.engine, self.crawls)
        self.workflows = WorkflowRuns(self._actions, self.check_events)
        self.timing = Timing(self.fire_scheduled, self.check_events)

    def resume(self, scope: Scope) -> None:
        """Takes up where the emulator left off: runs in flight, workflows, schedules, event batches."""
        self.engine.resume(scope)
        self.crawls.resume(scope)
        with self.engine.lock:
            for name, workflow in scope.store.workflows.items():
                for run in workflow.runs.values():
                    if run.status in RUNNING:
                        self._advance(scope, run.id, name)
                self.check_events(scope, name)
            for name, trigger in scope.store.triggers.items():
                self.timing.schedule(scope, name, trigger)

    # Triggers

    def fire(self, scope: Scope, name: str, trigger: Trigger) -> None:
        """Fires an ON_DEMAND or SCHEDULED trigger: starts its workflow, or its actions as a new chain.

        Raises:
            ConcurrentRunsExceededException: MaxConcurrentRuns of the workflow.
        """
        with self.engine.lock:
            if workflow := trigger.description.get("WorkflowName"):
                self.workflows.start(scope, workflow, {})
            else:
                self._actions.act(scope, name, trigger, "chain_" + secrets.token_hex(16), None, ())

    def fire_scheduled(self, scope: Scope, name: str, instant: datetime) -> None:
        """Fires a SCHEDULED trigger for one instant. That it fired is on disk first: a kill must not fire it twice."""
        with self.engine.lock:
            trigger = scope.store.triggers.get(name)
            if trigger is None or trigger.description["State"] != "ACTIVATED":
                return
            try:
                if trigger.fired_at is None or trigger.fired_at < instant:
                    trigger.fired_at = instant
                    save("glue")
                    self._fire_or_record(scope, name, trigger)
            finally:
                self.timing.schedule(scope, name, trigger)
        mark_dirty("glue")

    def _fire_or_record(self, scope: Scope, name: str, trigger: Trigger) -> None:
        try:
            self.fire(scope, name, trigger)
        except ConcurrentRunsExceededException as error:
            self.workflows.record_refusal(scope, trigger.description["WorkflowName"], str(error))
        except GlueError as error:
            LOG.warning("Trigger %s did not start its workflow: %s", name, error)

    def _run_finished(self, scope: Scope, run: JobRun | CrawlRun) -> None:
        """The engines' callback, under its lock: a run has ended for good."""
        if run.group:
            self._advance(scope, run.group, run.workflow)

    def _advance(self, scope: Scope, group: str, workflow: str | None) -> None:
        """Fires the conditional triggers of a group whose time has come; ends the workflow run when none is left."""
        workflow_run = scope.store.workflows[workflow].runs.get(group) if workflow in scope.store.workflows else None
        if workflow and workflow_run is None:
            return
        known = workflow_run.carried if workflow_run else frozenset[str]()
        if workflow_run is None or workflow_run.status == "RUNNING":
            for name, trigger in list(scope.store.triggers.items()):
                described = trigger.description
                if described["Type"] != "CONDITIONAL" or described.get("WorkflowName") != workflow:
                    continue
                if described["State"] != "ACTIVATED":
                    continue
                met = chains.met(scope, described["Predicate"], group, known)
                if met is not None:
                    self._actions.act(scope, name, trigger, group, workflow, met)
        if workflow_run is not None:
            self.workflows.end_if_done(scope, workflow_run)

    # Events

    def notify(self, scope: Scope, name: str, event_id: str) -> None:
        """Takes an EventBridge event for a workflow's EVENT trigger (glue:NotifyEvent); it is saved a moment later.

        Raises:
            EntityNotFoundException: no such workflow.
            InvalidInputException: the workflow does not start with an EVENT trigger.
        """
        with self.engine.lock:
            workflow = find_workflow(scope, name)
            start = chains.start_trigger(scope, name)
            if start is None or scope.store.triggers[start].description["Type"] != "EVENT":
                raise InvalidInputException(f"Workflow {name} does not start with an EVENT trigger.")
            waiting = (known for known, _ in workflow.events)
            if event_id not in waiting and not _started(workflow, event_id):  # after a kill it may come once more
                workflow.events.append((event_id, now()))
            self.check_events(scope, name)
        mark_dirty("glue")

    def check_events(self, scope: Scope, name: str) -> None:
        """Starts the workflow if BatchSize events wait or BatchWindow has passed since the first of them.

        While MaxConcurrentRuns of the workflow are active its events wait here and start the next run; AWS would
        record a run in state ERROR and drop them.
        """
        with self.engine.lock:
            workflow, start = scope.store.workflows.get(name), chains.start_trigger(scope, name)
            trigger = scope.store.triggers[start] if start else None
            if workflow is None or trigger is None or not workflow.events or trigger.description["Type"] != "EVENT":
                return
            if trigger.description["State"] not in ("CREATED", "ACTIVATED") or full(workflow):
                return
            condition = trigger.description.get("EventBatchingCondition") or {"BatchSize": 1}
            window = condition.get("BatchWindow") or 900
            passed = (now() - workflow.events[0][1]).total_seconds()
            if len(workflow.events) < condition["BatchSize"] and passed < window:
                self.timing.wait_for_window(scope, name, workflow.events[0][1], window)
                return
            batch, workflow.events = workflow.events[:MOST_EVENTS], workflow.events[MOST_EVENTS:]
            properties = {"aws:eventIds": "[" + ", ".join(event for event, _ in batch) + "]"}
            self.workflows.start(scope, name, properties, {"BatchSize": len(batch), "BatchWindow": int(passed)})
            self.check_events(scope, name)


def _started(workflow: Workflow, event_id: str) -> bool:
    latest = islice(reversed(workflow.runs.values()), RUNS_REMEMBERED)
    return any(event_id in run.response.get("WorkflowRunProperties", {}).get("aws:eventIds", "") for run in latest)
