"""Follows raw objects through the pipeline: manifests say what became of each, Glue says how the jobs fare.

S3 and Glue push nothing to a client, so both are asked, often at first and less often while nothing changes.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from rapid import lake
from rapid.core.errors import RapidError

FIRST_WAIT, LONGEST_WAIT = 0.2, 1.0
_FAILED = {"FAILED", "TIMEOUT", "ERROR", "STOPPED"}


class PipelineError(RapidError):
    """A Glue job failed, or the pipeline did not finish in time."""


@dataclass(frozen=True)
class Progress:
    """How far the pipeline is. `stage` is curating, marts or done."""

    stage: str
    objects: int
    curated: int


@dataclass
class Pipeline:
    """The pipeline of one stack. `client("s3")` gives a boto3 client, `stack` the stack's outputs."""

    client: Callable[[str], Any]
    stack: dict[str, str]
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
        timeout_seconds: float = 600,
        marts: bool = True,
    ) -> list[dict[str, Any]]:
        """Waits until each object has a manifest and, if `marts`, the marts were computed after the last of them.

        Returns:
            The manifests of these objects.

        Raises:
            PipelineError: a job failed, or it took longer than `timeout_seconds`.
        """
        begin, asked = time.monotonic(), datetime.now(UTC)
        pause = FIRST_WAIT
        seen: Progress | None = None
        while True:
            found = [m for m in self.manifests() if (m["object"], m["etag"]) in objects]
            progress = self._progress(len(objects), found)
            if progress != seen:
                on_progress(progress)
                seen, pause = progress, FIRST_WAIT
            if progress.stage == "done" or (progress.stage == "marts" and not marts):
                return found
            self._raise_on_failure(asked)
            if time.monotonic() - begin > timeout_seconds:
                raise PipelineError(
                    f"After {timeout_seconds:.0f} s the pipeline is still at {progress.stage}: "
                    f"{progress.curated} of {progress.objects} objects. What runs goes on: see ./rapid logs glue."
                )
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_WAIT)

    def _progress(self, wanted: int, found: list[dict[str, Any]]) -> Progress:
        if len(found) < wanted:
            return Progress("curating", wanted, len(found))
        last = max((datetime.fromisoformat(m["processed_at"]) for m in found), default=None)
        return Progress("done" if last is None or self._marts_after(last) else "marts", wanted, len(found))

    def _marts_after(self, moment: datetime) -> bool:
        runs = self.client("glue").get_job_runs(JobName=self.stack["CuratedToMartsJob"], MaxResults=20)["JobRuns"]
        return any(run["JobRunState"] == "SUCCEEDED" and run["StartedOn"] >= moment for run in runs)

    def _raise_on_failure(self, since: datetime) -> None:
        for job in (self.stack["RawToCuratedJob"], self.stack["CuratedToMartsJob"]):
            for run in self.client("glue").get_job_runs(JobName=job, MaxResults=5)["JobRuns"]:
                if run["JobRunState"] in _FAILED and run["StartedOn"] >= since:
                    raise PipelineError(
                        f"Glue job {job} is {run['JobRunState']}: {run.get('ErrorMessage', 'no message')} "
                        f"(run {run['Id']}; its log: aws logs tail /aws-glue/jobs/error --log-stream-names {run['Id']})"
                    )
