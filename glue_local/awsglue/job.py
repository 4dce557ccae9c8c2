"""`Job`: begins and commits a run.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-extensions-job.html is not a page of its own;
the class is described with job bookmarks, https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html.
"""

from collections.abc import Mapping
from typing import Any

from awsglue.bookmarks import job as bookmarks


class Job:
    """One run of a job."""

    @classmethod
    def continuation_options(cls) -> list[str]:
        return ["continuation-enable", "continuation-readonly", "continuation-ignore"]

    @classmethod
    def job_bookmark_options(cls) -> list[str]:
        return ["job-bookmark-enable", "job-bookmark-pause", "job-bookmark-disable"]

    @classmethod
    def job_bookmark_range_options(cls) -> list[str]:
        return ["--job-bookmark-from", "--job-bookmark-to"]

    @classmethod
    def id_params(cls) -> list[str]:
        return ["--JOB_ID", "--JOB_RUN_ID", "--SECURITY_CONFIGURATION"]

    @classmethod
    def encryption_type_options(cls) -> list[str]:
        return ["sse-s3", "sse-kms"]

    @classmethod
    def data_lineage_options(cls) -> list[str]:
        return ["true", "false"]

    def __init__(self, glue_context_or_spark_session: Any) -> None:
        self.glue_context = glue_context_or_spark_session
        self.job_name = ""
        self.args: dict[str, Any] = {}
        self._initialized = False
        self._committed = False

    def init(self, job_name: str, args: Mapping[str, Any] | None = None) -> None:
        """Begins the run.

        Args:
            job_name: usually `args["JOB_NAME"]`.
            args: the result of `getResolvedOptions`; `job_bookmark_option` among it decides on bookmarks.
        """
        self.job_name, self.args = job_name, dict(args or {})
        bookmarks.begin(job_name, self.args)
        self._initialized = True

    def isInitialized(self) -> bool:
        return self._initialized

    def commit(self) -> None:
        """Saves the job's bookmark. As on AWS, a script that never commits still succeeds, and reads all again.

        Raises:
            BookmarkError: the Glue API refused it, for example because another run has committed meanwhile.
        """
        bookmarks.commit()
        self._committed = True
