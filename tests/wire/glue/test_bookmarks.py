"""Bookmark operations: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html.

`UpdateJobBookmark` is what the runtime calls at `job.commit()`; its model is the runtime's own.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest

from rapid.core.config import Config

MODEL = Path(__file__).resolve().parents[3] / "glue_local/awsglue/bookmarks/private"


@pytest.fixture
def runtime(emulator: Config, aws: Callable[[str], Any]) -> Any:
    """A client of the Glue API as the runtime has it."""
    session = botocore.session.Session()
    session.get_component("data_loader").search_paths.append(str(MODEL))
    given = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": aws("glue").meta.region_name}
    return boto3.session.Session(botocore_session=session, **given).client(
        "glue", endpoint_url=aws("glue").meta.endpoint_url
    )


def test_commits_history_rewind_and_reset(runtime: Any, aws: Callable[[str], Any]) -> None:
    glue = aws("glue")
    with pytest.raises(glue.exceptions.EntityNotFoundException, match="Continuation for job marks not found"):
        glue.reset_job_bookmark(JobName="marks")
    for version, run in enumerate(["jr_a", "jr_b", "jr_b"]):
        text = f'{{"x": {version}}}'
        entry = runtime.update_job_bookmark(JobName="marks", RunId=run, Version=version, JobBookmark=text)
        assert entry["JobBookmarkEntry"]["Version"] == version + 1
    found = glue.get_job_bookmark(JobName="marks")["JobBookmarkEntry"]
    assert (found["Run"], found["Attempt"], found["RunId"], found["PreviousRunId"]) == (2, 0, "jr_b", "jr_a")
    assert found["JobBookmark"] == '{"x": 2}'
    assert glue.get_job_bookmark(JobName="marks", RunId="jr_a")["JobBookmarkEntry"]["JobBookmark"] == '{"x": 0}'
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_job_bookmark(JobName="marks", RunId="jr_none")
    rewound = glue.reset_job_bookmark(JobName="marks", RunId="jr_a")["JobBookmarkEntry"]
    assert (rewound["RunId"], rewound["Version"], rewound["JobBookmark"]) == ("jr_a", 4, '{"x": 0}')
    page = runtime.get_job_bookmarks(JobName="marks", MaxResults=3)
    assert [entry["Version"] for entry in page["JobBookmarkEntries"]] == [4, 3, 2]
    rest = runtime.get_job_bookmarks(JobName="marks", NextToken=page["NextToken"])
    assert [entry["Version"] for entry in rest["JobBookmarkEntries"]] == [1]


def test_a_commit_that_another_one_has_overtaken(runtime: Any) -> None:
    runtime.update_job_bookmark(JobName="race", RunId="jr_a", Version=0, JobBookmark="{}")
    message = "version mismatch. Expected version 0 but found version 1"
    with pytest.raises(runtime.exceptions.VersionMismatchException, match=message):
        runtime.update_job_bookmark(JobName="race", RunId="jr_b", Version=0, JobBookmark="{}")
