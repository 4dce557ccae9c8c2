"""Ships a run's output to CloudWatch Logs while it runs: in batches, in order, nothing lost, no writer blocked long.

Limits of PutLogEvents: 10,000 events and 1,048,576 bytes a batch, each event counting 26 bytes more than its text
(https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html); an event holds 256 KiB
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html).
"""

import asyncio
import codecs
import contextlib
import logging
import time
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from glue_runner.arguments import on
from glue_runner.request import RunRequest

LOG = logging.getLogger(__name__)

EVENT_OVERHEAD = 26
EVENT_BYTES = 262_144 - EVENT_OVERHEAD
BATCH_BYTES = 1_048_576
BATCH_EVENTS = 10_000
FLUSH_SECONDS = 0.5
FLUSH_BYTES = 262_144
HELD_BYTES = 8_388_608
"""With this much waiting for CloudWatch, reading stops: the script's writes wait, memory does not grow."""

SEND_SECONDS = 30.0
"""How long a batch is tried before it is kept in a file instead."""


@lru_cache(maxsize=1)
def client() -> Any:
    import boto3
    from botocore.config import Config

    return boto3.client("logs", config=Config(retries={"max_attempts": 2}, connect_timeout=3, read_timeout=20))


@dataclass
class Event:
    """One log event; `size` is what it counts towards a batch, in bytes."""

    timestamp: int
    message: str
    size: int


class Logs:
    """Where the output of one run goes: `feed["output"]` and `feed["error"]`, then `close`.

    https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging-enable.html (read 2026-11).
    """

    def __init__(self, request: RunRequest, spill: Path) -> None:
        """Begins.

        Args:
            request: the run.
            spill: folder for what cannot be sent.
        """
        self._streams = {
            name: [
                LogStream(group, stream, spill / f"{request.run_id}-{name}{number or ''}.log")
                for number, (group, stream) in enumerate(places)
            ]
            for name, places in places_of(request).items()
        }
        self.feed = {name: partial(self._feed, streams) for name, streams in self._streams.items()}

    @staticmethod
    async def _feed(streams: "list[LogStream]", data: bytes) -> None:
        for stream in streams:
            await stream.feed(data)

    async def close(self) -> None:
        """Sends what is left of all."""
        await asyncio.gather(*(stream.close() for streams in self._streams.values() for stream in streams))


def places_of(request: RunRequest) -> dict[str, list[tuple[str, str]]]:
    """Log group and stream of a run's "output" and "error": Glue's own, those that a job names, and its driver log."""
    arguments, own = request.arguments, request.job_name if request.command == "session" else request.run_id
    group = arguments.get("--custom-logGroup-prefix") or request.log_group
    prefix = arguments.get("--custom-logStream-prefix")
    stream = f"{prefix}-{own}" if prefix else own
    places = {name: [(f"{group}/{name}", stream)] for name in ("output", "error")}
    if on(arguments, "--enable-continuous-cloudwatch-log") and request.needs_spark:
        driver = arguments.get("--continuous-log-logStreamPrefix") or request.run_id
        continuous = arguments.get("--continuous-log-logGroup") or f"{request.log_group}/logs-v2"
        places["error"].append((continuous, f"{driver}-driver"))
    return places


@dataclass
class LogStream:
    """One stream of one run. `feed` bytes as they come, then `close`."""

    group: str
    stream: str
    spill: Path
    _events: list[Event] = field(default_factory=list)
    _held: int = 0
    _rest: str = ""
    _created: bool = False
    _failing: bool = False

    def __post_init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._full = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._closing = False
        self._task = asyncio.create_task(self._ship())

    async def feed(self, data: bytes) -> None:
        """Takes bytes; waits while too much is held already."""
        await self._room.wait()
        lines = (self._rest + self._decode(data)).split("\n")
        self._rest = lines.pop()
        while len(self._rest) >= EVENT_BYTES:  # a line without an end
            lines.append(self._rest[:EVENT_BYTES])
            self._rest = self._rest[EVENT_BYTES:]
        self._add(lines)

    def _add(self, lines: list[str]) -> None:
        now = int(time.time() * 1000)
        for line in lines:
            text = line.rstrip("\r")
            if not text:
                continue
            for part in split(text):
                size = len(part.encode()) + EVENT_OVERHEAD
                self._events.append(Event(now, part, size))
                self._held += size
        if self._held >= FLUSH_BYTES:
            self._full.set()
        if self._held >= HELD_BYTES:
            self._room.clear()

    async def close(self) -> None:
        """Sends what is left. After this everything is in CloudWatch or, if that does not answer, in the spill file."""
        self._add([self._rest + self._decode(b"", True)])
        self._rest = ""
        self._closing = True
        self._full.set()
        await self._task

    async def _ship(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._full.wait(), FLUSH_SECONDS)
            self._full.clear()
            closing = self._closing
            while self._events:
                batch = take_batch(self._events)
                await asyncio.to_thread(self._send, batch)
                self._held -= sum(event.size for event in batch)
                if self._held < HELD_BYTES:
                    self._room.set()
            if closing:
                return

    def _send(self, batch: list[Event]) -> None:
        """Sends one batch, trying for a while; keeps it in a file if that fails."""
        entries = [{"timestamp": event.timestamp, "message": event.message} for event in batch]
        begin, pause = time.monotonic(), 0.1
        while not self._failing:
            try:
                self._create()
                client().put_log_events(logGroupName=self.group, logStreamName=self.stream, logEvents=entries)
                return
            except Exception as error:  # the process edge: whatever stands between us and CloudWatch
                if time.monotonic() - begin > SEND_SECONDS:
                    LOG.error("Logs of %s cannot be sent, they are kept in %s: %s", self.stream, self.spill, error)
                    self._failing = True
                time.sleep(pause)
                pause = min(pause * 2, 5.0)
        self.spill.parent.mkdir(parents=True, exist_ok=True)
        with self.spill.open("a") as file:
            file.writelines(event.message + "\n" for event in batch)

    def _create(self) -> None:
        if self._created:
            return
        logs = client()
        with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_group(logGroupName=self.group)
        with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_stream(logGroupName=self.group, logStreamName=self.stream)
        self._created = True


def split(text: str) -> list[str]:
    """A line as messages of at most `EVENT_BYTES` bytes."""
    if len(text) * 4 <= EVENT_BYTES or len(text.encode()) <= EVENT_BYTES:
        return [text]
    size = EVENT_BYTES // 4
    return [text[i : i + size] for i in range(0, len(text), size)]


def take_batch(events: list[Event]) -> list[Event]:
    """Removes from the front as many events as one PutLogEvents may carry."""
    count, size = 0, 0
    for event in events[:BATCH_EVENTS]:
        if count and size + event.size > BATCH_BYTES:
            break
        count, size = count + 1, size + event.size
    batch = events[:count]
    del events[:count]
    return batch
