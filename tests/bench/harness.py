"""What the measurements share: a private instance, a row of the result, and percentiles."""

import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from rapid.cli.lifecycle import bring_up
from rapid.cli.services import SERVICES
from rapid.core import aws
from rapid.core import config as configuration
from rapid.core.config import Config
from rapid.core.processes import Supervisor


@dataclass(frozen=True)
class Figure:
    """One measured value."""

    name: str
    value: float
    unit: str
    note: str = ""


@dataclass
class Instance:
    """A private set of services on free ports with a temporary home."""

    config: Config
    ready: dict[str, float] = field(default_factory=dict)
    quick: bool = False
    """Fewer rows and repetitions: to see that everything runs."""

    def client(self, service: str) -> Any:
        return aws.client(self.config, service)

    @cached_property
    def stack(self) -> dict[str, str]:
        """Outputs of the project's own stack, deployed on first use."""
        from rapid.deploy import deploy

        return dict(deploy(self.config))


@contextmanager
def instance(names: tuple[str, ...] = SERVICES, quick: bool = False) -> Iterator[Instance]:
    """Starts a private instance and stops it with everything it started."""
    with tempfile.TemporaryDirectory(prefix="rapid-bench-") as home:
        config = replace(
            configuration.load(),
            home=Path(home),
            emulator_port=free_port(),
            runner_port=free_port(),
            superset_port=free_port(),
        )
        try:
            yield Instance(config, bring_up(Supervisor(config), names), quick)
        finally:
            Supervisor(config).stop(SERVICES)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def seconds(action: Callable[[], object]) -> float:
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def load(action: Callable[[], object], clients: int, calls: int) -> tuple[list[float], float]:
    """Calls `action` `calls` times from `clients` threads.

    Returns:
        The seconds of each call, sorted, and the calls per second over all.
    """
    begin = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        times = sorted(pool.map(lambda _: seconds(action), range(calls)))
    return times, calls / (time.perf_counter() - begin)


def latency(name: str, times: list[float], rate: float) -> list[Figure]:
    """Rate, median and 99th percentile of one load."""
    return [
        Figure(f"{name}, rate", rate, "1/s"),
        Figure(f"{name}, p50", statistics.median(times) * 1000, "ms"),
        Figure(f"{name}, p99", times[min(len(times) - 1, int(len(times) * 0.99))] * 1000, "ms"),
    ]
