"""SQS messages, journaled one by one: a queue with many of them still takes hundreds of sends a second.

The methods of LocalStack's queues that add, hand out, hide or remove messages write the journal before they return,
so before the response. Queues themselves (attributes, tags) are in the snapshot of the SQS stores, without messages.
Where a message is (visible, delayed, in flight) follows from its own times when it is loaded.
"""
# ruff: noqa: SLF001 - the queues' own way to take a message back

import pickle
import time
from collections.abc import Callable
from typing import Any

from localstack.services.sqs.constants import DEDUPLICATION_INTERVAL_IN_SEC
from localstack.services.sqs.models import FifoQueue, SqsMessage, SqsQueue, StandardQueue, sqs_stores

from rapid.emulator.state import pickling
from rapid.emulator.state.journal import Journal

_MESSAGE, _DEDUPLICATION = "message", "deduplication"
_RUNTIME = {
    *("mutex", "delayed", "inflight", "receipts", "visible", "deduplication", "message_groups", "inflight_groups"),
    "message_group_queue",
}


def _key(kind: str, queue_arn: str, identity: str) -> str:
    return f"{queue_arn}\x1f{kind}\x1f{identity}"


def _dump(message: SqsMessage) -> bytes:
    return pickle.dumps(message, pickle.HIGHEST_PROTOCOL)


def prepare(journal: Journal) -> None:
    """Makes every queue journal its messages. Called once, when SQS starts."""
    for cls in (StandardQueue, FifoQueue):
        pickling.reducers[cls] = _reduce_queue
        for name, journaled in (
            ("put", _journal_put),
            ("receive", _journal_receive),
            ("remove", _journal_remove),
            ("update_visibility_timeout", _journal_visibility),
            ("clear", _journal_clear),
        ):
            setattr(cls, name, journaled(getattr(cls, name), journal))


def _journal_put(original: Callable[..., SqsMessage], journal: Journal) -> Callable[..., SqsMessage]:
    def put(queue: SqsQueue, *args: Any, **kwargs: Any) -> SqsMessage:
        message = original(queue, *args, **kwargs)
        data = _dump(message)
        changes: dict[str, bytes | None] = {}
        source = message.dead_letter_queue_source_arn
        if source and source != queue.arn:
            changes[_key(_MESSAGE, source, message.message_id)] = None
        deduplication_id = message.message_deduplication_id
        if deduplication_id is None:
            changes[_key(_MESSAGE, queue.arn, message.message_id)] = data
        elif queue.deduplication.get(deduplication_id) is message:  # otherwise it was a duplicate
            changes[_key(_MESSAGE, queue.arn, message.message_id)] = data
            changes[_key(_DEDUPLICATION, queue.arn, deduplication_id)] = data
        journal.write(changes)
        return message

    return put


def _journal_receive(original: Callable[..., Any], journal: Journal) -> Callable[..., Any]:
    def receive(queue: SqsQueue, *args: Any, **kwargs: Any) -> Any:
        result = original(queue, *args, **kwargs)
        journal.write({_key(_MESSAGE, queue.arn, m.message_id): _dump(m) for m in result.successful})
        return result

    return receive


def _journal_remove(original: Callable[..., None], journal: Journal) -> Callable[..., None]:
    def remove(queue: SqsQueue, receipt_handle: str) -> None:
        message = queue.receipts.get(receipt_handle)
        original(queue, receipt_handle)
        if message is not None:
            journal.write({_key(_MESSAGE, queue.arn, message.message_id): None})

    return remove


def _journal_visibility(original: Callable[..., None], journal: Journal) -> Callable[..., None]:
    def update_visibility_timeout(queue: SqsQueue, receipt_handle: str, visibility_timeout: int) -> None:
        original(queue, receipt_handle, visibility_timeout)
        if message := queue.receipts.get(receipt_handle):
            journal.write({_key(_MESSAGE, queue.arn, message.message_id): _dump(message)})

    return update_visibility_timeout


def _journal_clear(original: Callable[..., None], journal: Journal) -> Callable[..., None]:
    def clear(queue: SqsQueue) -> None:
        original(queue)
        journal.delete_prefix(f"{queue.arn}\x1f")

    return clear


def forget_queue(journal: Journal, queue_arn: str) -> None:
    """Deletes the messages of a deleted queue: a new one of the same name must not inherit them."""
    journal.delete_prefix(f"{queue_arn}\x1f")


def _reduce_queue(queue: SqsQueue) -> tuple[Any, ...]:
    return _restore_queue, (type(queue), {k: v for k, v in vars(queue).items() if k not in _RUNTIME})


def _restore_queue(cls: type[SqsQueue], state: dict[str, Any]) -> SqsQueue:
    empty = cls(state["name"], state["region"], state["account_id"])
    vars(empty).update(state)
    return empty


def wake(journal: Journal) -> None:
    """Puts the journaled messages back into their queues; drops those that expired or have no queue any more."""
    queues = {q.arn: q for _, _, store in sqs_stores.iter_stores() for q in store.queues.values()}
    gone: list[str] = []
    waiting: list[tuple[SqsQueue, SqsMessage]] = []
    now = time.time()
    for key, value in journal.items():
        arn, kind, identity = key.split("\x1f")
        queue = queues.get(arn)
        message: SqsMessage = pickling.loads(value)
        if queue is None or _expired(queue, kind, message, now):
            gone.append(key)
        elif kind == _DEDUPLICATION:
            queue.deduplication[identity] = message
        elif message.is_delayed:
            queue.delayed.add(message)
        elif message.receipt_handles and not message.is_visible:
            _in_flight(queue, message)
        else:
            waiting.append((queue, message))
    for queue, message in waiting:  # after those in flight, which block their FIFO group
        queue.receipts.update(dict.fromkeys(message.receipt_handles, message))
        queue._put_message(message)
    journal.delete(gone)


def _expired(queue: SqsQueue, kind: str, message: SqsMessage, now: float) -> bool:
    lifetime = DEDUPLICATION_INTERVAL_IN_SEC if kind == _DEDUPLICATION else queue.message_retention_period
    return bool(message.created + lifetime < now)


def _in_flight(queue: SqsQueue, message: SqsMessage) -> None:
    queue.add_inflight_message(message)
    queue.receipts.update(dict.fromkeys(message.receipt_handles, message))
    if isinstance(queue, FifoQueue):
        queue.inflight_groups.add(queue.get_message_group(message.message_group_id))
