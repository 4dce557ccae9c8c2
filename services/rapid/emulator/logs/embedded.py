"""Metrics that a log event carries within itself: CloudWatch's embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
(read 2026-11)
"""

import json
from collections.abc import Iterator
from typing import Any

MAX_DIMENSIONS = 30
MAX_VALUES = 100


def metrics(message: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(namespace, data point in PutMetricData's form) for each metric and set of dimensions. None in other events."""
    if '"_aws"' not in message:
        return
    try:
        root = json.loads(message)
    except ValueError:
        return
    about = root.get("_aws") if isinstance(root, dict) else None
    if not isinstance(about, dict) or not isinstance(about.get("Timestamp"), int):
        return
    for directive in _objects(about.get("CloudWatchMetrics")):
        namespace = directive.get("Namespace")
        if not namespace or not isinstance(namespace, str):
            continue
        for metric in _objects(directive.get("Metrics")):
            if values := _values(root.get(metric.get("Name") or "")):
                yield from (
                    (namespace, point) for point in _points(root, about["Timestamp"], directive, metric, values)
                )


def _points(
    root: dict[str, Any], milliseconds: int, directive: dict[str, Any], metric: dict[str, Any], values: list[float]
) -> Iterator[dict[str, Any]]:
    sets = directive.get("Dimensions") or [[]]
    for names in sets if isinstance(sets, list) else ():
        listed = isinstance(names, list) and len(names) <= MAX_DIMENSIONS
        if listed and all(isinstance(root.get(name), str) for name in names):
            yield {
                "MetricName": metric["Name"],
                "Dimensions": [{"Name": name, "Value": root[name]} for name in names],
                "Timestamp": milliseconds / 1000,
                "Values": values,
                "Unit": metric.get("Unit") or "None",
                "StorageResolution": metric.get("StorageResolution") or 60,
            }


def _objects(given: Any) -> list[dict[str, Any]]:
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _values(given: Any) -> list[float]:
    """The numbers of a metric's member, which is one or a list of them; empty where it is neither."""
    listed = given if isinstance(given, list) else [given]
    numbers = [float(one) for one in listed if isinstance(one, int | float) and not isinstance(one, bool)]
    return numbers if len(numbers) == len(listed) <= MAX_VALUES else []
