"""Results of data quality, from jobs and from evaluation runs, and the event that announces one.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-data-quality-api.html; the event:
https://docs.aws.amazon.com/glue/latest/dg/data-quality-alerts.html (read 2026-11). Results come from the runner: a job
reports what its EvaluateDataQuality found.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import check_count, page, store_of
from rapid.emulator.glue.errors import EntityNotFoundException
from rapid.emulator.glue.models import Structure
from rapid.emulator.glue.scope import Scope
from rapid.emulator.state import mark_dirty
from rapid.emulator.telling import publish

DESCRIBED = ("ResultId", "DataSource", "JobName", "JobRunId", "StartedOn")


def keep(scope: Scope, reports: Iterable[Structure], **origin: str) -> list[str]:
    """Keeps the results among a run's reports, and announces those that are new.

    Args:
        scope: the account and region.
        reports: what the runner passed on; told again after a restart, which changes nothing.
        origin: JobName and JobRunId, or RulesetEvaluationRunId.

    Returns:
        The ids of all of them.
    """
    found, known = [], scope.store.data_quality_results
    for report in reports:
        result = report.get("data_quality") or {}
        if "ResultId" not in result:
            continue
        found.append(result["ResultId"])
        if result["ResultId"] not in known:
            times = {name: datetime.fromtimestamp(result[name], UTC) for name in ("StartedOn", "CompletedOn")}
            profile = result["ResultId"].replace("dqresult", "dqprofile")
            known[result["ResultId"]] = {**result, **times, **origin, "ProfileId": profile}
            mark_dirty("glue")
            _announce(scope, known[result["ResultId"]])
    return found


def _announce(scope: Scope, result: Structure) -> None:
    """Publishes `Data Quality Evaluation Results Available`."""
    counts = result["AggregatedMetrics"]
    detail = {
        "context": _context(scope, result),
        "resultID": result["ResultId"],
        "rulesetNames": [result["RulesetName"]] if "RulesetName" in result else [],
        "state": "SUCCEEDED" if counts["TotalRulesFailed"] == 0 else "FAILED",
        "score": result["Score"],
        "rulesSucceeded": int(counts["TotalRulesPassed"]),
        "rulesFailed": int(counts["TotalRulesFailed"]),
        "rulesSkipped": 0,
    }
    publish(scope, "aws.glue-dataquality", "Data Quality Evaluation Results Available", detail)


def _context(scope: Scope, result: Structure) -> dict[str, Any]:
    if "JobRunId" in result:
        return {
            "contextType": "GLUE_JOB",
            "jobId": result["JobRunId"],
            "jobName": result["JobName"],
            "evaluationContext": result.get("EvaluationContext", ""),
        }
    table = source_table(result["DataSource"])
    return {
        "contextType": "GLUE_DATA_CATALOG",
        "runId": result["RulesetEvaluationRunId"],
        "databaseName": table["DatabaseName"],
        "tableName": table["TableName"],
        "catalogId": table.get("CatalogId", scope.account),
    }


def source_table(source: Structure) -> Structure:
    """The table of a DataSource."""
    return source.get("GlueTable") or source.get("DataQualityGlueTable") or {}


def same_source(wanted: Structure | None, source: Structure | None) -> bool:
    """Whether a filter's DataSource, if there is one, names the table of another."""
    if not wanted:
        return True
    names = ("DatabaseName", "TableName")
    return all(source_table(wanted).get(name) == source_table(source or {}).get(name) for name in names)


def in_time(criteria: Structure, moment: datetime, after: str = "StartedAfter", before: str = "StartedBefore") -> bool:
    """Whether a moment lies within a filter's bounds."""
    return (criteria.get(after) or moment) <= moment <= (criteria.get(before) or moment)


class DataQualityResults:
    """Operations on results."""

    @handler("GetDataQualityResult", expand=False)
    def get_data_quality_result(self, context: RequestContext, request: Structure) -> Structure:
        found = store_of(context).data_quality_results.get(request["ResultId"])
        if found is None:
            raise EntityNotFoundException(f"Cannot find Data Quality Result {request['ResultId']}.")
        return found

    @handler("BatchGetDataQualityResult", expand=False)
    def batch_get_data_quality_result(self, context: RequestContext, request: Structure) -> Structure:
        known, wanted = store_of(context).data_quality_results, request["ResultIds"]
        check_count(wanted, 100, "resultIds")
        return {
            "Results": [known[name] for name in wanted if name in known],
            "ResultsNotFound": [name for name in wanted if name not in known],
        }

    @handler("ListDataQualityResults", expand=False)
    def list_data_quality_results(self, context: RequestContext, request: Structure) -> Structure:
        """The newest first."""
        criteria = request.get("Filter") or {}

        def chosen(_key: int, result: Structure) -> bool:
            return (
                all(criteria.get(name) in (None, result.get(name)) for name in ("JobName", "JobRunId"))
                and same_source(criteria.get("DataSource"), result.get("DataSource"))
                and in_time(criteria, result["StartedOn"])
            )

        newest_first = {-i: found for i, found in enumerate(store_of(context).data_quality_results.values())}
        results, more = page(newest_first, request, 1000, chosen)
        described = [{name: result[name] for name in DESCRIBED if name in result} for result in results]
        return {"Results": described, **more}
