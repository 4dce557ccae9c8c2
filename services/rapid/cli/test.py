"""`./rapid test`: every test that needs no Docker, in one pytest run."""

import os
import shutil
import subprocess
import sys

import click

from rapid.core.config import ROOT, load
from rapid.core.errors import RapidError


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["-h", "--help"]})
@click.option("--fast", is_flag=True, help="Leave out the tests marked slow.")
@click.option("--compose", is_flag=True, help="Run the end-to-end story against docker-compose instead.")
@click.argument("pytest_args", nargs=-1, type=click.UNPROCESSED)
def test(fast: bool, compose: bool, pytest_args: tuple[str, ...]) -> None:
    """Run the tests. What follows is passed to pytest: ./rapid test -k athena -x

    They use free ports and temporary folders: running services are not touched.
    """
    if not compose:
        _ensure_chromium()
    markers = "compose" if compose else "not compose and not slow" if fast else "not compose"
    python = str(load().python("test"))
    os.chdir(ROOT)
    # Two at a time, by file: each worker has an emulator of its own. Later options win: -n 0 for a debugger.
    spread = ["-n", "2", "--dist", "loadfile"]
    os.execv(python, [python, "-m", "pytest", "-m", markers, *spread, *pytest_args])


def _ensure_chromium() -> None:
    """The dashboards' tests drive Debian's Chromium: installs it where that is possible.

    Raises:
        RapidError: apt-get is there but failed; its last lines are in the message.
    """
    if shutil.which("chromium") or shutil.which("chromium-browser"):
        return
    if not shutil.which("apt-get") or os.geteuid() != 0:
        click.echo("Chromium is missing, so browser tests will be skipped: install the package chromium.", err=True)
        return
    click.echo("Installing chromium for the browser tests", err=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        done = subprocess.run(["apt-get", *step], env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            end = "\n".join((done.stdout + done.stderr).splitlines()[-5:])
            raise RapidError(f"apt-get {' '.join(step)} failed, so browser tests cannot run:\n{end}")
    sys.stderr.flush()
