"""The services as the supervisor runs them."""

from rapid.core.config import Config
from rapid.core.processes import ServiceSpec
from rapid.serve import SERVICES as _SERVICES
from rapid.serve import address, launch

SERVICES = tuple(_SERVICES)
"""Names of all services, in the order in which they are shown."""


def spec(config: Config, name: str) -> ServiceSpec:
    """How one service is started and watched."""
    service = _SERVICES[name]
    command, environment = launch(config, name)
    port, url = address(config, name)
    return ServiceSpec(
        name=name,
        title=service.title,
        port=port,
        url=url,
        health_path=service.health_path,
        command=command,
        environment=environment,
        port_setting=service.port_setting,
    )
