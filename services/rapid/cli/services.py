"""The services that `./rapid up` runs: where they listen and how to tell that they are ready."""

from collections.abc import Callable

from rapid.core.config import Config
from rapid.core.processes import ServiceSpec
from rapid.serve import SERVICES as _SERVICES
from rapid.serve import launch

SERVICES = tuple(_SERVICES)
"""Names of all services, in the order in which they are shown."""

_TITLES = {"emulator": "The emulator", "glue": "The Glue runner", "superset": "Superset"}
_HEALTH = {"emulator": "/_localstack/health", "glue": "/health", "superset": "/health"}
_PORT_SETTINGS = {"emulator": "RAPID_EMULATOR_PORT", "glue": "RAPID_RUNNER_PORT", "superset": "RAPID_SUPERSET_PORT"}


def spec(config: Config, name: str) -> ServiceSpec:
    """How one service is started and watched."""
    command, environment = launch(config, name)
    address = {
        "emulator": (config.emulator_port, config.emulator_url),
        "glue": (config.runner_port, config.runner_url),
        "superset": (config.superset_port, config.superset_url),
    }
    port, url = address[name]
    return ServiceSpec(
        name=name,
        title=_TITLES[name],
        port=port,
        url=url,
        health_path=_HEALTH[name],
        command=command,
        environment=environment,
        port_setting=_PORT_SETTINGS[name],
    )


def prepare_superset(config: Config, report: Callable[[str], None]) -> None:
    """Makes Superset's metadata database if it is not there yet (seconds from the cache, else a quarter minute)."""
    from rapid.dashboards import start as superset

    superset.prepare(config, report)
