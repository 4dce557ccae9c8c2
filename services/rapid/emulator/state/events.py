"""EventBridge after a restart: LocalStack keeps rules in its store, but what acts on them only in the provider."""
# ruff: noqa: SLF001 - the provider's working objects are private

from localstack.services.events.api_destination import APIDestinationService
from localstack.services.events.archive import ArchiveService
from localstack.services.events.connection import ConnectionService
from localstack.services.events.event_bus import EventBusService
from localstack.services.events.models import EventsStore, Rule, events_stores
from localstack.services.events.provider import EventsProvider
from localstack.services.events.replay import ReplayService
from localstack.services.events.rule import RuleService
from localstack.services.events.utils import is_archive_arn
from localstack.services.plugins import Service


def wake(service: Service) -> None:
    """Builds the provider's working objects again: buses, rules with their schedules, target senders, archives."""
    provider: EventsProvider = service._provider
    for account, region, store in events_stores.iter_stores():
        for bus in store.event_buses.values():
            provider._event_bus_services_store[bus.arn] = EventBusService(bus)
            for rule in bus.rules.values():
                _wake_rule(provider, rule, account, region)
        _wake_others(provider, store)


def _wake_rule(provider: EventsProvider, rule: Rule, account: str, region: str) -> None:
    rule_service = RuleService(rule)
    provider._rule_services_store[rule.arn] = rule_service
    senders = [target for target in rule.targets.values() if not is_archive_arn(target["Arn"])]
    for target in senders:
        provider.create_target_sender(target, rule.arn, rule.name, region, account)
    if rule_service.schedule_cron and rule.targets:
        rule_service.create_schedule_job(provider._get_scheduled_rule_job_function(account, region, rule))


def _wake_others(provider: EventsProvider, store: EventsStore) -> None:
    for archive in store.archives.values():
        created = archive.creation_time
        archive_service = ArchiveService(archive)  # its constructor stamps a new creation time
        archive.creation_time = created
        provider._archive_service_store[archive.arn] = archive_service
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
