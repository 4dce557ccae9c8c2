"""Services that a command brings up, and what an interruption leaves of them."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from rapid.cli import lifecycle
from rapid.core import config as configuration
from rapid.core.config import Config
from rapid.core.errors import ServiceError
from rapid.core.processes import ServiceSpec, Supervisor

SERVER = "import http.server, sys; http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), " \
         "http.server.SimpleHTTPRequestHandler).serve_forever()"  # fmt: skip
DEAF = "import time; time.sleep(600)"


@pytest.fixture
def supervisor(tmp_path: Path, free_ports: list[int], monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    """Two toy services: `quick` answers, `deaf` never does."""
    ports = dict(zip(("quick", "deaf"), free_ports, strict=False))

    def spec(_config: Config, name: str) -> ServiceSpec:
        code = SERVER if name == "quick" else DEAF
        return ServiceSpec(
            name=name,
            title=name,
            port=ports[name],
            url=f"http://127.0.0.1:{ports[name]}",
            health_path="/",
            command=[sys.executable, "-c", code, str(ports[name])],
            environment=dict(os.environ),
            port_setting="PORT",
        )

    service = SimpleNamespace(prepare=lambda *_: None)
    monkeypatch.setattr(lifecycle, "spec", spec)
    monkeypatch.setattr(lifecycle.serve, "SERVICES", {"quick": service, "deaf": service})
    supervisor = Supervisor(replace(configuration.load({}), home=tmp_path))
    yield supervisor
    supervisor.stop(ports)


def test_an_interruption_stops_what_was_started_and_only_that(supervisor: Supervisor) -> None:
    lifecycle.bring_up(Supervisor(supervisor.config), ("quick",))
    said: list[tuple[str, str]] = []

    def interrupt(name: str, text: str) -> None:
        said.append((name, text))
        raise KeyboardInterrupt

    with (
        pytest.raises(KeyboardInterrupt),
        lifecycle.stopping_on_ctrl_c(supervisor.config) as own,
    ):
        lifecycle.bring_up(own, ("quick", "deaf"), interrupt)
    assert said == [("deaf", "starting")]
    assert supervisor.find("deaf") is None
    assert supervisor.find("quick"), "it ran before"


def test_a_command_that_is_interrupted_later_stops_what_it_started(supervisor: Supervisor) -> None:
    def command() -> None:
        with lifecycle.stopping_on_ctrl_c(supervisor.config) as own:
            lifecycle.bring_up(own, ("quick",))
            assert supervisor.find("quick")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        command()
    assert supervisor.find("quick") is None


def _killed(supervisor: Supervisor) -> None:
    process = supervisor.find("quick")
    assert process
    process.kill()
    psutil.wait_procs([process])


def test_a_failure_because_a_service_was_killed_names_the_service(supervisor: Supervisor) -> None:
    lifecycle.bring_up(supervisor, ("quick",))

    def command() -> None:
        with lifecycle.noticing_ends(supervisor, ("quick",)):
            _killed(supervisor)
            raise ConnectionError("refused")

    with pytest.raises(ServiceError, match=r"^quick ended meanwhile \(its log: .*quick\.log\)\. Run the same command"):
        command()


def test_waiting_for_a_killed_service_is_in_vain(supervisor: Supervisor) -> None:
    lifecycle.bring_up(supervisor, ("quick",))
    with lifecycle.noticing_ends(supervisor, ("quick",)) as check:
        check()
        _killed(supervisor)
        with pytest.raises(ServiceError, match="quick ended meanwhile"):
            check()


def test_another_failure_stays_what_it_is(supervisor: Supervisor) -> None:
    lifecycle.bring_up(supervisor, ("quick",))
    with pytest.raises(ConnectionError), lifecycle.noticing_ends(supervisor, ("quick",)):
        raise ConnectionError("refused")
