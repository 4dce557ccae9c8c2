"""`./rapid test`: every test that needs no Docker, in one pytest run."""

import os
import shutil
import subprocess
import sys
from itertools import chain
from pathlib import Path

import click

from rapid.core.config import ROOT, load
from rapid.core.errors import RapidError
from rapid.core.surroundings import as_on_aws

PROGRAMS = {
    "chromium": ("chromium", "chromium-browser"),
    "postgresql": ("postgres",),
    "mariadb-server": ("mariadbd", "mysqld"),
}
"""Debian package → programs of which one is enough: a browser for dashboards, databases for Glue's JDBC."""


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["-h", "--help"]})
@click.option("--fast", is_flag=True, help="Leave out the tests marked slow.")
@click.option("--compose", is_flag=True, help="Run the end-to-end story against docker-compose instead.")
@click.argument("pytest_args", nargs=-1, type=click.UNPROCESSED)
def test(fast: bool, compose: bool, pytest_args: tuple[str, ...]) -> None:
    """Run the tests. What follows is passed to pytest: ./rapid test -k athena -x

    They use free ports and temporary folders: running services are not touched.
    """
    if not compose:
        _ensure_programs()
    markers = "compose" if compose else "not compose and not slow" if fast else "not compose"
    python = str(load().python("test"))
    os.chdir(ROOT)
    # Two at a time, by file: each worker has an emulator of its own. Later options win: -n 0 for a debugger.
    spread = ["-n", "2", "--dist", "loadfile"]
    line = [python, "-m", "pytest", "-m", markers, *spread, *pytest_args]
    os.execve(python, line, as_on_aws(os.environ))


def _missing() -> list[str]:
    """Debian's packages of programs that tests start and that are not here."""
    folders = [os.environ.get("PATH", ""), "/usr/sbin", *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]
    found = {name for name in chain(*PROGRAMS.values()) if shutil.which(name, path=os.pathsep.join(folders))}
    return [package for package, names in PROGRAMS.items() if found.isdisjoint(names)]


def _ensure_programs() -> None:
    """Installs the programs that tests start, where that is possible; else the tests that need one are skipped.

    Raises:
        RapidError: apt-get is there but failed; its last lines are in the message.
    """
    missing = _missing()
    if not missing:
        return
    if not shutil.which("apt-get") or os.geteuid() != 0:
        names = ", ".join(missing)
        click.echo(f"Tests that need them will be skipped: install the Debian packages {names}, as root.", err=True)
        return
    click.echo(f"Installing {', '.join(missing)} for the tests", err=True)
    # RUNLEVEL=1: a database server that is installed is not started (invoke-rc.d(8)).
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    # Another checkout's tests may be installing the same; a mirror may be busy for a moment.
    patient = ["-o", "DPkg::Lock::Timeout=600", "-o", "Acquire::Retries=3"]
    for step in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
        done = subprocess.run(["apt-get", *patient, *step], env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            end = "\n".join((done.stdout + done.stderr).splitlines()[-5:])
            raise RapidError(f"apt-get {' '.join(step)} failed, which tests need:\n{end}")
    sys.stderr.flush()
