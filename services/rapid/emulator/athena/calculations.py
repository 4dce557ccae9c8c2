"""Calculations of Athena for Apache Spark: https://docs.aws.amazon.com/athena/latest/ug/notebooks-spark-api-list.html."""

import uuid

from localstack.aws.api import RequestContext, handler

from rapid.emulator.athena import spark
from rapid.emulator.athena.errors import InvalidRequestException
from rapid.emulator.athena.models import Calculation, Structure
from rapid.emulator.athena.requests import page, scope_of, store_of, with_token
from rapid.emulator.athena.sessions import find_session


class Calculations:
    """Operations on calculations."""

    @handler("StartCalculationExecution", expand=False)
    def start_calculation_execution(self, context: RequestContext, request: Structure) -> Structure:
        store = store_of(context)
        if earlier := spark.repeated(store.calculations.values(), request):
            return {"CalculationExecutionId": earlier.id, "State": earlier.state}
        session = find_session(context, request["SessionId"])
        if session.state != "IDLE":  # the words that dbt-athena waits at
            message = f"Session is in the {session.state} state; needs to be IDLE to accept Calculations."
            raise InvalidRequestException(message)
        number = spark.ask(scope_of(context), "run_statement", SessionId=session.id, Code=_code(request))["Id"]
        calculation_id = str(uuid.uuid4())
        folder = f"{session.configuration['WorkingDirectory']}/{session.id}/{calculation_id}/"
        calculation = store.calculations[calculation_id] = Calculation(calculation_id, request, number, folder)
        spark.follow(scope_of(context), calculation)
        return {"CalculationExecutionId": calculation_id, "State": calculation.state}

    @handler("GetCalculationExecution", expand=False)
    def get_calculation_execution(self, context: RequestContext, request: Structure) -> Structure:
        found = _find(context, request)
        description = found.order.get("Description")
        return {
            "CalculationExecutionId": found.id,
            "SessionId": found.session,
            **({"Description": description} if description else {}),
            "WorkingDirectory": found.folder.rstrip("/"),
            "Status": found.status,
            "Statistics": found.statistics,
            **({"Result": found.result} if found.result else {}),
        }

    @handler("GetCalculationExecutionStatus", expand=False)
    def get_calculation_execution_status(self, context: RequestContext, request: Structure) -> Structure:
        found = _find(context, request)
        return {"Status": found.status, "Statistics": found.statistics}

    @handler("GetCalculationExecutionCode", expand=False)
    def get_calculation_execution_code(self, context: RequestContext, request: Structure) -> Structure:
        return {"CodeBlock": _code(_find(context, request).order)}

    @handler("ListCalculationExecutions", expand=False)
    def list_calculation_executions(self, context: RequestContext, request: Structure) -> Structure:
        session, wanted = find_session(context, request["SessionId"]), request.get("StateFilter")
        found = [
            {
                "CalculationExecutionId": c.id,
                **({"Description": c.order["Description"]} if "Description" in c.order else {}),
                "Status": c.status,
            }
            for c in reversed(store_of(context).calculations.values())
            if c.session == session.id and wanted in (None, c.state)
        ]
        shown, token = page(found, request, 100)
        return with_token({"Calculations": shown}, token)

    @handler("StopCalculationExecution", expand=False)
    def stop_calculation_execution(self, context: RequestContext, request: Structure) -> Structure:
        """One that has ended stays as it is."""
        found = _find(context, request)
        if not found.ended:
            spark.ask(scope_of(context), "cancel_statement", SessionId=found.session, Id=found.statement)
            if not found.ended:
                found.status = {**found.status, "State": "CANCELING"}
        return {"State": found.state}


def _find(context: RequestContext, request: Structure) -> Calculation:
    found = store_of(context).calculations.get(request["CalculationExecutionId"])
    if found is None:
        raise InvalidRequestException(f"CalculationExecution {request['CalculationExecutionId']} is not found")
    return found


def _code(request: Structure) -> str:
    code = request.get("CodeBlock") or (request.get("CalculationConfiguration") or {}).get("CodeBlock")
    if not code:
        raise InvalidRequestException("CodeBlock is required")
    return str(code)
