"""The demo in containers: `docker compose up`, for real, with the plain and the standalone Compose."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator

import pytest

from rapid.core.config import ROOT

pytestmark = [pytest.mark.compose, pytest.mark.slow]
Compose = Callable[..., "subprocess.CompletedProcess[str]"]


def compose_command() -> list[str]:
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    return ["docker", "compose"]


@pytest.fixture
def compose(free_ports: list[int]) -> Iterator[Compose]:
    """`docker-compose` on free ports, as a project of its own that is removed with its volumes."""
    names = ("RAPID_EMULATOR_PORT", "RAPID_RUNNER_PORT", "RAPID_SUPERSET_PORT")
    environment = {**os.environ, **{name: str(port) for name, port in zip(names, free_ports, strict=True)}}

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [*compose_command(), "-p", "rapid-test", "--profile", "cluster", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode:
        pytest.fail("no Docker engine answers: start one, or leave --compose out")
    yield run
    run("down", "--volumes", "--timeout", "10")


def test_the_demo_succeeds_in_containers(compose: Compose) -> None:
    built = compose("build")
    assert built.returncode == 0, built.stderr[-3000:]
    done = compose("up", "--exit-code-from", "demo", "emulator", "glue", "superset", "demo")
    assert done.returncode == 0, done.stdout[-5000:]
    assert "Every record is accounted for" in done.stdout
