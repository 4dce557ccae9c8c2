"""Registers CloudWatch Logs with LocalStack."""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="logs", name="rapid")
def logs() -> Service:
    from localstack.services.moto import MotoFallbackDispatcher

    from rapid.emulator.logs.provider import RapidLogsProvider, install

    install()
    return Service.for_provider(RapidLogsProvider(), dispatch_table_factory=MotoFallbackDispatcher)
