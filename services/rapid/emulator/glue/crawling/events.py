"""The queues of crawlers that look only where S3 says that something has changed.

https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-event-notifications.html (read 2026-11)
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

from rapid.emulator.glue.errors import InvalidInputException
from rapid.emulator.glue.models import Structure

_HIDDEN_SECONDS = 43_200
"""The most that SQS hides a message that is being worked on."""


class Events:
    """Messages that one crawl has taken: deleted when it has gone well, else there for the next one."""

    def __init__(self, sqs: Any) -> None:
        self._sqs = sqs
        self._taken: list[tuple[str, str]] = []

    def folders(self, target: Structure) -> set[str]:
        """Folders that the events in a target's queue are about."""
        queue = target.get("EventQueueArn")
        if not queue:
            raise InvalidInputException("CRAWL_EVENT_MODE needs an EventQueueArn on its target.")
        url = self._sqs.get_queue_url(QueueName=queue.rpartition(":")[2])["QueueUrl"]
        asked = {"QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": _HIDDEN_SECONDS}
        found: set[str] = set()
        while messages := self._sqs.receive_message(**asked).get("Messages"):
            for message in messages:
                self._taken.append((url, message["ReceiptHandle"]))
                found.update(_folders(json.loads(message["Body"])))
        return found

    def done(self) -> None:
        """The crawl has gone well."""
        while self._taken:
            url, handle = self._taken.pop()
            self._sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)

    def give_back(self) -> None:
        """The crawl has failed, or was stopped."""
        while self._taken:
            url, handle = self._taken.pop()
            self._sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)


def _folders(message: dict[str, Any]) -> Iterator[str]:
    """Folders of the objects that an S3 event, plain or through SNS or EventBridge, is about.

    S3 encodes keys (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html),
    EventBridge does not.
    """
    if "Message" in message:
        message = json.loads(message["Message"])
    told = [record["s3"] for record in message.get("Records") or () if "s3" in record]
    found = [(each["bucket"]["name"], unquote_plus(each["object"]["key"])) for each in told]
    if "detail" in message:
        found.append((message["detail"]["bucket"]["name"], message["detail"]["object"]["key"]))
    for bucket, key in found:
        yield f"s3://{bucket}/{key}".rpartition("/")[0] + "/"
