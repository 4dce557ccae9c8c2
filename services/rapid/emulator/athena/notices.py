"""What Athena tells other services about a query: EventBridge of each state, CloudWatch of its end.

Events: https://docs.aws.amazon.com/athena/latest/ug/athena-events.html
Metrics: https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html (both read 2026-11)
"""

import json
import logging
import queue
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rapid.emulator.athena.models import TERMINAL, Execution
from rapid.emulator.direct import Direct

LOG = logging.getLogger(__name__)
_AT_ONCE = 10
"""Entries that one PutEvents takes."""
_GATHERED = 0.1
"""Seconds in which what happens is told in one call."""


@dataclass(frozen=True)
class Scope:
    """An account and a region, for work that no request does."""

    account: str
    region: str

    def client(self, service: str) -> Any:
        """A boto3 client that acts as this account in this region, in memory."""
        return _client(self, service)


@cache
def _client(scope: Scope, service: str) -> Direct:
    from localstack.aws.connect import connect_to

    client = connect_to(aws_access_key_id=scope.account, region_name=scope.region).get_client(service)
    return Direct(client, scope.account, scope.region)


@dataclass(frozen=True)
class Notice:
    """One thing to tell."""

    scope: Scope
    event: dict[str, Any]
    metrics: list[dict[str, Any]]


class Notices:
    """Tells from one thread, in order, so that no query waits for another service."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[Notice] = queue.SimpleQueue()
        threading.Thread(target=self._work, name="athena-notices", daemon=True).start()

    def tell(self, scope: Scope, execution: Execution, previous: str | None) -> None:
        """Takes down that a query has entered its present state."""
        execution.sequence += 1
        metrics = metric_data(execution) if execution.state in TERMINAL and execution.publishes_metrics else []
        self._waiting.put(Notice(scope, event(execution, previous), metrics))

    def _work(self) -> None:
        while True:
            batch = [self._waiting.get()]
            until = time.monotonic() + _GATHERED
            with suppress(queue.Empty):
                while len(batch) < _AT_ONCE:
                    batch.append(self._waiting.get(timeout=max(0.0, until - time.monotonic())))
            for scope in dict.fromkeys(n.scope for n in batch):
                own = [n for n in batch if n.scope == scope]
                try:
                    scope.client("events").put_events(Entries=[n.event for n in own])
                    if metrics := [m for n in own for m in n.metrics]:
                        scope.client("cloudwatch").put_metric_data(Namespace="AWS/Athena", MetricData=metrics)
                except (ClientError, BotoCoreError) as error:
                    LOG.error("State changes of queries were not published: %s", error)
                except Exception:  # the edge of this thread: one refusal must not end it
                    LOG.exception("State changes of queries were not published")


def event(execution: Execution, previous: str | None) -> dict[str, Any]:
    """The PutEvents entry of `Athena Query State Change`."""
    detail: dict[str, Any] = {
        "versionId": "0",
        "currentState": execution.state,
        **({"previousState": previous} if previous else {}),
        "statementType": execution.statement_type,
        "queryExecutionId": execution.id,
        "workgroupName": execution.workgroup,
        "sequenceNumber": str(execution.sequence),
    }
    if error := execution.error:
        detail["athenaError"] = {
            "errorCategory": float(error["ErrorCategory"]),
            "errorType": float(error["ErrorType"]),
            "errorMessage": error["ErrorMessage"],
            "retryable": error["Retryable"],
        }
    return {
        "Source": "aws.athena",
        "DetailType": "Athena Query State Change",
        "Detail": json.dumps(detail),
        "Resources": [],
        "Time": execution.completed or execution.submitted,
    }


_METRICS = {
    "EngineExecutionTime": "EngineExecutionTimeInMillis",
    "QueryPlanningTime": "QueryPlanningTimeInMillis",
    "QueryQueueTime": "QueryQueueTimeInMillis",
    "ServicePreProcessingTime": "ServicePreProcessingTimeInMillis",
    "ServiceProcessingTime": "ServiceProcessingTimeInMillis",
    "TotalExecutionTime": "TotalExecutionTimeInMillis",
    "ProcessedBytes": "DataScannedInBytes",
}


def metric_data(execution: Execution) -> list[dict[str, Any]]:
    """The metrics of a query that has ended, per state, type and workgroup."""
    dimensions = [
        {"Name": "QueryState", "Value": execution.state.replace("CANCELLED", "CANCELED")},
        {"Name": "QueryType", "Value": execution.statement_type},
        {"Name": "WorkGroup", "Value": execution.workgroup},
    ]
    moment: datetime | None = execution.completed
    return [
        {
            "MetricName": name,
            "Dimensions": dimensions,
            "Timestamp": moment,
            "Value": float(execution.statistics[source]),
            "Unit": "Bytes" if name == "ProcessedBytes" else "Milliseconds",
        }
        for name, source in _METRICS.items()
        if name != "ProcessedBytes" or execution.statement_type == "DML"
    ]
