"""What a function writes, cut into log events.

Standard output, standard error and the runtime client's log frames arrive through one pipe, so their order is kept.
A frame is 4 bytes type, 4 bytes length, 8 bytes microseconds, then the message (awslambdaric's
`FramedTelemetryLogSink`); one frame is one event, however many lines it has. All else is text, one event per line.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

FRAME = b"\xa5\x5a\x00"
HEADER = 16


@dataclass(frozen=True)
class LogEvent:
    """One event: `milliseconds` since the epoch, and the message with its line end."""

    milliseconds: int
    message: str


class OutputParser:
    """Bytes in, events out. Bytes may be cut anywhere."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[LogEvent]:
        """Takes bytes and yields the events they complete."""
        self._buffer += data
        yield from self._events(final=False)

    def flush(self) -> Iterator[LogEvent]:
        """Yields what is left as a last event: a line without its end, or a frame cut short by a kill."""
        yield from self._events(final=True)

    def _events(self, final: bool) -> Iterator[LogEvent]:
        buffer, start = self._buffer, 0
        now = int(time.time() * 1000)
        frame = buffer.find(FRAME)
        while start < len(buffer):
            if start == frame:
                end, message, stamp = self._frame(start, final)
                if end < 0:
                    break
                yield LogEvent(stamp or now, message)
                start, frame = end, buffer.find(FRAME, end)
                continue
            limit = frame if frame >= 0 else len(buffer)
            newline = buffer.find(b"\n", start, limit)
            if newline < 0 and frame < 0 and not final:
                break  # a line whose end is still to come
            end = newline + 1 or limit
            yield LogEvent(now, _text(buffer[start:end]))
            start = end
        del buffer[:start]

    def _frame(self, start: int, final: bool) -> tuple[int, str, int]:
        """(end, message, milliseconds) of the frame at `start`; end is -1 while it is incomplete."""
        buffer = self._buffer
        length = int.from_bytes(buffer[start + 4 : start + 8], "big")
        end = start + HEADER + length
        if len(buffer) < start + HEADER or len(buffer) < end:
            if not final:
                return -1, "", 0
            end = len(buffer)
        stamp = int.from_bytes(buffer[start + 8 : start + 16], "big") // 1000
        return end, _text(buffer[start + HEADER : end]), stamp


def _text(data: bytes | bytearray) -> str:
    text = data.decode("utf-8", "replace")
    return text if text.endswith("\n") else text + "\n"
