"""Supervision of real, small processes: start, find, stop, and what is said when something is wrong."""

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from rapid.core import config as configuration
from rapid.core.errors import ServiceError
from rapid.core.processes import ServiceSpec, Supervisor
from tests.conftest import free_port

SERVER = """
import http.server, subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Supervisor:
    return Supervisor(replace(configuration.load({}), home=tmp_path))


def make_spec(port: int, code: str = SERVER) -> ServiceSpec:
    return ServiceSpec(
        name="toy",
        title="The toy",
        port=port,
        url=f"http://127.0.0.1:{port}",
        health_path="/",
        command=[sys.executable, "-c", code, str(port)],
        environment=dict(os.environ),
        port_setting="TOY_PORT",
        ready_seconds=60,
    )


@pytest.fixture
def spec() -> ServiceSpec:
    return make_spec(free_port())


def test_stop_leaves_nothing_behind(supervisor: Supervisor, spec: ServiceSpec) -> None:
    assert supervisor.start(spec)
    supervisor.wait(spec)
    process = supervisor.find("toy")
    assert process is not None
    family = [process, *process.children(recursive=True)]
    assert len(family) == 2
    assert supervisor.status(spec).state == "running"
    assert not supervisor.start(spec), "a second start finds the first"
    assert supervisor.stop(["toy"]) == ["toy"]
    assert not [p for p in family if p.is_running()]
    assert supervisor.status(spec).state == "stopped"


def test_a_killed_service_is_dead_and_stop_still_ends_its_children(supervisor: Supervisor, spec: ServiceSpec) -> None:
    supervisor.start(spec)
    supervisor.wait(spec)
    process = supervisor.find("toy")
    assert process is not None
    (child,) = process.children()
    os.kill(process.pid, signal.SIGKILL)
    os.waitpid(process.pid, 0)
    assert supervisor.status(spec).state == "dead"
    supervisor.stop(["toy"])
    psutil.wait_procs([child], timeout=60)
    assert not child.is_running()


@pytest.mark.parametrize("age", [100.0, 10_000_000_000.0])
def test_a_process_file_that_was_left_behind_harms_nobody_who_has_its_pid_now(
    supervisor: Supervisor, age: float
) -> None:
    """Of a machine that was switched off, for instance: pids begin anew."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True) as other:
        supervisor.config.run.mkdir(parents=True)
        created = psutil.Process(other.pid).create_time() - age
        (supervisor.config.run / "toy.json").write_text(json.dumps({"pid": other.pid, "created": created, "port": 1}))
        assert supervisor.stop(["toy"]) == []
        assert other.poll() is None
        other.kill()


def test_a_taken_port_is_named_with_its_owner_and_setting(supervisor: Supervisor, spec: ServiceSpec) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", spec.port))
        other.listen()
        with pytest.raises(ServiceError, match=rf"port {spec.port} is taken by pid {os.getpid()}.*TOY_PORT"):
            supervisor.start(spec)


def test_a_service_that_stops_while_starting_shows_the_end_of_its_log(
    supervisor: Supervisor, spec: ServiceSpec
) -> None:
    failing = make_spec(spec.port, "raise SystemExit('no such database')")
    supervisor.start(failing)
    with pytest.raises(ServiceError, match=r"The toy stopped while starting(?s:.*)no such database"):
        supervisor.wait(failing)


def test_a_missing_interpreter_points_to_the_doctor(supervisor: Supervisor, spec: ServiceSpec) -> None:
    with pytest.raises(ServiceError, match=r"/no/python is missing\. Run \./rapid doctor"):
        supervisor.start(replace(spec, command=["/no/python"]))
