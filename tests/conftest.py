"""Fixtures that run the real processes: an emulator and a Glue runner, each once per test session and worker.

Ports are free ones, state lives in a temporary folder, and nothing is left behind.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from rapid import serve
from rapid.cli.services import spec
from rapid.core import aws as aws_clients
from rapid.core import config as configuration
from rapid.core.config import Config
from rapid.core.processes import ServiceSpec, Supervisor

# The same examples in every run, however long one takes on a busy machine.
hypothesis.settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("steady")

MARK = "PYTEST_SESSION_FOLDER"
_HELD: list[socket.socket] = []


def free_port() -> int:
    """A TCP port for a service that this test session starts, now or later.

    It lies below the ports that the kernel gives to outgoing connections, any of which could take it in the meantime.
    A UDP socket on the same number, held until this process ends, keeps it from other test sessions on the machine.
    """
    for _ in range(1000):
        port = 10_000 + secrets.randbelow(22_000)
        held = socket.socket(type=socket.SOCK_DGRAM)
        try:
            held.bind(("127.0.0.1", port))
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            held.close()
            continue
        _HELD.append(held)
        return port
    raise AssertionError("no port is free")


def pytest_sessionfinish() -> None:
    """Nothing is left to interrupt: execnet sends itself SIGINT where a worker takes over 5 s to end, and Spark's
    handler of it, which looks for a session that is gone, would print a traceback.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@pytest.fixture(scope="session", autouse=True)
def reaper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Holds the pipe whose end tells the reaper that this session is over, even if it is killed.

    What the session starts inherits a variable with the folder's name, by which the reaper knows it.
    """
    os.environ[MARK] = f"{tmp_path_factory.getbasetemp()}/"
    command = [sys.executable, str(Path(__file__).with_name("reaper.py")), str(tmp_path_factory.getbasetemp())]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True):
        yield


@pytest.fixture(scope="session")
def free_ports() -> list[int]:
    """Four free ports, for a set of services that a test starts by itself."""
    return [free_port() for _ in range(4)]


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Settings for this test session: free ports, a temporary home, the checkout's environments."""
    environ = {k: v for k, v in os.environ.items() if k in {"RAPID_ENVIRONMENTS", "RAPID_CACHE"}}
    return replace(
        configuration.load(environ),
        home=tmp_path_factory.mktemp("rapid"),
        emulator_port=free_port(),
        runner_port=free_port(),
        superset_port=free_port(),
        runner_token="a-token-for-tests",
    )


def run_service(config: Config, spec: ServiceSpec) -> Iterator[Config]:
    """Starts one service, yields once it answers, and stops it with everything it started."""
    supervisor = Supervisor(config)
    supervisor.start(spec)
    try:
        supervisor.wait(spec)
        yield config
    finally:
        supervisor.stop([spec.name])


@pytest.fixture(scope="session")
def emulator(config: Config) -> Iterator[Config]:
    """A running emulator."""
    yield from run_service(config, spec(config, "emulator"))


@pytest.fixture(scope="session")
def runner(emulator: Config) -> Iterator[Config]:
    """A running Glue runner beside a running emulator, prepared as `./rapid up` does it."""
    serve.SERVICES["glue"].prepare(emulator, print)
    yield from run_service(emulator, spec(emulator, "glue"))


@pytest.fixture(scope="session")
def aws(emulator: Config) -> Callable[[str], Any]:
    """`aws("s3")`: a boto3 client of the running emulator."""
    return lambda service: aws_clients.client(emulator, service)
