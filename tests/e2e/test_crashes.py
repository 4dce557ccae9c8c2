"""Processes are killed at random moments while data comes in; afterwards every record is where it belongs, once."""

import contextlib
import os
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import httpx
import psutil
import pytest

from rapid.cli.lifecycle import bring_up
from rapid.core import aws
from rapid.core.config import Config
from rapid.core.processes import Supervisor
from rapid.deploy import deploy
from rapid.lake import reconcile
from rapid.pipeline import Pipeline, PipelineError
from tests.waiting import until

pytestmark = pytest.mark.slow
SERVICES = ("emulator", "glue")
REQUESTS, RECORDS, SENDERS = 60, 20, 3
VICTIMS = ("emulator", "glue", "function", "spark", "emulator", "spark")
ROUNDS = 8
"""How often the workflow may be started anew, since a job that is killed twice is given up, as on AWS."""


@pytest.fixture
def supervisor(config: Config, free_ports: list[int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervisor]:
    emulator, runner, *_ = free_ports
    own = replace(config, home=tmp_path_factory.mktemp("crashes"), emulator_port=emulator, runner_port=runner)
    supervisor = Supervisor(own)
    bring_up(supervisor, SERVICES)
    yield supervisor
    supervisor.stop(SERVICES)


def processes(supervisor: Supervisor, victim: str) -> list[psutil.Process]:
    """What is killed: a service itself, the processes of functions, or those of Spark's JVMs."""
    if victim in SERVICES:
        return [process for process in [supervisor.find(victim)] if process]
    parent, mark = {"function": ("emulator", "awslambdaric"), "spark": ("glue", "java")}[victim]
    leader = supervisor.find(parent)
    children = leader.children(recursive=True) if leader else []
    return [child for child in children if mark in " ".join(child.cmdline()[:4])]


@dataclass
class Sources:
    """Senders that repeat each request until it is answered, and the kills that come between their answers."""

    supervisor: Supervisor
    url: str
    key: str
    kills: dict[int, str]
    answered: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, number: int) -> None:
        records = [session(number * RECORDS + n, fits=n > 0) for n in range(RECORDS)]
        headers = {"x-api-key": self.key, "idempotency-key": f"request-{number}"}
        answer = self._until_answered(records, headers)
        with self.lock:
            self.answered += 1
            self.counts.update(sent=RECORDS, accepted=answer["accepted"], rejected=answer["rejected_count"])
            victim = self.kills.get(self.answered)
            if victim:
                for process in processes(self.supervisor, victim):
                    with contextlib.suppress(psutil.NoSuchProcess):  # it went with its parent, or by itself
                        process.kill()
                        process.wait()
                bring_up(self.supervisor, SERVICES)

    def _until_answered(self, records: list[dict[str, Any]], headers: dict[str, str]) -> dict[str, Any]:
        def answer() -> dict[str, Any] | None:
            try:
                reply = httpx.post(self.url, json=records, headers=headers, timeout=35, trust_env=False)
            except httpx.TransportError:
                with self.lock:  # held while what was killed is started again
                    return None
            if reply.status_code in {202, 400}:
                return dict(reply.json())
            assert reply.status_code in {429, 500, 502, 503, 504}, reply.text
            return None

        return until(answer) or {}


def session(number: int, *, fits: bool) -> dict[str, Any]:
    good = {"session_id": f"s{number}", "visitor_id": f"v{number % 7}", "started_at": "2026-09-01T10:00:00Z"}
    return {**good, "converted": False} if fits else good


def settle(pipeline: Pipeline) -> None:
    """Waits until all raw objects are processed. A run that was killed ends the wait, but not the work."""
    glue = pipeline.client("glue")
    for _ in range(ROUNDS):
        try:
            pipeline.wait(pipeline.raw_objects(), patience_seconds=120, marts=False)
        except PipelineError:
            with contextlib.suppress(glue.exceptions.ConcurrentRunsExceededException):
                glue.start_workflow_run(Name=pipeline.stack["WorkflowName"])  # as the stack's own schedule does
            continue
        return
    raise AssertionError("raw objects were left unprocessed")


@pytest.mark.parametrize("seed", [int(os.environ.get("CRASH_SEED", "1"))])
def test_nothing_is_lost_or_doubled_whatever_is_killed(supervisor: Supervisor, seed: int) -> None:
    config, random = supervisor.config, Random(seed)
    stack = deploy(config)
    key = aws.client(config, "apigateway").get_api_key(apiKey=stack["ApiKeyId"], includeValue=True)["value"]
    url = f"{aws.local_api_url(config, stack['ApiUrl'])}/ingest/web_sessions"
    moments = random.sample(range(3, REQUESTS), len(VICTIMS))
    sources = Sources(supervisor, url, key, dict(zip(moments, random.sample(VICTIMS, len(VICTIMS)), strict=True)))
    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(sources.send, range(REQUESTS)))
    settle(Pipeline(lambda service: aws.client(config, service), stack))
    counts = sources.counts
    assert counts["sent"] == counts["accepted"] + counts["rejected"] == REQUESTS * RECORDS
    total = reconcile(aws.client(config, "s3"), stack["DataBucket"])["web_sessions"]
    assert total.pending == 0
    assert total.records_in == counts["accepted"]
    assert (total.curated, total.duplicates, total.quarantined) == (counts["accepted"], 0, 0)
