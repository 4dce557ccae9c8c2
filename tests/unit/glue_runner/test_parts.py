"""The runner's pure parts."""

import sys
from pathlib import Path
from typing import Any

import pytest

from glue_runner import endpoint, logs, python_daemon, run, script, settings, spark_conf, store
from glue_runner.request import RequestError, RunRequest
from glue_runner.store import RunStatus


def test_conf_argument_holds_several() -> None:
    # https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
    text = "spark.a=1 --conf spark.b=x=y --conf spark.c=z w"
    assert spark_conf.parse_conf(text) == {"spark.a": "1", "spark.b": "x=y", "spark.c": "z w"}
    with pytest.raises(spark_conf.ConfError, match="nonsense"):
        spark_conf.parse_conf("spark.a=1 --conf nonsense")


def test_table_formats() -> None:
    assert spark_conf.jar_groups({"--datalake-formats": "iceberg, hudi"}) == ["iceberg", "hudi"]
    with pytest.raises(spark_conf.ConfError, match="Valid: hudi, delta, iceberg"):
        spark_conf.jar_groups({"--datalake-formats": "parquet"})


@pytest.mark.parametrize(
    ("arguments", "own"),
    [
        ({}, False),
        ({"--x": "1"}, False),
        ({"--enable-glue-datacatalog": "true"}, False),
        ({"--datalake-formats": "iceberg", "--conf": "spark.sql.extensions=x --conf spark.serializer=y"}, False),
        ({"--conf": "spark.driver.extraJavaOptions=-Dx=1"}, True),
        ({"--conf": "spark.sql.a=1 --conf spark.jars.packages=a:b:c"}, True),
        ({"--conf": "nonsense"}, True),
        ({"--extra-jars": "s3://b/x.jar"}, True),
    ],
)
def test_which_jobs_need_a_process_of_their_own(arguments: dict[str, str], own: bool) -> None:
    assert spark_conf.needs_own_jvm(arguments) is own


@pytest.mark.parametrize(
    ("arguments", "catalog"),
    [
        ({}, None),
        ({"--enable-glue-datacatalog": "true"}, "hive"),
        ({"--enable-glue-datacatalog": ""}, "hive"),  # a special parameter without a value is on
        ({"--enable-glue-datacatalog": "false"}, None),
        (
            {
                "--conf": "spark.hadoop.hive.metastore.client.factory.class="
                "com.amazonaws.glue.catalog.metastore.AWSGlueDataCatalogHiveClientFactory"
            },
            "hive",
        ),
        ({"--enable-glue-datacatalog": "true", "--conf": "spark.sql.catalogImplementation=in-memory"}, "in-memory"),
    ],
)
def test_who_sees_the_data_catalog(arguments: dict[str, str], catalog: str | None) -> None:
    assert spark_conf.of_arguments(arguments, []).get("spark.sql.catalogImplementation") == catalog


def test_s3_is_reached_where_the_environment_says() -> None:
    conf = spark_conf.s3({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
    assert conf["spark.hadoop.fs.s3a.endpoint"] == "http://127.0.0.1:1"
    assert conf["spark.hadoop.fs.s3.impl"].endswith("S3AFileSystem")
    assert "spark.hadoop.fs.s3a.endpoint" not in spark_conf.s3({})


def test_how_s3_is_reached_is_up_to_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"spark.hadoop.fs.s3.impl": "com.amazon.ws.emr.hadoop.fs.EmrFileSystem", "spark.sql.ansi.enabled": "true"}
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    assert spark_conf.of_aws(given) == {"spark.sql.ansi.enabled": "true"}
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    assert spark_conf.of_aws(given) == given


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://localhost:4566", "http://127.0.0.1:4566"),
        ("http://127.0.0.1:4566/x", "http://127.0.0.1:4566/x"),
        ("http://nowhere.invalid:4566", "http://nowhere.invalid:4566"),
    ],
)
def test_java_finds_the_endpoint_by_its_address(url: str, address: str) -> None:
    environ = {"AWS_ENDPOINT_URL": url, "AWS_ENDPOINT_URL_S3": "https://localhost", "OTHER": "http://localhost"}
    assert endpoint.by_address(environ) == {"AWS_ENDPOINT_URL": address}


