"""What happens to log events beside being kept: metric filters, embedded metrics and subscriptions.

LocalStack matches no pattern, counts events of one group in the filters of another, has a subscribed function run
before PutLogEvents answers, and fails where a stream is made in a group with a subscription.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html (read 2026-11)
"""

import base64
import gzip
import json
import logging
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.api import RequestContext, handler
from localstack.aws.api.logs import InvalidParameterException, PutLogEventsResponse
from localstack.aws.connect import connect_to
from localstack.services.logs import provider as stock
from localstack.services.logs.models import get_moto_logs_backend
from localstack.services.moto import call_moto
from localstack.utils.aws.arns import parse_arn
from localstack.utils.aws.client_types import ServicePrincipal
from moto.core.utils import unix_time_millis
from moto.logs.models import LogEvent, LogGroup, LogStream, SubscriptionFilter

from rapid.emulator.logs.embedded import metrics
from rapid.emulator.logs.patterns import PatternError, matcher, selected

LOG = logging.getLogger(__name__)
METRICS_AT_ONCE = 1000
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html"""
_deliveries = ThreadPoolExecutor(4, "log-subscriptions")


class RapidLogsProvider(stock.LogsProvider):
    """CloudWatch Logs."""

    def put_log_events(
        self,
        context: RequestContext,
        log_group_name: str,
        log_stream_name: str,  # noqa: ARG002 - LocalStack's signature
        log_events: list[Any],
        *_: Any,
        **__: Any,
    ) -> PutLogEventsResponse:
        """Keeps events, then counts them in the metric filters of their group."""
        told: PutLogEventsResponse = call_moto(context)
        filters = get_moto_logs_backend(context.account_id, context.region).filters.metric_filters
        for one in list(filters):
            if one["logGroupName"] == log_group_name:
                _count(context, one, [event["message"] for event in log_events])
        return told

    @handler("PutMetricFilter", expand=False)
    def put_metric_filter(self, context: RequestContext, request: dict[str, Any]) -> None:
        _require_pattern(request.get("filterPattern"))
        call_moto(context)

    @handler("PutSubscriptionFilter", expand=False)
    def put_subscription_filter(self, context: RequestContext, request: dict[str, Any]) -> None:
        _require_pattern(request.get("filterPattern"))
        call_moto(context)

    @handler("FilterLogEvents", expand=False)
    def filter_log_events(self, context: RequestContext, request: dict[str, Any]) -> Any:
        _require_pattern(request.get("filterPattern"))
        return call_moto(context)


def _require_pattern(pattern: str | None) -> None:
    try:
        matcher(pattern or "")
    except (PatternError, KeyError, ValueError) as error:
        raise InvalidParameterException("Invalid filter pattern") from error


def _count(context: RequestContext, metric_filter: dict[str, Any], messages: Iterable[str]) -> None:
    fits = matcher(metric_filter.get("filterPattern") or "")
    chosen = [message for message in messages if fits(message)]
    for transformation in metric_filter.get("metricTransformations") or ():
        value = transformation.get("metricValue") or "1"
        found = [selected(value, message) if value.startswith("$") else value for message in chosen]
        values = [float(one) for one in found if isinstance(one, int | float | str) and _is_number(one)]
        if values:
            client = connect_to(aws_access_key_id=context.account_id, region_name=context.region).cloudwatch
            client.put_metric_data(
                Namespace=transformation["metricNamespace"],
                MetricData=[{"MetricName": transformation["metricName"], "Values": values}],
            )


def _is_number(value: float | str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _put_log_events(stream: LogStream, log_events: list[dict[str, Any]]) -> str:
    """Keeps events; a thread gets those that a subscription wants, and the metrics within them."""
    stream.last_ingestion_time = int(unix_time_millis())
    stream.stored_bytes += sum(len(event["message"]) for event in log_events)
    events = [LogEvent(stream.last_ingestion_time, event) for event in log_events]
    stream.events += events
    stream.upload_sequence_token += 1
    for subscription in list(stream.log_group.subscription_filters.values()):
        fits = matcher(subscription.filter_pattern or "")
        if wanted := [event for event in events if fits(event.message)]:
            _deliveries.submit(_deliver, stream, subscription, wanted)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for namespace, point in (metric for event in events for metric in metrics(event.message)):
        found[namespace].append(point)
    if found:
        _deliveries.submit(_measure, stream, found)
    return f"{stream.upload_sequence_token:056d}"


def _measure(stream: LogStream, found: dict[str, list[dict[str, Any]]]) -> None:
    """Sends metrics, by namespace."""
    client = connect_to(aws_access_key_id=stream.account_id, region_name=stream.region).cloudwatch
    for namespace, points in found.items():
        for start in range(0, len(points), METRICS_AT_ONCE):
            try:
                client.put_metric_data(Namespace=namespace, MetricData=points[start : start + METRICS_AT_ONCE])
            except ClientError as error:
                LOG.warning("Metrics in log events of %s were not taken: %s", stream.log_group.name, error)


def _deliver(stream: LogStream, subscription: SubscriptionFilter, events: list[LogEvent]) -> None:
    """Sends one batch to a subscription's destination."""
    batch = {
        "messageType": "DATA_MESSAGE",
        "owner": stream.account_id,
        "logGroup": stream.log_group.name,
        "logStream": stream.log_stream_name,
        "subscriptionFilters": [subscription.name],
        "logEvents": [{"id": str(e.event_id), "timestamp": e.timestamp, "message": e.message} for e in events],
    }
    data = gzip.compress(json.dumps(batch, separators=(",", ":")).encode())
    where = parse_arn(subscription.destination_arn)
    factory = (
        connect_to.with_assumed_role(
            role_arn=subscription.role_arn, service_principal=ServicePrincipal.logs, region_name=where["region"]
        )
        if subscription.role_arn
        else connect_to(aws_access_key_id=where["account"], region_name=where["region"])
    )
    name = where["resource"].rpartition("/")[2]
    try:
        match where["service"]:
            case "lambda":
                payload = json.dumps({"awslogs": {"data": base64.b64encode(data).decode()}})
                factory.lambda_.invoke(
                    FunctionName=subscription.destination_arn, InvocationType="Event", Payload=payload
                )
            case "kinesis":
                factory.kinesis.put_record(StreamName=name, Data=data, PartitionKey=stream.log_group.name)
            case "firehose":
                factory.firehose.put_record(DeliveryStreamName=name, Record={"Data": data})
    except ClientError as error:
        LOG.warning("Log events did not reach %s: %s", subscription.destination_arn, error)


def _create_log_stream(group: LogGroup, log_stream_name: str) -> None:
    if log_stream_name in group.streams:
        raise stock.CommonServiceException(
            "ResourceAlreadyExistsException", "The specified log stream already exists", 400
        )
    group.streams[log_stream_name] = LogStream(log_group=group, name=log_stream_name)


def install() -> None:
    """Puts these in the place of LocalStack's."""
    stock.get_pattern_matcher = lambda pattern: lambda _pattern, event: matcher(pattern)(event["message"])
    LogStream.put_log_events = _put_log_events
    LogGroup.create_log_stream = _create_log_stream
