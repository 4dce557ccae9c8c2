"""Query executions: start, watch, stop, list, fetch.

https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html and its companions (read 2026-11).
"""

import base64
import hashlib
import threading
import uuid
from typing import Any

from localstack.aws.api import RequestContext, handler

from rapid.emulator.athena.errors import InvalidRequestException
from rapid.emulator.athena.models import TERMINAL, AthenaStore, Execution, Structure, WorkGroup, athena_stores

MAX_QUERY = 262_144
MAX_PAGE = 1000
HOLD_SECONDS = 0.9
"""How long GetQueryExecution waits for a running query to end, so that clients that sleep between looks finish fast."""
KEPT_EXECUTIONS = 10_000
NO_LOCATION = (
    "No output location provided. An output location is required either through the Workgroup result configuration "
    "setting or as an API input."
)


def store_of(context: RequestContext) -> AthenaStore:
    store: AthenaStore = athena_stores[context.account_id][context.region]
    return store


def clients(context: RequestContext) -> tuple[Any, Any]:
    """Glue and S3 of the caller's account and region."""
    from localstack.aws.connect import connect_to

    connected = connect_to(aws_access_key_id=context.account_id, region_name=context.region)
    return connected.glue, connected.s3


def find_workgroup(store: AthenaStore, name: str | None) -> WorkGroup:
    """The workgroup a request names; `primary` if none.

    Raises:
        InvalidRequestException: there is none.
    """
    found = store.workgroups.get(name or "primary")
    if found is None:
        raise InvalidRequestException(f"WorkGroup {name} is not found.", "WORKGROUP_NOT_FOUND")
    return found


def page(items: list[Any], request: Structure, limit: int) -> tuple[list[Any], str | None]:
    """One page of a list and the token of the next.

    Raises:
        InvalidRequestException: a token that this service did not give.
    """
    start = 0
    if token := request.get("NextToken"):
        try:
            start = int(base64.urlsafe_b64decode(token.encode()).decode().removeprefix("from:"))
        except ValueError as error:
            raise InvalidRequestException("NextToken is invalid", "INVALID_NEXT_TOKEN") from error
    count = min(request.get("MaxResults") or limit, limit)
    following = start + count
    return items[start:following], _token(following) if following < len(items) else None


def _token(position: int) -> str:
    return base64.urlsafe_b64encode(f"from:{position}".encode()).decode()


def with_token(response: Structure, token: str | None) -> Structure:
    return {**response, **({"NextToken": token} if token else {})}


