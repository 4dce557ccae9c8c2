"""Athena as a task: `arn:aws:states:::athena:startQueryExecution.sync` and its companions.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-athena.html (read 2026-11). `.sync` waits until the query
has ended; what it returns, or fails with, is GetQueryExecution's answer.
"""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.api.stepfunctions import HistoryEventType, TaskFailedEventDetails
from localstack.services.stepfunctions.asl.component.common.error_name.custom_error_name import CustomErrorName
from localstack.services.stepfunctions.asl.component.common.error_name.error_name import ErrorName
from localstack.services.stepfunctions.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name import StatesErrorName
from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.credentials import (
    StateCredentials,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.resource import (
    ResourceCondition,
    ResourceRuntimePart,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.state_task_service_callback import (  # noqa: E501 - its name
    StateTaskServiceCallback,
)
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.event.event_detail import EventDetails
from localstack.services.stepfunctions.asl.utils.boto_client import boto_client_for
from localstack.services.stepfunctions.asl.utils.encoding import to_json_str

PARAMETERS = {
    "startqueryexecution": {
        "ClientRequestToken", "ExecutionParameters", "QueryExecutionContext", "QueryString", "ResultConfiguration",
        "ResultReuseConfiguration", "WorkGroup",
    },
    "stopqueryexecution": {"QueryExecutionId"},
    "getqueryexecution": {"QueryExecutionId"},
    "getqueryresults": {"MaxResults", "NextToken", "QueryExecutionId"},
}  # fmt: skip
"""Per action, what a state may give it."""


class AthenaTask(StateTaskServiceCallback):
    """One state whose resource is an action of Athena."""

    def __init__(self) -> None:
        super().__init__(supported_integration_patterns={ResourceCondition.Sync})

    def _get_supported_parameters(self) -> set[str] | None:
        return PARAMETERS.get(self.resource.api_action.lower())

    def _eval_service_task(
        self,
        env: Environment,
        resource_runtime_part: ResourceRuntimePart,
        normalised_parameters: dict[str, Any],
        state_credentials: StateCredentials,
    ) -> None:
        client = _client(resource_runtime_part, state_credentials)
        response = getattr(client, self._get_boto_service_action())(**normalised_parameters)
        response.pop("ResponseMetadata", None)
        env.stack.append(response)

    def _build_sync_resolver(
        self,
        env: Environment,
        resource_runtime_part: ResourceRuntimePart,
        normalised_parameters: dict[str, Any],  # noqa: ARG002 - LocalStack's signature
        state_credentials: StateCredentials,
    ) -> Callable[[], Any | None]:
        started, client = env.stack.pop(), _client(resource_runtime_part, state_credentials)

        def ended() -> Any | None:
            execution = client.get_query_execution(QueryExecutionId=started["QueryExecutionId"])["QueryExecution"]
            state = execution["Status"]["State"]
            if state in ("QUEUED", "RUNNING"):
                return None
            if state == "SUCCEEDED":
                return {"QueryExecution": execution}
            cause = to_json_str({"QueryExecution": execution})
            raise FailureEventException(
                self._failure(env, StatesErrorName(StatesErrorNameType.StatesTaskFailed), cause)
            )

        return ended

    def _from_error(self, env: Environment, ex: Exception) -> FailureEvent:
        if isinstance(ex, ClientError):
            detail, meta = ex.response["Error"], ex.response["ResponseMetadata"]
            where = f"Service: AmazonAthena; Status Code: {meta['HTTPStatusCode']}; Error Code: {detail['Code']}"
            cause = f"{detail['Message']} ({where}; Request ID: {meta['RequestId']}; Proxy: null)"
            return self._failure(env, CustomErrorName(f"Athena.{detail['Code']}"), cause)
        return super()._from_error(env=env, ex=ex)

    def _failure(self, env: Environment, error: ErrorName, cause: str) -> FailureEvent:
        details = TaskFailedEventDetails(
            resource=self._get_sfn_resource(),
            resourceType=self._get_sfn_resource_type(),
            error=error.error_name,
            cause=cause,
        )
        return FailureEvent(
            env=env,
            error_name=error,
            event_type=HistoryEventType.TaskFailed,
            event_details=EventDetails(taskFailedEventDetails=details),
        )


def _client(part: ResourceRuntimePart, credentials: StateCredentials) -> Any:
    return boto_client_for(service="athena", region=part.region, state_credentials=credentials)
