"""LocalStack's Step Functions: what an execution's end changes is saved, and an interrupted one is told from a running.

An execution runs in a thread, so no request saves its end; without that one that had ended reads RUNNING after kill -9.
AWS goes on with an interrupted execution elsewhere. Here it is FAILED, with the reason.
"""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.aws.api.stepfunctions import Arn, DescribeExecutionOutput, ExecutionStatus
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task import state_task_factory
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.resource import (
    ResourceCondition,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.state_task_service import (  # noqa: E501 - its name
    StateTaskService,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.state_task_service_callback import (  # noqa: E501 - its name
    StateTaskServiceCallback,
)
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.backend.execution import BaseExecutionWorkerCommunication
from localstack.services.stepfunctions.backend.store import sfn_stores
from localstack.services.stepfunctions.provider import StepFunctionsProvider

from rapid.emulator.state import mark_dirty, save, when_saved
from rapid.emulator.stepfunctions import cancellation, errors, expressions, literals, maps, timestamps
from rapid.emulator.stepfunctions.athena import AthenaTask
from rapid.emulator.stepfunctions.stopped import unless_stopped

INTERRUPTED = "The emulator ended while this execution was running."


_ended: set[str] = set()
"""ARNs of executions whose end is not on disk yet."""


class RapidStepFunctionsProvider(StepFunctionsProvider):
    """Step Functions."""

    @handler("DescribeExecution")
    def describe_execution(self, context: RequestContext, execution_arn: Arn, **rest: Any) -> DescribeExecutionOutput:
        """LocalStack's; an end that it tells is on disk."""
        told: DescribeExecutionOutput = super().describe_execution(context, execution_arn, **rest)
        if execution_arn in _ended:
            save("stepfunctions")
            _ended.discard(execution_arn)
        return told

    def on_after_state_load(self) -> None:
        """Ends what ran when the emulator did."""
        for _account, _region, store in list(sfn_stores.iter_stores()):
            for execution in store.executions.values():
                if execution.exec_status == ExecutionStatus.RUNNING:
                    execution.exec_status, execution.stop_date = ExecutionStatus.FAILED, datetime.now(UTC)
                    execution.error, execution.cause = "States.Runtime", INTERRUPTED
        mark_dirty("stepfunctions")


def install() -> None:
    """Puts our parts in the place of LocalStack's."""
    find, ended = state_task_factory.state_task_service_for, BaseExecutionWorkerCommunication.terminated
    ends = BaseExecutionWorkerCommunication._reflect_execution_status  # noqa: SLF001 - what is exchanged
    wait = StateTaskServiceCallback._eval_integration_pattern  # noqa: SLF001 - what is exchanged

    def state_task_service_for(service_name: str) -> StateTaskService:
        return AthenaTask() if service_name == "athena" else find(service_name)

    def reflect(self: BaseExecutionWorkerCommunication) -> None:
        _ended.add(self.execution.exec_arn)
        ends(self)

    def terminated(self: BaseExecutionWorkerCommunication) -> None:
        ended(self)
        when_saved("stepfunctions", partial(_ended.discard, self.execution.exec_arn))

    def wait_for_task(self: StateTaskServiceCallback, env: Any, **given: Any) -> None:
        """LocalStack's, which fails for services that have `.sync` and no task tokens (Glue, Athena)."""
        if ResourceCondition.WaitForTaskToken in self._supported_integration_patterns:
            wait(self, env, **given)
            return
        started = env.stack[-1]
        resolver = self._build_sync_resolver(env=env, **given)
        env.stack.append(
            self._eval_sync(
                env=env,
                sync_resolver=resolver,
                timeout_seconds=None,
                callback_endpoint=None,
                heartbeat_endpoint=None,
            )
        )
        if not env.is_running():
            cancellation.cancel(self.resource, started, given["resource_runtime_part"], given["state_credentials"])

    Environment.set_error = unless_stopped(Environment.set_error)
    Environment.set_timed_out = unless_stopped(Environment.set_timed_out)
    StateTaskServiceCallback._eval_integration_pattern = wait_for_task  # noqa: SLF001
    state_task_factory.state_task_service_for = state_task_service_for
    BaseExecutionWorkerCommunication._reflect_execution_status = reflect  # noqa: SLF001
    BaseExecutionWorkerCommunication.terminated = terminated
    for part in (errors, expressions, literals, maps, timestamps):
        part.install()
