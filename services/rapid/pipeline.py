"""Follows raw objects through the pipeline: manifests say what became of each, Glue says how the jobs fare.

S3 and Glue push nothing to a client, so both are asked, often at first and less often while nothing changes.
"""

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from rapid import lake
from rapid.core.errors import RapidError

FIRST_WAIT, LONGEST_WAIT = 0.2, 1.0
_FAILED = {"FAILED", "TIMEOUT", "ERROR", "STOPPED"}
_RETRIED = {"FAILED", "ERROR"}
_AT_WORK = {"WAITING", "STARTING", "RUNNING", "STOPPING"}


class PipelineError(RapidError):
    """A Glue job failed, or nothing happens any more."""


@dataclass(frozen=True)
class Progress:
    """How far the pipeline is. `stage` is curating, marts or done.

    `job` is the state of the stage's latest job run, empty before there is one. `written` are the bytes that jobs
    wrote since the wait began, where that is watched.
    """

    stage: str
    objects: int
    curated: int
    job: str = ""
    written: int = 0


@dataclass
class Pipeline:
    """The pipeline of one stack. `client("s3")` gives a boto3 client, `stack` the stack's outputs.

    `check` is called at each look and raises if it would be in vain to wait, as when a service has ended.
    """

    client: Callable[[str], Any]
    stack: dict[str, str]
    check: Callable[[], object] = lambda: None
    _manifests: dict[str, dict[str, Any]] = field(default_factory=dict)

    def raw_objects(self) -> set[tuple[str, str]]:
        """Key and ETag of every raw object."""
        return lake.raw_objects(self.client("s3"), self.stack["DataBucket"])

    def manifests(self) -> list[dict[str, Any]]:
        """Every manifest, see `lake.read_manifests`; those read before are not read again."""
        self._manifests |= lake.read_manifests(self.client("s3"), self.stack["DataBucket"], self._manifests)
        return list(self._manifests.values())

    def wait(
        self,
        objects: Collection[tuple[str, str]],
        on_progress: Callable[[Progress], None] = lambda _progress: None,
        patience_seconds: float = 600,
        marts: bool = True,
        closely: bool = False,
    ) -> list[dict[str, Any]]:
        """Waits until each object has a manifest and, if `marts`, the marts were computed after the last of them.

        However long that takes: while a job is at work, its own time-out in the stack is the limit.

        Args:
            objects: key and ETag of each.
            on_progress: told each change.
            patience_seconds: how long no job may be at work and nothing change.
            marts: whether to wait for the marts, too.
            closely: whether to watch what the jobs write, which costs a few requests at each look.

        Returns:
            The manifests of these objects.

        Raises:
            PipelineError: a job failed and is not tried again, or nothing happens any more.
        """
        asked = datetime.now(UTC)
        prefixes = _written_below(objects) if closely else ()
        before = self._written(prefixes)
        pause, quiet_since = FIRST_WAIT, time.monotonic()
        seen: Progress | None = None
        while True:
            self.check()
            runs = {job: self._runs(job) for job in (self.stack["RawToCuratedJob"], self.stack["CuratedToMartsJob"])}
            found = [m for m in self.manifests() if (m["object"], m["etag"]) in objects]
            progress = self._progress(len(objects), found, runs, max(self._written(prefixes) - before, 0))
            if progress != seen:
                on_progress(progress)
                seen, pause, quiet_since = progress, FIRST_WAIT, time.monotonic()
            if progress.stage == "done" or (progress.stage == "marts" and not marts):
                return found
            self._raise_on_failure(runs, asked)
            if any(run["JobRunState"] in _AT_WORK for of_job in runs.values() for run in of_job):
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since > patience_seconds:
                raise PipelineError(
                    f"For {patience_seconds:.0f} s no job was at work, and the pipeline is still at {progress.stage}: "
                    f"{progress.curated} of {progress.objects} objects. See ./rapid logs glue emulator."
                )
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_WAIT)

    def _runs(self, job: str) -> list[dict[str, Any]]:
        """The latest runs of a job, latest first."""
        return list(self.client("glue").get_job_runs(JobName=job, MaxResults=20)["JobRuns"])

    def _written(self, prefixes: Iterable[str]) -> int:
        return sum(lake.size(self.client("s3"), self.stack["DataBucket"], prefix) for prefix in prefixes)

    def _progress(
        self, wanted: int, found: list[dict[str, Any]], runs: dict[str, list[dict[str, Any]]], written: int
    ) -> Progress:
        curating, marts = runs.values()
        if len(found) < wanted:
            return Progress("curating", wanted, len(found), _state(curating), written)
        last = max((datetime.fromisoformat(m["processed_at"]) for m in found), default=None)
        after = [run for run in marts if last is None or run["StartedOn"] >= last]
        done = last is None or any(run["JobRunState"] == "SUCCEEDED" for run in after)
        return Progress("done" if done else "marts", wanted, len(found), _state(after), written)

    def _raise_on_failure(self, runs: dict[str, list[dict[str, Any]]], since: datetime) -> None:
        """Raises for a run that failed for good; a failed attempt that is not the job's last is tried again."""
        for job, of_job in runs.items():
            for run in of_job:
                if run["JobRunState"] not in _FAILED or run["StartedOn"] < since:
                    continue
                if run["JobRunState"] in _RETRIED and run["Attempt"] < self._retries(job):
                    continue
                raise PipelineError(
                    f"Glue job {job} is {run['JobRunState']}: {run.get('ErrorMessage', 'no message')} "
                    f"(its log: ./rapid glue logs {job} {run['Id']} --error)"
                )

    def _retries(self, job: str) -> int:
        return int(self.client("glue").get_job(JobName=job)["Job"].get("MaxRetries", 0))


def _written_below(objects: Collection[tuple[str, str]]) -> list[str]:
    """Where the jobs write for these raw objects."""
    datasets = sorted({key.split("/")[1] for key, _etag in objects})
    return ["manifests/_staging/", *(f"{kind}/{name}/" for kind in ("curated", "quarantine") for name in datasets)]


def _state(runs: list[dict[str, Any]]) -> str:
    return str(runs[0]["JobRunState"]) if runs else ""
