"""Which files are new: by when they were last modified, and by name within a band of uncertain minutes.

S3 lists an object by the time at which its upload began, so that one may turn up behind a run that began later. A
source's state is therefore a point in time up to which it was read, and the files read within `maxBand` before it.
https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html#monitor-continuations-implement-context
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from awsglue.bookmarks import job
from awsglue.bookmarks.job import Bookmark, State
from awsglue.errors import OptionError

BAND_MS = 900_000
"""The default of `maxBand`: 15 minutes."""
_CLASS = "HadoopDataSourceJobBookmarkState"


@dataclass(frozen=True)
class File:
    """A file as it was listed. `modified_ms` is in epoch milliseconds, `size` in bytes."""

    path: str
    modified_ms: int
    size: int

    @property
    def mark(self) -> str:
        """Stands for this version of the file in a state: its time and a hash."""
        digest = hashlib.sha256(f"{self.path}|{self.size}".encode()).hexdigest()
        return f"{self.modified_ms:x}-{digest[:16]}"


@dataclass(frozen=True)
class Read:
    """What has been read: everything older than the band before `point_ms`, and the files marked within it."""

    point_ms: int = 0
    band_ms: int = BAND_MS
    marks: frozenset[str] = frozenset()
    run: int = 0

    def covers(self, file: File) -> bool:
        return file.modified_ms < self.point_ms - self.band_ms or file.mark in self.marks

    @classmethod
    def parse(cls, state: State | None) -> "Read":
        """Reads a state; none, or one of another kind of source, is one in which nothing has been read."""
        if not state or state.get("jsonClass") != _CLASS:
            return cls()
        found = state["timestamps"]
        point = datetime.fromisoformat(found["CURR_RUN_START_TIME"])
        marks = frozenset(filter(None, found["INCLUDE_LIST"].split(",")))
        return cls(round(point.timestamp() * 1000), int(found["HIGH_BAND"]), marks, int(found["RUN"]))

    def dump(self) -> State:
        point = datetime.fromtimestamp(self.point_ms / 1000, UTC).isoformat(timespec="milliseconds")
        times = {"RUN": str(self.run), "HIGH_BAND": str(self.band_ms), "CURR_RUN_START_TIME": point}
        return {"jsonClass": _CLASS, "timestamps": {**times, "INCLUDE_LIST": ",".join(sorted(self.marks))}}


@dataclass(frozen=True)
class Limits:
    """`maxBand` (milliseconds), `maxFilesInBand`, `boundedFiles` and `boundedSize` (bytes); None is no limit."""

    band_ms: int = BAND_MS
    in_band: int | None = None
    files: int | None = None
    size: int | None = None

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "Limits":
        """From connection options or additional options, where numbers may be text.

        Raises:
            OptionError: one that is no whole number.
        """

        def number(name: str) -> int | None:
            given = options.get(name)
            if given in (None, ""):
                return None
            if not str(given).isdigit():
                raise OptionError(f"{name} must be a whole number; found {given!r}.")
            return int(str(given))

        band = number("maxBand")
        return cls(
            BAND_MS if band is None else band, number("maxFilesInBand"), number("boundedFiles"), number("boundedSize")
        )


def choose(
    files: Iterable[File], before: Read, until: Read | None, started_ms: int, limits: Limits
) -> tuple[list[File], Read]:
    """The files that this run reads, the oldest first, and the state after it.

    Args:
        files: all that is there.
        before: what earlier runs have read.
        until: what may be read at most; None for no such end.
        started_ms: files modified later are left to the next run.
        limits: how much is read at most. What exceeds them is left to the next run.
    """
    listed = [file for file in files if file.modified_ms <= started_ms]
    fresh = [file for file in listed if not before.covers(file) and (until is None or until.covers(file))]
    fresh.sort(key=lambda file: (file.modified_ms, file.path))
    banded = _in_band(fresh, started_ms, limits)
    kept = _bounded(banded, limits)
    point = max(kept[-1].modified_ms, before.point_ms) if len(kept) < len(banded) else started_ms
    marks = {file.mark for file in kept} | before.marks
    edge = point - limits.band_ms
    after = frozenset(mark for mark in marks if int(mark.partition("-")[0], 16) >= edge)
    return kept, Read(point, limits.band_ms, after, before.run + 1)


def _in_band(fresh: list[File], started_ms: int, limits: Limits) -> list[File]:
    if limits.in_band is None:
        return fresh
    old = [file for file in fresh if file.modified_ms < started_ms - limits.band_ms]
    return [*old, *fresh[len(old) : len(old) + limits.in_band]]


def _bounded(fresh: list[File], limits: Limits) -> list[File]:
    """As many as the bounds allow, at least one."""
    kept: list[File] = []
    size = 0
    for file in fresh:
        size += file.size
        full = limits.files is not None and len(kept) >= limits.files
        if kept and (full or (limits.size is not None and size > limits.size)):
            break
        kept.append(file)
    return kept


class Chooser:
    """Chooses the files of one read, and records the choice in the run's bookmark if it keeps one."""

    def __init__(self, ctx: str, limits: Limits, bookmark: Bookmark | None) -> None:
        self._ctx, self._limits, self._bookmark = ctx, limits, bookmark

    @classmethod
    def of(cls, ctx: str, options: Mapping[str, Any]) -> "Chooser | None":
        """One for a source; None if it reads everything."""
        limits, bookmark = Limits.of(options), job.active(ctx)
        wanted = bookmark or limits.files is not None or limits.size is not None
        return cls(ctx, limits, bookmark) if wanted else None

    def choose(self, folders: Mapping[str, Sequence[File]]) -> dict[str, list[str]]:
        """The paths to read in each folder."""
        files = [file for found in folders.values() for file in found]
        bookmark = self._bookmark
        if bookmark is None:
            never = max((file.modified_ms for file in files), default=0)
            chosen, _ = choose(files, Read(), None, never, self._limits)
        else:
            before = Read.parse(bookmark.before(self._ctx))
            until = Read.parse(bookmark.until(self._ctx)) if bookmark.is_range else None
            chosen, after = choose(files, before, until, bookmark.started_ms, self._limits)
            earlier = Read.parse(bookmark.new(self._ctx))
            merged = Read(after.point_ms, after.band_ms, after.marks | earlier.marks, after.run)
            bookmark.record(self._ctx, merged.dump())
        kept = {file.path for file in chosen}
        return {folder: [file.path for file in found if file.path in kept] for folder, found in folders.items()}