class Queries:
    """Operations on query executions."""

    _runs: Any = None
    _starting = threading.Lock()

    def runs(self) -> Any:
        """The running queries; DuckDB and sqlglot are imported here, on the first query."""
        with self._starting:
            if self._runs is None:
                from rapid.core import config
                from rapid.emulator.athena.engine import Engine
                from rapid.emulator.athena.runs import Runs
                from rapid.emulator.state import mark_dirty

                settings = config.load()
                engine = Engine([settings.state / "s3" / "objects"], settings.run / "athena")
                self._runs = Runs(engine, lambda: mark_dirty("athena"))
        return self._runs

    def stop_running(self) -> None:
        with self._starting:
            if self._runs is not None:
                self._runs.stop_all()

    @handler("StartQueryExecution", expand=False)
    def start_query_execution(self, context: RequestContext, request: Structure) -> Structure:
        from rapid.emulator.athena.execute import check, perform
        from rapid.emulator.athena.sql.errors import MalformedQueryError

        store, text = store_of(context), request["QueryString"]
        if not text.strip() or len(text.encode()) > MAX_QUERY:
            raise InvalidRequestException(
                f"1 validation error detected: Value at 'queryString' failed to satisfy constraint: Member must have "
                f"length between 1 and {MAX_QUERY}"
            )
        workgroup = find_workgroup(store, request.get("WorkGroup"))
        if workgroup.state != "ENABLED":
            raise InvalidRequestException(f"WorkGroup {workgroup.name} is disabled.", "WORKGROUP_DISABLED")
        if (known := _by_token(store, request)) is not None:
            return {"QueryExecutionId": known}
        try:
            statement = check(text)
        except MalformedQueryError as error:
            raise InvalidRequestException(error.reason, "MALFORMED_QUERY") from error
        execution = _execution(request, workgroup, statement)
        runs = self.runs()
        store.executions[execution.id] = execution
        if token := request.get("ClientRequestToken"):
            store.tokens[f"{token} {_digest(request)}"] = execution.id
            store.tokens[token] = execution.id
        _forget_oldest(store)
        glue, s3 = clients(context)
        runs.submit(execution, lambda run: perform(run, runs, glue, s3, store, statement))
        return {"QueryExecutionId": execution.id}

    @handler("GetQueryExecution", expand=False)
    def get_query_execution(self, context: RequestContext, request: Structure) -> Structure:
        execution = _find(store_of(context), request["QueryExecutionId"])
        if execution.state not in TERMINAL:
            self.runs().wait(execution.id, HOLD_SECONDS)
        return {"QueryExecution": execution.describe()}

    @handler("BatchGetQueryExecution", expand=False)
    def batch_get_query_execution(self, context: RequestContext, request: Structure) -> Structure:
        store, found, missing = store_of(context), [], []
        for query_id in request["QueryExecutionIds"]:
            if query_id in store.executions:
                found.append(store.executions[query_id].describe())
            else:
                message = f"QueryExecution {query_id} was not found"
                missing.append({"QueryExecutionId": query_id, "ErrorCode": "INVALID_INPUT", "ErrorMessage": message})
        return {"QueryExecutions": found, "UnprocessedQueryExecutionIds": missing}

    @handler("ListQueryExecutions", expand=False)
    def list_query_executions(self, context: RequestContext, request: Structure) -> Structure:
        store = store_of(context)
        workgroup = find_workgroup(store, request.get("WorkGroup"))
        newest = [e.id for e in reversed(store.executions.values()) if e.workgroup == workgroup.name]
        ids, token = page(newest, request, 50)
        return with_token({"QueryExecutionIds": ids}, token)

    @handler("StopQueryExecution", expand=False)
    def stop_query_execution(self, context: RequestContext, request: Structure) -> Structure:
        execution = _find(store_of(context), request["QueryExecutionId"])
        run = self.runs().find(execution.id)
        if run is not None:
            run.stop()
            run.done.wait(HOLD_SECONDS)
        return {}

    @handler("GetQueryRuntimeStatistics", expand=False)
    def get_query_runtime_statistics(self, context: RequestContext, request: Structure) -> Structure:
        execution = _find(store_of(context), request["QueryExecutionId"])
        names = {
            "QueryQueueTimeInMillis": "QueryQueueTimeInMillis",
            "ServicePreProcessingTimeInMillis": "ServicePreProcessingTimeInMillis",
            "QueryPlanningTimeInMillis": "QueryPlanningTimeInMillis",
            "EngineExecutionTimeInMillis": "EngineExecutionTimeInMillis",
            "ServiceProcessingTimeInMillis": "ServiceProcessingTimeInMillis",
            "TotalExecutionTimeInMillis": "TotalExecutionTimeInMillis",
        }
        statistics: Structure = {
            "Timeline": {new: execution.statistics[old] for old, new in names.items() if old in execution.statistics}
        }
        if execution.statistics:
            statistics["Rows"] = {
                "InputBytes": execution.statistics["DataScannedInBytes"],
                **({"OutputRows": execution.rows} if execution.rows is not None else {}),
                **({"OutputBytes": execution.output_bytes} if execution.output_bytes is not None else {}),
            }
        return {"QueryRuntimeStatistics": statistics}

    @handler("GetQueryResults", expand=False)
    def get_query_results(self, context: RequestContext, request: Structure) -> Structure:
        execution = _find(store_of(context), request["QueryExecutionId"])
        if execution.state not in TERMINAL:
            message = f"Query has not yet finished. Current state: {execution.state}"
            raise InvalidRequestException(message, "INVALID_QUERY_EXECUTION_STATE")
        if execution.state != "SUCCEEDED":
            message = f"Query did not finish successfully. Final query state: {execution.state}"
            raise InvalidRequestException(message, "INVALID_QUERY_EXECUTION_STATE")
        limit = request.get("MaxResults") or MAX_PAGE
        if limit > MAX_PAGE:
            raise InvalidRequestException("MaxResults is more than maximum allowed length 1000.")
        rows = self._rows(context, execution)
        start = _start(request)
        header = [[c["Name"] for c in execution.columns]] if execution.has_header and execution.columns else []
        shown = (
            (header + rows[: limit - len(header)])
            if start == 0
            else rows[start - len(header) : start - len(header) + limit]
        )
        response: Structure = {
            "UpdateCount": execution.update_count or 0,
            "ResultSet": {
                "Rows": [{"Data": [{} if v is None else {"VarCharValue": v} for v in row]} for row in shown],
                "ResultSetMetadata": {"ColumnInfo": execution.columns},
            },
        }
        return with_token(response, _token(start + limit) if len(shown) == limit else None)

    def _rows(self, context: RequestContext, execution: Execution) -> list[list[str | None]]:
        """All rows of a result: kept in memory, or read from the result object again."""
        from rapid.emulator.athena.execute import stored_rows

        runs = self.runs()
        rows: list[list[str | None]] | None = runs.rows(execution.id)
        if rows is None:
            rows = stored_rows(execution, clients(context)[1])
            runs.keep(execution.id, rows)
        return rows


