"""Puts a service's saved stores in place when LocalStack starts the service, then wakes what runs on them.

The one patch of LocalStack here: `ServiceContainer.start` has no hook between "constructed" and "answers requests".
It runs under the container's lock, so no request can see the service before its state is back.
"""

from collections.abc import Callable

from localstack.services.plugins import Service, ServiceContainer

from rapid.emulator.state import snapshots, wake


def install(current: snapshots.Snapshots) -> None:
    original: Callable[[ServiceContainer], bool] = ServiceContainer.start

    def start(container: ServiceContainer) -> bool:
        started = original(container)
        if started:
            _restore(current, container.service)
        return started

    ServiceContainer.start = start


def _restore(current: snapshots.Snapshots, service: Service) -> None:
    name = service.name()
    wake_up = wake.prepare(name, current.folder.parent / "journals")
    if not current.has_saved(name):
        return
    service.lifecycle_hook.on_before_state_load()
    if current.load(name, service):
        service.lifecycle_hook.on_after_state_load()
        if wake_up:
            wake_up(service)