def test_argv_names_the_run_but_not_sparks_settings() -> None:
    argv = RunRequest("jr_1", "job", "s3://b/s.py", arguments={"--conf": "a=b", "--day": "1"}).argv()
    assert argv[argv.index("--JOB_NAME") + 1] == "job"
    assert argv[argv.index("--JOB_RUN_ID") + 1] == "jr_1"
    assert argv[-2:] == ["--day", "1"]
    assert "--conf" not in argv


@pytest.mark.parametrize("body", [{}, {"run_id": "../x", "job_name": "a", "script_location": "b"}])
def test_requests_that_are_refused(body: dict[str, Any]) -> None:
    with pytest.raises(RequestError):
        RunRequest.parse(body)


def test_a_child_never_sees_the_runners_variables() -> None:
    assert settings.child_environment({"GLUE_RUNNER_TOKEN": "s", "A": "1"}) == {"A": "1"}


def test_settings_that_make_no_sense() -> None:
    with pytest.raises(settings.SettingsError, match="GLUE_RUNNER_PARALLEL"):
        settings.load({"GLUE_RUNNER_PARALLEL": "many"})


def test_runs_that_lived_are_failed_after_a_restart(tmp_path: Path) -> None:
    store.save(tmp_path, RunStatus("jr_1", "j", "RUNNING", started_on=1.0))
    store.save(tmp_path, RunStatus("jr_2", "j", "SUCCEEDED", started_on=2.0))
    (tmp_path / "torn.json").write_text("{")
    found = store.load(tmp_path, now=9.0)
    assert (found["jr_1"].state, found["jr_1"].completed_on) == ("FAILED", 9.0)
    assert "restarted" in str(found["jr_1"].error_message)
    assert found["jr_2"].state == "SUCCEEDED"
    assert store.load(tmp_path, now=10.0)["jr_1"].completed_on == 9.0


def test_batches_keep_to_the_limits_of_put_log_events() -> None:
    events = [logs.Event(0, "x", 300_000) for _ in range(5)]
    assert [len(logs.take_batch(events)), len(logs.take_batch(events)), events] == [3, 2, []]
    many = [logs.Event(0, "x", 27) for _ in range(10_001)]
    assert len(logs.take_batch(many)) == 10_000


@pytest.mark.parametrize("text", ["a" * 700_000, "ü" * 300_000, "short"])
def test_long_lines_are_split_without_loss(text: str) -> None:
    parts = logs.split(text)
    assert "".join(parts) == text
    assert max(len(part.encode()) for part in parts) <= logs.EVENT_BYTES


def test_arguments_of_the_foreground_command() -> None:
    assert run.parse(["--a", "1", "--b=2", "--conf", "spark.x=1", "--flag"]) == {
        "--a": "1",
        "--b": "2",
        "--conf": "spark.x=1",
        "--flag": "",
    }


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("bad"), "ValueError: bad"),
        (KeyError("k"), "KeyError: 'k'"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
    ],
)
def test_error_messages(error: BaseException, message: str) -> None:
    assert script.describe(error) == message


def test_every_variable_of_the_environment_is_documented() -> None:
    named = {part for part in (settings.__doc__ or "").split() if part.startswith("GLUE_RUNNER_")}
    parts = ("LISTEN", "TOKEN", "HOME", "JARS", "WARM", "PARALLEL", "HEAP_MB", "MASTER", "LOG_LEVEL")
    assert {f"GLUE_RUNNER_{n}" for n in parts} == named


def test_python_workers_do_not_read_archives_of_spark_at_each_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, own = tmp_path / "spark" / "core.jar", tmp_path / "own.zip"
    archive.parent.mkdir()
    for path in (archive, own):
        path.write_bytes(b"")
    monkeypatch.setattr(sys, "path", [str(archive), str(own), str(archive.parent)])
    python_daemon.leave_archives_of_spark(archive.parent)
    assert sys.path == [str(own), str(archive.parent)]
