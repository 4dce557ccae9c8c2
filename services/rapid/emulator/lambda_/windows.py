"""Tumbling windows: what a function adds up over the records of a shard that arrived in one span of time.

Windows begin at multiples of their length. Each call gets the state that the call before returned; when a window's
time is over and its records are read, one more call, without records, gets what it came to. AWS's pages show no event
of such a last call; that it has no records is how their example code reads.
https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html (read 2026-11)
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from localstack.services.lambda_.event_source_mapping.event_processor import BatchFailureError, PartialBatchFailureError
from localstack.services.lambda_.event_source_mapping.senders.sender import PartialFailureSenderError, SenderError

LARGEST_STATE = 1024 * 1024

Event = dict[str, Any]


@dataclass
class Window:
    """An open window. `start`: seconds since 1970; `last`: the number of the last record that was read into it."""

    start: int
    state: dict[str, Any] = field(default_factory=dict)
    last: str = ""


class Windows:
    """The open windows of a stream, one for each shard that has one. A shard's methods are called by one thread."""

    def __init__(self, seconds: int, source_arn: str, send: Callable[[Event], Any]) -> None:
        """Begins with none.

        Args:
            seconds: their length.
            source_arn: the stream's.
            send: calls the function and gives what it returned; raises SenderError.
        """
        self.seconds = seconds
        self.open: dict[str, Window] = {}
        self._source_arn = source_arn
        self._send = send

    def parts(self, events: list[Event], arrival: Callable[[Event], float]) -> Iterator[tuple[int, list[Event]]]:
        """Events in order, by the beginnings of their windows."""
        for start, part in groupby(events, lambda event: int(arrival(event) // self.seconds) * self.seconds):
            yield start, list(part)

    def is_over(self, shard: str, now: float) -> bool:
        """Whether a shard has a window whose time is over."""
        window = self.open.get(shard)
        return window is not None and now >= window.start + self.seconds

    def call(self, shard: str, records: list[Event], *, final: bool = False) -> None:
        """Calls the function with records of the open window, or for the last time.

        Raises:
            BatchFailureError: the function failed, or returned no state.
            PartialBatchFailureError: it named records that it could not process.
        """
        window = self.open[shard]
        window.state = self._state(self._event(shard, window, records, final=final))
        if not final and len(json.dumps(window.state)) > LARGEST_STATE:
            self._state(self._event(shard, window, [], early=True))
            window.state = {}

    def _state(self, event: Event) -> dict[str, Any]:
        try:
            answer = self._send(event)
        except PartialFailureSenderError as failure:
            raise PartialBatchFailureError(failure.partial_failure_payload, failure.error) from failure
        except SenderError as failure:
            raise BatchFailureError(error=failure.error) from failure
        if not isinstance(answer, dict) or not isinstance(answer.get("state"), dict):
            raise BatchFailureError(error={"message": "The function returned no state."})
        state: dict[str, Any] = answer["state"]
        return state

    def _event(
        self, shard: str, window: Window, records: list[Event], *, final: bool = False, early: bool = False
    ) -> Event:
        begin, end = (datetime.fromtimestamp(window.start + more, UTC) for more in (0, self.seconds))
        return {
            "Records": records,
            "window": {"start": f"{begin:%Y-%m-%dT%H:%M:%SZ}", "end": f"{end:%Y-%m-%dT%H:%M:%SZ}"},
            "state": window.state,
            "shardId": shard,
            "eventSourceARN": self._source_arn,
            "isFinalInvokeForWindow": final,
            "isWindowTerminatedEarly": early,
        }
