"""Registers the Athena provider with LocalStack."""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="athena", name="rapid")
def athena() -> Service:
    from rapid.emulator.athena.dispatch import table
    from rapid.emulator.athena.provider import AthenaProvider

    return Service.for_provider(AthenaProvider(), dispatch_table_factory=table)
