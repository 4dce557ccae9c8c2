"""Finds, in a stream of bytes that comes in pieces, what lies between a begin and an end mark."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A part of the stream; `last` is the one before an end mark."""

    data: bytes
    inside: bool
    last: bool = False


class Sections:
    """Starts outside."""

    def __init__(self, begin: bytes, end: bytes) -> None:
        self._begin, self._end = begin, end
        self._inside, self._kept = False, b""

    def feed(self, data: bytes) -> Iterator[Part]:
        """What is known now. The beginning of a mark is kept back until more comes."""
        data = self._kept + data
        while True:
            mark = self._end if self._inside else self._begin
            before, found, data = data.partition(mark)
            if not found:
                safe = _safe(before, mark)
                self._kept = before[safe:]
                if safe:
                    yield Part(before[:safe], self._inside)
                return
            if before or self._inside:
                yield Part(before, self._inside, last=self._inside)
            self._inside = not self._inside

    def rest(self) -> Part | None:
        """What was kept back when the stream ended."""
        kept, self._kept = self._kept, b""
        return Part(kept, self._inside) if kept else None


def _safe(data: bytes, mark: bytes) -> int:
    """How much of the data is no beginning of a mark."""
    for size in range(min(len(mark) - 1, len(data)), 0, -1):
        if data.endswith(mark[:size]):
            return len(data) - size
    return len(data)
