"""What StartQueryExecution decides before a query runs: may it, is it a repetition, where does its result go.

https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html (read 2026-11).
"""

import hashlib
import re
import uuid
from contextlib import suppress
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from rapid.emulator.athena import history
from rapid.emulator.athena.catalog import serves
from rapid.emulator.athena.errors import InvalidRequestException, TooManyRequestsException
from rapid.emulator.athena.models import TERMINAL, AthenaStore, Execution, Structure, WorkGroup, now
from rapid.emulator.athena.objects import split_uri
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.statements import Statement
from rapid.emulator.state.s3.metadata import find_bucket
from rapid.emulator.telling import Scope

MAX_QUERY = 262_144
KEPT_EXECUTIONS = 10_000
ACTIVE = {"DDL": 20, "DML": 200}
"""Queries that wait or run in an account: https://docs.aws.amazon.com/athena/latest/ug/service-limits.html."""
REUSE_MINUTES = 60
"""How old a reused result may be where the request does not say."""
NO_LOCATION = (
    "No output location provided. An output location is required either through the Workgroup result configuration "
    "setting or as an API input."
)
TOO_MANY = (
    "You have exceeded the limit for the number of queries you can run concurrently. Please reduce the number of "
    "concurrent queries submitted by this account. Contact customer support to request a concurrent query limit "
    "increase."
)
MANAGED_ACCOUNT = "000000000001"
"""Owns the buckets of managed query results, so that no caller lists them."""


def check_text(text: str) -> None:
    """Refuses what Athena refuses before it parses a query."""
    if not text.strip():
        raise InvalidRequestException("The query string is empty.", "MALFORMED_QUERY")
    if len(text.encode()) > MAX_QUERY:
        raise InvalidRequestException(
            "1 validation error detected: Value at 'queryString' failed to satisfy constraint: Member must have "
            f"length less than or equal to {MAX_QUERY}"
        )


def check_quota(active: int, kind: str) -> None:
    """Raises TooManyRequestsException if no further query of this kind may wait."""
    if active >= ACTIVE["DDL" if kind == "DDL" else "DML"]:
        raise TooManyRequestsException(TOO_MANY)


def repeated(store: AthenaStore, request: Structure) -> str | None:
    """The query that was started with the same ClientRequestToken.

    Raises:
        InvalidRequestException: the token was used for another request.
    """
    token = request.get("ClientRequestToken")
    if not token or token not in store.tokens:
        return None
    query_id, _, digest = store.tokens[token].partition(" ")
    if digest != _digest(request):
        raise InvalidRequestException("Idempotent parameters do not match", "IDEMPOTENT_PARAMETER_MISMATCH")
    return query_id


def remember(store: AthenaStore, scope: Scope, request: Structure, execution: Execution) -> None:
    """Adds an execution to the history, and its token; AWS forgets after 45 days, this after so many."""
    store.executions[execution.id] = execution
    if token := request.get("ClientRequestToken"):
        execution.token = f"{token} {_digest(request)}"
        store.tokens[token] = f"{execution.id} {_digest(request)}"
    while len(store.executions) > KEPT_EXECUTIONS:
        oldest = next(iter(store.executions))
        if store.executions[oldest].state not in TERMINAL:
            break
        del store.executions[oldest]
        history.forget(scope.account, scope.region, [oldest])
    while len(store.tokens) > KEPT_EXECUTIONS:
        del store.tokens[next(iter(store.tokens))]
    history.record(scope.account, scope.region, execution)


def _digest(request: Structure) -> str:
    """What must be the same when a ClientRequestToken is used again."""
    names = ("QueryString", "QueryExecutionContext", "ResultConfiguration", "WorkGroup", "ExecutionParameters")
    return hashlib.sha256(repr([request.get(name) for name in names]).encode()).hexdigest()


