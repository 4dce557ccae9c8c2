"""Database servers for tests: Debian's `postgresql` and `mariadb-server`, started here and thrown away."""

import contextlib
import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MARK, free_port
from tests.waiting import listens, until

PASSWORD = "secret"
"""Of PostgreSQL's user `me`; MariaDB's `root` has none."""


@contextlib.contextmanager
def postgresql() -> Iterator[int]:
    """A PostgreSQL server. Yields its port; its database is `postgres`."""
    initdb, server = _tool("initdb", "postgresql"), _tool("postgres", "postgresql")
    asked = [_tool("pg_isready", "postgresql-client"), "-q", "-h", "127.0.0.1", "-p"]
    with _folder("postgres") as (folder, owner):
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o644)
        login = ["-U", "me", "-A", "scram-sha-256", f"--pwfile={folder / 'password'}"]
        made = [initdb, "-D", str(folder / "d"), *login, "-N", "--no-instructions"]
        subprocess.run(made, **owner, cwd=folder, check=True, capture_output=True)
        port = free_port()
        settings = ("listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", "fsync=off")
        given = [part for setting in settings for part in ("-c", setting)]

        def takes_queries() -> bool:  # it listens a while before it does
            return subprocess.run([*asked, str(port)], check=False).returncode == 0

        with _server([server, "-D", str(folder / "d"), "-p", str(port), *given], takes_queries, owner):
            yield port


@contextlib.contextmanager
def mariadb() -> Iterator[int]:
    """A MariaDB server, which speaks MySQL's protocol. Yields its port; it has the database `mysql`."""
    install, server = _tool("mariadb-install-db", "mariadb-server"), _tool("mariadbd", "mariadb-server")
    with _folder("mysql") as (folder, owner):
        base = ["--no-defaults", f"--datadir={folder / 'd'}"]
        made = [install, *base, "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(made, **owner, cwd=folder, check=True, capture_output=True)
        port = free_port()
        more = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder / 's'}", f"--pid-file={folder / 'p'}"]
        with _server([server, *base, *more, "--skip-name-resolve"], lambda: listens(port), owner):
            yield port


def _tool(name: str, package: str) -> str:
    places = [
        *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True),
        os.environ["PATH"],
        "/usr/sbin",
    ]
    found = shutil.which(name, path=os.pathsep.join(places))
    return found or pytest.skip(f"{name} is not installed (Debian package {package})")


@contextlib.contextmanager
def _folder(user: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A folder for a server, and whom it runs as: servers refuse to run as root; their packages bring a user."""
    owner: dict[str, Any] = {"env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", MARK: os.environ[MARK]}}
    path = Path(tempfile.mkdtemp(prefix="rapid-db-", dir="/tmp"))  # short: it holds a socket
    if getpass.getuser() == "root":
        owner |= {"user": user, "group": user, "extra_groups": []}
        shutil.chown(path, user)
    try:
        yield path, owner
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def _server(command: list[str], ready: Callable[[], bool], owner: dict[str, Any]) -> Iterator[None]:
    process = subprocess.Popen(command, **owner, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: ready() or process.poll() is not None)
        assert process.poll() is None, f"the server did not start (exit code {process.poll()})"
        yield
    finally:
        process.terminate()
        process.wait(30)
