"""Map states: batches of items, results in S3, failures that are tolerated or not, and any number of items.

LocalStack's distributed Map succeeds whatever becomes of its items, has no batches and writes no results.
https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from localstack.aws.api.stepfunctions import ExecutionFailedEventDetails, HistoryEventType
from localstack.services.stepfunctions.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name import StatesErrorName
from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration import (
    distributed_iteration_component,
    inline_iteration_component,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.itemprocessor.distributed_item_processor_worker import (  # noqa: E501 - its name
    DistributedItemProcessorWorker,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.itemprocessor.map_run_record import (  # noqa: E501 - its name
    MapRunRecord,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.iteration_worker import (
    IterationWorker,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.iterator.distributed_iterator_worker import (  # noqa: E501 - its name
    DistributedIteratorWorker,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.job import Job, JobPool
from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.state_map import StateMap
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.program_state import ProgramError, ProgramStopped
from localstack.services.stepfunctions.asl.eval.states import ItemData, MapData
from localstack.services.stepfunctions.asl.parse.asl_parser import AmazonStateLanguageParser

from rapid.emulator.stepfunctions import results
from rapid.emulator.stepfunctions.expressions import below
from rapid.emulator.stepfunctions.templates import at, fill

MOST_WORKERS = 40
"""Threads of one Map state; AWS's limit for inline Map states, and enough for this machine for the others."""
LARGEST_INPUT = 262_144
"""Bytes of a state's input, and so of a batch."""
_NOTHING: Mapping[str, dict[str, Any]] = MappingProxyType({})
EXCEEDED = "The specified tolerated failure threshold was exceeded"
_lifted: ContextVar[Mapping[str, dict[str, Any]]] = ContextVar("fields taken out, by state", default=_NOTHING)


@contextmanager
def lifting(definition: str) -> Iterator[str]:
    """The definition as LocalStack's grammar takes it; meanwhile its Map states get the fields that it does not."""
    lifted: dict[str, dict[str, Any]] = {}
    try:
        parsed = json.loads(definition)
        changed = _lift(parsed, lifted)
    except (ValueError, AttributeError):  # no JSON, or not of a state machine's form: the parser says so
        changed = False
    token = _lifted.set(lifted)
    try:
        yield json.dumps(parsed) if changed else definition
    finally:
        _lifted.reset(token)


def _lift(machine: dict[str, Any], lifted: dict[str, dict[str, Any]]) -> bool:
    """Takes what the grammar lacks out of a machine and those within; true if there was any."""
    found = False
    for name, state in machine.get("States", {}).items():
        nested = [*state.get("Branches", []), *(state[key] for key in ("ItemProcessor", "Iterator") if key in state)]
        for inner in nested:
            found |= _lift(inner, lifted)
        taken = {key: state.pop(key) for key in ("ItemBatcher", "ResultWriter") if key in state}
        if taken:
            lifted[name] = taken
        processor = state.get("ItemProcessor", {}).get("ProcessorConfig", {})
        express = processor.get("ExecutionType") == "EXPRESS"
        if express:  # the grammar knows STANDARD alone; here their children are run alike
            processor["ExecutionType"] = "STANDARD"
        percentage = state.get("ToleratedFailurePercentage")
        if isinstance(percentage, int):  # the grammar wants a decimal point
            state["ToleratedFailurePercentage"] = float(percentage)
        found |= bool(taken) or express or isinstance(percentage, int)
    return found


@dataclass
class Batcher:
    """`ItemBatcher`: items as they go to one child execution together."""

    template: dict[str, Any]
    jsonata: bool

    def batches(self, items: list[Any], env: Environment) -> list[dict[str, Any]]:
        """The inputs of child executions, none above a state's largest input."""
        with below("ItemBatcher"):
            most = self._limit("MaxItemsPerBatch", env) or len(items)
            largest = min(self._limit("MaxInputBytesPerBatch", env) or LARGEST_INPUT, LARGEST_INPUT)
            with below("BatchInput"):
                given = fill(self.template.get("BatchInput"), env, self.jsonata)
        common = {} if given is None else {"BatchInput": given}
        batches: list[dict[str, Any]] = []
        size, around = 0, len(results.json_text(common | {"Items": []}))
        for item in items:
            length = len(results.json_text(item).encode()) + 1
            if not batches or len(batches[-1]["Items"]) >= most or size + length > largest:
                batches.append(common | {"Items": []})
                size = around
            batches[-1]["Items"].append(item)
            size += length
        return batches

    def _limit(self, name: str, env: Environment) -> int | None:
        if f"{name}Path" in self.template:
            return int(at(self.template[f"{name}Path"], env))
        limit = fill(self.template.get(name), env, self.jsonata)
        return None if limit is None else int(limit)


def _selected(items: list[Any], env: Environment, selector: Any) -> list[Any]:
    """Items as `ItemSelector` makes them: before they are put into batches."""
    given, selected = env.states.get_input(), []
    for index, item in enumerate(items):
        frame = env.open_inner_frame()
        frame.states.context_object.context_object_data["Map"] = MapData(Item=ItemData(Index=index, Value=item))
        frame.states.reset(given)
        frame.stack.append(given)
        selector.eval(frame)
        selected.append(frame.stack.pop())
        env.delete_frame(frame)
    return selected