def execution(request: Structure, workgroup: WorkGroup, statement: Statement, scope: Scope) -> Execution:
    """The execution that a request asks for.

    Raises:
        InvalidRequestException: nothing says where its result goes.
    """
    query_id = str(uuid.uuid4())
    context = request.get("QueryExecutionContext") or {}
    own = workgroup.configuration
    managed = bool((own.get("ManagedQueryResultsConfiguration") or {}).get("Enabled"))
    configuration = {} if managed else _configuration(request, workgroup)
    where = _managed_location(scope) if managed else configuration["OutputLocation"].rstrip("/") + "/"
    if statement.substatement == "CREATE_TABLE_AS_SELECT":
        where += "tables/"
    return Execution(
        id=query_id,
        query=request["QueryString"],
        statement_type=statement.kind,
        substatement_type=statement.substatement,
        workgroup=workgroup.name,
        database=context.get("Database", "").strip("`"),
        catalog=context.get("Catalog", "").lower(),
        location=f"{where}{query_id}{statement.suffix}",
        configuration=configuration,
        parameters=request.get("ExecutionParameters"),
        reuse=request.get("ResultReuseConfiguration"),
        cutoff=own.get("BytesScannedCutoffPerQuery"),
        publishes_metrics=bool(own.get("PublishCloudWatchMetricsEnabled")),
        managed=managed,
    )


def _configuration(request: Structure, workgroup: WorkGroup) -> Structure:
    """The workgroup's result configuration if it is enforced, else the request's with the workgroup's location."""
    own = request.get("ResultConfiguration") or {}
    shared = workgroup.configuration.get("ResultConfiguration") or {}
    enforced = workgroup.configuration.get("EnforceWorkGroupConfiguration")
    configuration = dict(shared) if enforced else dict(own) if own.get("OutputLocation") else {**shared, **own}
    location = configuration.get("OutputLocation")
    if not location:
        raise InvalidRequestException(NO_LOCATION)
    if not re.match("s3://[^/]", location):
        raise InvalidRequestException("outputLocation is not a valid S3 path.")
    return configuration


def check_bucket(execution: Execution, s3: Any) -> None:
    """Looks for the bucket of the result, in this process first.

    Raises:
        InvalidRequestException: there is none; AWS's words, https://repost.aws/knowledge-center/athena-output-bucket-error.
    """
    bucket = split_uri(execution.location)[0]
    if find_bucket(bucket) is not None:
        return
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        raise InvalidRequestException(f"Unable to verify/create output bucket {bucket}") from error


def _managed_location(scope: Scope) -> str:
    """Where managed results lie: https://docs.aws.amazon.com/athena/latest/ug/managed-results.html."""
    bucket = f"rapid-athena-managed-results-{scope.account}-{scope.region}"
    owner = Scope(MANAGED_ACCOUNT, "us-east-1").client("s3")
    with suppress(owner.exceptions.BucketAlreadyOwnedByYou):
        owner.create_bucket(Bucket=bucket)
    return f"s3://{bucket}/"


def check_catalog(store: AthenaStore, execution: Execution) -> None:
    """Fails a query that asks for a data catalog that is not the Glue one.

    Raises:
        SqlError: there is no such catalog, or it is a connector that this machine does not have.
    """
    name = execution.catalog
    if name not in ("", "awsdatacatalog") and not serves(store.catalogs, name):
        raise SqlError("CATALOG_NOT_FOUND", f"line 1:1: Catalog '{name}' does not exist")


def reusable(store: AthenaStore, new: Execution, s3: Any) -> Execution | None:
    """An earlier query whose result a new one may take over, as its request asks.

    The same text, parameters, catalog, database and workgroup, young enough, and its result still there:
    https://docs.aws.amazon.com/athena/latest/ug/reusing-query-results.html (read 2026-11).
    """
    asked = (new.reuse or {}).get("ResultReuseByAgeConfiguration") or {}
    if not asked.get("Enabled") or new.substatement_type not in ("SELECT", "EXECUTE"):
        return None
    minutes = asked.get("MaxAgeInMinutes")
    oldest = now() - timedelta(minutes=REUSE_MINUTES if minutes is None else minutes)
    for earlier in reversed(list(store.executions.values())):
        if earlier.submitted < oldest:
            return None
        if earlier.state == "SUCCEEDED" and not earlier.reused and _same(earlier, new) and _kept(earlier, s3):
            return earlier
    return None


def _same(one: Execution, other: Execution) -> bool:
    return all(
        getattr(one, name) == getattr(other, name)
        for name in ("query", "parameters", "catalog", "database", "workgroup", "managed")
    )


def _kept(earlier: Execution, s3: Any) -> bool:
    bucket, key = split_uri(earlier.location)
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError:
        return False
    return True


def take_over(new: Execution, earlier: Execution) -> None:
    """Makes an earlier query's result the result of a new one."""
    new.location, new.configuration, new.columns = earlier.location, earlier.configuration, earlier.columns
    new.has_header, new.update_count, new.rows = earlier.has_header, earlier.update_count, earlier.rows
    new.output_bytes, new.reused = earlier.output_bytes, True
