"""S3's events as AWS sends them, handed to EventBridge before S3 answers, so that a kill loses none.

LocalStack sends them from a thread after the answer, with a constant sequencer and account.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html (read 2026-11)
"""

import itertools
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_plus

from localstack.services.s3.notifications import (
    EventBridgeNotifier,
    NotificationDispatcher,
    S3EventNotificationContext,
)

_numbers = itertools.count()
REASONS = {
    "Put": "PutObject",
    "Post": "POST Object",
    "Copy": "CopyObject",
    "CompleteMultipartUpload": "CompleteMultipartUpload",
}


def as_on_aws(entry: dict[str, Any], context: S3EventNotificationContext) -> dict[str, Any]:
    """Corrects what LocalStack makes up or encodes: key, sequencer, requester, and the reason of a created object."""
    detail = json.loads(entry["Detail"])
    detail["object"]["key"] = unquote_plus(context.key_name)
    if "sequencer" in detail["object"]:
        detail["object"]["sequencer"] = f"{time.time_ns():016X}{next(_numbers) & 0xFFFF:04X}"
    detail["requester"] = context.account_id
    if entry["DetailType"] == "Object Created":
        action = context.event_type.rpartition(":")[2]
        detail["reason"] = REASONS.get(action, action)
    return {**entry, "Detail": json.dumps(detail)}


def install(accept: Callable[[Any, str, str], object]) -> None:
    """Makes S3 hand its events to `accept(entry, account, region)`."""

    class Notifier(EventBridgeNotifier):
        def should_notify(self, context: S3EventNotificationContext, _config: dict[str, Any]) -> bool:
            """S3 asks this while the request is being served, and sends nothing itself after a False."""
            accept(
                as_on_aws(self._get_event_payload(context), context), context.bucket_account_id, context.bucket_location
            )
            return False

    NotificationDispatcher.notifiers["EventBridgeConfiguration"] = Notifier()
