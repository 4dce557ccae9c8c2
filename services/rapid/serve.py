"""The services, and `python -m rapid.serve NAME`, which becomes one of them in the foreground: what the containers run.

`python -m rapid.serve --healthy NAME` exits 0 if that service answers on this machine: the containers' health check.
Needs the standard library only, since each container holds just the environment of its own service.
"""

import argparse
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from rapid.core.config import Config, load
from rapid.core.errors import RapidError
from rapid.core.surroundings import INHERITED, OWN, past_proxies

Launch = tuple[list[str], dict[str, str]]
"""A command and the environment variables that it needs."""


def _nothing(_config: Config, _report: Callable[[str], None]) -> None:
    """Most services need no preparation."""


@dataclass(frozen=True)
class Service:
    """What is known of a service before it runs."""

    title: str
    port_setting: str
    health_path: str
    launch: Callable[[Config], Launch]
    prepare: Callable[[Config, Callable[[str], None]], None] = _nothing


def _emulator(config: Config) -> Launch:
    from rapid import runner
    from rapid.emulator import start

    return start.command(config), {**start.environment(config), "RAPID_RUNNER_TOKEN": runner.token(config)}


def _prepare_emulator(config: Config, report: Callable[[str], None]) -> None:
    """Indexes AWS's operations once for a machine, see `rapid.emulator.catalog`; the emulator would do it itself."""
    if not any((config.cache / "catalog").glob("*.dill")):
        report("indexing AWS's operations, once for this machine")
        command = [str(config.python("emulator")), "-m", "rapid.emulator.catalog"]
        subprocess.run(command, env={**os.environ, **config.as_environment()}, check=False)


def _glue(config: Config) -> Launch:
    from rapid import runner

    return runner.command(config), runner.environment(config)


def _prepare_glue(config: Config, report: Callable[[str], None]) -> None:
    from rapid import runner

    runner.prepare(config, report)


def _superset(config: Config) -> Launch:
    from rapid.dashboards import start

    return start.command(config), start.environment(config)


def _prepare_superset(config: Config, report: Callable[[str], None]) -> None:
    from rapid.dashboards import start

    start.prepare(config, report)


SERVICES = {
    "emulator": Service("The emulator", "RAPID_EMULATOR_PORT", "/_localstack/health", _emulator, _prepare_emulator),
    "glue": Service("The Glue runner", "RAPID_RUNNER_PORT", "/health", _glue, _prepare_glue),
    "superset": Service("Superset", "RAPID_SUPERSET_PORT", "/health", _superset, _prepare_superset),
}
"""In the order in which they are shown."""


def address(config: Config, name: str) -> tuple[int, str]:
    """Port and URL of a service, as its clients reach it."""
    return {
        "emulator": (config.emulator_port, config.emulator_url),
        "glue": (config.runner_port, config.runner_url),
        "superset": (config.superset_port, config.superset_url),
    }[name]


def launch(config: Config, name: str) -> Launch:
    """Command and complete environment of one service."""
    command, own = SERVICES[name].launch(config)
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return command, {**inherited, **past_proxies(config, inherited), **OWN, **own}


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def become(config: Config, name: str) -> NoReturn:
    for folder in (config.run, config.logs, config.state):
        folder.mkdir(parents=True, exist_ok=True)
    SERVICES[name].prepare(config, _say)
    command, environment = launch(config, name)
    os.chdir(config.home)
    os.execve(command[0], command, environment)


def healthy(config: Config, name: str) -> bool:
    port, _ = address(config, name)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{SERVICES[name].health_path}", timeout=4) as reply:
            return bool(reply.status < 400)
    except OSError:
        return False


def main() -> None:
    parser = argparse.ArgumentParser(prog="rapid.serve", description=__doc__)
    parser.add_argument("name", choices=list(SERVICES))
    parser.add_argument("--healthy", action="store_true", help="only say, by the exit code, whether it answers")
    parser.add_argument("--prepare", action="store_true", help="only make what it needs before its first start")
    arguments = parser.parse_args()
    try:
        config = load()
        if arguments.healthy:
            sys.exit(0 if healthy(config, arguments.name) else 1)
        if arguments.prepare:
            SERVICES[arguments.name].prepare(config, _say)
            return
        become(config, arguments.name)
    except RapidError as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
