"""EventBridge after a restart: the working objects that our provider does not rebuild by itself.

LocalStack keeps replays, connections and API destinations in its store, but acts on them through objects in the
provider. Buses, rules, targets, schedules and archives are rebuilt by `rapid.emulator.events.provider`.
"""

# ruff: noqa: SLF001 - the provider's working objects are private

from localstack.services.events.api_destination import APIDestinationService
from localstack.services.events.connection import ConnectionService
from localstack.services.events.models import events_stores
from localstack.services.events.provider import EventsProvider
from localstack.services.events.replay import ReplayService
from localstack.services.plugins import Service


def wake(service: Service) -> None:
    provider: EventsProvider = service._provider
    for _, _, store in events_stores.iter_stores():
        for replay in store.replays.values():
            replay_service = ReplayService.__new__(ReplayService)
            replay_service.replay = replay
            provider._replay_service_store[replay.arn] = replay_service
        for connection in store.connections.values():
            connection_service = ConnectionService.__new__(ConnectionService)
            connection_service.connection = connection
            provider._connection_service_store[connection.arn] = connection_service
        for destination in store.api_destinations.values():
            destination_service = APIDestinationService.__new__(APIDestinationService)
            destination_service.api_destination = destination
            destination_service.connection = next(
                (c for c in store.connections.values() if c.arn == destination.connection_arn), None
            )
            provider._api_destination_service_store[destination.arn] = destination_service
