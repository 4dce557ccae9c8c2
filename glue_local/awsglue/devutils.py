"""Jobs as objects, for scripts that create or change other jobs.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-job.html
"""

from collections.abc import Sequence
from typing import Any


class _Values:
    """Values that go to the Glue API as a dict."""

    def as_dict(self) -> dict[str, Any]:
        return {name[0].upper() + name[1:]: _plain(value) for name, value in vars(self).items() if value is not None}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.as_dict()})"


def _plain(value: Any) -> Any:
    return value.as_dict() if isinstance(value, _Values) else value


class ExecutionProperty(_Values):
    def __init__(self, maxConcurrentRuns: int = 1) -> None:
        self.maxConcurrentRuns = maxConcurrentRuns


class Command(_Values):
    def __init__(self, name: str, scriptLocation: str) -> None:
        self.name, self.scriptLocation = name, scriptLocation


class Connections(_Values):
    def __init__(self, connections: Sequence[str] = ()) -> None:
        self.connections = list(connections)


class Job(_Values):
    """A job; attributes that stay None are not sent."""

    def __init__(self) -> None:
        self.name: str | None = None
        self.description: str | None = None
        self.role: str | None = None
        self.executionProperty: ExecutionProperty | None = None
        self.command: Command | None = None
        self.defaultArguments: dict[str, str] | None = None
        self.connections: Connections | None = None
        self.maxRetries: int | None = None
        self.timeout: int | None = None

    def as_job_create_dict(self) -> dict[str, Any]:
        return self.as_dict()

    def as_job_update_dict(self) -> dict[str, Any]:
        return {name: value for name, value in self.as_dict().items() if name != "Name"}


class GlueJobUtils:
    """Creates, reads, changes and deletes jobs."""

    def __init__(self, glue_context: Any) -> None:
        import boto3

        self._glue, self._s3 = boto3.client("glue"), boto3.client("s3")

    def get_jobs(self, nextToken: str = "") -> dict[str, Any]:
        """A page of jobs: `jobs` and `nextToken`."""
        page = self._glue.get_jobs(**({"NextToken": nextToken} if nextToken else {}))
        return {
            "jobs": [self._glue_job_response_to_job(job) for job in page["Jobs"]],
            "nextToken": page.get("NextToken"),
        }

    def get_job(self, jobName: str) -> Job:
        return self._glue_job_response_to_job(self._glue.get_job(JobName=jobName)["Job"])

    def create_job(self, job: Job, file: str = "") -> Any:
        """Creates a job; `file`, a local script, is uploaded to its script location first."""
        self._upload(job, file)
        return self._glue.create_job(**job.as_job_create_dict())

    def update_job(self, job: Job, file: str = "") -> Any:
        self._upload(job, file)
        return self._glue.update_job(JobName=job.name, JobUpdate=job.as_job_update_dict())

    def delete_job(self, jobName: str) -> Any:
        return self._glue.delete_job(JobName=jobName)

    def _upload(self, job: Job, file: str) -> None:
        if file and job.command:
            self._upload_file_to_s3(job.command.scriptLocation, file)

    def _upload_file_to_s3(self, s3_url: str, file: str) -> None:
        self._s3.upload_file(file, *self._get_bucket_prefix_from_s3_url(s3_url))

    def _get_bucket_prefix_from_s3_url(self, s3_url: str) -> tuple[str, str]:
        bucket, _, key = s3_url.partition("://")[2].partition("/")
        return bucket, key

    def _glue_job_response_to_job(self, response_job: dict[str, Any]) -> Job:
        job = Job()
        for name in vars(job):
            setattr(job, name, response_job.get(name[0].upper() + name[1:]))
        command = response_job.get("Command", {})
        job.command = Command(command.get("Name", ""), command.get("ScriptLocation", ""))
        return job
