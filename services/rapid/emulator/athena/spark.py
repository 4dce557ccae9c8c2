"""Athena for Apache Spark, which runs in Glue's interactive sessions: the state of a session, the end of a calculation.

    session       CREATING ──▶ IDLE ◀──▶ BUSY ──▶ TERMINATING ──▶ TERMINATED | FAILED
    calculation   RUNNING ──▶ CANCELING ──▶ COMPLETED | FAILED | CANCELED

https://docs.aws.amazon.com/athena/latest/APIReference/API_SessionStatus.html, API_CalculationStatus.html (2026-11).
"""

import json
import logging
import threading
import time
from collections.abc import Iterable
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from rapid.emulator.athena.errors import InvalidRequestException
from rapid.emulator.athena.models import AthenaStore, Calculation, SparkSession, Structure, now
from rapid.emulator.athena.objects import split_uri
from rapid.emulator.state import mark_dirty
from rapid.emulator.telling import Scope

LOG = logging.getLogger(__name__)
Ordered = TypeVar("Ordered", SparkSession, Calculation)
ENDED = frozenset({"TERMINATED", "FAILED"})
_STATES = {"PROVISIONING": "CREATING", "READY": "IDLE", "STOPPING": "TERMINATING", "FAILED": "FAILED"}
"""Glue's states as Athena's; all others are those of a session that has ended as it should."""
_IN_GLUE = frozenset({"WAITING", "RUNNING", "CANCELLING"})
_PAUSE_SECONDS = 0.1
_DEFAULTS = {"spark.sql.shuffle.partitions": "200"}
"""Spark's own, where Glue here has fewer: the order of grouped rows that are shown depends on it."""
RESULT_TYPE = "application/vnd.aws.athena.v1+json"


def repeated(known: Iterable[Ordered], request: Structure) -> Ordered | None:
    """The session or calculation that was started with the same ClientRequestToken."""
    token = request.get("ClientRequestToken")
    return next((one for one in known if token and one.order.get("ClientRequestToken") == token), None)


def ask(scope: Scope, operation: str, **request: Any) -> Structure:
    """Has Glue do something with a session; what it refuses is refused here."""
    try:
        return dict(getattr(scope.client("glue"), operation)(**request))
    except ClientError as error:
        raise InvalidRequestException(error.response["Error"]["Message"]) from error


def start(scope: Scope, session: SparkSession) -> None:
    """Has Glue make the session."""
    engine = session.order["EngineConfiguration"]
    properties = {**_DEFAULTS, **(engine.get("SparkProperties") or {})}
    for classification in engine.get("Classifications") or []:
        if classification.get("Name") == "spark-defaults":
            properties |= classification.get("Properties") or {}
    confs = " --conf ".join(f"{name}={value}" for name, value in properties.items())
    ask(
        scope,
        "create_session",
        Id=session.id,
        Description=session.order.get("Description") or "Athena for Apache Spark",
        Role=session.configuration["ExecutionRole"],
        Command={"Name": "glueetl", "PythonVersion": "3"},
        WorkerType="G.1X",
        NumberOfWorkers=engine["MaxConcurrentDpus"],
        IdleTimeout=session.configuration["SessionIdleTimeoutInMinutes"],
        DefaultArguments={"--enable-glue-datacatalog": "true", "--conf": confs},
    )


def refresh(scope: Scope, store: AthenaStore, session: SparkSession) -> SparkSession:
    """Brings a session's status up to date with Glue's, and returns it."""
    if session.state in ENDED:
        return session
    glue = scope.client("glue")
    try:
        found = glue.get_session(Id=session.id)["Session"]
    except glue.exceptions.EntityNotFoundException:
        found = {"Status": "STOPPED"}
    mine = [c for c in store.calculations.values() if c.session == session.id]
    state = _STATES.get(found["Status"], "TERMINATED")
    if state == "IDLE" and not all(c.ended for c in mine):
        state = "BUSY"
    if state != session.state:
        status = {"State": state, "StartDateTime": session.status["StartDateTime"], "LastModifiedDateTime": now()}
        if state == "IDLE":
            status["IdleSinceDateTime"] = now()
        if state in ENDED:
            status["EndDateTime"] = found.get("CompletedOn") or now()
        if reason := found.get("ErrorMessage"):
            status["StateChangeReason"] = reason[:1024]
        session.status = status
        mark_dirty("athena")
    return session


def follow(scope: Scope, calculation: Calculation) -> None:
    """Waits for a calculation's end on a thread of its own, and stores its output."""
    threading.Thread(target=_follow, args=(scope, calculation), name=f"spark-{calculation.id}", daemon=True).start()


def _follow(scope: Scope, calculation: Calculation) -> None:
    try:
        _finish(scope, calculation, _outcome(scope.client("glue"), calculation))
    except Exception as error:  # the edge of this thread: whatever went wrong, the calculation did not complete
        LOG.exception("Calculation %s", calculation.id)
        calculation.status |= {"State": "FAILED", "StateChangeReason": str(error)[:1024], "CompletionDateTime": now()}
    mark_dirty("athena")


def _outcome(glue: Any, calculation: Calculation) -> Structure:
    """The statement of Glue's session, in its final state."""
    while True:
        try:
            found = glue.get_statement(SessionId=calculation.session, Id=calculation.statement)["Statement"]
        except glue.exceptions.EntityNotFoundException:
            return {"State": "CANCELLED"}
        if found["State"] not in _IN_GLUE:
            return dict(found)
        time.sleep(_PAUSE_SECONDS)


def _finish(scope: Scope, calculation: Calculation, statement: Structure) -> None:
    output = statement.get("Output") or {}
    printed = (output.get("Data") or {}).get("TextPlain", "")
    frames = "".join(output.get("Traceback") or []).removeprefix("Traceback (most recent call last):\n")
    state = "COMPLETED" if output.get("Status") == "ok" else "FAILED"
    result = {
        "StdOutS3Uri": calculation.folder + "stdout",
        "StdErrorS3Uri": calculation.folder + "stderr",
        "ResultS3Uri": calculation.folder + "result/",
        "ResultType": RESULT_TYPE,
    }
    _store(scope, result["StdOutS3Uri"], printed)
    _store(scope, result["StdErrorS3Uri"], frames)
    _store(scope, result["ResultS3Uri"] + "result.json", json.dumps({"data": {"text/plain": printed}}))
    status = {"CompletionDateTime": now(), "SubmissionDateTime": calculation.status["SubmissionDateTime"]}
    if statement["State"] == "CANCELLED":
        state = "CANCELED"
    elif state == "FAILED":
        status["StateChangeReason"] = f"{output.get('ErrorName')}: {output.get('ErrorValue')}"[:1024]
    ended = statement.get("CompletedOn") or int(time.time() * 1000)
    calculation.statistics = {
        "DpuExecutionInMillis": ended - (statement.get("StartedOn") or ended),
        "Progress": "100%" if state == "COMPLETED" else calculation.statistics["Progress"],
    }
    calculation.result = result
    calculation.status = {"State": state, **status}


def _store(scope: Scope, uri: str, text: str) -> None:
    bucket, key = split_uri(uri)
    try:
        scope.client("s3").put_object(Bucket=bucket, Key=key, Body=text.encode(), ContentType="text/plain")
    except ClientError as error:
        raise OSError(f"The output cannot be stored at {uri}: {error}") from error
