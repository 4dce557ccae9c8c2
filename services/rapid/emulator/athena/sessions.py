"""Sessions of Athena for Apache Spark: https://docs.aws.amazon.com/athena/latest/ug/notebooks-spark.html (2026-11).

What an operation asks of Glue is in `spark`, the code that runs in a session in `calculations`.
"""

import uuid

from localstack.aws.api import RequestContext, handler

from rapid.emulator.athena import spark
from rapid.emulator.athena.errors import InvalidRequestException, ResourceNotFoundException
from rapid.emulator.athena.models import SPARK, AthenaStore, SparkSession, Structure, WorkGroup
from rapid.emulator.athena.requests import find_workgroup, page, scope_of, store_of, with_token
from rapid.emulator.athena.tags import arn, set_tags

DEFAULT_IDLE_MINUTES = 20
"""https://docs.aws.amazon.com/athena/latest/ug/notebooks-spark-session-timeout.html (read 2026-11)."""
_DESCRIBED = ("Description", "WorkGroup", "EngineConfiguration", "NotebookVersion", "MonitoringConfiguration")


class Sessions:
    """Operations on sessions."""

    @handler("StartSession", expand=False)
    def start_session(self, context: RequestContext, request: Structure) -> Structure:
        store = store_of(context)
        if earlier := spark.repeated(store.sessions.values(), request):
            return {"SessionId": earlier.id, "State": earlier.state}
        workgroup = find_workgroup(store, request["WorkGroup"])
        session = SparkSession(str(uuid.uuid4()), request, _configuration(workgroup, request))
        spark.start(scope_of(context), session)
        store.sessions[session.id] = session
        set_tags(store, arn(context, f"workgroup/{workgroup.name}/session", session.id), request.get("Tags"))
        return {"SessionId": session.id, "State": session.state}

    @handler("GetSession", expand=False)
    def get_session(self, context: RequestContext, request: Structure) -> Structure:
        session = find_session(context, request["SessionId"])
        done = [c for c in store_of(context).calculations.values() if c.session == session.id]
        return {
            "SessionId": session.id,
            "EngineVersion": SPARK,
            **{name: session.order[name] for name in _DESCRIBED if name in session.order},
            "SessionConfiguration": session.configuration,
            "Status": session.status,
            "Statistics": {"DpuExecutionInMillis": sum(c.statistics.get("DpuExecutionInMillis", 0) for c in done)},
        }

    @handler("GetSessionStatus", expand=False)
    def get_session_status(self, context: RequestContext, request: Structure) -> Structure:
        session = find_session(context, request["SessionId"])
        return {"SessionId": session.id, "Status": session.status}

    @handler("ListSessions", expand=False)
    def list_sessions(self, context: RequestContext, request: Structure) -> Structure:
        store, wanted = store_of(context), request.get("StateFilter")
        workgroup = find_workgroup(store, request["WorkGroup"])
        mine = [spark.refresh(scope_of(context), store, s) for s in _of(store, workgroup)]
        found = [
            {
                "SessionId": s.id,
                "EngineVersion": workgroup.configuration["EngineVersion"],
                **{name: s.order[name] for name in ("Description", "NotebookVersion") if name in s.order},
                "Status": s.status,
            }
            for s in mine
            if wanted in (None, s.state)
        ]
        shown, token = page(found, request, 100)
        return with_token({"Sessions": shown}, token)

    @handler("TerminateSession", expand=False)
    def terminate_session(self, context: RequestContext, request: Structure) -> Structure:
        """One that has ended, or is about to, stays as it is."""
        session = find_session(context, request["SessionId"])
        if session.state not in {"TERMINATING", *spark.ENDED}:
            spark.ask(scope_of(context), "stop_session", Id=session.id)
        return {"State": spark.refresh(scope_of(context), store_of(context), session).state}

    @handler("ListExecutors", expand=False)
    def list_executors(self, context: RequestContext, request: Structure) -> Structure:
        """The coordinator: the driver's process has all executors of this machine in it."""
        session = find_session(context, request["SessionId"])
        state = {"CREATING": "CREATING", "IDLE": "REGISTERED", "BUSY": "REGISTERED"}.get(session.state, session.state)
        coordinator = {
            "ExecutorId": session.id,
            "ExecutorType": "COORDINATOR",
            "StartDateTime": int(session.status["StartDateTime"].timestamp() * 1000),
            "ExecutorState": state,
            "ExecutorSize": 1,
        }
        if ended := session.status.get("EndDateTime"):
            coordinator["TerminationDateTime"] = int(ended.timestamp() * 1000)
        shown = [coordinator] if request.get("ExecutorStateFilter") in (None, state) else []
        return {"SessionId": session.id, "ExecutorsSummary": shown}

    @handler("GetSessionEndpoint", expand=False)
    def get_session_endpoint(self, context: RequestContext, request: Structure) -> Structure:
        find_session(context, request["SessionId"])
        raise InvalidRequestException(f"Sessions of {SPARK} have no Spark Connect endpoint")

    @handler("CreatePresignedNotebookUrl", expand=False)
    def create_presigned_notebook_url(self, context: RequestContext, request: Structure) -> Structure:
        find_session(context, request["SessionId"])
        raise InvalidRequestException("Rapid Analytics has no notebook editor for a session to open in")

    @handler("GetResourceDashboard", expand=False)
    def get_resource_dashboard(self, _context: RequestContext, request: Structure) -> Structure:
        arn_ = request["ResourceARN"]
        raise ResourceNotFoundException(f"Resource {arn_} is not found", arn_)

    @handler("ListApplicationDPUSizes", expand=False)
    def list_application_dpu_sizes(self, _context: RequestContext, _request: Structure) -> Structure:
        """The one size there is, as the API's reference gives it."""
        return {"ApplicationDPUSizes": [{"ApplicationRuntimeId": "Jupyter 1.0.0", "SupportedDPUSizes": [1]}]}


