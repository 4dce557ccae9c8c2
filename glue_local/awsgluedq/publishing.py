"""Where results of data quality go: S3, CloudWatch, and whoever runs the job, for the Glue API.

Options: https://docs.aws.amazon.com/glue/latest/dg/glue-etl-scala-apis-glue-dq-EvaluateDataQuality.html; metrics:
https://docs.aws.amazon.com/glue/latest/dg/data-quality-alerts.html (read 2026-11). Imports nothing heavy: a runner
sets `deliver` before any script.
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

NAMESPACE = "Glue Data Quality"
BEST_EFFORT = "BEST_EFFORT"

deliver: Callable[[dict[str, Any]], None] | None = None
"""Takes a DataQualityResult (times in seconds since the epoch) to the Glue API. None where no runner is."""


@dataclass(frozen=True)
class Publication:
    """The publishing options.

    Attributes:
        context: `dataQualityEvaluationContext`.
        metrics: `enableDataQualityCloudWatchMetrics`.
        results: `enableDataQualityResultsPublishing`.
        prefix: `resultsS3Prefix`, s3://bucket/prefix, with or without its scheme; "" writes nothing.
    """

    context: str = "default_context"
    metrics: bool = False
    results: bool = True
    prefix: str = ""

    @classmethod
    def of(cls, options: Mapping[str, Any] | None) -> "Publication":
        given = options or {}
        return cls(
            str(given.get("dataQualityEvaluationContext") or cls.context),
            _true(given.get("enableDataQualityCloudWatchMetrics", False)),
            _true(given.get("enableDataQualityResultsPublishing", True)),
            str(given.get("resultsS3Prefix") or ""),
        )


def _true(value: object) -> bool:
    return value is True or str(value).lower() == "true"


def result(evaluation: Any, context: str | None = None) -> dict[str, Any]:
    """A DataQualityResult of Glue's API. The score is the part of the rules that passed."""
    passed = sum(outcome.status == "PASS" for outcome in evaluation.results)
    total = len(evaluation.results)
    counts = {"TotalRulesProcessed": total, "TotalRulesPassed": passed, "TotalRulesFailed": total - passed}
    found = {
        "ResultId": f"dqresult-{secrets.token_hex(20)}",
        "Score": passed / total if total else 1.0,
        "StartedOn": evaluation.started.timestamp(),
        "CompletedOn": datetime.now(UTC).timestamp(),
        "RuleResults": [_rule(number, outcome) for number, outcome in enumerate(evaluation.results, 1)],
        "AnalyzerResults": [_analyzer(number, outcome) for number, outcome in enumerate(evaluation.analyzed, 1)],
        "AggregatedMetrics": {name: float(count) for name, count in counts.items()},
    }
    return found if context is None else {**found, "EvaluationContext": context}


def _rule(number: int, outcome: Any) -> dict[str, Any]:
    found = {
        "Name": f"Rule_{number}",
        "Description": outcome.rule,
        "Result": outcome.status,
        "EvaluatedMetrics": dict(outcome.metrics),
        "EvaluatedRule": outcome.evaluated,
    }
    found |= {"EvaluationMessage": outcome.reason} if outcome.reason else {}
    return found | ({"Labels": dict(outcome.labels)} if outcome.labels else {})


def _analyzer(number: int, outcome: Any) -> dict[str, Any]:
    return {
        "Name": f"Analyzer_{number}",
        "Description": outcome.rule,
        "EvaluatedMetrics": dict(outcome.metrics),
        **({"EvaluationMessage": outcome.reason} if not outcome.metrics and outcome.reason else {}),
    }


def publish(evaluation: Any, publication: Publication) -> None:
    """Publishes what a script's evaluation found, as its options say."""
    found = result(evaluation, publication.context)
    if publication.results and deliver:
        deliver(found)
    if publication.metrics:
        put_metrics(found, [{"Name": "EvaluationContext", "Value": publication.context}])
    if publication.prefix:
        write(found, publication.prefix)


def put_metrics(found: Mapping[str, Any], dimensions: Sequence[Mapping[str, str]]) -> None:
    """The numbers of rules that passed and failed, to CloudWatch."""
    import boto3

    counts = found["AggregatedMetrics"]
    boto3.client("cloudwatch").put_metric_data(
        Namespace=NAMESPACE,
        MetricData=[
            {"MetricName": f"glue.data.quality.rules.{name.lower()}", "Dimensions": list(dimensions),
             "Value": counts[f"TotalRules{name}"], "Unit": "Count"}
            for name in ("Passed", "Failed")
        ],
    )  # fmt: skip


def write(found: Mapping[str, Any], prefix: str, table: Mapping[str, str] | None = None) -> str:
    """Writes a result to S3 as JSON Lines, one for each rule, below year=/month=/day=. Returns the key."""
    import boto3

    bucket, _, folder = prefix.partition("://")[2].partition("/") if "://" in prefix else prefix.partition("/")
    started, ended = (datetime.fromtimestamp(found[name], UTC) for name in ("StartedOn", "CompletedOn"))
    source = {"catalogId": "", "databaseName": "", "tableName": "", **(table or {})}
    lines = [
        {
            **source,
            "dqRunId": found["ResultId"],
            "evaluationStartedOn": started.isoformat(),
            "evaluationCompletedOn": ended.isoformat(),
            "rule": rule["Description"],
            "outcome": "Passed" if rule["Result"] == "PASS" else "Failed",
            "failureReason": rule.get("EvaluationMessage"),
            "evaluatedMetrics": rule["EvaluatedMetrics"],
        }
        for rule in found["RuleResults"]
    ]
    day = f"year={ended:%Y}/month={ended:%m}/day={ended:%d}"
    key = "/".join(filter(None, [folder.strip("/"), day, f"{found['ResultId']}.json"]))
    body = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=body.encode())
    return key
