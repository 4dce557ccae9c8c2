"""Queues as event sources: bodies as they were sent, and several batches at once.

LocalStack's poller reads a body that is JSON, for its filters, and writes it anew: other blanks, other escapes, a text
in quotes without them; its MD5 does not fit any more. It also waits for a batch to be done before it reads another.
"""

import logging
import threading
from typing import Any

from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import SqsPoller

LOG = logging.getLogger(__name__)
_BATCHES = 5
"""Of a mapping without MaximumConcurrency. AWS begins with five, and adds more while messages wait; this does not.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html (read 2026-11)
"""


class Queue(SqsPoller):
    """Of one queue, read by one thread, which also handles what it reads."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._own = threading.local()

    def handle_messages(self, messages: list[dict[str, Any]]) -> None:
        self._own.sent = {message["MessageId"]: message["Body"] for message in messages}
        super().handle_messages(messages)

    def add_source_metadata(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for event in events:
            event["body"] = self._own.sent[event["messageId"]]
        enriched: list[dict[str, Any]] = super().add_source_metadata(events)
        return enriched


class SharedQueue(Queue):
    """Of one queue, whose batches are handled side by side; a FIFO queue's, group by group.

    A queue gives out no message of a group while another is in work, so a group's messages stay in order.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.allow(_BATCHES)

    def allow(self, batches: int) -> None:
        """Sets how many batches may be in work at once."""
        self._free = threading.BoundedSemaphore(batches)

    def poll_events(self) -> None:
        """Reads once there is somebody free to handle what is read: until then messages wait in their queue."""
        with self._free:
            pass
        super().poll_events()

    def handle_messages(self, messages: list[dict[str, Any]]) -> None:
        self._free.acquire()
        threading.Thread(target=self._handle, args=(messages,), name="queue-batch", daemon=True).start()

    def _handle(self, messages: list[dict[str, Any]]) -> None:
        try:
            super().handle_messages(messages)
        except Exception as error:  # the thread's edge: the messages come back after their visibility timeout
            LOG.warning("A batch of %s failed: %s", self.source_arn, error)
        finally:
            self._free.release()
