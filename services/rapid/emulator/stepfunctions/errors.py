"""Names of errors that `Catch` and `Retry` look at.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from localstack.services.stepfunctions.asl.component.common.error_name.custom_error_name import CustomErrorName
from localstack.services.stepfunctions.asl.component.common.error_name.error_equals_decl import ErrorEqualsDecl
from localstack.services.stepfunctions.asl.component.common.error_name.error_name import ErrorName
from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name import StatesErrorName
from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration import iteration_worker
from localstack.services.stepfunctions.asl.component.state.state_execution.state_parallel import branches_decl
from localstack.services.stepfunctions.asl.eval.environment import Environment

_TERMINAL = {"States.DataLimitExceeded", "States.Runtime"}
"""Errors that always end an execution."""


def named(error_name: str | None) -> ErrorName:
    """An error by its name: Step Functions' own, or one of a task."""
    try:
        return StatesErrorName(StatesErrorNameType.from_name(error_name or ""))
    except ValueError:
        return CustomErrorName(error_name)


def install() -> None:
    """Puts this in the place of LocalStack's."""
    matches = ErrorEqualsDecl._eval_body  # noqa: SLF001 - what is exchanged

    def unless_terminal(self: ErrorEqualsDecl, env: Environment) -> None:
        error: ErrorName = env.stack[-1]
        matches(self, env)
        if error.error_name in _TERMINAL:
            env.stack[-1] = False

    ErrorEqualsDecl._eval_body = unless_terminal  # noqa: SLF001
    # What failed in a branch or iteration may be an error of Step Functions itself.
    branches_decl.CustomErrorName = named
    iteration_worker.CustomErrorName = named
