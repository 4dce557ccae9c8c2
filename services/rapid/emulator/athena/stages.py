"""GetQueryRuntimeStatistics: what the engine measured of a query, in Athena's shape.

https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryRuntimeStatistics.html (read 2026-11).
The whole query is one stage here, since one process runs it.
"""

from typing import Any

from rapid.emulator.athena.models import Execution, Structure

_TIMES = (
    "QueryQueueTimeInMillis",
    "ServicePreProcessingTimeInMillis",
    "QueryPlanningTimeInMillis",
    "EngineExecutionTimeInMillis",
    "ServiceProcessingTimeInMillis",
    "TotalExecutionTimeInMillis",
)
_DEPTH = 40


def rows_read(plan: dict[str, Any]) -> int:
    """The rows that came out of the scans of a profile; DuckDB's own `rows_scanned` is an estimate."""
    own = int(plan["operator_cardinality"]) if plan.get("operator_type") == "TABLE_SCAN" else 0
    return own + sum(map(rows_read, plan.get("children") or []))


def stage(profile: dict[str, Any], scanned: int) -> Structure:
    """OutputStage of a query that DuckDB has profiled; `scanned` are the bytes that it read."""
    return {
        "StageId": 0,
        "State": "FINISHED",
        "OutputBytes": int(profile.get("result_set_size", 0)),
        "OutputRows": int(profile.get("rows_returned", 0)),
        "InputBytes": scanned,
        "InputRows": rows_read(profile),
        "ExecutionTime": round(float(profile.get("latency", 0)) * 1000),
        "QueryStagePlan": _plan(profile.get("children") or [], "0"),
        "SubStages": [],
    }


def _plan(operators: list[dict[str, Any]], identifier: str) -> Structure:
    if not operators:
        return {"Name": "Output", "Identifier": identifier, "Children": []}
    first = operators[0]
    nested = first.get("children") or []
    children = [_plan([o], f"{identifier}.{i}") for i, o in enumerate(nested)] if identifier.count(".") < _DEPTH else []
    return {"Name": str(first.get("operator_name", "")).strip(), "Identifier": identifier, "Children": children}


def statistics(execution: Execution) -> Structure:
    """QueryRuntimeStatistics; members that nothing was measured for are left out."""
    measured = execution.statistics
    described: Structure = {"Timeline": {name: measured[name] for name in _TIMES if name in measured}}
    if not measured:
        return described
    rows = {
        "InputBytes": measured["DataScannedInBytes"],
        "InputRows": (execution.stage or {}).get("InputRows"),
        "OutputBytes": execution.output_bytes,
        "OutputRows": execution.rows,
    }
    described["Rows"] = {name: value for name, value in rows.items() if value is not None}
    if execution.stage:
        described["OutputStage"] = execution.stage
    return described
