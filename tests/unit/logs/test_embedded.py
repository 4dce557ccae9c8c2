"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html"""

import json
from typing import Any

import pytest

from rapid.emulator.logs.embedded import metrics


def event(members: dict[str, Any], **directive: Any) -> str:
    about = {"Timestamp": 1574109732004, "CloudWatchMetrics": [{"Namespace": "shop", **directive}]}
    return json.dumps({"_aws": about, **members})


def test_each_set_of_dimensions_has_a_point_of_every_metric() -> None:
    message = event(
        {"version": "1", "name": "f", "time": [100, 50.5], "size": 7},
        Dimensions=[["version", "name"], []],
        Metrics=[{"Name": "time", "Unit": "Milliseconds", "StorageResolution": 1}, {"Name": "size"}],
    )
    found = list(metrics(message))
    assert [(space, point["MetricName"], len(point["Dimensions"])) for space, point in found] == [
        ("shop", "time", 2),
        ("shop", "time", 0),
        ("shop", "size", 2),
        ("shop", "size", 0),
    ]
    assert found[0][1] == {
        "MetricName": "time",
        "Dimensions": [{"Name": "version", "Value": "1"}, {"Name": "name", "Value": "f"}],
        "Timestamp": 1574109732.004,
        "Values": [100.0, 50.5],
        "Unit": "Milliseconds",
        "StorageResolution": 1,
    }
    assert (found[2][1]["Values"], found[2][1]["Unit"]) == ([7.0], "None")


@pytest.mark.parametrize(
    "message",
    [
        "plain",
        '{"level": "INFO"}',
        'not JSON with "_aws"',
        '{"_aws": 1}',
        event({"n": "7"}, Metrics=[{"Name": "n"}]),
        event({"n": True}, Metrics=[{"Name": "n"}]),
        event({"n": 1}, Metrics=[{"Name": "other"}]),
        event({"n": 1}, Dimensions=[["absent"]], Metrics=[{"Name": "n"}]),
        event({"n": [1] * 101}, Metrics=[{"Name": "n"}]),
        event({"n": 1}, Metrics="n"),
    ],
)
def test_other_events_and_wrong_members_are_no_metrics(message: str) -> None:
    assert list(metrics(message)) == []
