"""Interactive sessions.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-interactive-sessions.html (read 2026-11).

A session is a process of the runner with a Spark context that takes statements one after another:

    PROVISIONING ──▶ READY ──▶ STOPPING ──▶ STOPPED         statement: WAITING ──▶ RUNNING ──▶ AVAILABLE
         └─────────────┴─────▶ FAILED | TIMEOUT                           └──────────┴─────▶ CANCELLED
"""

import re
import time

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import arn, defined, page, store_of
from rapid.emulator.glue.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    IllegalSessionStateException,
    InvalidInputException,
    RunnerUnavailableError,
)
from rapid.emulator.glue.jobs import DPU_PER_WORKER
from rapid.emulator.glue.models import CHANGING, FINAL, Session, Structure, now
from rapid.emulator.glue.orchestration import Orchestration
from rapid.emulator.glue.runner import RunStatus
from rapid.emulator.glue.scope import Scope
from rapid.emulator.state import mark_dirty

LOG_GROUP = "/aws-glue/sessions"
DEFAULT_IDLE = DEFAULT_TIMEOUT = 2880
"""Minutes."""
STATES = {"QUEUED": "PROVISIONING", "STARTING": "PROVISIONING", "RUNNING": "READY", "SUCCEEDED": "TIMEOUT"}
"""The runner's states as Glue's; a session ends by itself only when nobody has used it for its idle time."""
PENDING = frozenset({"WAITING", "RUNNING"})


class Sessions:
    """Operations on sessions and their statements."""

    orchestration: Orchestration

    def resume_sessions(self, scope: Scope) -> None:
        """Takes up the sessions that were alive when the emulator ended."""
        self.orchestration.follower.resume(scope.store.sessions.values(), _apply)

    @handler("CreateSession", expand=False)
    def create_session(self, context: RequestContext, request: Structure) -> Structure:
        store, name = store_of(context), request["Id"]
        if not re.fullmatch(r"[\w.-]{1,255}", name):
            raise InvalidInputException(f"Session id {name!r} must match [a-zA-Z0-9_.-]+.")
        if name in store.sessions:
            raise AlreadyExistsException(f"Session already created, sessionId={name}")
        command = (request.get("Command") or {}).get("Name")
        if command not in {"glueetl", "gluestreaming"}:
            raise InvalidInputException(f"Session command {command!r} is not supported; glueetl and gluestreaming are.")
        session = store.sessions[name] = _new(request)
        if tags := request.get("Tags"):
            store.tags[arn(context, f"session/{name}")] = dict(tags)
        self.orchestration.follower.launch(session, _apply)
        return {"Session": session.response}

    @handler("GetSession", expand=False)
    def get_session(self, context: RequestContext, request: Structure) -> Structure:
        return {"Session": _find(context, request["Id"]).response}

    @handler("ListSessions", expand=False)
    def list_sessions(self, context: RequestContext, request: Structure) -> Structure:
        store, wanted = store_of(context), (request.get("Tags") or {}).items()

        def tagged(name: str, _session: Session) -> bool:
            return wanted <= store.tags.get(arn(context, f"session/{name}"), {}).items()

        found, more = page(store.sessions, request, 1000, tagged)
        return {"Ids": [session.name for session in found], "Sessions": [s.response for s in found], **more}

    @handler("StopSession", expand=False)
    def stop_session(self, context: RequestContext, request: Structure) -> Structure:
        session = _find(context, request["Id"])
        if not session.begin_to_stop():
            raise IllegalSessionStateException(f"Session is in {session.state} status")
        self.orchestration.follower.stop(session)
        return {"Id": session.name}

    @handler("DeleteSession", expand=False)
    def delete_session(self, context: RequestContext, request: Structure) -> Structure:
        """Deletes a session; one that is alive is stopped first."""
        session = _find(context, request["Id"])
        if session.begin_to_stop():
            self.orchestration.follower.stop(session)
        del store_of(context).sessions[session.name]
        store_of(context).tags.pop(arn(context, f"session/{session.name}"), None)
        return {"Id": session.name}

    @handler("RunStatement", expand=False)
    def run_statement(self, context: RequestContext, request: Structure) -> Structure:
        if not 1 <= len(request["Code"]) <= 68000:
            raise InvalidInputException("Code must have 1 to 68000 characters.")
        with CHANGING:
            session = _ready(context, request["SessionId"])
            number = len(session.statements)
            session.statements[number] = {"Id": number, "Code": request["Code"], "State": "WAITING", "Progress": 0.0}
        self._send(session, {"statement": {"id": number, "code": request["Code"]}})
        return {"Id": number}

    @handler("GetStatement", expand=False)
    def get_statement(self, context: RequestContext, request: Structure) -> Structure:
        return {"Statement": _statement(_find(context, request["SessionId"]), request["Id"])}

    @handler("ListStatements", expand=False)
    def list_statements(self, context: RequestContext, request: Structure) -> Structure:
        found, more = page(_find(context, request["SessionId"]).statements, request, 1000)
        return {"Statements": found, **more}

    @handler("CancelStatement", expand=False)
    def cancel_statement(self, context: RequestContext, request: Structure) -> Structure:
        with CHANGING:
            session = _ready(context, request["SessionId"])
            statement = _statement(session, request["Id"])
            pending = statement["State"] in PENDING
            if pending:
                session.statements[request["Id"]] = {**statement, "State": "CANCELLING"}
        if pending:
            self._send(session, {"cancel": request["Id"]})
        return {}

    def _send(self, session: Session, message: Structure) -> None:
        try:
            self.orchestration.follower.runner.send(session.id, message)
        except RunnerUnavailableError as error:
            raise IllegalSessionStateException(str(error)) from error


