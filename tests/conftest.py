"""Fixtures that run the real processes: an emulator and a Glue runner, each once per test session and worker.

Ports are free ones, state lives in a temporary folder, and nothing is left behind.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rapid import serve
from rapid.cli.services import spec
from rapid.core import aws as aws_clients
from rapid.core import config as configuration
from rapid.core.config import Config
from rapid.core.processes import ServiceSpec, Supervisor


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session", autouse=True)
def reaper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Holds the pipe whose end tells the reaper that this session is over, even if it is killed."""
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
