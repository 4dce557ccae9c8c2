"""Invocations whose answer the caller gets piece by piece, as the function makes it.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html (read 2026-11)
"""

import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Generic, TypeVar

from rapid.emulator.lambda_.process import StreamSink

T = TypeVar("T")
_sinks: dict[str, StreamSink] = {}


def sink_of(request_id: str) -> StreamSink | None:
    """Who takes what an invocation streams; None where the caller wants it whole."""
    return _sinks.get(request_id)


class Streamed(Generic[T]):
    """An invocation in a thread of its own. Iterating gives the pieces as they come; afterwards `result` is there.

    `content_type` is known from the start: the constructor waits for the first piece or for the end. A function that
    does not stream has no pieces and no content type, only a result.
    """

    def __init__(self, request_id: str, invoke: Callable[[], T]) -> None:
        """Begins it.

        Raises:
            Exception: what `invoke` raises before there is a piece.
        """
        self.content_type = ""
        self.result: T | None = None
        self._error: Exception | None = None
        self._pieces: SimpleQueue[bytes] = SimpleQueue()
        self._id = request_id
        _sinks[request_id] = self._take
        threading.Thread(target=self._run, args=(invoke,), name="lambda-streamed", daemon=True).start()
        self._first = self._pieces.get()
        if self._error and not self._first:
            raise self._error

    def __iter__(self) -> Iterator[bytes]:
        piece = self._first
        while piece:
            yield piece
            piece = self._pieces.get()
        if self._error:
            raise self._error

    def _take(self, content_type: str, piece: bytes) -> None:
        self.content_type = content_type
        self._pieces.put(piece)

    def _run(self, invoke: Callable[[], T]) -> None:
        try:
            self.result = invoke()
        except Exception as error:  # raised again where the caller waits
            self._error = error
        finally:
            _sinks.pop(self._id, None)
            self._pieces.put(b"")
