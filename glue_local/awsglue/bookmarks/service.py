"""The Glue API's side of bookmarks.

Reading is public (GetJobBookmark). Saving is not: AWS's runtime uses an operation that no SDK has, and so does this
one, `UpdateJobBookmark`, whose model is in `private/`. A Glue API without it refuses, and the commit fails, saying so.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

from awsglue.errors import AwsGlueError


class BookmarkError(AwsGlueError):
    """The job's bookmark could not be saved: the next run reads again what this one has read."""


@lru_cache(maxsize=1)
def _client() -> Any:
    import boto3
    import botocore.session

    session = botocore.session.Session()
    session.get_component("data_loader").search_paths.append(str(Path(__file__).parent / "private"))
    return boto3.session.Session(botocore_session=session).client("glue")


def load(job: str, run_id: str | None = None) -> tuple[int, str]:
    """A job's bookmark, as JSON text, and its version; `(0, "{}")` if there is none yet.

    Args:
        job: the job's name.
        run_id: the bookmark as this run left it.

    Raises:
        botocore.exceptions.ClientError: EntityNotFoundException if `run_id` has none.
    """
    client = _client()
    try:
        entry = client.get_job_bookmark(JobName=job, **({"RunId": run_id} if run_id else {}))["JobBookmarkEntry"]
    except client.exceptions.EntityNotFoundException:
        if run_id:
            raise
        return 0, "{}"
    return int(entry["Version"]), entry.get("JobBookmark") or "{}"


def save(job: str, run_id: str, version: int, text: str) -> int:
    """Replaces a job's bookmark, provided that it still has `version`. Returns the new version.

    Raises:
        BookmarkError: it has not: another run has committed since.
    """
    from botocore.exceptions import ClientError

    try:
        answer = _client().update_job_bookmark(JobName=job, RunId=run_id, Version=version, JobBookmark=text)
    except ClientError as error:
        raise BookmarkError(f"The bookmark of job {job!r} was not saved: {error}") from error
    return int(answer["JobBookmarkEntry"]["Version"])
