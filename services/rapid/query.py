"""Runs one Athena query to its end and fetches its rows; used by the commands that check and show data."""

import time
from typing import Any

from rapid.core.errors import RapidError

FIRST_WAIT, LONGEST_WAIT = 0.01, 0.5
"""Seconds between two looks at a running query; doubled each time."""


class QueryFailedError(RapidError):
    """The query ended as FAILED or CANCELLED; the message is Athena's StateChangeReason."""


def run(athena: Any, sql: str, database: str, workgroup: str) -> tuple[list[str], list[list[str | None]]]:
    """Runs a statement and returns its column names and all its rows, values as Athena's text, NULL as None.

    Raises:
        QueryFailedError: the statement did not parse, or failed while running.
    """
    try:
        started = athena.start_query_execution(
            QueryString=sql, QueryExecutionContext={"Database": database}, WorkGroup=workgroup
        )
    except athena.exceptions.InvalidRequestException as error:
        raise QueryFailedError(error.response["Error"]["Message"]) from error
    query_id = started["QueryExecutionId"]
    _wait(athena, query_id)
    columns: list[str] = []
    rows: list[list[str | None]] = []
    for number, page in enumerate(athena.get_paginator("get_query_results").paginate(QueryExecutionId=query_id)):
        results = page["ResultSet"]
        if number == 0:
            columns = [c["Name"] for c in results["ResultSetMetadata"]["ColumnInfo"]]
        values = [[cell.get("VarCharValue") for cell in row["Data"]] for row in results["Rows"]]
        # Athena's first page begins with a header row for queries, not for DDL.
        rows.extend(values[1:] if number == 0 and values and values[0] == columns else values)
    return columns, rows


def _wait(athena: Any, query_id: str) -> None:
    pause = FIRST_WAIT
    while True:
        status = athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"]
        if status["State"] == "SUCCEEDED":
            return
        if status["State"] in {"FAILED", "CANCELLED"}:
            raise QueryFailedError(status.get("StateChangeReason", f"The query was {status['State'].lower()}."))
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_WAIT)
