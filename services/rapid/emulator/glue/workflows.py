"""Workflows and their runs: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html."""

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue import graphs
from rapid.emulator.glue.common import arn, check_name, defined, page, store_of
from rapid.emulator.glue.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    IllegalWorkflowStateException,
    InvalidInputException,
)
from rapid.emulator.glue.models import GlueStore, Structure, Workflow, WorkflowRun, now
from rapid.emulator.glue.orchestration import Orchestration
from rapid.emulator.glue.scope import Scope


def find_workflow(store: GlueStore, name: str) -> Workflow:
    """The workflow of that name.

    Raises:
        EntityNotFoundException: there is none.
    """
    if name not in store.workflows:
        raise EntityNotFoundException(f"Workflow {name} not found.")
    return store.workflows[name]


def _find_run(store: GlueStore, name: str, run_id: str) -> WorkflowRun:
    run = find_workflow(store, name).runs.get(run_id)
    if run is None:
        raise EntityNotFoundException(f"Workflow run {run_id} of workflow {name} not found.")
    return run


def _check_limit(request: Structure) -> None:
    if (request.get("MaxConcurrentRuns") or 1) < 1:
        raise InvalidInputException("MaxConcurrentRuns should be at least 1.")


def _shown_run(scope: Scope, name: str, run: WorkflowRun, with_graph: bool | None) -> Structure:
    shown = {**run.response, "Statistics": graphs.statistics(scope, run)}
    return shown | ({"Graph": graphs.graph(scope, name, run)} if with_graph else {})


def _shown(scope: Scope, name: str, workflow: Workflow, with_graph: bool | None) -> Structure:
    shown = dict(workflow.description)
    if workflow.runs:
        shown["LastRun"] = _shown_run(scope, name, next(reversed(workflow.runs.values())), with_graph)
    return shown | ({"Graph": graphs.graph(scope, name)} if with_graph else {})


