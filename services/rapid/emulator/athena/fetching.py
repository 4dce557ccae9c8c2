"""GetQueryResults: https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html (read 2026-11)."""

from pathlib import Path

from localstack.aws.api import RequestContext, handler

from rapid.emulator.athena.errors import InvalidRequestException
from rapid.emulator.athena.models import TERMINAL, Execution, Structure
from rapid.emulator.athena.objects import Objects, StoredObject, split_uri
from rapid.emulator.athena.requests import clients, find_execution, place_of, store_of, token_at, with_token
from rapid.emulator.athena.running import Running
from rapid.emulator.athena.stored import Place, Row, page

MAX_PAGE = 1000
NO_RESULTS = "Could not find results"
"""What AWS says of a result object that is gone; from users' reports, it is on no page of AWS's."""


class Results(Running):
    """The operation that fetches rows."""

    @handler("GetQueryResults", expand=False)
    def get_query_results(self, context: RequestContext, request: Structure) -> Structure:
        execution = find_execution(store_of(context), request["QueryExecutionId"])
        _check(execution, request)
        limit = request.get("MaxResults") or MAX_PAGE
        shown, following = self._page(context, execution, place_of(request), limit)
        response: Structure = {
            "UpdateCount": execution.update_count or 0,
            "ResultSet": {
                "Rows": [{"Data": [{} if v is None else {"VarCharValue": v} for v in row]} for row in shown],
                "ResultSetMetadata": {"ColumnInfo": execution.columns},
            },
        }
        # A full page has a token even if nothing follows, as on AWS.
        return with_token(response, token_at(following) if len(shown) == limit else None)

    def _page(self, context: RequestContext, execution: Execution, place: Place, limit: int) -> tuple[list[Row], Place]:
        """Rows of a result: of a small one that ended a moment ago as kept in memory, else from the result object."""
        header = [c["Name"] for c in execution.columns] if execution.has_header and execution.columns else None
        kept: list[Row] | None = self.runs().rows(execution.id)
        if kept is not None and not place.byte:
            rows = [*([[*header]] if header else []), *kept][place.row : place.row + limit]
            return rows, Place(place.row + len(rows))
        written = execution.location.endswith((".csv", ".txt"))
        if not written or (execution.location.endswith(".csv") and not execution.has_header):
            return [], place  # a statement that leaves no rows
        if execution.location.endswith(".csv"):
            header = None  # it is in the object
        path = _object(Objects(clients(context)[1], self.runs().engine.work / "objects"), execution.location)
        if place.row and not place.byte:  # it was in memory when the token was made
            place = page(path, header, Place(), place.row)[1]
        return page(path, header, place, limit)


def _object(objects: Objects, uri: str) -> Path:
    """The result object as a file.

    Raises:
        InvalidRequestException: it is gone.
    """
    here = objects.local(StoredObject(*split_uri(uri), 0, ""))
    if here is not None:
        return here
    found = objects.find(uri)
    if found is None:
        raise InvalidRequestException(NO_RESULTS)
    return objects.path(found)


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
