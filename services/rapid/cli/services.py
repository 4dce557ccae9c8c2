"""The services that `./rapid up` runs, in the order in which they are shown."""

import os
from collections.abc import Callable

from rapid import runner
from rapid.core.config import Config
from rapid.core.processes import ServiceSpec
from rapid.emulator import start as emulator

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


def _environment(own: dict[str, str]) -> dict[str, str]:
    """A service's environment: its own variables and the few that any process needs, nothing else of the caller's."""
    return {**{k: os.environ[k] for k in _INHERITED if k in os.environ}, **own}


def emulator_spec(config: Config) -> ServiceSpec:
    return ServiceSpec(
        name="emulator",
        title="The emulator",
        port=config.emulator_port,
        url=config.emulator_url,
        health_path="/_localstack/health",
        command=emulator.command(config),
        environment=_environment({**emulator.environment(config), "RAPID_RUNNER_TOKEN": runner.token(config)}),
        port_setting="RAPID_EMULATOR_PORT",
    )


def runner_spec(config: Config) -> ServiceSpec:
    return ServiceSpec(
        name="glue",
        title="The Glue runner",
        port=config.runner_port,
        url=config.runner_url,
        health_path="/health",
        command=runner.command(config),
        environment=_environment(runner.environment(config)),
        port_setting="RAPID_RUNNER_PORT",
    )


def superset_spec(config: Config) -> ServiceSpec:
    from rapid.dashboards import start as superset

    return ServiceSpec(
        name="superset",
        title="Superset",
        port=config.superset_port,
        url=config.superset_url,
        health_path="/health",
        command=superset.command(config),
        environment=_environment(superset.environment(config)),
        port_setting="RAPID_SUPERSET_PORT",
    )


_SPECS = {"emulator": emulator_spec, "glue": runner_spec, "superset": superset_spec}

SERVICES = tuple(_SPECS)
"""Names of all services, in the order in which they are shown."""


def spec(config: Config, name: str) -> ServiceSpec:
    return _SPECS[name](config)


def prepare_superset(config: Config, report: Callable[[str], None]) -> None:
    """Makes Superset's metadata database if it is not there yet (seconds from the cache, else a quarter minute)."""
    from rapid.dashboards import start as superset

    superset.prepare(config, report)
