"""Registers the EventBridge provider with LocalStack."""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="events", name="rapid")
def events() -> Service:
    from rapid.core import config
    from rapid.emulator.events.provider import RapidEventsProvider

    return Service.for_provider(RapidEventsProvider(config.load()))
