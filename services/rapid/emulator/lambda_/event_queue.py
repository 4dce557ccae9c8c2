"""The queue of asynchronous events: LocalStack's, in memory, over a `Journal` that survives kill -9.

AWS's queue is durable, and what it answered 202 runs at least once:
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html (read 2026-11).
"""

import json
import time
from functools import cache
from typing import Any

from localstack.services.lambda_.invocation.internal_sqs_queue import get_fake_sqs_client
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion

from rapid.core import config as configuration
from rapid.emulator.lambda_.journal import Journal

_ID = "journal"


@cache
def journal() -> Journal:
    """The one of this emulator; in memory when its state is not durable."""
    config = configuration.load()
    return Journal(config.state / "lambda" / "events.sqlite" if config.durable else ":memory:")


class EventQueue:
    """What LocalStack's event manager uses of an SQS client, for one function version."""

    def __init__(self, arn: str) -> None:
        self._arn = arn
        self._memory = get_fake_sqs_client()

    def create_queue(self, QueueName: str) -> Any:  # noqa: N803 - boto3's names, here and below
        """Makes the queue; what an earlier emulator had accepted goes into it."""
        known = QueueName in self._memory.queue_manager.queues
        created = self._memory.create_queue(QueueName=QueueName)
        if not known:
            for entry in journal().entries(self._arn):
                self._put(QueueName, entry.body, entry.id, max(entry.due - time.time(), 0))
        return created

    def send_message(self, QueueUrl: str, MessageBody: str, DelaySeconds: float = 0) -> None:  # noqa: N803
        """Accepts an event."""
        self._put(QueueUrl, MessageBody, journal().add(self._arn, MessageBody, DelaySeconds), DelaySeconds)

    def _put(self, queue: str, body: str, entry_id: int, delay: float) -> None:
        marked = json.dumps({**json.loads(body), _ID: entry_id})
        self._memory.send_message(QueueUrl=queue, MessageBody=marked, DelaySeconds=delay)

    def receive_message(self, **arguments: Any) -> Any:
        return self._memory.receive_message(**arguments)

    def delete_message(self, **arguments: Any) -> None:
        """Takes a message off the queue in memory; its entry stays until it was `handled`."""
        self._memory.delete_message(**arguments)

    def delete_queue(self, QueueUrl: str) -> None:  # noqa: N803
        """Drops the queue with its events: the function was deleted."""
        self._memory.delete_queue(QueueUrl=QueueUrl)
        journal().clear(self._arn)


def queue_of(version: FunctionVersion, client_config: object = None) -> EventQueue:  # noqa: ARG001 - LocalStack's
    return EventQueue(version.qualified_arn)


def handled(message: dict[str, Any]) -> None:
    """Forgets a message that ran, was sent for a retry, or went to its dead-letter queue."""
    journal().remove(json.loads(message["Body"])[_ID])
