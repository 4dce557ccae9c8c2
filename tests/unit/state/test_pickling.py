import threading
from collections import defaultdict
from queue import PriorityQueue
from types import MappingProxyType
from typing import Any

import pytest

from rapid.emulator.state import pickling
from rapid.emulator.state.errors import StateError
from rapid.emulator.state.operations import changes_state


class Wants(defaultdict[str, list[int]]):
    def __init__(self, argument: int) -> None:
        super().__init__(list)
        self.argument = argument


def again(value: Any) -> Any:
    return pickling.loads(pickling.dumps(value))


def test_locks_come_back_unlocked() -> None:
    lock = threading.Lock()
    lock.acquire()
    restored = again({"lock": lock, "again": threading.RLock(), "condition": threading.Condition()})
    assert restored["lock"].acquire(blocking=False)


def test_events_queues_and_views() -> None:
    event = threading.Event()
    event.set()
    queue: PriorityQueue[int] = PriorityQueue()
    queue.put(3)
    restored = again((event, queue, MappingProxyType({"a": 1})))
    assert restored[0].is_set()
    assert restored[1].get_nowait() == 3
    assert dict(restored[2]) == {"a": 1}


def test_functions_without_a_name() -> None:
    assert again(defaultdict(lambda: 7))["any"] == 7


def test_defaultdicts_with_a_constructor_of_their_own() -> None:
    value = Wants(5)
    value["k"].append(1)
    restored = again(value)
    assert (restored.argument, restored["k"], restored["new"]) == (5, [1], [])


def test_shared_objects_stay_shared() -> None:
    part: list[int] = []
    first, second = again((part, part))
    assert first is second


def test_what_cannot_be_pickled_says_so() -> None:
    with pytest.raises(StateError, match="cannot be pickled"):
        pickling.dumps(threading.Thread())


def test_moto_backends_are_addresses() -> None:
    from moto.sts.models import sts_backends

    backend = sts_backends["123456789012"]["aws"]
    assert again({"backend": backend})["backend"] is backend


@pytest.mark.parametrize(
    ("service", "operation", "expected"),
    [
        ("iam", "CreateRole", True),
        ("iam", "GetRole", False),
        ("iam", "ListRoles", False),
        ("lambda", "Invoke", False),
        ("lambda", "GetFunction", True),
        ("cloudformation", "DescribeStacks", True),
        ("sqs", "SendMessage", False),
        ("sqs", "CreateQueue", True),
        ("glue", "StartJobRun", True),
        ("athena", "BatchGetQueryExecution", False),
    ],
)
def test_which_operations_are_saved(service: str, operation: str, expected: bool) -> None:
    assert changes_state(service, operation) is expected


def test_a_client_of_another_service_is_made_anew() -> None:
    from localstack.aws.connect import connect_to

    client = connect_to(aws_access_key_id="123456789012", region_name="eu-west-1").logs
    made = again(client)
    assert (made.meta.service_model.service_name, made.meta.region_name) == ("logs", "eu-west-1")
