"""Triggers: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-trigger.html."""

from localstack.aws.api import RequestContext, handler

from rapid.emulator import schedule
from rapid.emulator.glue.common import arn, check_name, defined, page, store_of
from rapid.emulator.glue.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    IdempotentParameterMismatchException,
    InvalidInputException,
)
from rapid.emulator.glue.models import GlueStore, Structure, Trigger, now
from rapid.emulator.glue.orchestration import Orchestration
from rapid.emulator.glue.scope import Scope

TYPES = ("ON_DEMAND", "SCHEDULED", "CONDITIONAL", "EVENT")
WATCHED = ("SUCCEEDED", "STOPPED", "FAILED", "TIMEOUT")
"""States that a condition may wait for."""
WATCHED_CRAWLS = ("SUCCEEDED", "CANCELLED", "FAILED")


def _find(store: GlueStore, name: str) -> Trigger:
    if name not in store.triggers:
        raise EntityNotFoundException(f"Trigger {name} not found.")
    return store.triggers[name]


def _check_actions(store: GlueStore, actions: list[Structure]) -> None:
    for action in actions:
        job, crawler = action.get("JobName"), action.get("CrawlerName")
        if bool(job) == bool(crawler):
            raise InvalidInputException("An action needs either a JobName or a CrawlerName.")
        if job and job not in store.jobs:
            raise EntityNotFoundException(f"Job {job} not found.")
        if crawler and crawler not in store.crawlers:
            raise EntityNotFoundException(f"Crawler {crawler} not found.")


def _check_predicate(predicate: Structure | None) -> None:
    conditions = (predicate or {}).get("Conditions") or []
    if not conditions:
        raise InvalidInputException("A CONDITIONAL trigger needs a Predicate with at least one condition.")
    if predicate and len(conditions) > 1 and predicate.get("Logical") not in ("AND", "ANY"):
        raise InvalidInputException("Logical must be AND or ANY when there is more than one condition.")
    for condition in conditions:
        crawler = condition.get("CrawlerName")
        if crawler and condition.get("CrawlState") not in WATCHED_CRAWLS:
            raise InvalidInputException(f"A condition on a crawler needs a CrawlState of {', '.join(WATCHED_CRAWLS)}.")
        if not crawler and (not condition.get("JobName") or condition.get("State") not in WATCHED):
            raise InvalidInputException(f"A condition needs a JobName and a State of {', '.join(WATCHED)}.")


def _check(store: GlueStore, described: Structure) -> None:
    """Refuses a trigger that could not work.

    Raises:
        InvalidInputException: something AWS would refuse.
        EntityNotFoundException: it names a job or a crawler that does not exist.
    """
    kind = described["Type"]
    _check_actions(store, described["Actions"])
    if kind == "SCHEDULED":
        if not described.get("Schedule"):
            raise InvalidInputException("A SCHEDULED trigger needs a Schedule.")
        if not described["Schedule"].startswith("cron("):
            raise InvalidInputException("Schedule is not valid: Glue takes cron(...) only.")
        try:
            schedule.parse(described["Schedule"])
        except schedule.ScheduleError as error:
            raise InvalidInputException(f"Schedule is not valid: {error}.") from error
    elif kind == "CONDITIONAL":
        _check_predicate(described.get("Predicate"))
    elif kind == "EVENT":
        condition = described.get("EventBatchingCondition") or {"BatchSize": 1}
        if not described.get("WorkflowName"):
            raise InvalidInputException("An EVENT trigger needs a WorkflowName.")
        if not 1 <= condition["BatchSize"] <= 100 or not 1 <= (condition.get("BatchWindow") or 900) <= 900:
            raise InvalidInputException("BatchSize should be between 1 and 100, BatchWindow between 1 and 900.")


