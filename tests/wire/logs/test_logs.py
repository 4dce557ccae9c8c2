"""Subscriptions, filters and metrics: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html"""

import gzip
import json
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.waiting import until

Aws = Callable[[str], Any]


@pytest.fixture
def group(aws: Aws) -> str:
    name = f"g{secrets.token_hex(5)}"
    aws("logs").create_log_group(logGroupName=name)
    return name


def put(aws: Aws, group: str, *messages: str) -> None:
    logs, stream = aws("logs"), f"s{secrets.token_hex(3)}"
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": message} for message in messages]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def test_a_subscription_gets_what_its_pattern_selects(aws: Aws, group: str) -> None:
    logs, kinesis = aws("logs"), aws("kinesis")
    kinesis.create_stream(StreamName=group, ShardCount=1)
    arn = kinesis.describe_stream_summary(StreamName=group)["StreamDescriptionSummary"]["StreamARN"]
    logs.put_subscription_filter(
        logGroupName=group, filterName="f", filterPattern='{ $.level = "ERROR" }', destinationArn=arn
    )
    put(aws, group, '{"level": "INFO"}', '{"level": "ERROR", "n": 1}', "plain")
    shard = kinesis.list_shards(StreamName=group)["Shards"][0]["ShardId"]
    where = {"StreamName": group, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    iterator = kinesis.get_shard_iterator(**where)["ShardIterator"]
    records = until(lambda: kinesis.get_records(ShardIterator=iterator)["Records"])
    batch = json.loads(gzip.decompress(records[0]["Data"]))
    assert (batch["logGroup"], batch["subscriptionFilters"]) == (group, ["f"])
    assert [event["message"] for event in batch["logEvents"]] == ['{"level": "ERROR", "n": 1}']


def test_events_are_found_by_a_pattern(aws: Aws, group: str) -> None:
    put(aws, group, "ERROR one", "INFO two", "WARN three")
    found = aws("logs").filter_log_events(logGroupName=group, filterPattern="?ERROR ?WARN")["events"]
    assert sorted(event["message"] for event in found) == ["ERROR one", "WARN three"]
    with pytest.raises(ClientError, match="Invalid filter pattern"):
        aws("logs").filter_log_events(logGroupName=group, filterPattern="{ $.a = }")


def test_a_metric_counts_the_events_of_its_own_group(aws: Aws, group: str) -> None:
    logs, cloudwatch = aws("logs"), aws("cloudwatch")
    other = f"{group}-other"
    logs.create_log_group(logGroupName=other)
    metric = {"metricName": "ms", "metricNamespace": group, "metricValue": "$.ms"}
    logs.put_metric_filter(
        logGroupName=group, filterName="f", filterPattern="{ $.ms > 5 }", metricTransformations=[metric]
    )
    put(aws, group, '{"ms": 10}', '{"ms": 32}', '{"ms": 1}')
    put(aws, other, '{"ms": 1000}')
    now = datetime.now(UTC)
    window = {"StartTime": now - timedelta(hours=1), "EndTime": now + timedelta(hours=1), "Period": 7200}
    told = cloudwatch.get_metric_statistics(
        Namespace=group, MetricName="ms", Statistics=["Sum", "SampleCount"], **window
    )
    assert sum(point["Sum"] for point in told["Datapoints"]) == 42
    assert sum(point["SampleCount"] for point in told["Datapoints"]) == 2


def test_embedded_metrics_are_cloudwatch_s(aws: Aws, group: str) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html"""
    directive = {"Namespace": group, "Dimensions": [["service"]], "Metrics": [{"Name": "sold", "Unit": "Count"}]}
    about = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    put(aws, group, json.dumps({"_aws": about, "service": "shop", "sold": [2, 3]}), "plain")
    cloudwatch = aws("cloudwatch")
    found = until(lambda: cloudwatch.list_metrics(Namespace=group)["Metrics"])
    dimensions = [{"Name": "service", "Value": "shop"}]
    assert [(one["MetricName"], one["Dimensions"]) for one in found] == [("sold", dimensions)]
    now = datetime.now(UTC)
    summed = cloudwatch.get_metric_statistics(
        Namespace=group,
        MetricName="sold",
        Dimensions=dimensions,
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=3600,
        Statistics=["Sum", "SampleCount"],
    )["Datapoints"]
    assert (sum(p["Sum"] for p in summed), sum(p["SampleCount"] for p in summed)) == (5.0, 2.0)
