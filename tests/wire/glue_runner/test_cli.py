"""`./rapid glue`: a script on the terminal, jobs, their logs; and Python modules that a job brings from S3.

Installing: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-libraries.html (read 2026-11).
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rapid.core.config import ROOT
from tests.wire.glue_runner.conftest import wheel

BUCKET = "glue-runner-wire"


@pytest.fixture(scope="module")
def rapid(jobs: Any) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs `./rapid glue ...` on the test's services."""

    def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        own = {"PYTHONPATH": str(ROOT / "services"), **variables}
        environment = {**os.environ, **jobs.config.as_environment(), **own}
        line = [sys.executable, "-m", "rapid.cli.main", "glue", *words]
        return subprocess.run(line, env=environment, capture_output=True, text=True, timeout=120, check=False)

    return run


def test_a_script_on_the_terminal(rapid: Any, tmp_path: Path) -> None:
    script = tmp_path / "job.py"
    script.write_text("import sys\nprint('args', sys.argv[1:])\nif 'bad' in sys.argv: raise KeyError('no')\n")
    good = rapid("run", "--python-shell", str(script), "--day", "1")
    assert (good.returncode, good.stdout) == (0, "args ['--day', '1']\n")
    bad = rapid("run", "--json", "--python-shell", str(script), "--day", "bad")
    outcome = json.loads(bad.stdout)
    assert (bad.returncode, outcome["state"], outcome["error"]) == (1, "FAILED", "KeyError: 'no'")
    assert "args ['--day', 'bad']" in bad.stderr
    assert rapid("run", str(tmp_path / "none.py")).returncode == 1


def test_a_spark_script_on_the_terminal_leaves_no_files(rapid: Any, tmp_path: Path) -> None:
    script, temporary = tmp_path / "job.py", tmp_path / "tmp"
    temporary.mkdir()
    script.write_text(
        "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n"
        "print(spark.range(1000).repartition(50).groupBy('id').count().count())\n"
        "print(spark.sparkContext.parallelize([1, 2]).map(lambda x: x + 1).sum())\n"
    )
    ended = rapid("run", str(script), TMPDIR=str(temporary))
    assert (ended.returncode, ended.stdout) == (0, "1000\n5\n"), ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(temporary.glob("glue-run-*")) == []


def test_a_terminals_zone_java_spark_and_profile_are_not_the_jobs(rapid: Any, tmp_path: Path) -> None:
    script = tmp_path / "jöb.py"
    script.write_text(
        "import boto3, time\nfrom pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n"
        "print(time.tzname[0], spark.sql(\"select timestamp'2026-01-01 00:00:00', 'é'\").collect()[0][:])\n"
        "print(spark._jvm.java.util.TimeZone.getDefault().getID(), boto3.Session().available_profiles)\n"
    )
    settings = tmp_path / "aws"
    settings.write_text("[profile work]\nregion = eu-west-1\n")
    terminal = {
        "TZ": "Asia/Kolkata", "LC_ALL": "C", "JAVA_HOME": "/nowhere", "SPARK_HOME": "/nowhere",
        "AWS_PROFILE": "work", "AWS_CONFIG_FILE": str(settings), "HTTP_PROXY": "http://127.0.0.1:9",
    }  # fmt: skip
    ended = rapid("run", str(script), **terminal)
    assert ended.stdout == "UTC (datetime.datetime(2026, 1, 1, 0, 0), 'é')\nUTC []\n", ended.stderr


def test_modules_from_s3_and_the_logs_of_a_job(rapid: Any, jobs: Any, aws: Callable[[str], Any]) -> None:
    jobs.s3.put_object(Bucket=BUCKET, Key="lib/g5_mine-1.0-py3-none-any.whl", Body=wheel("g5_mine", "VALUE = 'ünï'"))
    body = b"import g5_mine\nprint('value', g5_mine.VALUE)\nimport sys\nprint('err', file=sys.stderr)"
    jobs.s3.put_object(Bucket=BUCKET, Key="shell.py", Body=body)
    glue = aws("glue")
    glue.create_job(
        Name="shell", Role="r", MaxCapacity=0.0625,
        Command={"Name": "pythonshell", "ScriptLocation": f"s3://{BUCKET}/shell.py", "PythonVersion": "3.9"},
        DefaultArguments={"--additional-python-modules": f"s3://{BUCKET}/lib/g5_mine-1.0-py3-none-any.whl"},
    )  # fmt: skip
    assert "has not run yet" in rapid("logs", "shell").stderr
    run_id = glue.start_job_run(JobName="shell")["JobRunId"]
    followed = rapid("logs", "shell", "-f")
    assert (followed.returncode, followed.stdout) == (0, "value ünï\n"), followed.stderr
    assert "err" in followed.stderr
    assert f"{run_id} SUCCEEDED" in followed.stderr
    run = glue.get_job_run(JobName="shell", RunId=run_id)["JobRun"]
    assert (run["LogGroupName"], run["MaxCapacity"]) == ("/aws-glue/python-jobs", 0.0625)
    (listed,) = [job for job in json.loads(rapid("jobs", "--json").stdout) if job["job"] == "shell"]
    assert (listed["run"], listed["state"]) == (run_id, "SUCCEEDED")


def test_a_module_that_cannot_be_installed_fails_the_run(jobs: Any) -> None:
    given = {"--additional-python-modules": f"s3://{BUCKET}/lib/none.whl"}
    missing = jobs.run("print(1)", given, command="pythonshell")
    assert (missing.states[-1], "none.whl" in missing.error) == ("FAILED", True)
    jobs.s3.put_object(Bucket=BUCKET, Key="lib/broken-1.0-py3-none-any.whl", Body=b"not a wheel")
    given = {"--additional-python-modules": f"s3://{BUCKET}/lib/broken-1.0-py3-none-any.whl"}
    broken = jobs.run("print(1)", given, command="pythonshell")
    assert broken.error.startswith("LAUNCH ERROR | Python Module Installer indicates modules that failed to install")
    assert any("PythonModuleInstaller:" in line for line in jobs.logs(broken.run_id, "error"))


PIP = f"""
import boto3, os, subprocess, sys
for name in ("g5_pip", "g5_shell", "g5_main"):
    boto3.client("s3").download_file("{BUCKET}", f"lib/{{name}}-1.0-py3-none-any.whl", f"{{name}}-1.0-py3-none-any.whl")
subprocess.check_call([sys.executable, "-m", "pip", "install", "--user", "-q", "./g5_pip-1.0-py3-none-any.whl"])
assert os.system("pip3 install --upgrade pip ./g5_shell-1.0-py3-none-any.whl") == 0
import pip
assert pip.main(["install", "./g5_main-1.0-py3-none-any.whl"]) == 0
import g5_main, g5_pip, g5_shell
assert subprocess.call(["pip", "install", "./none.whl"]) == 1
print("values", g5_pip.VALUE, g5_shell.VALUE, g5_main.VALUE)
"""


def test_a_script_installs_modules_by_pip(jobs: Any) -> None:
    for name in ("g5_pip", "g5_shell", "g5_main"):
        jobs.s3.put_object(Bucket=BUCKET, Key=f"lib/{name}-1.0-py3-none-any.whl", Body=wheel(name, "VALUE = 1"))
    outcome = jobs.run(PIP)
    assert outcome.states[-1] == "SUCCEEDED", outcome.error
    assert "values 1 1 1" in jobs.logs(outcome.run_id)
    gone = jobs.run("import g5_pip")
    assert gone.error == "ModuleNotFoundError: No module named 'g5_pip'"
