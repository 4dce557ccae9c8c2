"""getResolvedOptions, by https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-get-resolved-options.html."""

import importlib

import pytest

from awsglue.errors import NotSupportedError
from awsglue.utils import GlueArgumentError, getResolvedOptions


def test_values_by_both_spellings_and_dashes_as_underscores() -> None:
    found = getResolvedOptions(["s.py", "--JOB_NAME", "j", "--day-count=3", "--other", "x"], ["JOB_NAME", "day-count"])
    assert found["JOB_NAME"] == "j"
    assert found["day_count"] == "3"
    assert "other" not in found


def test_keys_that_are_always_there() -> None:
    found = getResolvedOptions(["s.py"], [])
    assert found["job_bookmark_option"] == "job-bookmark-disable"
    for key in ("job_bookmark_from", "JOB_ID", "JOB_RUN_ID", "SECURITY_CONFIGURATION", "encryption_type", "TempDir"):
        assert found[key] is None


def test_a_missing_argument_is_an_error_not_an_exit() -> None:
    with pytest.raises(GlueArgumentError, match="--bucket"):
        getResolvedOptions(["s.py"], ["bucket"])


def test_temp_dir_mirrors_redshift_temp_dir() -> None:
    assert getResolvedOptions(["s.py", "--TempDir", "s3://t/"], ["TempDir"])["RedshiftTempDir"] == "s3://t/"


def test_reserved_names_are_refused() -> None:
    with pytest.raises(RuntimeError, match="job-bookmark-option"):
        getResolvedOptions(["s.py"], ["job-bookmark-option"])


def test_a_pause_needs_both_ends_or_neither() -> None:
    argv = ["s.py", "--job-bookmark-option", "job-bookmark-pause", "--job-bookmark-from", "1"]
    with pytest.raises(GlueArgumentError, match="together"):
        getResolvedOptions(argv, [])


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("scripts.crawler_undo", "crawler_undo"),
        ("utils", "makeOptions"),
    ],
)
def test_a_name_that_is_not_written_says_so(module: str, name: str) -> None:
    found = importlib.import_module(f"awsglue.{module}")
    with pytest.raises(NotSupportedError, match=f"awsglue.{module}.{name}"):
        getattr(found, name)
    with pytest.raises(AttributeError):
        found.no_such_name_on_aws_either  # noqa: B018
