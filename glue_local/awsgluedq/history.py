"""`last(k)` of dynamic rules: metrics that earlier runs left in the Glue API.

https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types.html, "Dynamic rules" (read 2026-11). History belongs to a
rule as it is written, in one job and evaluation context.
"""

import re
import statistics
from collections.abc import Callable, Mapping, Sequence

from awsglue.run import argument

History = Mapping[str, Sequence[Mapping[str, float]]]
"""A rule's metrics in earlier runs, newest first, by rule."""

_AGGREGATES: dict[str, Callable[[Sequence[float]], float]] = {
    "avg": statistics.fmean,
    "min": min,
    "max": max,
    "sum": sum,
    "median": statistics.median,
    "std": statistics.pstdev,
    "stddev": statistics.pstdev,
}
_LAST = r"last\(\s*(?P<{0}>\d*)\s*\)"
_INDEX = re.compile(r"index\(\s*" + _LAST.format("k") + r"\s*,\s*(?P<at>\d+)\s*\)", re.I)
_AGGREGATE = re.compile(rf"(?P<name>{'|'.join(_AGGREGATES)})\(\s*" + _LAST.format("k") + r"\s*\)", re.I)
_ONE = re.compile(_LAST.format("k"), re.I)
READ_RESULTS = 100


def is_dynamic(rule: str) -> bool:
    """Whether a rule compares with earlier values."""
    return bool(_ONE.search(re.sub(r'"(?:[^"\\]|\\.)*"', '""', rule)))


def resolved(rule: str, history: History) -> str:
    """A rule with `last(k)` and what is made of it replaced by numbers: by 0 where there is no value yet."""
    if not is_dynamic(rule):
        return rule
    values = [value for metrics in history.get(rule, ()) if len(metrics) == 1 for value in metrics.values()] or [0.0]

    def last(match: "re.Match[str]") -> list[float]:
        return values[: int(match["k"] or 1)]

    rule = _INDEX.sub(lambda m: repr(float((last(m)[int(m["at"]) :] or last(m)[-1:])[0])), rule)
    rule = _AGGREGATE.sub(lambda m: repr(float(_AGGREGATES[m["name"].lower()](last(m)))), rule)
    return _ONE.sub(lambda m: repr(float(last(m)[0])), rule)


def recorded(context: str) -> History:
    """What the Glue API knows of this job's earlier evaluations in a context. Outside of a job there is nothing."""
    job = argument("--JOB_NAME")
    if not job:
        return {}
    import boto3

    glue = boto3.client("glue")
    listed = glue.list_data_quality_results(Filter={"JobName": job}, MaxResults=READ_RESULTS)["Results"]
    if not listed:
        return {}
    results = glue.batch_get_data_quality_result(ResultIds=[entry["ResultId"] for entry in listed])["Results"]
    found: dict[str, list[Mapping[str, float]]] = {}
    for result in sorted(results, key=lambda r: r["CompletedOn"], reverse=True):
        if result.get("EvaluationContext") != context:
            continue
        for rule in result["RuleResults"]:
            if metrics := rule.get("EvaluatedMetrics"):
                found.setdefault(rule["Description"], []).append(metrics)
    return found
