"""Registers the Athena provider with LocalStack."""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="athena", name="rapid")
def athena() -> Service:
    from localstack.aws.spec import load_service

    from rapid.emulator.athena.provider import AthenaProvider
    from rapid.emulator.moto import with_moto

    # Moto answers queries with canned rows and keeps little of the rest: what is not ours is refused.
    refused = load_service("athena").operation_names
    return Service.for_provider(AthenaProvider(), dispatch_table_factory=with_moto(*refused))
