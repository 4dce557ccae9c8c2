"""Expressions and variables in LocalStack's states: evaluated by `jsonata`, and failures that name the field."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from localstack.aws.api.stepfunctions import EvaluationFailedEventDetails, HistoryEventType
from localstack.services.stepfunctions.asl.component.common.assign.assign_decl import AssignDecl
from localstack.services.stepfunctions.asl.component.common.assign.assign_template_binding import AssignTemplateBinding
from localstack.services.stepfunctions.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name import StatesErrorName
from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from localstack.services.stepfunctions.asl.component.common.jsonata.jsonata_template_binding import (
    JSONataTemplateBinding,
)
from localstack.services.stepfunctions.asl.component.common.outputdecl import Output
from localstack.services.stepfunctions.asl.component.common.parargs import Arguments
from localstack.services.stepfunctions.asl.component.common.string.string_expression import (
    StringJSONata,
    StringVariableSample,
)
from localstack.services.stepfunctions.asl.component.common.timeouts.heartbeat import HeartbeatSecondsJSONata
from localstack.services.stepfunctions.asl.component.common.timeouts.timeout import TimeoutSecondsJSONata
from localstack.services.stepfunctions.asl.component.eval_component import EvalComponent
from localstack.services.stepfunctions.asl.component.state.state_choice.comparison.comparison import (
    ConditionStringJSONata,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.items.items import Items
from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.max_concurrency import (
    MaxConcurrencyJSONata,
)
from localstack.services.stepfunctions.asl.component.state.state_wait.wait_function.seconds import SecondsJSONata
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.utils.json_path import extract_json

from rapid.emulator.stepfunctions.jsonata import EvaluationError, evaluate

FIELDS: dict[type[EvalComponent], str | Callable[[Any], str]] = {
    Output: "Output",
    Arguments: "Arguments",
    AssignDecl: "Assign",
    Items: "Items",
    ConditionStringJSONata: "Condition",
    TimeoutSecondsJSONata: "TimeoutSeconds",
    HeartbeatSecondsJSONata: "HeartbeatSeconds",
    SecondsJSONata: "Seconds",
    MaxConcurrencyJSONata: "MaxConcurrency",
    JSONataTemplateBinding: lambda binding: str(binding.identifier),
    AssignTemplateBinding: lambda binding: str(binding.identifier),
}
"""Parts of a state and the step that each adds to the path of a field, as in `Arguments/Payload/id`."""
_path: ContextVar[tuple[str, ...]] = ContextVar("path of the field that is evaluated", default=())


def _variables(env: Environment) -> dict[str, Any]:
    store = env.variable_store
    return {
        **store._outer_scope,  # noqa: SLF001 - what is exchanged
        **store._inner_scope,  # noqa: SLF001
        "states": env.states._states_data,  # noqa: SLF001
    }


def _failure(env: Environment, expression: str, why: str) -> FailureEventException:
    field = "/".join(_path.get())
    name = StatesErrorName(typ=StatesErrorNameType.StatesQueryEvaluationError)
    details = EvaluationFailedEventDetails(
        error=name.error_name,
        cause=f"The JSONata expression '{expression}' specified for the field '{field}' {why}",
        location=field,
    )
    failure = FailureEventException(
        FailureEvent(
            env=env,
            error_name=name,
            event_type=HistoryEventType.EvaluationFailed,
            event_details={"evaluationFailedEventDetails": details},
        )
    )
    env.event_manager.add_event(
        context=env.event_history_context,
        event_type=HistoryEventType.EvaluationFailed,
        event_details={"evaluationFailedEventDetails": failure.get_evaluation_failed_event_details()},
    )
    return failure


def _evaluate_expression(self: StringJSONata, env: Environment) -> None:
    try:
        env.stack.append(evaluate(self.expression, _variables(env)))
    except EvaluationError as error:
        raise _failure(env, self.expression, str(error)) from error


def _evaluate_condition(self: ConditionStringJSONata, env: Environment) -> None:
    self.string_jsonata.eval(env=env)
    found = env.stack[-1]
    if not isinstance(found, bool):
        kind = evaluate("$type($value)", {"value": found})
        raise _failure(
            env,
            self.string_jsonata.expression,
            f"returned an unexpected result type. Expected 'boolean', but was '{kind}' for value: {json.dumps(found)}",
        )


def _evaluate_variable(self: StringVariableSample, env: Environment) -> None:
    """A variable in a JSONPath state, and a path into it: `$order.lines[0]`."""
    name = self.expression[1:].partition(".")[0].partition("[")[0]
    path = "$" + self.expression[1 + len(name) :]
    env.stack.append(extract_json(path, env.variable_store.get(name)))


@contextmanager
def _below(step: str) -> Iterator[None]:
    token = _path.set((*_path.get(), step))
    try:
        yield
    finally:
        _path.reset(token)


def _with_its_step(evaluated: Callable[..., None], step: str | Callable[[Any], str]) -> Callable[..., None]:
    def located(self: EvalComponent, env: Environment) -> None:
        with _below(step if isinstance(step, str) else step(self)):
            evaluated(self, env)

    return located


def install() -> None:
    """Puts this in the place of LocalStack's."""
    StringJSONata._eval_body = _evaluate_expression  # noqa: SLF001 - what is exchanged
    StringVariableSample._eval_body = _evaluate_variable  # noqa: SLF001
    ConditionStringJSONata._eval_body = _evaluate_condition  # noqa: SLF001
    for part, step in FIELDS.items():
        part.eval = _with_its_step(part.eval, step)