def _run(self: Any, env: Environment, eval_input: Any) -> None:
    """A distributed Map's child executions, one for each item or batch.

    Raises:
        FailureEventException: more of them failed than is tolerated.
    """
    items = env.stack.pop()
    batcher: Batcher | None = getattr(self, "batcher", None)
    if batcher:
        if eval_input.item_selector:
            items, eval_input.item_selector = _selected(items, env, eval_input.item_selector), None
        items = batcher.batches(items, env)
    pool = JobPool(job_program=self._get_iteration_program(), job_inputs=items)
    record: MapRunRecord = eval_input.map_run_record
    for _ in range(record.max_concurrency or len(items)):
        self._launch_worker(env=env, eval_input=eval_input, job_pool=pool)
    if items:
        pool.await_jobs()
    children = [job.job_output for job in pool.get_closed_jobs()]
    failed = [child for child in children if child.status != "SUCCEEDED"]
    count, percentage = record.tolerated_failure_count, record.tolerated_failure_percentage
    tolerated = [count] if count or not percentage else []
    tolerated += [len(items) * percentage / 100] if percentage else []
    if failed and len(failed) > min(tolerated):
        name = StatesErrorName(StatesErrorNameType.StatesExceedToleratedFailureThreshold)
        details = ExecutionFailedEventDetails(error=name.error_name, cause=EXCEEDED)
        raise FailureEventException(
            FailureEvent(
                env=env,
                error_name=name,
                event_type=HistoryEventType.ExecutionFailed,
                event_details={"executionFailedEventDetails": details},
            )
        )
    outputs = [child.output for child in children if child.status == "SUCCEEDED"]
    env.stack.append(results.Run(record, children) if getattr(self, "is_written", False) else outputs)


def _run_child(self: Any, env: Environment, job: Job) -> None:
    """One child execution; its outcome is the job's output."""
    record: MapRunRecord = self._map_run_record
    counters = (record.item_counter, record.execution_counter)
    child = results.Child(given=job.job_input, started=datetime.now(UTC))
    for counter in counters:
        counter.total.count()
        counter.running.count()
    try:
        env.states.context_object.context_object_data["Map"] = MapData(
            Item=ItemData(Index=job.job_index, Value=job.job_input)
        )
        env.states.reset(job.job_input)
        env.stack.append(env.states.get_input())
        self._eval_input(env_frame=env)
        job.job_program.eval(env)
        match env.program_state():
            case ProgramError(error=error):
                child.status, child.error, child.cause = "FAILED", error.get("error"), error.get("cause")
            case ProgramStopped():
                child.status = "ABORTED"
            case _:
                child.status, child.output = "SUCCEEDED", env.states.get_input()
    except FailureEventException as failure:
        child.error, child.cause = failure.extract_error_cause_pair() or (None, None)
    except Exception as error:  # what evaluates a state may fail in any way; the child execution failed with it
        child.error, child.cause = "States.Runtime", str(error)
    child.ended = datetime.now(UTC)
    for counter in counters:
        counter.running.offset(-1)
        {"SUCCEEDED": counter.succeeded, "FAILED": counter.failed, "ABORTED": counter.aborted}[child.status].count()
    job.job_output = child


def _one_after_another(eval_pool: Callable[..., None]) -> Callable[..., None]:
    """LocalStack's walk through a worker's items, without a deeper stack for each."""

    def walk(self: Any, job: Job | None, worker_frame: Environment) -> None:
        waiting = self.__dict__.setdefault("waiting", [])
        waiting.append((job, worker_frame))
        if len(waiting) > 1:  # called by itself: the loop below goes on with it
            return
        while waiting:
            eval_pool(self, *waiting[0])
            waiting.pop(0)

    return walk


def _launch(launch: Callable[..., Any]) -> Callable[..., Any]:
    def at_most(self: Any, env: Environment, eval_input: Any, job_pool: JobPool) -> Any:
        job_pool.workers = getattr(job_pool, "workers", 0) + 1
        return launch(self, env, eval_input, job_pool) if job_pool.workers <= MOST_WORKERS else None

    return at_most


def install() -> None:
    """Puts this in the place of LocalStack's."""
    parse, from_props = AmazonStateLanguageParser.parse, StateMap.from_state_props

    def parse_lifted(definition: str) -> Any:
        with lifting(definition) as plain:
            return parse(plain)

    def with_lifted(self: StateMap, state_props: Any) -> None:
        from_props(self, state_props)
        lifted = _lifted.get().get(self.name, {})
        jsonata = not self._is_language_query_jsonpath()
        if "ItemBatcher" in lifted:
            self.iteration_component.batcher = Batcher(lifted["ItemBatcher"], jsonata)
        if "ResultWriter" in lifted:
            self.result_writer = results.Writer(lifted["ResultWriter"], jsonata)
            self.iteration_component.is_written = True

    AmazonStateLanguageParser.parse = staticmethod(parse_lifted)
    StateMap.from_state_props = with_lifted
    distributed_iteration_component.DistributedIterationComponent._map_run = _run  # noqa: SLF001 - what is exchanged
    inline = inline_iteration_component.InlineIterationComponent
    inline._launch_worker = _launch(inline._launch_worker)  # noqa: SLF001
    for worker in (IterationWorker, DistributedItemProcessorWorker, DistributedIteratorWorker):
        worker._eval_pool = _one_after_another(worker._eval_pool)  # noqa: SLF001
    for distributed in (DistributedItemProcessorWorker, DistributedIteratorWorker):
        distributed._eval_job = _run_child  # noqa: SLF001
