"""`python -m rapid.serve NAME`: becomes one service, in the foreground. What the containers run.

Needs the standard library only, since each container holds just the environment of its own service.
"""

import os
import sys
from collections.abc import Callable, Mapping

from rapid.core.config import Config, load
from rapid.core.errors import RapidError

INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
"""What a service gets of its caller's environment; everything else is its own."""


def emulator(config: Config) -> tuple[list[str], dict[str, str]]:
    from rapid import runner
    from rapid.emulator import start

    return start.command(config), {**start.environment(config), "RAPID_RUNNER_TOKEN": runner.token(config)}


def glue(config: Config) -> tuple[list[str], dict[str, str]]:
    from rapid import runner

    return runner.command(config), runner.environment(config)


def superset(config: Config) -> tuple[list[str], dict[str, str]]:
    from rapid.dashboards import start

    return start.command(config), start.environment(config)


SERVICES: Mapping[str, Callable[[Config], tuple[list[str], dict[str, str]]]] = {
    "emulator": emulator,
    "glue": glue,
    "superset": superset,
}


def launch(config: Config, name: str) -> tuple[list[str], dict[str, str]]:
    """Command and complete environment of one service."""
    command, own = SERVICES[name](config)
    return command, {**{k: os.environ[k] for k in INHERITED if k in os.environ}, **own}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in SERVICES:
        print(f"usage: python -m rapid.serve {'|'.join(SERVICES)}", file=sys.stderr)
        return 2
    try:
        config = load()
        for folder in (config.run, config.logs, config.state):
            folder.mkdir(parents=True, exist_ok=True)
        if arguments[0] == "superset":
            from rapid.dashboards import start

            start.prepare(config, print)
        command, environment = launch(config, arguments[0])
    except RapidError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    os.chdir(config.home)
    os.execve(command[0], command, environment)  # noqa: S606 - our own command


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