class Triggers:
    """Operations on triggers."""

    orchestration: Orchestration

    @handler("CreateTrigger", expand=False)
    def create_trigger(self, context: RequestContext, request: Structure) -> Structure:
        store, name, kind = store_of(context), check_name(request["Name"]), request["Type"]
        if kind not in TYPES:
            raise InvalidInputException(f"Trigger type {kind} is not one of {', '.join(TYPES)}.")
        given = {k: v for k, v in defined(request).items() if k not in ("Tags", "StartOnCreation")}
        if name in store.triggers:
            before = store.triggers[name].description
            if {**before, **given} != before:
                raise IdempotentParameterMismatchException(
                    f"Trigger with name '{name}' already submitted with different configuration"
                )
            raise AlreadyExistsException(f"Trigger with name '{name}' already exists.")
        self._check_workflow(store, given)
        _check(store, given)
        if request.get("StartOnCreation") and kind == "ON_DEMAND":
            raise InvalidInputException("StartOnCreation is not supported for ON_DEMAND triggers.")
        state = "ACTIVATED" if request.get("StartOnCreation") else "CREATED"
        store.triggers[name] = Trigger({**given, "State": state})
        if tags := request.get("Tags"):
            store.tags[arn(context, f"trigger/{name}")] = dict(tags)
        self.orchestration.timing.schedule(Scope.of(context), name, store.triggers[name])
        return {"Name": name}

    def _check_workflow(self, store: GlueStore, given: Structure) -> None:
        workflow = given.get("WorkflowName")
        if workflow is None:
            return
        if workflow not in store.workflows:
            raise EntityNotFoundException(f"Workflow {workflow} not found.")
        others = (t.description for t in store.triggers.values() if t.description.get("WorkflowName") == workflow)
        if given["Type"] != "CONDITIONAL" and any(other["Type"] != "CONDITIONAL" for other in others):
            raise InvalidInputException(f"Workflow {workflow} already has a start trigger.")

    @handler("GetTrigger", expand=False)
    def get_trigger(self, context: RequestContext, request: Structure) -> Structure:
        return {"Trigger": _find(store_of(context), request["Name"]).description}

    def _page(self, context: RequestContext, request: Structure) -> tuple[list[Trigger], Structure]:
        store, job = store_of(context), request.get("DependentJobName")
        wanted = (request.get("Tags") or {}).items()

        def chosen(name: str, trigger: Trigger) -> bool:
            starts = job is None or any(action.get("JobName") == job for action in trigger.description["Actions"])
            return starts and wanted <= store.tags.get(arn(context, f"trigger/{name}"), {}).items()

        return page(store.triggers, request, 200, chosen)

    @handler("GetTriggers", expand=False)
    def get_triggers(self, context: RequestContext, request: Structure) -> Structure:
        found, more = self._page(context, request)
        return {"Triggers": [trigger.description for trigger in found], **more}

    @handler("ListTriggers", expand=False)
    def list_triggers(self, context: RequestContext, request: Structure) -> Structure:
        found, more = self._page(context, request)
        return {"TriggerNames": [trigger.description["Name"] for trigger in found], **more}

    @handler("BatchGetTriggers", expand=False)
    def batch_get_triggers(self, context: RequestContext, request: Structure) -> Structure:
        triggers, names = store_of(context).triggers, request["TriggerNames"]
        return {
            "Triggers": [triggers[name].description for name in names if name in triggers],
            "TriggersNotFound": [name for name in names if name not in triggers],
        }

    @handler("UpdateTrigger", expand=False)
    def update_trigger(self, context: RequestContext, request: Structure) -> Structure:
        """Overwrites what a trigger does; its type, workflow and state stay."""
        store, name = store_of(context), request["Name"]
        trigger = _find(store, name)
        before = trigger.description
        kept = {key: before[key] for key in ("Name", "Type", "State", "WorkflowName") if key in before}
        described = {**before, **defined(request["TriggerUpdate"]), **kept}
        _check(store, described)
        if described.get("Schedule") != before.get("Schedule"):
            trigger.since = now()
        trigger.description = described
        self.orchestration.timing.schedule(Scope.of(context), name, trigger)
        return {"Trigger": described}

    @handler("StartTrigger", expand=False)
    def start_trigger(self, context: RequestContext, request: Structure) -> Structure:
        """Fires an ON_DEMAND trigger; activates any other."""
        name = request["Name"]
        trigger = _find(store_of(context), name)
        if trigger.description["Type"] == "ON_DEMAND":
            self.orchestration.fire(Scope.of(context), name, trigger)
        elif trigger.description["State"] != "ACTIVATED":
            trigger.description = {**trigger.description, "State": "ACTIVATED"}
            trigger.since = now()
            self.orchestration.timing.schedule(Scope.of(context), name, trigger)
            self._check_events(context, trigger)
        return {"Name": name}

    @handler("StopTrigger", expand=False)
    def stop_trigger(self, context: RequestContext, request: Structure) -> Structure:
        name = request["Name"]
        trigger = _find(store_of(context), name)
        if trigger.description["Type"] == "ON_DEMAND":
            raise InvalidInputException("An ON_DEMAND trigger cannot be stopped: it fires only when started.")
        trigger.description = {**trigger.description, "State": "DEACTIVATED"}
        self.orchestration.timing.schedule(Scope.of(context), name, trigger)
        return {"Name": name}

    def _check_events(self, context: RequestContext, trigger: Trigger) -> None:
        if workflow := trigger.description.get("WorkflowName"):
            self.orchestration.check_events(Scope.of(context), workflow)

    @handler("DeleteTrigger", expand=False)
    def delete_trigger(self, context: RequestContext, request: Structure) -> Structure:
        """Deletes a trigger; one that does not exist is no error."""
        name = request["Name"]
        store_of(context).triggers.pop(name, None)
        store_of(context).tags.pop(arn(context, f"trigger/{name}"), None)
        self.orchestration.timing.forget(Scope.of(context), name)
        return {"Name": name}
