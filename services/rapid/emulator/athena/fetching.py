"""GetQueryResults: https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html (read 2026-11)."""

from localstack.aws.api import RequestContext, handler

from rapid.emulator.athena.errors import InvalidRequestException
from rapid.emulator.athena.models import TERMINAL, Execution, Structure
from rapid.emulator.athena.requests import clients, find_execution, position, store_of, token_of, with_token
from rapid.emulator.athena.running import Running

MAX_PAGE = 1000
Rows = list[list[str | None]]


class Results(Running):
    """The operation that fetches rows."""

    @handler("GetQueryResults", expand=False)
    def get_query_results(self, context: RequestContext, request: Structure) -> Structure:
        execution = find_execution(store_of(context), request["QueryExecutionId"])
        _check(execution, request)
        limit = request.get("MaxResults") or MAX_PAGE
        rows = self._rows(context, execution)
        if execution.has_header and execution.columns:
            rows = [[c["Name"] for c in execution.columns], *rows]
        start = position(request)
        shown = rows[start : start + limit]
        response: Structure = {
            "UpdateCount": execution.update_count or 0,
            "ResultSet": {
                "Rows": [{"Data": [{} if v is None else {"VarCharValue": v} for v in row]} for row in shown],
                "ResultSetMetadata": {"ColumnInfo": execution.columns},
            },
        }
        # A full page has a token even if nothing follows, as on AWS.
        return with_token(response, token_of(start + limit) if len(shown) == limit else None)

    def _rows(self, context: RequestContext, execution: Execution) -> Rows:
        """All rows of a result: kept in memory, or read from the result object again."""
        from rapid.emulator.athena.execute import stored_rows

        runs = self.runs()
        rows: Rows | None = runs.rows(execution.id)
        if rows is None:
            rows = stored_rows(execution, clients(context)[1])
            runs.keep(execution.id, rows)
        return rows


def _check(execution: Execution, request: Structure) -> None:
    """Raises InvalidRequestException if there is nothing to fetch."""
    if execution.state not in TERMINAL:
        message = f"Query has not yet finished. Current state: {execution.state}"
        raise InvalidRequestException(message, "INVALID_QUERY_EXECUTION_STATE")
    if execution.state != "SUCCEEDED":
        message = f"Query did not finish successfully. Final query state: {execution.state}"
        raise InvalidRequestException(message, "INVALID_QUERY_EXECUTION_STATE")
    if (request.get("MaxResults") or 0) > MAX_PAGE:
        raise InvalidRequestException("MaxResults is more than maximum allowed length 1000.")
