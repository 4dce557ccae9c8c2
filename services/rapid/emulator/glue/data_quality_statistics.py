"""Statistics of data quality: what each evaluation measured, and which of them people have set aside.

https://docs.aws.amazon.com/glue/latest/webapi/API_ListDataQualityStatistics.html (read 2026-11). A profile is one
result; a statistic is one metric of a job's context, or of a table, over all of its profiles.
"""

import hashlib
from collections.abc import Iterator

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import page, store_of
from rapid.emulator.glue.data_quality_results import in_time, source_table
from rapid.emulator.glue.errors import EntityNotFoundException, InvalidInputException
from rapid.emulator.glue.models import GlueStore, Structure, now

VALUES = ("INCLUDE", "EXCLUDE")
LEVELS = ("Dataset", "Column", "Multicolumn")


def _metrics(result: Structure) -> dict[str, float]:
    """All metrics of a result by name: `Column.price.Mean`, `Dataset.*.RowCount`, ..."""
    found: dict[str, float] = {}
    for entry in (*result.get("RuleResults", ()), *result.get("AnalyzerResults", ())):
        found |= entry.get("EvaluatedMetrics") or {}
    return found


def statistics(store: GlueStore) -> Iterator[Structure]:
    """StatisticSummary structures, the newest first."""
    for result in reversed(store.data_quality_results.values()):
        table = source_table(result.get("DataSource") or {})
        owner = (result.get("JobName"), result.get("EvaluationContext"), *map(table.get, ("DatabaseName", "TableName")))
        run = {"JobRunId": result.get("JobRunId"), "RunId": result.get("RulesetEvaluationRunId")}
        for metric, value in _metrics(result).items():
            level, _, rest = metric.partition(".")
            subject, _, name = rest.rpartition(".")
            identity = hashlib.sha256(repr((owner, metric)).encode()).hexdigest()[:40]
            key = (result["ProfileId"], identity)
            yield {
                "StatisticId": identity,
                "ProfileId": result["ProfileId"],
                "RunIdentifier": {k: v for k, v in run.items() if v},
                "StatisticName": name,
                "DoubleValue": value,
                "EvaluationLevel": level if level in LEVELS else "Dataset",
                "ColumnsReferenced": subject.split(",") if level in LEVELS[1:] else [],
                "ReferencedDatasets": [],
                "RecordedOn": result["CompletedOn"],
                **({"InclusionAnnotation": store.annotations[key]} if key in store.annotations else {}),
            }


class DataQualityStatistics:
    """Operations on statistics and their annotations."""

    @handler("ListDataQualityStatistics", expand=False)
    def list_data_quality_statistics(self, context: RequestContext, request: Structure) -> Structure:
        found, more = page(dict(enumerate(_chosen(context, request))), request, 1000)
        return {"Statistics": found, **more}

    @handler("ListDataQualityStatisticAnnotations", expand=False)
    def list_data_quality_statistic_annotations(self, context: RequestContext, request: Structure) -> Structure:
        annotated = [found for found in _chosen(context, request) if "InclusionAnnotation" in found]
        found, more = page(dict(enumerate(annotated)), request, 1000)
        members = ("ProfileId", "StatisticId", "InclusionAnnotation")
        told = [{**{name: s[name] for name in members}, "StatisticRecordedOn": s["RecordedOn"]} for s in found]
        return {"Annotations": told, **more}

    @handler("BatchPutDataQualityStatisticAnnotation", expand=False)
    def batch_put_data_quality_statistic_annotation(self, context: RequestContext, request: Structure) -> Structure:
        store = store_of(context)
        known = {(found["ProfileId"], found["StatisticId"]) for found in statistics(store)}
        failed = []
        for entry in request["InclusionAnnotations"]:
            key = (entry.get("ProfileId"), entry.get("StatisticId"))
            if key in known:
                store.annotations[key] = _annotation(entry.get("InclusionAnnotation"))
            else:
                failed.append({"ProfileId": key[0], "StatisticId": key[1], "FailureReason": "Statistic not found."})
        return {"FailedInclusionAnnotations": failed}

    @handler("PutDataQualityProfileAnnotation", expand=False)
    def put_data_quality_profile_annotation(self, context: RequestContext, request: Structure) -> Structure:
        """Annotates all statistics of one result."""
        store, profile = store_of(context), request["ProfileId"]
        annotation = _annotation(request["InclusionAnnotation"])
        found = [entry for entry in statistics(store) if entry["ProfileId"] == profile]
        if not found:
            raise EntityNotFoundException(f"Cannot find Data Quality Profile {profile}.")
        store.annotations |= {(profile, entry["StatisticId"]): annotation for entry in found}
        return {}


def _annotation(value: str | None) -> Structure:
    if value not in VALUES:
        raise InvalidInputException(f"InclusionAnnotation must be one of {', '.join(VALUES)}.")
    return {"Value": value, "LastModifiedOn": now()}


def _chosen(context: RequestContext, request: Structure) -> list[Structure]:
    bounds = request.get("TimestampFilter") or {}
    return [
        found
        for found in statistics(store_of(context))
        if all(request.get(name) in (None, found[name]) for name in ("StatisticId", "ProfileId"))
        and in_time(bounds, found["RecordedOn"], "RecordedAfter", "RecordedBefore")
    ]
