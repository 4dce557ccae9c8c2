"""`./rapid glue`: scripts on this terminal, jobs' runs and logs, Spark's history, tests of scripts."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

import click

from rapid.cli.lifecycle import bring_up, say, stopping_on_ctrl_c
from rapid.core import aws
from rapid.core.config import ROOT, Config, load
from rapid.core.errors import RapidError
from rapid.core.processes import require_free_port
from rapid.core.surroundings import as_on_aws

PASSED_ON = {"ignore_unknown_options": True, "allow_interspersed_args": False, "help_option_names": ["-h", "--help"]}
FINAL = frozenset({"SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED", "ERROR"})
FOLLOW_SECONDS = 0.5
HISTORY_PORT = 18080


@click.group()
def glue() -> None:
    """Run Glue scripts here, and look at jobs: ./rapid glue run script.py --arg value

    See docs/glue.md.
    """


def _environment(config: Config) -> dict[str, str]:
    """The terminal's environment without its clouds, Javas and Sparks; the runner's and our endpoint on top."""
    from rapid import runner

    own = {name: value for name, value in runner.environment(config).items() if name != "GLUE_RUNNER_TOKEN"}
    inherited = {name: value for name, value in as_on_aws(os.environ).items() if not name.startswith("RAPID_")}
    return {**inherited, **own}


def _services(config: Config) -> None:
    with stopping_on_ctrl_c(config) as supervisor:
        bring_up(supervisor, ("emulator",), say)


@glue.command(context_settings=PASSED_ON)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON; the script's output goes to stderr.")
@click.option("--python-shell", is_flag=True, help="Run it as a Python shell job, without Spark.")
@click.argument("script")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def run(as_json: bool, python_shell: bool, script: str, arguments: tuple[str, ...]) -> None:
    """Run SCRIPT as a Glue job, here and now: its output on this terminal, breakpoint() in this terminal.

    SCRIPT is a file or s3://bucket/key. What follows are its job arguments, Glue's own among them:
    ./rapid glue run job.py --day 2026-01-01 --additional-python-modules humanize
    Exits 0 if the run would be SUCCEEDED, 1 if FAILED.
    """
    config = load()
    if "://" not in script and not Path(script).is_file():
        raise RapidError(f"There is no file {script}. Give a script's path, or s3://bucket/key.")
    _services(config)
    kind = ["--python-shell"] if python_shell else []
    line = [str(config.python("glue")), "-m", "glue_runner.run", *kind, script, *arguments]
    begin = time.monotonic()
    if not as_json:
        sys.exit(subprocess.run(line, env=_environment(config), check=False).returncode)
    last: list[str] = []
    with subprocess.Popen(line, env=_environment(config), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout  # noqa: S101 - asked for above
        assert process.stderr  # noqa: S101
        threads = [threading.Thread(target=_pass_on, args=(s, last)) for s in (process.stdout, process.stderr)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    ok = process.returncode == 0
    failed = next((text.removeprefix("FAILED: ") for text in reversed(last) if text.startswith("FAILED: ")), None)
    error = None if ok else failed or f"Command failed with exit code {process.returncode}"
    facts = {"ok": ok, "state": "SUCCEEDED" if ok else "FAILED", "error": error}
    click.echo(json.dumps({**facts, "seconds": round(time.monotonic() - begin, 2)}, indent=2))
    sys.exit(0 if ok else 1)


def _pass_on(stream: IO[bytes], last: list[str]) -> None:
    """Shows lines as they come, on stderr, and keeps the latest."""
    for line in stream:
        sys.stderr.buffer.write(line)
        sys.stderr.buffer.flush()
        last.append(line.decode(errors="replace").rstrip("\n"))
        del last[:-20]


@glue.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def jobs(as_json: bool) -> None:
    """List the jobs, each with its last run."""
    client = aws.client(load(), "glue")
    rows = []
    for page in client.get_paginator("get_jobs").paginate():
        for job in page["Jobs"]:
            latest = client.get_job_runs(JobName=job["Name"], MaxResults=1)["JobRuns"]
            rows.append({"job": job["Name"], "command": job["Command"]["Name"], **_run(latest[0] if latest else {})})
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    from rich.text import Text

    from rapid.cli.screen import screen, table

    names = ("job", "command", "state", "started", "seconds", "error")
    shown = table(*names)
    for row in rows:
        shown.add_row(*(Text(str(row[name] or "").partition("\n")[0]) for name in names))
    screen().print(shown)


def _run(run: dict[str, Any]) -> dict[str, Any]:
    return {
        "run": run.get("Id"),
        "state": run.get("JobRunState"),
        "started": f"{run['StartedOn']:%Y-%m-%d %H:%M:%S}" if run else None,
        "seconds": run.get("ExecutionTime"),
        "error": run.get("ErrorMessage"),
    }


@glue.command()
@click.argument("job")
@click.argument("run_id", required=False)
@click.option("--follow", "-f", is_flag=True, help="Go on as lines come, until the run is over.")
@click.option("--error", "wanted", flag_value="error", help="Show the error log alone: tracebacks, Spark's log.")
@click.option("--output", "wanted", flag_value="output", help="Show the output log alone.")
def logs(job: str, run_id: str | None, follow: bool, wanted: str | None) -> None:
    """Show the logs of a run of JOB: of the last one, unless RUN_ID names another. Exits 1 if it FAILED."""
    config = load()
    client, reader = aws.client(config, "glue"), aws.client(config, "logs")
    if run_id is None:
        latest = client.get_job_runs(JobName=job, MaxResults=1)["JobRuns"]
        if not latest:
            raise RapidError(f"Job {job} has not run yet.")
        run_id = latest[0]["Id"]
    tokens: dict[str, str] = {}
    while True:
        found = client.get_job_run(JobName=job, RunId=run_id)["JobRun"]
        for name in ("error", "output") if wanted is None else (wanted,):
            _show_new(reader, found, name, tokens)
        if not follow or found["JobRunState"] in FINAL:
            break
        time.sleep(FOLLOW_SECONDS)  # CloudWatch Logs has no events for new lines
    cause = f": {found['ErrorMessage']}" if found.get("ErrorMessage") else ""
    click.secho(f"{run_id} {found['JobRunState']}{cause}", err=True)
    sys.exit(1 if found["JobRunState"] in FINAL - {"SUCCEEDED"} else 0)


def _show_new(reader: Any, run: dict[str, Any], name: str, tokens: dict[str, str]) -> None:
    """Prints what one log of a run has that was not printed yet; the error log to stderr."""
    place = {"logGroupName": f"{run['LogGroupName']}/{name}", "logStreamName": run["Id"], "startFromHead": True}
    while True:
        more = {"nextToken": tokens[name]} if name in tokens else {}
        try:
            page = reader.get_log_events(**place, **more)
        except reader.exceptions.ResourceNotFoundException:
            return  # nothing was written yet
        for event in page["events"]:
            click.echo(event["message"], err=name == "error")
        if tokens.get(name) == page["nextForwardToken"]:
            return
        tokens[name] = page["nextForwardToken"]


@glue.command()
@click.argument("location", required=False)
@click.option("--port", default=HISTORY_PORT, show_default=True, help="Port of the page on this machine.")
def ui(location: str | None, port: int) -> None:
    """Serve Spark's history of jobs that ran with --enable-spark-ui, until Ctrl-C.

    LOCATION is their --spark-event-logs-path; left out, that of the newest job that has one.
    """
    require_free_port("127.0.0.1", port, "Spark's history", "--port")
    config = load()
    location = location or _event_logs(config)
    click.echo(f"Spark's history of {location}: http://127.0.0.1:{port}", err=True)
    line = [str(config.python("glue")), "-m", "glue_runner.history", location, str(port)]
    os.execve(line[0], line, _environment(config))


def _event_logs(config: Config) -> str:
    """The event logs' place of the job that was changed last."""
    found = []
    for page in aws.client(config, "glue").get_paginator("get_jobs").paginate():
        for job in page["Jobs"]:
            location = (job.get("DefaultArguments") or {}).get("--spark-event-logs-path")
            if location:
                found.append((job["LastModifiedOn"], location))
    if not found:
        raise RapidError("No job has --spark-event-logs-path among its default arguments. Give the place: s3://...")
    return str(max(found)[1])


@glue.command(context_settings=PASSED_ON)
@click.argument("pytest_args", nargs=-1, type=click.UNPROCESSED)
def test(pytest_args: tuple[str, ...]) -> None:
    """Run pytest with the fixtures glue_context and glue_script: ./rapid glue test tests/ -x

    The tests reach the local AWS endpoint, which is started if it does not run.
    """
    config = load()
    python = config.python("test")
    if not pytest_args:
        raise RapidError("Name the tests: ./rapid glue test tests/")
    if not python.exists():
        raise RapidError("The environment with pytest is missing. Make it once: ./rapid --prepare test")
    _services(config)
    paths = os.pathsep.join([str(ROOT / "glue_local"), str(Path.cwd())])
    line = [str(python), "-m", "pytest", "-p", "glue_runner.testing", *pytest_args]
    os.execve(python, line, {**_environment(config), "PYTHONPATH": paths})
