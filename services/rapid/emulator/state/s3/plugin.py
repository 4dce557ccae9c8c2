"""Registers LocalStack's S3 provider with our storage and metadata. Imports nothing heavy until S3 is first used."""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="s3", name="rapid")
def s3() -> Service:
    from rapid.core import config
    from rapid.emulator.state.s3.provider import create_provider

    settings = config.load()
    return Service.for_provider(create_provider(settings.state / "s3", durable=settings.durable))
