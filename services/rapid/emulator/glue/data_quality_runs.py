"""Evaluation and recommendation runs: rulesets on catalog tables, and rulesets made for them. Both run as jobs do.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-data-quality-api.html (read 2026-11).
"""

import json
import secrets
from functools import partial

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import defined, page, store_of
from rapid.emulator.glue.data_quality_results import in_time, keep, same_source, source_table
from rapid.emulator.glue.data_quality_rulesets import find_ruleset, save_ruleset
from rapid.emulator.glue.errors import EntityNotFoundException, GlueError, InvalidInputException
from rapid.emulator.glue.models import FINAL, DataQualityRun, Structure, now
from rapid.emulator.glue.orchestration import Orchestration
from rapid.emulator.glue.runner import RunStatus
from rapid.emulator.glue.scope import Scope
from rapid.emulator.state import mark_dirty

EVALUATION, RECOMMENDATION = "ruleset_evaluation", "rule_recommendation"
LOG_GROUP = "/aws-glue/data-quality"
DESCRIBED = ("RunId", "Status", "StartedOn", "DataSource")
DEFAULTS = {"NumberOfWorkers": 5, "Timeout": 2880}
"""Timeout in minutes."""


class DataQualityRuns:
    """Operations on runs."""

    orchestration: Orchestration

    def resume_data_quality(self, scope: Scope) -> None:
        """Takes up the runs that were in flight when the emulator ended."""
        self.orchestration.follower.resume(scope.store.data_quality_runs.values(), partial(_apply, scope))

    def _start(self, context: RequestContext, kind: str, request: Structure, task: Structure) -> Structure:
        scope, run_id, started = Scope.of(context), f"dqrun-{secrets.token_hex(20)}", now()
        table = source_table(request["DataSource"])
        if not table.get("DatabaseName") or not table.get("TableName"):
            raise InvalidInputException("DataSource must name a database and a table of the Data Catalog.")
        given = {key: value for key, value in request.items() if key != "ClientToken"}
        response = {**DEFAULTS, **defined(given), "RunId": run_id, "Status": "STARTING"}
        response |= {"StartedOn": started, "LastModifiedOn": started, "ExecutionTime": 0}
        order = {
            "run_id": run_id,
            "job_name": f"data-quality-{kind}",
            "command": "glueetl",
            "script_location": f"builtin:{kind}",
            "arguments": {"--task": json.dumps({"source": request["DataSource"], **task})},
            "timeout_seconds": response["Timeout"] * 60,
            "log_group": LOG_GROUP,
        }
        run = scope.store.data_quality_runs[run_id] = DataQualityRun(response, order, kind=kind)
        self.orchestration.follower.launch(run, partial(_apply, scope))
        return {"RunId": run_id}

    def _cancel(self, context: RequestContext, kind: str, run_id: str) -> Structure:
        run = _find(context, kind, run_id)
        if not run.begin_to_stop(LastModifiedOn=now()):
            raise InvalidInputException(f"Run {run_id} is in state {run.state} and cannot be cancelled.")
        self.orchestration.follower.stop(run)
        return {}

    @handler("StartDataQualityRulesetEvaluationRun", expand=False)
    def start_data_quality_ruleset_evaluation_run(self, context: RequestContext, request: Structure) -> Structure:
        names = request["RulesetNames"]
        if not 1 <= len(names) <= 10:
            raise InvalidInputException("RulesetNames must name 1 to 10 rulesets.")
        rulesets = {name: find_ruleset(store_of(context), name)["Ruleset"] for name in names}
        task = {
            "others": request.get("AdditionalDataSources") or {},
            "rulesets": rulesets,
            "options": request.get("AdditionalRunOptions") or {},
        }
        return self._start(context, EVALUATION, request, task)

    @handler("GetDataQualityRulesetEvaluationRun", expand=False)
    def get_data_quality_ruleset_evaluation_run(self, context: RequestContext, request: Structure) -> Structure:
        return _find(context, EVALUATION, request["RunId"]).response

    @handler("ListDataQualityRulesetEvaluationRuns", expand=False)
    def list_data_quality_ruleset_evaluation_runs(self, context: RequestContext, request: Structure) -> Structure:
        return _list(context, EVALUATION, request)

    @handler("CancelDataQualityRulesetEvaluationRun", expand=False)
    def cancel_data_quality_ruleset_evaluation_run(self, context: RequestContext, request: Structure) -> Structure:
        return self._cancel(context, EVALUATION, request["RunId"])

    @handler("StartDataQualityRuleRecommendationRun", expand=False)
    def start_data_quality_rule_recommendation_run(self, context: RequestContext, request: Structure) -> Structure:
        return self._start(context, RECOMMENDATION, request, {})

    @handler("GetDataQualityRuleRecommendationRun", expand=False)
    def get_data_quality_rule_recommendation_run(self, context: RequestContext, request: Structure) -> Structure:
        return _find(context, RECOMMENDATION, request["RunId"]).response

    @handler("ListDataQualityRuleRecommendationRuns", expand=False)
    def list_data_quality_rule_recommendation_runs(self, context: RequestContext, request: Structure) -> Structure:
        return _list(context, RECOMMENDATION, request)

    @handler("CancelDataQualityRuleRecommendationRun", expand=False)
    def cancel_data_quality_rule_recommendation_run(self, context: RequestContext, request: Structure) -> Structure:
        return self._cancel(context, RECOMMENDATION, request["RunId"])


