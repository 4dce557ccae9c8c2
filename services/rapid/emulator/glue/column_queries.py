"""The query that computes column statistics, and what becomes of its answer.

https://docs.aws.amazon.com/glue/latest/webapi/API_ColumnStatisticsData.html (read 2026-11)
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rapid.emulator.glue.errors import InvalidInputException
from rapid.emulator.glue.models import Structure, now
from rapid.emulator.glue.scope import Scope
from rapid.emulator.glue.tables import find_table

BATCH = 25
"""Columns per query and per call of the catalog."""
ASK_AGAIN_SECONDS = 0.1
_KINDS = {
    "tinyint": "LONG", "smallint": "LONG", "int": "LONG", "integer": "LONG", "bigint": "LONG", "timestamp": "LONG",
    "float": "DOUBLE", "double": "DOUBLE", "real": "DOUBLE", "decimal": "DECIMAL", "boolean": "BOOLEAN",
    "string": "STRING", "varchar": "STRING", "char": "STRING", "date": "DATE", "binary": "BINARY",
}  # fmt: skip
"""Catalog type to ColumnStatisticsType; what is not here has no statistics, as on AWS."""


def compute(scope: Scope, task: Structure, stopped: Callable[[], bool]) -> None:
    """Computes the statistics of a run's columns and puts them into the catalog.

    Raises:
        InvalidInputException: the query failed; the message is Athena's.
    """
    database, name = task["DatabaseName"], task["TableName"]
    table = find_table(scope.store, database, name).current
    wanted = task.get("ColumnNameList")
    columns = [
        (column["Name"], column.get("Type", "string"))
        for column in (table.get("StorageDescriptor") or {}).get("Columns", ())
        if (not wanted or column["Name"] in wanted) and _kind(column.get("Type", "string"))
    ]
    for begin in range(0, len(columns), BATCH):
        if stopped():
            return
        batch = columns[begin : begin + BATCH]
        row = _ask(scope, _query(database, name, batch, task.get("SampleSize") or 100.0))
        listed = [
            {"ColumnName": column, "ColumnType": kind, "AnalyzedTime": now(), "StatisticsData": _data(kind, values)}
            for (column, kind), values in zip(batch, _groups(row), strict=True)
        ]
        glue = scope.client("glue")
        glue.update_column_statistics_for_table(DatabaseName=database, TableName=name, ColumnStatisticsList=listed)


def _kind(column_type: str) -> str | None:
    return _KINDS.get(column_type.lower().partition("(")[0].strip())


def _query(database: str, table: str, columns: list[tuple[str, str]], sample: float) -> str:
    """Five values per column: nulls, distinct values, and three that depend on the type."""
    parts = []
    for name, kind in columns:
        column = '"' + name.replace('"', '""') + '"'
        nulls = f"count(*) - count({column})"
        match _kind(kind):
            case "BOOLEAN":
                values = [f"count_if({column})", f"count_if(NOT {column})", "NULL"]
            case "STRING":
                values = [f"max(length({column}))", f"avg(length({column}))", "NULL"]
            case "BINARY":
                values = [f"max(length({column}))", f"avg(length({column}))", "NULL"]
            case "LONG" if kind.lower() == "timestamp":
                values = [f"to_unixtime(min({column}))", f"to_unixtime(max({column}))", "NULL"]
            case _:
                values = [f"min({column})", f"max({column})", "NULL"]
        parts += [nulls, f"count(DISTINCT {column})", *values]
    source = f'"{database}"."{table}"' + (f" TABLESAMPLE BERNOULLI ({sample})" if sample < 100 else "")
    return f"SELECT {', '.join(f'{part} AS v{i}' for i, part in enumerate(parts))} FROM {source}"  # noqa: S608 - names are quoted


def _ask(scope: Scope, query: str) -> list[str | None]:
    athena, bucket = scope.client("athena"), f"aws-glue-assets-{scope.account}-{scope.region}"
    _ensure_bucket(scope, bucket)
    started = athena.start_query_execution(
        QueryString=query, ResultConfiguration={"OutputLocation": f"s3://{bucket}/column-statistics/"}
    )
    query_id = started["QueryExecutionId"]
    while (status := athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"])["State"] in (
        "QUEUED",
        "RUNNING",
    ):
        time.sleep(ASK_AGAIN_SECONDS)  # Athena's API has nothing to wait on
    if status["State"] != "SUCCEEDED":
        raise InvalidInputException(f"The statistics could not be computed: {status.get('StateChangeReason')}")
    rows = athena.get_query_results(QueryExecutionId=query_id)["ResultSet"]["Rows"]
    return [cell.get("VarCharValue") for cell in rows[1]["Data"]]


def _ensure_bucket(scope: Scope, name: str) -> None:
    s3 = scope.client("s3")
    if any(bucket["Name"] == name for bucket in s3.list_buckets()["Buckets"]):
        return
    where = {} if scope.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": scope.region}}
    s3.create_bucket(Bucket=name, **where)


def _groups(row: list[str | None]) -> list[list[str | None]]:
    return [row[begin : begin + 5] for begin in range(0, len(row), 5)]


def _data(column_type: str, values: list[str | None]) -> Structure:
    """ColumnStatisticsData; what an empty table has no value for is left out."""
    kind = _kind(column_type) or "STRING"
    nulls, distinct, first, second = int(values[0] or 0), int(values[1] or 0), values[2], values[3]
    counts = {"NumberOfNulls": nulls, "NumberOfDistinctValues": distinct}
    found: dict[str, Any]
    match kind:
        case "BOOLEAN":
            found = {"NumberOfTrues": int(first or 0), "NumberOfFalses": int(second or 0), "NumberOfNulls": nulls}
        case "STRING":
            found = {"MaximumLength": int(first or 0), "AverageLength": float(second or 0), **counts}
        case "BINARY":
            found = {"MaximumLength": int(first or 0), "AverageLength": float(second or 0), "NumberOfNulls": nulls}
        case _:
            bounds = {"MinimumValue": _value(kind, first), "MaximumValue": _value(kind, second)}
            found = {k: v for k, v in bounds.items() if v is not None} | counts
    return {"Type": kind, f"{kind.capitalize()}ColumnStatisticsData": found}


def _value(kind: str, text: str | None) -> Any:
    if text is None:
        return None
    match kind:
        case "LONG":
            return int(Decimal(text))
        case "DOUBLE":
            return float(text)
        case "DATE":
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
    scaled = Decimal(text).as_tuple()
    number = int("".join(map(str, scaled.digits))) * (-1 if scaled.sign else 1)
    exponent = int(scaled.exponent)
    size = max(1, (number.bit_length() + 8) // 8)
    return {"UnscaledValue": number.to_bytes(size, "big", signed=True), "Scale": -exponent}