def _new(request: Structure) -> Session:
    """A session in PROVISIONING, and what the runner needs to make it."""
    workers, kind = request.get("NumberOfWorkers") or 5, request.get("WorkerType") or "G.1X"
    # AWS's kernel reads both members of every session that was not given a capacity.
    sized = {} if request.get("MaxCapacity") else {"WorkerType": kind, "NumberOfWorkers": workers}
    left_out = {"Tags", "RequestOrigin", "Timeout"}
    response = {
        "GlueVersion": "5.1",
        "IdleTimeout": DEFAULT_IDLE,
        "MaxCapacity": DPU_PER_WORKER.get(kind, 1.0) * workers,
        **sized,
        **defined({key: value for key, value in request.items() if key not in left_out}),
        "CreatedOn": now(),
        "Status": "PROVISIONING",
        "Progress": 0.0,
    }
    run_id = f"session_{request['Id']}_{time.time_ns():x}"
    order = {
        "run_id": run_id[-255:].lstrip("."),
        "job_name": request["Id"],
        "command": "session",
        "script_location": "builtin:session",
        "arguments": request.get("DefaultArguments") or {},
        "timeout_seconds": (request.get("Timeout") or DEFAULT_TIMEOUT) * 60,
        "idle_seconds": response["IdleTimeout"] * 60,
        "glue_version": response["GlueVersion"],
        "log_group": LOG_GROUP,
    }
    return Session(response, order)


def _find(context: RequestContext, name: str) -> Session:
    session = store_of(context).sessions.get(name)
    if session is None:
        raise EntityNotFoundException(f"Session not found: {name}")
    return session


def _ready(context: RequestContext, name: str) -> Session:
    session = _find(context, name)
    if session.state != "READY":
        raise IllegalSessionStateException(f"Session is in {session.state} status")
    return session


def _statement(session: Session, number: int) -> Structure:
    if number not in session.statements:
        raise EntityNotFoundException(f"Statement {number} not found in session {session.name}")
    return session.statements[number]


def _apply(session: Session, status: RunStatus) -> None:
    """Takes over what the runner says: statements, and the session's own state."""
    with CHANGING:
        _take_over(session, status)
    mark_dirty("glue")


def _take_over(session: Session, status: RunStatus) -> None:
    for report in status.reports:
        if found := report.get("statement"):
            before = session.statements.get(found["Id"], {"Code": ""})
            session.statements[found["Id"]] = {**before, **found}
    state = STATES.get(status.state, status.state)
    session.follow(state, Progress=0.0 if state == "PROVISIONING" else 1.0)
    if status.execution_seconds is not None:
        session.update(ExecutionTime=status.execution_seconds)
        session.update(DPUSeconds=status.execution_seconds * session.response["MaxCapacity"])
    if state in FINAL:
        session.update(CompletedOn=now())
        if status.error_message:
            session.update(ErrorMessage=status.error_message)
        for number, statement in session.statements.items():
            if statement["State"] not in {"AVAILABLE", "CANCELLED", "ERROR"}:
                output = {"Status": "error", "ErrorName": "SessionEnded", "ErrorValue": state, "Traceback": []}
                session.statements[number] = {**statement, "State": "CANCELLED", "Output": output}
