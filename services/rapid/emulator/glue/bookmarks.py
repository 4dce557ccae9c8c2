"""Job bookmarks: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html.

A job's bookmark is the JSON text that its last committed run left. The last commits are kept, so that a bookmark can
be rewound to a run. The Glue runtime commits by `UpdateJobBookmark`, which is no public operation on AWS either; its
model is in `private/`, beside that of GetJobBookmarks, which AWS documents and no SDK has, and of the members by which
a session's output holds a picture.
"""

from pathlib import Path

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import store_of
from rapid.emulator.glue.errors import (
    EntityNotFoundException,
    InvalidInputException,
    VersionMismatchException,
)
from rapid.emulator.glue.models import GlueStore, JobRun, Structure

MODEL = Path(__file__).parent / "private"
PAGE = 1000
KEPT = 100
"""Entries of a job: as far back as a bookmark can be rewound."""


def teach_operations() -> None:
    """Adds the operations of `private/` to LocalStack's model of Glue, before the first request is parsed."""
    from localstack.aws.spec import loader

    if str(MODEL) not in loader.search_paths:
        loader.search_paths.append(str(MODEL))


def _entries(store: GlueStore, job: str) -> list[Structure]:
    """A job's entries, the oldest first.

    Raises:
        EntityNotFoundException: no run of the job has ever committed a bookmark.
    """
    entries = store.bookmarks.get(job)
    if not entries:
        raise EntityNotFoundException(f"Continuation for job {job} not found")
    return entries


def _as_of(store: GlueStore, job: str, run_id: str | None) -> Structure:
    """The entry now, or as the last successful run up to and including `run_id` left it.

    Raises:
        EntityNotFoundException: there is none.
    """
    entries = _entries(store, job)
    if not run_id:
        return entries[-1]
    order = list(_siblings(store, run_id))
    until = set(order[: order.index(run_id) + 1]) if run_id in order else {run_id}
    for run in reversed([*order, run_id]):
        if run in until:
            for entry in reversed(entries):
                if entry.get("RunId") == run:
                    return entry
    raise EntityNotFoundException(f"Continuation for job {job} with run ID {run_id} not found")


def _siblings(store: GlueStore, run_id: str) -> dict[str, JobRun]:
    """The runs of the job that a run is one of, the oldest first.

    A script may begin under a name that is not its job's, to keep one bookmark per table: `job.init(name + table)`.
    """
    return next((runs for runs in store.runs.values() if run_id in runs), {})


class Bookmarks:
    """Operations on job bookmarks."""

    @handler("GetJobBookmark", expand=False)
    def get_job_bookmark(self, context: RequestContext, request: Structure) -> Structure:
        return {"JobBookmarkEntry": _as_of(store_of(context), request["JobName"], request.get("RunId"))}

    @handler("GetJobBookmarks", expand=False)
    def get_job_bookmarks(self, context: RequestContext, request: Structure) -> Structure:
        """A job's entries, the newest first."""
        newest_first = _entries(store_of(context), request["JobName"])[::-1]
        start, size = request.get("NextToken") or 0, request.get("MaxResults") or PAGE
        if start < 0 or not 1 <= size <= PAGE:
            raise InvalidInputException(f"MaxResults should be between 1 and {PAGE}, NextToken one that was given.")
        more = {"NextToken": start + size} if start + size < len(newest_first) else {}
        return {"JobBookmarkEntries": newest_first[start : start + size], **more}

    @handler("ResetJobBookmark", expand=False)
    def reset_job_bookmark(self, context: RequestContext, request: Structure) -> Structure:
        """Forgets what was processed; with a RunId, only what was processed after that run."""
        store, job = store_of(context), request["JobName"]
        version = _entries(store, job)[-1]["Version"] + 1
        if request.get("RunId"):
            entry = {**_as_of(store, job, request["RunId"]), "Version": version}
        else:
            entry = {"JobName": job, "Version": version, "Run": 0, "Attempt": 0, "JobBookmark": "{}"}
        store.bookmarks[job] = [*store.bookmarks[job], entry][-KEPT:]
        return {"JobBookmarkEntry": entry}

    @handler("UpdateJobBookmark", expand=False)
    def update_job_bookmark(self, context: RequestContext, request: Structure) -> Structure:
        """What `job.commit()` calls. `Version` is the version that the run began with, 0 for none.

        Raises:
            VersionMismatchException: another run has committed, or the bookmark was reset, since this run began.
        """
        store, job, run_id = store_of(context), request["JobName"], request["RunId"]
        before = store.bookmarks.get(job, [])
        current: Structure = before[-1] if before else {"Version": 0, "Run": 0}
        if request["Version"] != current["Version"]:
            raise VersionMismatchException(
                "Continuation update failed due to version mismatch. "
                f"Expected version {request['Version']} but found version {current['Version']}"
            )
        run = _siblings(store, run_id).get(run_id)
        entry = {
            "JobName": job,
            "Version": current["Version"] + 1,
            "Run": current["Run"] + (current.get("RunId") != run_id),
            "Attempt": run.response["Attempt"] if run else 0,
            "RunId": run_id,
            "JobBookmark": request["JobBookmark"],
        }
        previous = current.get("PreviousRunId") if current.get("RunId") == run_id else current.get("RunId")
        if previous:
            entry["PreviousRunId"] = previous
        store.bookmarks[job] = [*before, entry][-KEPT:]
        return {"JobBookmarkEntry": entry}
