"""The demo in containers: `docker compose up`, for real, with the plain and the standalone Compose."""

import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Callable, Iterator

import boto3
import pytest

from rapid.core.config import ROOT

pytestmark = [pytest.mark.compose, pytest.mark.slow]
Compose = Callable[..., str]
PORTS = ("RAPID_EMULATOR_PORT", "RAPID_RUNNER_PORT", "RAPID_SUPERSET_PORT")
MASTER = "spark://spark-master:7077"


def compose_command() -> list[str]:
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    return ["docker", "compose"]


def run(*command: str, **environment: str) -> str:
    """What the command printed; fails with its last words."""
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def images() -> None:
    if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode:
        pytest.fail("no Docker engine answers: start one, or leave --compose out")
    run(*compose_command(), "-p", "rapid-test", "build")


@pytest.fixture
def ports(free_ports: list[int]) -> dict[str, str]:
    return {name: str(port) for name, port in zip((*PORTS, "SPARK_UI_PORT"), free_ports, strict=True)}


@pytest.fixture
def compose(images: None, ports: dict[str, str]) -> Iterator[Compose]:
    """Compose on free ports, as a project of its own that is removed with its volumes."""

    def composed(*arguments: str, **environment: str) -> str:
        command = (*compose_command(), "-p", "rapid-test", "--profile", "cluster", *arguments)
        return run(*command, **ports, **environment)

    yield composed
    composed("down", "--volumes", "--timeout", "10")


def story(compose: Compose) -> str:
    """What the demo printed, once it has ended well."""
    container = compose("ps", "-q", "demo").strip()
    code, said = run("docker", "wait", container).strip(), run("docker", "logs", container)
    assert code == "0", said
    return said


def answer(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as reply:
        return bytes(reply.read())


def test_the_demo_succeeds_in_containers(compose: Compose, ports: dict[str, str]) -> None:
    compose("up", "-d", "emulator", "glue", "superset", "demo")
    said = story(compose)
    assert "Every record is accounted for" in said
    emulator, _, superset = (ports[name] for name in PORTS)
    # What it prints is of use outside of the containers.
    endpoint = f"http://127.0.0.1:{emulator}"
    assert f"AWS endpoint: {endpoint}\n" in said
    assert f"http://127.0.0.1:{superset}/superset/dashboard/" in said
    assert answer(f"http://127.0.0.1:{superset}/health") == b"OK"
    glue = boto3.client(
        "glue", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    assert "campaign_performance" in {t["Name"] for t in glue.get_tables(DatabaseName="rapid_analytics")["TableList"]}
    for service in ("emulator", "glue", "superset"):
        assert run("docker", "exec", compose("ps", "-q", service).strip(), "id", "-u") != "0\n", "runs as root"


def test_glue_jobs_run_on_the_cluster(compose: Compose, ports: dict[str, str]) -> None:
    compose("up", "-d", RAPID_SPARK_MASTER=MASTER)
    assert "Every record is accounted for" in story(compose)
    cluster = json.loads(answer(f"http://127.0.0.1:{ports['SPARK_UI_PORT']}/json/"))
    assert [worker["state"] for worker in cluster["workers"]] == ["ALIVE", "ALIVE"]
    assert cluster["activeapps"] or cluster["completedapps"], "no job came to the cluster"
