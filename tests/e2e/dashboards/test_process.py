"""Superset as a process: it starts, it is safe, it comes back, and nothing of it stays behind."""

import signal
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import requests

from rapid.cli.services import spec
from rapid.core.config import Config
from rapid.core.processes import Supervisor
from rapid.dashboards import start
from rapid.dashboards.errors import DashboardError
from tests.conftest import free_port
from tests.waiting import SECONDS

pytestmark = pytest.mark.slow


@pytest.fixture
def own(config: Config, tmp_path: Path) -> Iterator[Config]:
    """Settings of a Superset that this test may kill."""
    mine = replace(config, home=tmp_path, superset_port=free_port())
    yield mine
    Supervisor(mine).stop(["superset"])


def up(config: Config) -> psutil.Process:
    start.prepare(config)
    supervisor, service = Supervisor(config), spec(config, "superset")
    supervisor.start(service)
    supervisor.wait(service)
    process = supervisor.find("superset")
    assert process
    return process


def log_in(config: Config, password: str) -> requests.Response:
    body = {"username": "admin", "password": password, "provider": "db"}
    return requests.post(f"{config.superset_url}/api/v1/security/login", json=body, timeout=SECONDS)


def test_comes_back_after_kill_9_with_the_same_log_in(own: Config) -> None:
    process = up(own)
    workers = process.children(recursive=True)
    assert len(workers) == 1
    user, password = start.login(own)
    assert user == "admin"
    assert log_in(own, password).status_code == 200
    process.kill()
    process.wait(60)
    # gunicorn's worker sees that its parent is gone and ends by itself.
    assert psutil.wait_procs(workers, timeout=SECONDS)[1] == []

    again = up(own)
    assert start.login(own) == (user, password)
    assert log_in(own, password).status_code == 200
    assert log_in(own, "admin").status_code == 401
    everything = [again, *again.children(recursive=True)]
    again.send_signal(signal.SIGTERM)
    assert psutil.wait_procs(everything, timeout=SECONDS)[1] == []


def test_secrets_are_generated_and_only_the_owner_reads_them(superset: Config, own: Config) -> None:
    folder = superset.state / "superset"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("secret-key", "admin-password", "superset.db"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    start.prepare(own)
    assert (own.state / "superset" / "secret-key").read_text() != (folder / "secret-key").read_text()
    assert start.login(own) != start.login(superset)


def test_a_lost_password_is_replaced(own: Config) -> None:
    with pytest.raises(DashboardError, match=r"Run \./rapid up"):
        start.login(own)
    start.prepare(own)
    lost = start.login(own)
    (own.state / "superset" / "admin-password").unlink()
    start.prepare(own)
    assert start.login(own) != lost


def test_pages_send_nothing_elsewhere(superset: Config) -> None:
    page = requests.get(f"{superset.superset_url}/login/", timeout=SECONDS)
    policy = page.headers["Content-Security-Policy"]
    assert "http" not in policy, policy
    assert '<meta name="viewport"' in page.text