def find_session(context: RequestContext, session_id: str) -> SparkSession:
    """A session with its status as of now.

    Raises:
        InvalidRequestException: there is none; the class is the one that PyAthena tells a missing session by.
    """
    store = store_of(context)
    session = store.sessions.get(session_id)
    if session is None:
        raise InvalidRequestException(f"Session {session_id} is not found")
    return spark.refresh(scope_of(context), store, session)


def _of(store: AthenaStore, workgroup: WorkGroup) -> list[SparkSession]:
    """A workgroup's sessions, newest first."""
    return [s for s in reversed(store.sessions.values()) if s.workgroup == workgroup.name]


def _configuration(workgroup: WorkGroup, request: Structure) -> Structure:
    """SessionConfiguration of a new session."""
    if not workgroup.spark:
        raise InvalidRequestException(f"WorkGroup {workgroup.name} is not Spark enabled")
    if workgroup.state == "DISABLED":
        raise InvalidRequestException(f"WorkGroup {workgroup.name} is disabled")
    role = request.get("ExecutionRole") or workgroup.configuration.get("ExecutionRole")
    location = workgroup.configuration["ResultConfiguration"].get("OutputLocation")
    if not role or not location:
        missing = "ExecutionRole" if not role else "OutputLocation of its results"
        raise InvalidRequestException(f"WorkGroup {workgroup.name} has no {missing}, which a session needs")
    if "MaxConcurrentDpus" not in request["EngineConfiguration"]:
        raise InvalidRequestException("MaxConcurrentDpus is required in EngineConfiguration")
    minutes = request.get("SessionIdleTimeoutInMinutes") or DEFAULT_IDLE_MINUTES
    encryption = workgroup.configuration["ResultConfiguration"].get("EncryptionConfiguration")
    return {
        "ExecutionRole": role,
        "WorkingDirectory": location.rstrip("/"),
        "IdleTimeoutSeconds": minutes * 60,
        "SessionIdleTimeoutInMinutes": minutes,
        **({"EncryptionConfiguration": encryption} if encryption else {}),
    }
