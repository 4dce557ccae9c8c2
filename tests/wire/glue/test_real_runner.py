"""Jobs on the real runner: the script runs, or the run says why it did not.

https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html for the log groups.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.waiting import until

pytestmark = pytest.mark.slow

SCRIPT = """
import sys
from awsglue.utils import getResolvedOptions
args = getResolvedOptions(sys.argv, ["JOB_NAME", "word"])
print("the word is", args["word"])
if args["word"] == "fail":
    raise ValueError("made to fail")
if args["word"] == "hang":
    import time
    time.sleep(600)
from pyspark.context import SparkContext
from awsglue.context import GlueContext
spark = GlueContext(SparkContext.getOrCreate()).spark_session
print("rows", spark.range(10).count())
"""


@pytest.fixture(scope="module")
def run(runner: Any, aws: Callable[[str], Any]) -> Callable[..., dict[str, Any]]:
    """`run(word)` runs the script and returns the finished JobRun."""
    s3, glue = aws("s3"), aws("glue")
    s3.create_bucket(Bucket="glue-scripts")
    s3.put_object(Bucket="glue-scripts", Key="job.py", Body=SCRIPT.encode())
    glue.create_job(
        Name="real",
        Role="role",
        GlueVersion="5.1",
        Command={"Name": "glueetl", "ScriptLocation": "s3://glue-scripts/job.py", "PythonVersion": "3"},
        ExecutionProperty={"MaxConcurrentRuns": 2},
    )

    def start(word: str, stop: bool = False) -> dict[str, Any]:
        run_id = glue.start_job_run(JobName="real", Arguments={"--word": word})["JobRunId"]

        def ask() -> dict[str, Any]:
            return dict(glue.get_job_run(JobName="real", RunId=run_id)["JobRun"])

        if stop:
            until(ask, lambda found: found["JobRunState"] == "RUNNING")
            glue.batch_stop_job_run(JobName="real", JobRunIds=[run_id])
        return until(ask, lambda found: "CompletedOn" in found)

    return start


def test_success(run: Any, aws: Callable[[str], Any]) -> None:
    found = run("hello")
    assert found["JobRunState"] == "SUCCEEDED", found
    events = aws("logs").get_log_events(
        logGroupName="/aws-glue/jobs/output", logStreamName=found["Id"], startFromHead=True
    )["events"]
    text = "\n".join(event["message"] for event in events)
    assert "the word is hello" in text
    assert "rows 10" in text


def test_failure(run: Any) -> None:
    found = run("fail")
    assert found["JobRunState"] == "FAILED"
    assert "ValueError: made to fail" in found["ErrorMessage"]


def test_stop(run: Any) -> None:
    assert run("hang", stop=True)["JobRunState"] == "STOPPED"
