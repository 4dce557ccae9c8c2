"""Logs and metrics on their way to CloudWatch: queued by invocations, sent in batches by one thread.

Nothing is dropped: what is queued is sent within `BATCH_SECONDS` or at `close`. Limits of PutLogEvents:
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html (10,000 events, 1 MiB with
26 bytes of overhead each; read 2026-11).
"""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from rapid.emulator.lambda_.output import LogEvent

LOG = logging.getLogger(__name__)

BATCH_SECONDS = 0.2
METRIC_SECONDS = 1.0
MAX_BATCH_EVENTS = 10_000
MAX_BATCH_BYTES = 1_048_576
EVENT_OVERHEAD = 26
MAX_EVENT_BYTES = 256 * 1024 - EVENT_OVERHEAD
"""What Lambda itself splits at; CloudWatch would take up to 1 MB."""


@dataclass(frozen=True)
class Account:
    """Where a function lives."""

    id: str
    region: str


@dataclass(frozen=True)
class Stream:
    """A log stream of one account. Not `makes_group`: what is written after its group was deleted is lost."""

    account: Account
    group: str
    name: str
    makes_group: bool = True


def batches(events: Iterable[LogEvent]) -> Iterator[list[dict[str, Any]]]:
    """Cuts events into requests that PutLogEvents accepts, splitting messages that are too long.

    Their order is kept; a time that is earlier than the one before becomes that one, as requests must be in order.
    """
    batch: list[dict[str, Any]] = []
    size, latest = 0, 0
    for event in events:
        latest = max(latest, event.milliseconds)
        for piece in split(event.message):
            weight = len(piece.encode()) + EVENT_OVERHEAD
            if batch and (len(batch) == MAX_BATCH_EVENTS or size + weight > MAX_BATCH_BYTES):
                yield batch
                batch, size = [], 0
            batch.append({"timestamp": latest, "message": piece})
            size += weight
    if batch:
        yield batch


def split(message: str) -> Iterator[str]:
    """Pieces of at most MAX_EVENT_BYTES bytes of UTF-8, cut between characters."""
    if len(message) * 4 <= MAX_EVENT_BYTES:
        yield message
        return
    data = message.encode()
    while data:
        end = min(MAX_EVENT_BYTES, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        yield data[:end].decode()
        data = data[end:]


class Destination(Protocol):
    """Where telemetry is sent."""

    def put_logs(self, stream: Stream, batch: list[dict[str, Any]]) -> None:
        """Takes events of one stream, in PutLogEvents' form and within its limits."""

    def put_metrics(self, account: Account, items: list[dict[str, Any]]) -> None:
        """Takes data points in PutMetricData's form and within its limits."""


class Telemetry:
    """The queue and its thread."""

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        self._logs: dict[Stream, list[LogEvent]] = defaultdict(list)
        self._metrics: dict[tuple[Account, str, str], list[float]] = defaultdict(list)
        self._condition = threading.Condition()
        self._closing = False
        self._flushing = 0
        self._sending = False
        self._thread: threading.Thread | None = None

    def log(self, stream: Stream, events: list[LogEvent]) -> None:
        """Queues events of one stream, in order."""
        if events:
            with self._condition:
                self._logs[stream] += events
                self._wake()

    def measure(self, account: Account, function: str, values: dict[str, float]) -> None:
        """Queues one data point for each named metric of AWS/Lambda."""
        with self._condition:
            for name, value in values.items():
                self._metrics[account, function, name].append(value)
            self._wake()

    def flush(self, seconds: float = 5.0) -> None:
        """Waits until what is queued was sent: a log group that is deleted next must not come back with late lines."""
        with self._condition:
            self._flushing += 1
            self._condition.notify_all()
            self._condition.wait_for(lambda: not (self._logs or self._sending), seconds)
            self._flushing -= 1

    def close(self, seconds: float = 10.0) -> None:
        """Sends what is queued and ends the thread."""
        with self._condition:
            self._closing = True
            self._condition.notify_all()
        if self._thread:
            self._thread.join(seconds)

    def _wake(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._closing = False
            self._thread = threading.Thread(target=self._run, name="lambda-telemetry", daemon=True)
            self._thread.start()
        self._condition.notify_all()

    def _run(self) -> None:
        due = 0.0
        while True:
            with self._condition:
                while not (self._logs or self._metrics or self._closing):
                    self._condition.wait()
                if self._closing and not (self._logs or self._metrics):
                    return
                self._condition.wait_for(lambda: self._closing or self._flushing, BATCH_SECONDS)
                self._sending = True
                logs, self._logs = self._logs, defaultdict(list)
                metrics: dict[tuple[Account, str, str], list[float]] = {}
                if self._closing or time.monotonic() >= due:
                    metrics, self._metrics = self._metrics, defaultdict(list)
                    due = time.monotonic() + METRIC_SECONDS
            for stream, events in logs.items():
                for batch in batches(events):
                    self._attempt(self._destination.put_logs, stream, batch)
            with self._condition:
                self._sending = False
                self._condition.notify_all()
            if metrics:
                self._put_metrics(metrics)

    def _attempt(self, send: Callable[..., None], *arguments: Any) -> None:
        try:
            send(*arguments)
        except Exception:  # the thread's edge: a function's logs must not stop another's
            LOG.exception("Could not send Lambda telemetry to CloudWatch")

    def _put_metrics(self, metrics: dict[tuple[Account, str, str], list[float]]) -> None:
        now = time.time()
        data: dict[Account, list[dict[str, Any]]] = defaultdict(list)
        for (account, function, name), values in metrics.items():
            data[account].append(
                {
                    "MetricName": name,
                    "Dimensions": [{"Name": "FunctionName", "Value": function}],
                    "Timestamp": now,
                    "StatisticValues": {
                        "SampleCount": len(values),
                        "Sum": sum(values),
                        "Minimum": min(values),
                        "Maximum": max(values),
                    },
                    "Unit": "Milliseconds" if name == "Duration" else "Count",
                }
            )
        for account, items in data.items():
            for start in range(0, len(items), 500):
                self._attempt(self._destination.put_metrics, account, items[start : start + 500])
