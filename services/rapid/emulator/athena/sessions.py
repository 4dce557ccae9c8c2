"""Athena for Apache Spark: no session starts here, and every operation says so in AWS's own error classes.

Spark code runs in Glue: as a job, or in an interactive session (`glue:CreateSession`, `glue:RunStatement`).
https://docs.aws.amazon.com/athena/latest/APIReference/API_StartSession.html and its companions (read 2026-11).
"""

from localstack.aws.api import RequestContext, handler

from rapid.emulator.athena.errors import InvalidRequestException, ResourceNotFoundException
from rapid.emulator.athena.models import Structure
from rapid.emulator.athena.requests import find_workgroup, store_of

NO_SPARK = (
    "WorkGroup {} is not Spark enabled: Rapid Analytics runs Spark in AWS Glue (jobs and interactive sessions), "
    "not in Athena"
)


class Sessions:
    """Operations on sessions and calculations."""

    @handler("StartSession", expand=False)
    def start_session(self, context: RequestContext, request: Structure) -> Structure:
        workgroup = find_workgroup(store_of(context), request["WorkGroup"])
        raise InvalidRequestException(NO_SPARK.format(workgroup.name))

    @handler("ListSessions", expand=False)
    def list_sessions(self, context: RequestContext, request: Structure) -> Structure:
        find_workgroup(store_of(context), request["WorkGroup"])
        return {"Sessions": []}

    @handler("GetSession", expand=False)
    def get_session(self, _context: RequestContext, request: Structure) -> Structure:
        raise _no_session(request)

    @handler("GetSessionStatus", expand=False)
    def get_session_status(self, _context: RequestContext, request: Structure) -> Structure:
        raise _no_session(request)

    @handler("GetSessionEndpoint", expand=False)
    def get_session_endpoint(self, _context: RequestContext, request: Structure) -> Structure:
        raise _no_session(request)

    @handler("TerminateSession", expand=False)
    def terminate_session(self, _context: RequestContext, request: Structure) -> Structure:
        raise _no_session(request)

    @handler("ListExecutors", expand=False)
    def list_executors(self, _context: RequestContext, request: Structure) -> Structure:
        raise _no_session(request)

    @handler("CreatePresignedNotebookUrl", expand=False)
    def create_presigned_notebook_url(self, _context: RequestContext, request: Structure) -> Structure:
        raise _no_session(request)

    @handler("StartCalculationExecution", expand=False)
    def start_calculation_execution(self, _context: RequestContext, request: Structure) -> Structure:
        raise _no_session(request)

    @handler("ListCalculationExecutions", expand=False)
    def list_calculation_executions(self, _context: RequestContext, request: Structure) -> Structure:
        raise _no_session(request)

    @handler("GetCalculationExecution", expand=False)
    def get_calculation_execution(self, _context: RequestContext, request: Structure) -> Structure:
        raise _no_calculation(request)

    @handler("GetCalculationExecutionCode", expand=False)
    def get_calculation_execution_code(self, _context: RequestContext, request: Structure) -> Structure:
        raise _no_calculation(request)

    @handler("GetCalculationExecutionStatus", expand=False)
    def get_calculation_execution_status(self, _context: RequestContext, request: Structure) -> Structure:
        raise _no_calculation(request)

    @handler("StopCalculationExecution", expand=False)
    def stop_calculation_execution(self, _context: RequestContext, request: Structure) -> Structure:
        raise _no_calculation(request)

    @handler("GetResourceDashboard", expand=False)
    def get_resource_dashboard(self, _context: RequestContext, request: Structure) -> Structure:
        arn = request["ResourceARN"]
        raise ResourceNotFoundException(f"Resource {arn} is not found", arn)

    @handler("ListApplicationDPUSizes", expand=False)
    def list_application_dpu_sizes(self, _context: RequestContext, _request: Structure) -> Structure:
        """The one size there is, as the API's reference gives it."""
        return {"ApplicationDPUSizes": [{"ApplicationRuntimeId": "Jupyter 1.0.0", "SupportedDPUSizes": [1]}]}


def _no_session(request: Structure) -> ResourceNotFoundException:
    session_id = request["SessionId"]
    return ResourceNotFoundException(f"Session {session_id} is not found", session_id)


def _no_calculation(request: Structure) -> ResourceNotFoundException:
    calculation_id = request["CalculationExecutionId"]
    return ResourceNotFoundException(f"CalculationExecution {calculation_id} is not found", calculation_id)
