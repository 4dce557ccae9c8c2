"""What a service's state consists of: LocalStack stores and Moto backends, taken out and put back in place.

Live containers keep their identity, since providers and other services hold references to them.
"""
# ruff: noqa: SLF001 - stores keep their shared parts in private attributes

from collections.abc import Callable
from typing import Any

from localstack.services.plugins import Service
from localstack.services.stores import AccountRegionBundle
from localstack.state import StateVisitor
from moto.core.base_backend import BackendDict, BaseBackend

_STORE_ADDRESS = frozenset({"_global", "_universal", "_service_name", "_account_id", "_region_name"})
Content = dict[str, Any]
Packer = tuple[Callable[[Content], Content], Callable[[Content, Content], Content]]

packers: dict[type, Packer] = {}
"""Moto backend class → how its attributes are made small, and made whole again from those and the live ones."""


class _Collector(StateVisitor):
    def __init__(self) -> None:
        self.found: list[AccountRegionBundle | BackendDict] = []

    def visit(self, state_container: Any) -> None:
        """Collects in-memory containers; asset directories are on disk already."""
        if isinstance(state_container, AccountRegionBundle | BackendDict):
            self.found.append(state_container)


def containers(service: Service) -> list[AccountRegionBundle | BackendDict]:
    collector = _Collector()
    service.accept_state_visitor(collector)
    return collector.found


def extract(service: Service) -> dict[str, Content]:
    """The content of all containers of a service: one value, so that objects they share stay shared."""
    return {
        _name(each): _of_bundle(each) if isinstance(each, AccountRegionBundle) else _of_backends(each)
        for each in containers(service)
    }


def inject(service: Service, contents: dict[str, Content]) -> list[str]:
    """Replaces the content of all containers of a service by what `extract` returned.

    Returns:
        Names of containers that the service does not have (any more), whose content has no place.
    """
    found = {_name(each): each for each in containers(service)}
    for name, content in contents.items():
        container = found.get(name)
        if container is None:
            continue
        if isinstance(container, AccountRegionBundle):
            _into_bundle(container, content)
        else:
            _into_backends(container, content)
    return sorted(contents.keys() - found.keys())


def _name(container: AccountRegionBundle | BackendDict) -> str:
    cls = container.store if isinstance(container, AccountRegionBundle) else container.backend
    return f"{cls.__module__}.{cls.__qualname__}"


def _of_bundle(bundle: AccountRegionBundle) -> Content:
    return {
        "universal": bundle._universal,
        "accounts": {
            account: {
                "global": regions._global,
                "stores": {
                    region: {name: value for name, value in list(vars(store).items()) if name not in _STORE_ADDRESS}
                    for region, store in list(regions.items())
                },
            }
            for account, regions in list(bundle.items())
        },
    }


def _into_bundle(bundle: AccountRegionBundle, content: Content) -> None:
    bundle.reset()
    bundle._universal.update(content["universal"])
    for account, saved in content["accounts"].items():
        regions = bundle[account]
        regions._global.update(saved["global"])
        for region, attributes in saved["stores"].items():
            vars(regions[region]).update(attributes)


def _of_backends(backends: BackendDict) -> Content:
    return {
        account: {region: _packed(backend) for region, backend in list(regions.items())}
        for account, regions in list(backends.items())
    }


def _packed(backend: BaseBackend) -> Content:
    state = dict(vars(backend))
    return packers[type(backend)][0](state) if type(backend) in packers else state


def _into_backends(backends: BackendDict, content: Content) -> None:
    for account, regions in content.items():
        for region, attributes in regions.items():
            backend = backends[account][region]
            live = vars(backend)
            state = packers[type(backend)][1](attributes, live) if type(backend) in packers else attributes
            live.clear()
            live.update(state)
