"""The bookmark of the run in this process, between `job.init` and `job.commit`."""

import json
import time
from collections.abc import Mapping
from typing import Any

from awsglue.bookmarks import service

State = dict[str, Any]
"""What is known of one source. JSON; `jsonClass` says which kind."""

ENABLE, PAUSE = "job-bookmark-enable", "job-bookmark-pause"


class Bookmark:
    """What earlier runs have read, per `transformation_ctx`, and what this run adds to it.

    Attributes:
        started_ms: when the run began (epoch milliseconds). What changes later is left to the next run.
    """

    def __init__(self, job: str, run_id: str, version: int, before: Mapping[str, State]) -> None:
        self.job, self.run_id, self.version = job, run_id, version
        self.started_ms = int(time.time() * 1000)
        self._before = dict(before)
        self._until: dict[str, State] | None = None
        self._new: dict[str, State] = {}
        self._keeps = True

    @classmethod
    def paused(cls, job: str, run_id: str, first: str | None, last: str | None) -> "Bookmark":
        """One that is read and never saved; between the bookmarks that two runs left, if they are given."""
        version, text = service.load(job, first)
        made = cls(job, run_id, version, json.loads(text))
        made._keeps = False
        if last:
            made._until = json.loads(service.load(job, last)[1])
        return made

    def before(self, ctx: str) -> State | None:
        """What was read of this source before this run."""
        return self._before.get(ctx)

    def new(self, ctx: str) -> State | None:
        """What this run has recorded of this source so far: scripts read twice under one name."""
        return self._new.get(ctx)

    @property
    def is_range(self) -> bool:
        """Whether an end is set by `--job-bookmark-to`."""
        return self._until is not None

    def until(self, ctx: str) -> State | None:
        """What `--job-bookmark-to` allows to be read of this source."""
        return (self._until or {}).get(ctx)

    def record(self, ctx: str, state: State) -> None:
        self._new[ctx] = state

    def commit(self) -> None:
        """Saves what this run has read.

        Raises:
            BookmarkError: the Glue API refused it.
        """
        if not self._keeps:
            return
        self._before = {**self._before, **self._new}
        self._new = {}
        self.version = service.save(self.job, self.run_id, self.version, json.dumps(self._before))


_active: Bookmark | None = None


def begin(job: str, args: Mapping[str, Any]) -> None:
    """Reads the job's bookmark, if the run's arguments ask for it."""
    global _active  # noqa: PLW0603 - AWS has one job per process too; GlueContext finds it here
    option, run_id = args.get("job_bookmark_option"), str(args.get("JOB_RUN_ID") or "")
    if option == ENABLE:
        version, text = service.load(job)
        _active = Bookmark(job, run_id, version, json.loads(text))
    elif option == PAUSE:
        _active = Bookmark.paused(job, run_id, args.get("job_bookmark_from"), args.get("job_bookmark_to"))
    else:
        _active = None


def active(ctx: str) -> Bookmark | None:
    """The bookmark to use for a source; None without `transformation_ctx`, or if the run keeps none."""
    return _active if ctx else None


def commit() -> None:
    if _active:
        _active.commit()