def _start(request: Structure) -> int:
    token = request.get("NextToken")
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token.encode()).decode().removeprefix("from:"))
    except ValueError as error:
        raise InvalidRequestException("NextToken is invalid", "INVALID_NEXT_TOKEN") from error


def _find(store: AthenaStore, query_id: str) -> Execution:
    found = store.executions.get(query_id)
    if found is None:
        raise InvalidRequestException(f"QueryExecution {query_id} was not found", "INVALID_QUERY_EXECUTION_ID")
    return found


def _digest(request: Structure) -> str:
    """What must be the same when a ClientRequestToken is used again."""
    context = request.get("QueryExecutionContext") or {}
    location = (request.get("ResultConfiguration") or {}).get("OutputLocation")
    parts = (request["QueryString"], context.get("Database"), location)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _by_token(store: AthenaStore, request: Structure) -> str | None:
    """The query that was started with the same token.

    Raises:
        InvalidRequestException: the token was used for another request.
    """
    token = request.get("ClientRequestToken")
    if not token:
        return None
    if not 32 <= len(token) <= 128:
        raise InvalidRequestException("ClientRequestToken must have a length between 32 and 128")
    if token in store.tokens and f"{token} {_digest(request)}" not in store.tokens:
        raise InvalidRequestException("Idempotent parameters do not match", "IDEMPOTENT_PARAMETER_MISMATCH")
    return store.tokens.get(token)


def _execution(request: Structure, workgroup: WorkGroup, statement: Any) -> Execution:
    own = request.get("ResultConfiguration") or {}
    shared = workgroup.configuration.get("ResultConfiguration") or {}
    enforced = workgroup.configuration.get("EnforceWorkGroupConfiguration")
    configuration = dict(shared if enforced or not own.get("OutputLocation") else own)
    location = configuration.get("OutputLocation")
    if not location:
        raise InvalidRequestException(NO_LOCATION)
    if not location.startswith("s3://"):
        raise InvalidRequestException("outputLocation is not a valid S3 path.")
    query_id = str(uuid.uuid4())
    context = request.get("QueryExecutionContext") or {}
    where = location.rstrip("/") + "/"
    if statement.substatement == "CREATE_TABLE_AS_SELECT":
        where += "tables/"
    return Execution(
        id=query_id,
        query=request["QueryString"],
        statement_type=statement.kind,
        substatement_type=statement.substatement,
        workgroup=workgroup.name,
        database=context.get("Database", "").strip("`"),
        catalog=context.get("Catalog", ""),
        location=f"{where}{query_id}{statement.suffix}",
        configuration=configuration,
        parameters=request.get("ExecutionParameters"),
        reuse=request.get("ResultReuseConfiguration"),
        cutoff=workgroup.configuration.get("BytesScannedCutoffPerQuery"),
    )


def _forget_oldest(store: AthenaStore) -> None:
    """AWS keeps 45 days of history; this keeps the newest so many."""
    while len(store.executions) > KEPT_EXECUTIONS:
        oldest = next(iter(store.executions))
        if store.executions[oldest].state not in TERMINAL:
            return
        del store.executions[oldest]