class Workflows:
    """Operations on workflows and workflow runs."""

    orchestration: Orchestration

    @handler("CreateWorkflow", expand=False)
    def create_workflow(self, context: RequestContext, request: Structure) -> Structure:
        store, name = store_of(context), check_name(request["Name"])
        _check_limit(request)
        if name in store.workflows:
            raise AlreadyExistsException(f"Workflow with name '{name}' already exists.")
        created = now()
        described = {k: v for k, v in defined(request).items() if k != "Tags"}
        store.workflows[name] = Workflow({**described, "CreatedOn": created, "LastModifiedOn": created})
        if tags := request.get("Tags"):
            store.tags[arn(context, f"workflow/{name}")] = dict(tags)
        return {"Name": name}

    @handler("GetWorkflow", expand=False)
    def get_workflow(self, context: RequestContext, request: Structure) -> Structure:
        name = request["Name"]
        workflow = find_workflow(store_of(context), name)
        return {"Workflow": _shown(Scope.of(context), name, workflow, request.get("IncludeGraph"))}

    @handler("BatchGetWorkflows", expand=False)
    def batch_get_workflows(self, context: RequestContext, request: Structure) -> Structure:
        scope, workflows = Scope.of(context), store_of(context).workflows
        return {
            "Workflows": [
                _shown(scope, name, workflows[name], request.get("IncludeGraph"))
                for name in request["Names"]
                if name in workflows
            ],
            "MissingWorkflows": [name for name in request["Names"] if name not in workflows],
        }

    @handler("ListWorkflows", expand=False)
    def list_workflows(self, context: RequestContext, request: Structure) -> Structure:
        found, more = page(store_of(context).workflows, request, 25)
        return {"Workflows": [workflow.description["Name"] for workflow in found], **more}

    @handler("UpdateWorkflow", expand=False)
    def update_workflow(self, context: RequestContext, request: Structure) -> Structure:
        workflow = find_workflow(store_of(context), request["Name"])
        _check_limit(request)
        workflow.description = {**workflow.description, **defined(request), "LastModifiedOn": now()}
        self.orchestration.check_events(Scope.of(context), request["Name"])
        return {"Name": request["Name"]}

    @handler("DeleteWorkflow", expand=False)
    def delete_workflow(self, context: RequestContext, request: Structure) -> Structure:
        """Deletes a workflow; its triggers and jobs stay. One that does not exist is no error."""
        store, name = store_of(context), request["Name"]
        store.workflows.pop(name, None)
        store.tags.pop(arn(context, f"workflow/{name}"), None)
        return {"Name": name}

    @handler("StartWorkflowRun", expand=False)
    def start_workflow_run(self, context: RequestContext, request: Structure) -> Structure:
        name = request["Name"]
        find_workflow(store_of(context), name)
        run = self.orchestration.workflows.start(Scope.of(context), name, request.get("RunProperties") or {})
        return {"RunId": run.response["WorkflowRunId"]}

    @handler("StopWorkflowRun", expand=False)
    def stop_workflow_run(self, context: RequestContext, request: Structure) -> Structure:
        run = _find_run(store_of(context), request["Name"], request["RunId"])
        self.orchestration.workflows.stop(Scope.of(context), run)
        return {}

    @handler("ResumeWorkflowRun", expand=False)
    def resume_workflow_run(self, context: RequestContext, request: Structure) -> Structure:
        """Restarts nodes of a run that has ended, https://docs.aws.amazon.com/glue/latest/dg/resuming-workflow.html."""
        scope, name = Scope.of(context), request["Name"]
        run = _find_run(scope.store, name, request["RunId"])
        if run.status in ("RUNNING", "STOPPING"):
            raise IllegalWorkflowStateException(
                f"Workflow run {run.id} is in state {run.status} and cannot be resumed."
            )
        started = {
            node["UniqueId"]
            for node in graphs.graph(scope, name, run)["Nodes"]
            if (node.get("JobDetails") or {}).get("JobRuns") or (node.get("CrawlerDetails") or {}).get("Crawls")
        }
        unknown = [node for node in request["NodeIds"] if node not in started]
        if unknown or not request["NodeIds"]:
            raise InvalidInputException(f"NodeIds should name nodes that ran in workflow run {run.id}: {unknown}.")
        resumed = self.orchestration.workflows.resume(scope, name, run, request["NodeIds"])
        return {"RunId": resumed.id, "NodeIds": request["NodeIds"]}

    @handler("GetWorkflowRun", expand=False)
    def get_workflow_run(self, context: RequestContext, request: Structure) -> Structure:
        name = request["Name"]
        run = _find_run(store_of(context), name, request["RunId"])
        return {"Run": _shown_run(Scope.of(context), name, run, request.get("IncludeGraph"))}

    @handler("GetWorkflowRuns", expand=False)
    def get_workflow_runs(self, context: RequestContext, request: Structure) -> Structure:
        """All runs of a workflow, the newest first."""
        scope, name = Scope.of(context), request["Name"]
        runs = find_workflow(store_of(context), name).runs
        found, more = page({-i: run for i, run in enumerate(runs.values())}, request, 1000)
        return {"Runs": [_shown_run(scope, name, run, request.get("IncludeGraph")) for run in found], **more}

    @handler("GetWorkflowRunProperties", expand=False)
    def get_workflow_run_properties(self, context: RequestContext, request: Structure) -> Structure:
        run = _find_run(store_of(context), request["Name"], request["RunId"])
        return {"RunProperties": run.response["WorkflowRunProperties"]}

    @handler("PutWorkflowRunProperties", expand=False)
    def put_workflow_run_properties(self, context: RequestContext, request: Structure) -> Structure:
        run = _find_run(store_of(context), request["Name"], request["RunId"])
        merged = {**run.response["WorkflowRunProperties"], **request["RunProperties"]}
        run.update(WorkflowRunProperties=merged)
        return {}
