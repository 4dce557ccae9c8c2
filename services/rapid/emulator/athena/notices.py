"""What Athena tells other services about a query: EventBridge of each state, CloudWatch of its end.

Events: https://docs.aws.amazon.com/athena/latest/ug/athena-events.html
Metrics: https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html (both read 2026-11)
"""

from datetime import datetime
from typing import Any

from rapid.emulator.athena.models import TERMINAL, Execution
from rapid.emulator.telling import Scope, publish


def tell(scope: Scope, execution: Execution, previous: str | None) -> None:
    """Takes down that a query has entered its present state."""
    execution.sequence += 1
    metrics = metric_data(execution) if execution.state in TERMINAL and execution.publishes_metrics else []
    publish(
        scope,
        "aws.athena",
        "Athena Query State Change",
        detail(execution, previous),
        moment=execution.completed or execution.submitted,
        metrics=("AWS/Athena", metrics),
    )


def detail(execution: Execution, previous: str | None) -> dict[str, Any]:
    """What `Athena Query State Change` says."""
    found: dict[str, Any] = {
        "versionId": "0",
        "currentState": execution.state,
        **({"previousState": previous} if previous else {}),
        "statementType": execution.statement_type,
        "queryExecutionId": execution.id,
        "workgroupName": execution.workgroup,
        "sequenceNumber": str(execution.sequence),
    }
    if error := execution.error:
        found["athenaError"] = {
            "errorCategory": float(error["ErrorCategory"]),
            "errorType": float(error["ErrorType"]),
            "errorMessage": error["ErrorMessage"],
            "retryable": error["Retryable"],
        }
    return found


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
