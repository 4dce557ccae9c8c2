"""MiniStack beside this project in one run: the same measurements by the same clients, on this machine.

https://github.com/ministackorg/ministack runs Lambda in processes and Athena on DuckDB too.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import requests

from bench.harness import Figure, Instance, free_port
from rapid.core import config as configuration
from rapid.core.errors import RapidError

NAME = "MiniStack"
_SERVER = Path(__file__).with_name("peer_server.py")
_START_SECONDS = 120  # with the download of its environment


@contextmanager
def peer(instance: Instance) -> Iterator[Instance]:
    """Starts MiniStack on a free port, for clients made as for our own instance."""
    config = replace(instance.config, emulator_port=free_port())
    uv = config.python("emulator").with_name("uv")
    with tempfile.TemporaryDirectory(prefix="rapid-bench-peer-") as home:
        env = {
            **os.environ,
            "GATEWAY_PORT": str(config.emulator_port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "PERSIST_STATE": "1",
            "STATE_DIR": home,
            "S3_DATA_DIR": home,
        }
        env.pop("PYTHONPATH", None)  # ours
        with (Path(home) / "log").open("w") as log:
            command = [str(uv), "run", "--quiet", "--no-config", "--locked", "--script", str(_SERVER)]
            process = subprocess.Popen(command, env=env, cwd=home, stdout=log, stderr=log)
            try:
                _wait(config, process, Path(home) / "log")
                yield Instance(config, quick=instance.quick)
            finally:
                process.terminate()
                process.wait()


def beside(ours: dict[str, float], figures: Iterable[Figure]) -> Iterator[Figure]:
    """The peer's figures, each with how ours compares."""
    for figure in figures:
        note = f"ours {ours[figure.name]:.2f}" if figure.name in ours else ""
        yield replace(figure, name=f"{NAME}: {figure.name}", note=note)


def measure(instance: Instance, measurement: Callable[[Instance], Iterable[Figure]]) -> Iterator[Figure]:
    """One measurement on the peer; what it cannot do ends it, and is said."""
    try:
        yield from measurement(instance)
    except Exception as error:  # another product's failure is a finding, not ours
        yield Figure("could not go on", 0, "", f"{type(error).__name__}: {error}"[:160])


def _wait(config: configuration.Config, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            requests.get(config.emulator_url, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise RapidError(f"{NAME} did not start: {log.read_text()[-500:]}")
