"""Runs one Athena query to its end and fetches its rows; used by the commands that check and show data."""

import time
from dataclasses import dataclass
from typing import Any

from rapid.core.errors import RapidError

FIRST_WAIT, LONGEST_WAIT = 0.01, 0.5
"""Seconds between two looks at a running query; doubled each time."""
Row = list[str | None]


class QueryFailedError(RapidError):
    """The query ended as FAILED or CANCELLED; the message is Athena's StateChangeReason."""


@dataclass(frozen=True)
class Result:
    """A query that succeeded: its rows as Athena's text, NULL as None, and what was measured.

    Attributes:
        types: Athena's type of each column.
        kind: DML, DDL or UTILITY.
        scanned: bytes read.
        millis: from start to end.
    """

    columns: list[str]
    types: list[str]
    rows: list[Row]
    kind: str
    scanned: int
    millis: int


def run(athena: Any, sql: str, database: str, workgroup: str) -> tuple[list[str], list[Row]]:
    """Runs a statement and returns its column names and all its rows.

    Raises:
        QueryFailedError: the statement did not parse, or failed while running.
    """
    result = execute(athena, sql, database, workgroup)
    return result.columns, result.rows


def execute(
    athena: Any, sql: str, database: str, workgroup: str, parameters: tuple[str, ...] | list[str] = ()
) -> Result:
    """Runs a statement, with values for its question marks. A KeyboardInterrupt stops the query and is raised again.

    Raises:
        QueryFailedError: the statement did not parse, or failed while running.
    """
    arguments = {"ExecutionParameters": list(parameters)} if parameters else {}
    try:
        started = athena.start_query_execution(
            QueryString=sql, QueryExecutionContext={"Database": database}, WorkGroup=workgroup, **arguments
        )
    except athena.exceptions.InvalidRequestException as error:
        raise QueryFailedError(error.response["Error"]["Message"]) from error
    query_id = started["QueryExecutionId"]
    try:
        execution = _wait(athena, query_id)
    except KeyboardInterrupt:
        athena.stop_query_execution(QueryExecutionId=query_id)
        raise
    return _fetch(athena, execution)


def _fetch(athena: Any, execution: dict[str, Any]) -> Result:
    described: list[dict[str, Any]] = []
    rows: list[Row] = []
    pages = athena.get_paginator("get_query_results").paginate(QueryExecutionId=execution["QueryExecutionId"])
    for number, page in enumerate(pages):
        results = page["ResultSet"]
        values = [[cell.get("VarCharValue") for cell in row["Data"]] for row in results["Rows"]]
        if number == 0:
            described = results["ResultSetMetadata"]["ColumnInfo"]
            # Athena's first page begins with a header row for queries, not for DDL.
            values = values[1:] if values and values[0] == [c["Name"] for c in described] else values
        rows.extend(values)
    statistics = execution["Statistics"]
    return Result(
        columns=[c["Name"] for c in described],
        types=[c["Type"] for c in described],
        rows=rows,
        kind=execution["StatementType"],
        scanned=statistics.get("DataScannedInBytes", 0),
        millis=statistics.get("TotalExecutionTimeInMillis", 0),
    )


def _wait(athena: Any, query_id: str) -> dict[str, Any]:
    pause = FIRST_WAIT
    while True:
        execution: dict[str, Any] = athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
        status = execution["Status"]
        if status["State"] == "SUCCEEDED":
            return execution
        if status["State"] in {"FAILED", "CANCELLED"}:
            raise QueryFailedError(status.get("StateChangeReason", f"The query was {status['State'].lower()}."))
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_WAIT)
