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

from rapid.emulator.stepfunctions.jsonata import EvaluationError, check, evaluate

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


def value_of(expression: str, env: Environment) -> Any:
    """An expression's value in a state.

    Raises:
        FailureEventException: `States.QueryEvaluationError`, which the execution's history tells.
    """
    try:
        return evaluate(expression, _variables(env))
    except EvaluationError as error:
        raise _failure(env, expression, str(error)) from error


def _evaluate_expression(self: StringJSONata, env: Environment) -> None:
    env.stack.append(value_of(self.expression, env))


def _checked(init: Callable[..., None]) -> Callable[..., None]:
    """A definition with an expression that is no JSONata is refused, as on AWS."""

    def checked(self: StringJSONata, expression: str) -> None:
        try:
            check(expression)
        except EvaluationError as error:
            raise ValueError(f"The JSONata expression '{expression}' {error}") from error
        init(self, expression)

    return checked


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


def variable(reference: str, env: Environment) -> Any:
    """A variable in a JSONPath state, or what is at a path into it: `$order.lines[0]`."""
    name = reference[1:].partition(".")[0].partition("[")[0]
    return extract_json("$" + reference[1 + len(name) :], env.variable_store.get(name))


def _evaluate_variable(self: StringVariableSample, env: Environment) -> None:
    env.stack.append(variable(self.expression, env))


@contextmanager
def below(step: str) -> Iterator[None]:
    """Adds a step to the path by which a failed evaluation names its field."""
    token = _path.set((*_path.get(), step))
    try:
        yield
    finally:
        _path.reset(token)


def _with_its_step(evaluated: Callable[..., None], step: str | Callable[[Any], str]) -> Callable[..., None]:
    def located(self: EvalComponent, env: Environment) -> None:
        with below(step if isinstance(step, str) else step(self)):
            evaluated(self, env)

    return located


def install() -> None:
    """Puts this in the place of LocalStack's."""
    StringJSONata.__init__ = _checked(StringJSONata.__init__)
    StringJSONata._eval_body = _evaluate_expression  # noqa: SLF001 - what is exchanged
    StringVariableSample._eval_body = _evaluate_variable  # noqa: SLF001
    ConditionStringJSONata._eval_body = _evaluate_condition  # noqa: SLF001
    for part, step in FIELDS.items():
        part.eval = _with_its_step(part.eval, step)