def _find(context: RequestContext, kind: str, run_id: str) -> DataQualityRun:
    run = store_of(context).data_quality_runs.get(run_id)
    if run is None or run.kind != kind:
        raise EntityNotFoundException(f"Cannot find Data Quality Run {run_id}.")
    return run


def _list(context: RequestContext, kind: str, request: Structure) -> Structure:
    """One page of the runs of a kind, the newest first."""
    criteria = request.get("Filter") or {}

    def chosen(_key: int, run: DataQualityRun) -> bool:
        source = same_source(criteria.get("DataSource"), run.response["DataSource"])
        return run.kind == kind and source and in_time(criteria, run.response["StartedOn"])

    newest_first = {-i: run for i, run in enumerate(store_of(context).data_quality_runs.values())}
    found, more = page(newest_first, request, 1000, chosen)
    return {"Runs": [{name: run.response[name] for name in DESCRIBED} for run in found], **more}


def _apply(scope: Scope, run: DataQualityRun, status: RunStatus) -> None:
    """Takes over what the runner says: results first, so that they are there when the run has SUCCEEDED."""
    if ids := keep(scope, status.reports, RulesetEvaluationRunId=run.id):
        run.update(ResultIds=list(dict.fromkeys([*run.response.get("ResultIds", []), *ids])))
    for report in status.reports:
        if ruleset := (report.get("data_quality") or {}).get("RecommendedRuleset"):
            _recommended(scope, run, ruleset)
    state, moment = {"QUEUED": "STARTING"}.get(status.state, status.state), now()
    run.follow(state, LastModifiedOn=moment)
    if status.execution_seconds is not None:
        run.update(ExecutionTime=round(status.execution_seconds))
    if state in FINAL:
        run.update(CompletedOn=moment)
        if status.error_message:
            run.update(ErrorString=status.error_message[:2048])
    mark_dirty("glue")


def _recommended(scope: Scope, run: DataQualityRun, ruleset: str) -> None:
    run.update(RecommendedRuleset=ruleset)
    name = run.response.get("CreatedRulesetName")
    if name and name not in scope.store.data_quality_rulesets:
        table = source_table(run.response["DataSource"])
        target = {key: table[key] for key in ("DatabaseName", "TableName", "CatalogId") if key in table}
        try:
            save_ruleset(scope.store, name, ruleset, TargetTable=target, RecommendationRunId=run.id)
        except GlueError as error:
            run.update(ErrorString=str(error))
