"""Query executions: start, watch, stop, list.

https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html and its companions (read 2026-11).
"""

from localstack.aws.api import RequestContext, handler

from rapid.emulator.athena import stages
from rapid.emulator.athena.errors import InvalidRequestException
from rapid.emulator.athena.models import TERMINAL, Structure
from rapid.emulator.athena.requests import (
    clients,
    ensure_default,
    find_execution,
    find_workgroup,
    page,
    scope_of,
    store_of,
    with_token,
)
from rapid.emulator.athena.running import Running

HOLD_SECONDS = 0.9
"""How long GetQueryExecution waits for a running query to end, so that clients that sleep between looks finish fast."""


class Queries(Running):
    """Operations on query executions."""

    @handler("StartQueryExecution", expand=False)
    def start_query_execution(self, context: RequestContext, request: Structure) -> Structure:
        from rapid.emulator.athena import starting
        from rapid.emulator.athena.execute import check, perform
        from rapid.emulator.athena.runs import Run
        from rapid.emulator.athena.sql.errors import MalformedQueryError

        store, scope = store_of(context), scope_of(context)
        starting.check_text(request["QueryString"])
        workgroup = find_workgroup(store, request.get("WorkGroup"))
        if workgroup.state != "ENABLED":
            raise InvalidRequestException(f"WorkGroup {workgroup.name} is disabled.", "WORKGROUP_DISABLED")
        if workgroup.spark:
            raise InvalidRequestException(f"WorkGroup {workgroup.name} is Spark enabled; it runs calculations, no SQL")
        if (known := starting.repeated(store, request)) is not None:
            return {"QueryExecutionId": known}
        try:
            statement = check(request["QueryString"])
        except MalformedQueryError as error:
            raise InvalidRequestException(error.reason, "MALFORMED_QUERY") from error
        runs = self.runs()
        starting.check_quota(runs.active(scope, statement.kind == "DDL"), statement.kind)
        execution = starting.execution(request, workgroup, statement, scope)
        glue, s3 = clients(context)
        starting.check_bucket(execution, s3)
        starting.remember(store, scope, request, execution)

        def work(run: Run) -> None:
            ensure_default(glue, scope)
            starting.check_catalog(store, execution)
            earlier = starting.reusable(store, execution, s3)
            if earlier is None:
                perform(run, runs, glue, s3, store, statement)
            else:
                starting.take_over(execution, earlier)

        runs.submit(execution, scope, work)
        return {"QueryExecutionId": execution.id}

    @handler("GetQueryExecution", expand=False)
    def get_query_execution(self, context: RequestContext, request: Structure) -> Structure:
        execution = find_execution(store_of(context), request["QueryExecutionId"])
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
        newest = [e.id for e in reversed(list(store.executions.values())) if e.workgroup == workgroup.name]
        ids, token = page(newest, request, 50)
        return with_token({"QueryExecutionIds": ids}, token)

    @handler("StopQueryExecution", expand=False)
    def stop_query_execution(self, context: RequestContext, request: Structure) -> Structure:
        execution = find_execution(store_of(context), request["QueryExecutionId"])
        if execution.state not in TERMINAL:
            self.runs().stop(execution.id, HOLD_SECONDS)
        return {}

    @handler("GetQueryRuntimeStatistics", expand=False)
    def get_query_runtime_statistics(self, context: RequestContext, request: Structure) -> Structure:
        execution = find_execution(store_of(context), request["QueryExecutionId"])
        return {"QueryRuntimeStatistics": stages.statistics(execution)}
