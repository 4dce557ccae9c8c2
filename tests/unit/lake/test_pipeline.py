"""How long a raw object is waited for: as long as jobs are at work on it or will be."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rapid import pipeline
from rapid.pipeline import Pipeline, PipelineError, Progress

STACK = {"DataBucket": "bucket", "RawToCuratedJob": "curate", "CuratedToMartsJob": "marts"}
WANTED = [("raw/a/1", "e")]


class Aws:
    """S3 without manifests, and Glue whose job `curate` has at each look the next of `looks`; the last stays."""

    def __init__(self, *looks: list[dict[str, Any]], retries: int = 1) -> None:
        self.looks, self.retries, self.asked = looks, retries, 0
        self.written = 0

    def get_job_runs(self, JobName: str, MaxResults: int) -> dict[str, Any]:
        if JobName == "marts":
            return {"JobRuns": []}
        self.asked += 1
        return {"JobRuns": self.looks[min(self.asked, len(self.looks)) - 1]}

    def get_job(self, JobName: str) -> dict[str, Any]:
        return {"Job": {"Name": JobName, "MaxRetries": self.retries}}

    def get_paginator(self, _operation: str) -> "Aws":
        return self

    def paginate(self, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:
        if Prefix == "curated/a/":
            self.written += 5
            yield {"Contents": [{"Key": f"{Prefix}x", "Size": self.written}]}


def run(state: str, attempt: int = 0) -> dict[str, Any]:
    started = datetime.now(UTC) + timedelta(days=1)
    return {"Id": f"jr{attempt}", "JobRunState": state, "Attempt": attempt, "StartedOn": started, "ErrorMessage": "why"}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "FIRST_WAIT", 0.0)


def wait(aws: Aws, **options: Any) -> None:
    Pipeline(lambda _service: aws, STACK).wait(WANTED, patience_seconds=0, **options)


def test_patience_is_for_what_nobody_works_on() -> None:
    aws = Aws(*[[run("RUNNING")]] * 5, [run("SUCCEEDED")])
    with pytest.raises(PipelineError, match="no job was at work, and the pipeline is still at curating: 0 of 1"):
        wait(aws)
    assert aws.asked > 5


def test_an_attempt_that_is_tried_again_is_no_failure() -> None:
    first, second = run("FAILED"), run("FAILED", 1)
    aws = Aws([first], [run("RUNNING", 1), first], [second, first])
    with pytest.raises(PipelineError, match=r"Glue job curate is FAILED: why \(its log: ./rapid glue logs curate jr1"):
        Pipeline(lambda _service: aws, STACK).wait(WANTED)
    assert aws.asked == 3


@pytest.mark.parametrize("state", ["TIMEOUT", "STOPPED"])
def test_what_is_not_tried_again_is_told_at_once(state: str) -> None:
    with pytest.raises(PipelineError, match=f"Glue job curate is {state}"):
        wait(Aws([run(state)]))


def test_what_jobs_write_is_progress() -> None:
    seen: list[Progress] = []
    with pytest.raises(PipelineError):
        wait(Aws([run("STARTING")], [run("RUNNING")], [run("TIMEOUT")]), on_progress=seen.append, closely=True)
    assert [(progress.job, progress.written) for progress in seen] == [
        ("STARTING", 5),
        ("RUNNING", 10),
        ("TIMEOUT", 15),
    ]


def test_waiting_ends_when_the_check_says_so() -> None:
    def gone() -> None:
        raise RuntimeError("it ended")

    with pytest.raises(RuntimeError, match="it ended"):
        Pipeline(lambda _service: Aws([run("RUNNING")]), STACK, gone).wait(WANTED)
