"""Recursive loops: a function that was invoked 16 times in one chain of events is not invoked a 17th time.

The chain is in the trace header, which SDKs send on from within a function: `Lineage=a87bd80c:1|68fd508a:5`, how often
each function ran in it. Queues keep it with a message.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html (read 2026-11). Seen are chains
through SQS and through Invoke; not those through SNS and S3.
"""

import hashlib
import threading
from collections.abc import Iterable
from typing import Any

from localstack.services.lambda_.event_source_mapping.senders.lambda_sender import LambdaSender
from localstack.utils.xray.trace_header import TraceHeader

LIMIT = 16
HEADER = "X-Amzn-Trace-Id"
_batch = threading.local()


def counted(header: TraceHeader, function_arn: str) -> tuple[TraceHeader, int]:
    """The header of a function's next invocation, and how often it ran in this chain before."""
    key = hashlib.sha256(function_arn.encode()).hexdigest()[:8]
    counts = _counts(header.lineage)
    before = counts.get(key, 0)
    lineage = "|".join(f"{name}:{count}" for name, count in {**counts, key: before + 1}.items())
    return TraceHeader(header.root, header.parent, header.sampled, header.data, lineage), before


def _counts(lineage: str | None) -> dict[str, int]:
    pairs = (part.partition(":") for part in (lineage or "").split("|"))
    return {name: int(count) for name, _, count in pairs if count.isdigit()}


def longest(events: Iterable[Any]) -> str | None:
    """The header of the message that has come the longest way."""
    found = [event["attributes"].get("AWSTraceHeader") for event in events if "attributes" in event]
    return max((header for header in found if header), key=_length, default=None)


def _length(header: str) -> int:
    return max(_counts(TraceHeader.from_header_str(header).lineage).values(), default=0)


class Sender(LambdaSender):
    """Sends messages to a function together with where they come from."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.target_client.meta.events.register("before-call.lambda.Invoke", _with_header)

    def send_events(self, events: Any) -> Any:
        _batch.header = longest(events) if isinstance(events, list) else None
        try:
            return super().send_events(events)
        finally:
            _batch.header = None


def _with_header(params: dict[str, Any], **_: Any) -> None:
    if header := getattr(_batch, "header", None):
        params["headers"][HEADER] = header
