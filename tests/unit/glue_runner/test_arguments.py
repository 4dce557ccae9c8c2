"""What reaches the script, and where its output goes, by a job's arguments.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html (read 2026-11).
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from glue_runner import event_logs, history, installed, provided
from glue_runner.arguments import check_language
from glue_runner.commands import pip
from glue_runner.logs import places_of
from glue_runner.request import RunRequest
from glue_runner.spark_conf import ConfError


def request(command: str = "glueetl", **arguments: str) -> RunRequest:
    return RunRequest(
        "jr_1", "j", "s3://b/k.py", command, {f"--{k.replace('_', '-')}": v for k, v in arguments.items()}
    )


def test_what_sets_up_the_job_stays_with_glue() -> None:
    given = {"conf": "a=b", "class": "GlueApp", "enable_metrics": "true", "extra_py_files": "s3://b/x.py"}
    own = {"TempDir": "s3://b/t", "job_bookmark_option": "job-bookmark-enable", "day": "1"}
    words = request(**given, **own).argv()
    assert words[::2] == ["--JOB_NAME", "--JOB_ID", "--JOB_RUN_ID", "--TempDir", "--job-bookmark-option", "--day"]
    assert request("pythonshell", **own).argv()[::2] == ["--TempDir", "--job-bookmark-option", "--day"]


def test_scala_is_refused_by_name() -> None:
    check_language({"--job-language": "python", "--class": "GlueApp"}, "s3://b/job.py")
    for arguments, script in (({"--job-language": "scala"}, "s3://b/job"), ({}, "s3://b/job.scala")):
        with pytest.raises(ConfError, match="Scala"):
            check_language(arguments, script)


def test_the_history_server_reads_s3_on_loopback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history.jvm, "class_path", lambda _jars: "jars")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    line = history.command("s3://b/logs/", 18081, tmp_path, tmp_path)
    assert line[-1] == "org.apache.spark.deploy.history.HistoryServer"
    wanted = {"-Dspark.history.fs.logDirectory=s3://b/logs/", "-Dspark.history.ui.port=18081"}
    assert wanted <= set(line)
    assert "-Dspark.hadoop.fs.s3a.endpoint=http://127.0.0.1:4566" in line


def test_log_groups() -> None:
    assert places_of(request()) == {
        "output": [("/aws-glue/jobs/output", "jr_1")],
        "error": [("/aws-glue/jobs/error", "jr_1")],
    }
    continuous = places_of(request(enable_continuous_cloudwatch_log="true"))
    assert continuous["error"][1:] == [("/aws-glue/jobs/logs-v2", "jr_1-driver")]
    named = RunRequest("jr_1", "j", "s3://b/k.py", arguments={
        "--custom-logGroup-prefix": "/mine", "--custom-logStream-prefix": "p",
        "--enable-continuous-cloudwatch-log": "true",
        "--continuous-log-logGroup": "/driver", "--continuous-log-logStreamPrefix": "s",
    })  # fmt: skip
    assert places_of(named) == {
        "output": [("/mine/output", "p-jr_1")],
        "error": [("/mine/error", "p-jr_1"), ("/driver", "s-driver")],
    }


def test_the_event_log_needs_a_place(tmp_path: Path) -> None:
    assert event_logs.conf({"--enable-spark-ui": "false"}, tmp_path) == {}
    assert event_logs.conf({"--enable-spark-ui": "true", "--spark-event-logs-path": "s3://b/p"}, tmp_path)[
        "spark.eventLog.enabled"
    ]
    with pytest.raises(ConfError, match="spark-event-logs-path"):
        event_logs.conf({"--enable-spark-ui": "true"}, tmp_path)


def test_libraries_are_brought_for_the_jobs_own_files_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def install(wanted: Any, *_more: Any) -> None:
        asked.append(wanted[0])
        (tmp_path / "python" / "nltk.py").write_text("VALUE = 1")

    (tmp_path / "python").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path / "python"))
    monkeypatch.setattr(provided, "install", install)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.delitem(sys.modules, "nltk", raising=False)
    provided.offer(True, "analytics", tmp_path, tmp_path)
    with pytest.raises(ModuleNotFoundError):
        exec(compile("import nltk", "/elsewhere/library.py", "exec"), {})
    assert asked == []
    names: dict[str, Any] = {}
    exec(compile("import nltk", str(tmp_path / "script" / "job.py"), "exec"), names)
    assert (asked, names["nltk"].VALUE) == (["nltk"], 1)
    del sys.modules["nltk"]
    with pytest.raises(ModuleNotFoundError):
        exec(
            compile("import_module('s3fs')", "/x/pandas/compat/_optional.py", "exec"), {"import_module": import_module}
        )
    assert asked == ["nltk", "s3fs"]


def test_modules_go_with_what_is_installed(tmp_path: Path) -> None:
    assert installed.names(["pandas==2.1", "/x/my_mod-1.0-py3-none-any.whl", "a-b[c]>1", "s3fs"]) == {
        *("pandas", "my-mod", "a-b", "s3fs")
    }
    here = installed.versions()["pandas"]
    assert f"pandas=={here}" in installed.pins(["humanize"])
    assert not [pin for pin in installed.pins(["Pandas>2"]) if pin.startswith("pandas==")]
    assert installed.replaces(["pandas==1.0"])
    assert not installed.replaces(["no-such-thing"])
    for name, version in (("pandas", here), ("other", "1.0")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("")
        info = tmp_path / f"{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (info / "RECORD").write_text(f"{name}/__init__.py,,\n{info.name}/METADATA,,\n{info.name}/RECORD,,\n")
    installed.drop_copies(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "other-1.0.dist-info"]


def test_arguments_of_pip() -> None:
    words = ["--upgrade", "pip", "a==1", "--user", "-r", "list.txt", "-i", "http://x", "--timeout", "9", "--pre"]
    assert pip.parsed(words) == (["a==1"], ["-r", "list.txt", "-i", "http://x", "--pre"], None)
    assert pip.parsed(["-t", "/tmp/x", "b"]) == (["b"], [], "/tmp/x")
    assert pip.parsed(["--target=/tmp/x", "b"]) == (["b"], [], "/tmp/x")
    assert pip.main(["uninstall", "-y", "b"]) == 2
