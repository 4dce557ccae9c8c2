"""Job runs: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html."""

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import check_count, page, store_of
from rapid.emulator.glue.errors import EntityNotFoundException
from rapid.emulator.glue.jobs import find_job
from rapid.emulator.glue.models import GlueStore, JobRun, Structure
from rapid.emulator.glue.orchestration import Orchestration
from rapid.emulator.glue.orders import Order
from rapid.emulator.glue.scope import Scope


def _find(store: GlueStore, job: str, run_id: str) -> JobRun:
    run = store.runs.get(job, {}).get(run_id)
    if run is None:
        raise EntityNotFoundException(f"Job run {run_id} of job {job} not found.")
    return run


class Runs:
    """Operations on job runs."""

    orchestration: Orchestration

    @handler("StartJobRun", expand=False)
    def start_job_run(self, context: RequestContext, request: Structure) -> Structure:
        previous = None
        if request.get("JobRunId"):
            previous = _find(store_of(context), request["JobName"], request["JobRunId"])
        given = {k: v for k, v in request.items() if v is not None}
        run = self.orchestration.engine.start(Scope.of(context), request["JobName"], Order(given, previous=previous))
        return {"JobRunId": run.id}

    @handler("GetJobRun", expand=False)
    def get_job_run(self, context: RequestContext, request: Structure) -> Structure:
        run = _find(store_of(context), request["JobName"], request["RunId"])
        response = dict(run.response)
        if not request.get("PredecessorsIncluded"):
            response["PredecessorRuns"] = []
        return {"JobRun": response}

    @handler("GetJobRuns", expand=False)
    def get_job_runs(self, context: RequestContext, request: Structure) -> Structure:
        """All runs of a job, the newest first."""
        store, name = store_of(context), request["JobName"]
        find_job(store, name)
        newest_first = {-i: run for i, run in enumerate(store.runs.get(name, {}).values())}
        found, more = page(newest_first, request, 200)
        return {"JobRuns": [run.response for run in found], **more}

    @handler("BatchStopJobRun", expand=False)
    def batch_stop_job_run(self, context: RequestContext, request: Structure) -> Structure:
        check_count(request["JobRunIds"], 25, "jobRunIds")
        stopped, errors = [], []
        for run_id in request["JobRunIds"]:
            name = {"JobName": request["JobName"], "JobRunId": run_id}
            run = store_of(context).runs.get(request["JobName"], {}).get(run_id)
            if run is None:
                errors.append(name | _detail("EntityNotFoundException", f"Job run {run_id} not found."))
            elif run.ended:
                message = f"Job run {run_id} is in state {run.state} and cannot be stopped."
                errors.append(name | _detail("JobRunInTerminalStateException", message))
            else:
                self.orchestration.engine.stop(Scope.of(context), run)
                stopped.append(name)
        return {"SuccessfulSubmissions": stopped, "Errors": errors}


def _detail(code: str, message: str) -> Structure:
    return {"ErrorDetail": {"ErrorCode": code, "ErrorMessage": message}}
