"""Runs a script in the foreground, as the runner would: `python -m glue_runner.run SCRIPT --arg value ...`.

With --python-shell before SCRIPT it is a Python shell job, without Spark. SCRIPT is a path or s3://bucket/key.
Arguments are the job's, Glue's special ones among them (`--conf`, `--extra-py-files`, ...). Output goes to the
terminal; the exit code is 0 if the run would be SUCCEEDED, else 1. AWS_ENDPOINT_URL and credentials come from the
environment, as for any AWS client.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from glue_runner import jvm, settings
from glue_runner.folders import COMMANDS, enter, make
from glue_runner.job_process import Job
from glue_runner.request import RunRequest


def parse(argv: Sequence[str]) -> dict[str, str]:
    """`--name value` and `--name=value` pairs; a name without a value has an empty one."""
    found: dict[str, str] = {}
    name = ""
    for part in argv:
        if part.startswith("--") and "=" in part.split(" ", 1)[0] and not name.startswith("--conf"):
            key, _, value = part.partition("=")
            found[key], name = value, ""
        elif part.startswith("--"):
            name = part
            found[name] = ""
        elif name:
            found[name], name = part, ""
    return found


class _Foreground(Job):
    def tell(self, event: str, **more: object) -> None:
        """Nobody waits for reports."""


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] in {"-h", "--help"}:
        sys.exit(__doc__)
    shell = sys.argv[1] == "--python-shell"
    location, arguments = sys.argv[1 + shell], parse(sys.argv[2 + shell :])
    if "://" not in location:
        location = str(Path(location).resolve())
    found = settings.load()
    folder = make(Path(tempfile.mkdtemp(prefix="glue-run-")))
    setup = {
        "folder": str(folder),
        "jars": str(found.jars),
        "cache": str(found.cache),
        "heap_mb": found.heap_mb,
        "master": found.master,
        "archive": str(jvm.archive_path(found.jars)),
        "warm": False,
        "marks": ["", ""],
    }
    before = Path.cwd()
    enter(folder, found.master)
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [str(folder / "python"), os.environ.get("PYTHONPATH", ""), str(COMMANDS)]
    )
    job = _Foreground(setup, -1)
    name = arguments.get("--JOB_NAME", Path(location).stem)
    command = "pythonshell" if shell else "glueetl"
    job.orders.put(RunRequest(f"jr_foreground_{os.getpid()}", name, location, command, arguments))
    os.chdir(before if not arguments.get("--extra-files") else folder)
    try:
        message = job.run()
        job.leave()
    finally:
        job.end_java()
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.flush()
    if message:
        print(f"FAILED: {message}", file=sys.stderr, flush=True)  # noqa: T201 - a command line
    os._exit(1 if message else 0)


if __name__ == "__main__":
    main()
