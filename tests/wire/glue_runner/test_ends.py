"""How runs end, without Spark.

States and messages: https://docs.aws.amazon.com/glue/latest/webapi/API_JobRun.html (JobRunState, ErrorMessage).
"""

from typing import Any

import pytest
import requests

from tests.waiting import runs, until

PYTHON = {"command": "pythonshell"}


@pytest.mark.parametrize(
    ("script", "state", "error"),
    [
        ("print('hi')", "SUCCEEDED", None),
        ("import sys; sys.exit(0)", "SUCCEEDED", None),
        ("import sys; sys.exit(3)", "FAILED", "SystemExit: 3"),
        ("import sys; sys.exit('boo')", "FAILED", "SystemExit: boo"),
        ("raise ValueError('bad')", "FAILED", "ValueError: bad"),
        ("import nothing_like_it", "FAILED", "ModuleNotFoundError: No module named 'nothing_like_it'"),
        ("import os; os._exit(0)", "SUCCEEDED", None),
        ("import os; os._exit(7)", "FAILED", "Command failed with exit code 7"),
        ("import os; os.kill(os.getpid(), 9)", "FAILED", "killed by SIGKILL"),
        ("def f(:", "FAILED", "SyntaxError"),
    ],
)
def test_ends(jobs: Any, script: str, state: str, error: str | None) -> None:
    outcome = jobs.run(script, **PYTHON)
    assert outcome.states[-1] == state
    assert outcome.error is None if error is None else error in outcome.error


def test_a_script_that_is_not_there(jobs: Any) -> None:
    body = {"job_name": "w", "command": "pythonshell", "script_location": "s3://glue-runner-wire/none.py"}
    assert jobs.call("PUT", "/runs/jr_none", json=body).status_code == 202
    outcome = jobs.wait("jr_none")
    assert outcome.states[-1] == "FAILED"
    assert "s3://glue-runner-wire/none.py" in outcome.error


def test_output_and_traceback_are_in_cloudwatch_when_the_end_is_told(jobs: Any) -> None:
    script = "for i in range(20000): print('line', i)\nprint('no newline', end='')\nraise KeyError('k')"
    outcome = jobs.run(script, **PYTHON)
    lines = jobs.logs(outcome.run_id)
    assert lines == [*(f"line {i}" for i in range(20000)), "no newline"]
    assert jobs.logs(outcome.run_id, "error")[-1] == "KeyError: 'k'"


def test_a_line_larger_than_an_event(jobs: Any) -> None:
    outcome = jobs.run("print('x' * 600_000)", **PYTHON)
    found = jobs.logs(outcome.run_id)
    assert len(found) > 2
    assert "".join(found) == "x" * 600_000


def test_a_timeout_ends_the_whole_tree(jobs: Any) -> None:
    script = "import subprocess, time\nprint(subprocess.Popen(['sleep', '86399']).pid, flush=True)\ntime.sleep(600)"
    outcome = jobs.run(script, timeout_seconds=5, **PYTHON)
    assert outcome.states[-1] == "TIMEOUT"
    until(lambda: not runs(int(jobs.logs(outcome.run_id)[0])))  # the kernel ends it a moment after the signal


def test_stop(jobs: Any) -> None:
    run_id = jobs.put("import time; time.sleep(600)", **PYTHON)
    jobs.wait(run_id, until="RUNNING")
    assert jobs.call("DELETE", f"/runs/{run_id}").status_code == 202
    assert jobs.wait(run_id).states[-1] == "STOPPED"


def test_more_than_fit_are_queued(jobs: Any) -> None:
    held = [jobs.put("import time; time.sleep(600)", **PYTHON) for _ in range(jobs.config.glue_parallel)]
    for run_id in held:
        jobs.wait(run_id, until="RUNNING")
    late = jobs.put("print('at last')", **PYTHON)
    assert jobs.wait(late, until="QUEUED").states == ["QUEUED"]
    for run_id in held:
        jobs.call("DELETE", f"/runs/{run_id}")
    assert jobs.wait(late).states[-1] == "SUCCEEDED"


def test_arguments_files_and_modules(jobs: Any) -> None:
    jobs.s3.put_object(Bucket="glue-runner-wire", Key="lib/helper_of_mine.py", Body=b"VALUE = 42")
    jobs.s3.put_object(Bucket="glue-runner-wire", Key="lib/data.txt", Body=b"seen")
    script = (
        "import os, sys, helper_of_mine\n"
        "print(sys.argv[1:], helper_of_mine.VALUE, open('data.txt').read())\n"
        "print([name for name in os.environ if name.startswith('GLUE_RUNNER')])\n"
    )
    outcome = jobs.run(
        script,
        {
            "--extra-py-files": "s3://glue-runner-wire/lib/helper_of_mine.py",
            "--extra-files": "s3://glue-runner-wire/lib/data.txt",
            "--day": "1",
        },
        **PYTHON,
    )
    lines = jobs.logs(outcome.run_id)
    assert lines[0].endswith("'--day', '1'] 42 seen")
    assert lines[1] == "[]"  # the runner's token among others stays with the runner


def test_the_same_id_is_the_same_run(jobs: Any) -> None:
    outcome = jobs.run("print(1)", **PYTHON)
    body = {"job_name": "other", "script_location": "s3://x/y.py"}
    again = jobs.call("PUT", f"/runs/{outcome.run_id}", json=body).json()
    assert (again["state"], again["job_name"]) == ("SUCCEEDED", "wire")


def test_the_api_wants_its_token(jobs: Any) -> None:
    url = jobs.config.runner_url
    assert requests.get(f"{url}/health", timeout=60).json()["status"] == "ok"
    assert requests.get(f"{url}/runs", timeout=60).status_code == 401
    assert jobs.call("GET", "/runs/unknown").status_code == 404
    assert jobs.call("PUT", "/runs/..x", json={"job_name": "a", "script_location": "b"}).status_code == 422
