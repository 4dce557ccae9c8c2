"""Queues as event sources: bodies as they were sent.

LocalStack's poller reads a body that is JSON, for its filters, and writes it anew: other blanks, other escapes, a text
in quotes without them; its MD5 does not fit any more.
"""

from typing import Any

from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import SqsPoller


class Queue(SqsPoller):
    """Of one queue, read by one thread."""

    def handle_messages(self, messages: list[dict[str, Any]]) -> None:
        self._sent = {message["MessageId"]: message["Body"] for message in messages}
        super().handle_messages(messages)

    def add_source_metadata(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for event in events:
            event["body"] = self._sent[event["messageId"]]
        enriched: list[dict[str, Any]] = super().add_source_metadata(events)
        return enriched
