"""An emulator that tests may kill -9 and start again on the same home."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from rapid.cli.services import spec
from rapid.core import aws as aws_clients
from rapid.core.config import Config
from rapid.core.processes import Supervisor


class Emulator:
    """One emulator with a home of its own."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._supervisor = Supervisor(config)
        self._spec = spec(config, "emulator")

    def start(self) -> None:
        self._supervisor.start(self._spec)
        self._supervisor.wait(self._spec)

    def kill(self) -> None:
        """kill -9, as a crash or the kernel's out-of-memory killer would."""
        process = self._supervisor.find("emulator")
        assert process is not None
        process.kill()
        psutil.wait_procs([process], timeout=60)
        self._supervisor.stop(["emulator"])  # forgets the pid, and ends what the process had started

    def restart(self) -> None:
        self.kill()
        self.start()

    def stop(self) -> None:
        self._supervisor.stop(["emulator"])

    def log(self) -> str:
        return (self.config.logs / "emulator.log").read_text(errors="replace")

    def client(self, service: str) -> Any:
        return aws_clients.client(self.config, service)


@pytest.fixture(scope="module")
def mortal(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A running emulator of this test module alone."""
    from tests.conftest import free_port

    home: Path = tmp_path_factory.mktemp("mortal")
    emulator = Emulator(replace(config, home=home, emulator_port=free_port()))
    emulator.start()
    yield emulator
    emulator.stop()


@pytest.fixture
def client(mortal: Emulator) -> Callable[[str], Any]:
    return mortal.client
