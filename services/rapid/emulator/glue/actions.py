"""Starts what triggers name: jobs and crawlers, as part of a workflow run or of a chain of triggers.

What could not be started is kept as a run in state ERROR, so that the workflow's statistics tell of it.
"""

import logging
import secrets

from rapid.emulator.glue import chains
from rapid.emulator.glue.chains import Node
from rapid.emulator.glue.crawls import Crawls
from rapid.emulator.glue.engine import Engine
from rapid.emulator.glue.errors import GlueError
from rapid.emulator.glue.models import CrawlRun, Structure, Trigger, WorkflowRun, now
from rapid.emulator.glue.orders import Order, new_run
from rapid.emulator.glue.scope import Scope

LOG = logging.getLogger(__name__)


class Actions:
    """Starts actions, each once per group. Called under the engine's lock."""

    def __init__(self, engine: Engine, crawls: Crawls) -> None:
        self.engine = engine
        self.crawls = crawls

    def act(
        self,
        scope: Scope,
        name: str,
        trigger: Trigger,
        group: str,
        workflow: str | None,
        predecessors: tuple[Structure, ...],
    ) -> None:
        """Starts the actions of a trigger that have not been started in this group yet."""
        known = chains.carried(scope, workflow, group)
        for action in trigger.description["Actions"]:
            node = Node.of(action)
            if any(chains.fired(run, name) for run in node.runs(scope, group, known)):
                continue
            if node.kind == "CRAWLER":
                self._crawl(scope, node.name, name, group, workflow)
                continue
            arguments = dict(action.get("Arguments") or {})
            if workflow:
                arguments |= {"--WORKFLOW_NAME": workflow, "--WORKFLOW_RUN_ID": group}
            order = Order({**action, "Arguments": arguments}, name, group, workflow, predecessors)
            try:
                self.engine.start(scope, node.name, order)
            except GlueError as error:
                self._record_error(scope, node.name, order, error)

    def again(self, scope: Scope, node: Node, before: WorkflowRun, run: WorkflowRun) -> None:
        """Starts one node of a resumed run as it was started before."""
        name = run.response["Name"]
        last = node.runs(scope, before.id, before.carried)[-1]
        if isinstance(last, CrawlRun):
            self._crawl(scope, node.name, last.trigger or before.start_trigger, run.id, name)
            return
        members = ("Timeout", "SecurityConfiguration", "NotificationProperty")
        given = {k: v for k, v in last.response.items() if k in members}
        given["Arguments"] = {**last.response["Arguments"], "--WORKFLOW_RUN_ID": run.id}
        predecessors = tuple(last.response.get("PredecessorRuns") or ())
        order = Order(given, last.response.get("TriggerName"), run.id, name, predecessors)
        try:
            self.engine.start(scope, node.name, order)
        except GlueError as error:
            self._record_error(scope, node.name, order, error)

    def _crawl(self, scope: Scope, name: str, trigger: str, group: str, workflow: str | None) -> None:
        """Starts a crawler; one that could not be started is kept as a crawl in state ERROR."""
        try:
            self.crawls.start(scope, name, group=group, workflow=workflow, trigger=trigger)
        except GlueError as error:
            LOG.warning("Trigger %s could not start crawler %s: %s", trigger, name, error)
            if crawler := scope.store.crawlers.get(name):
                run_id, moment = secrets.token_hex(16), now()
                history = {"CrawlId": run_id, "StartTime": moment, "EndTime": moment, "ErrorMessage": str(error)}
                crawler.runs = {run_id: CrawlRun(history, "ERROR", group, workflow, trigger), **crawler.runs}

    def _record_error(self, scope: Scope, job_name: str, order: Order, error: GlueError) -> None:
        """Keeps an action that could not be started as a run in state ERROR."""
        LOG.warning("Trigger %s could not start %s: %s", order.trigger, job_name, error)
        if job := scope.store.jobs.get(job_name):
            run = new_run(
                job, Order({"Arguments": order.given["Arguments"]}, order.trigger, order.group, order.workflow)
            )
            run.update(JobRunState="ERROR", ErrorMessage=str(error), CompletedOn=now())
            scope.store.runs.setdefault(job_name, {})[run.id] = run
