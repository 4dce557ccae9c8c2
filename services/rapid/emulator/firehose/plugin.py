"""Registers the Firehose provider with LocalStack."""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="firehose", name="rapid")
def firehose() -> Service:
    from rapid.emulator.firehose.provider import RapidFirehoseProvider

    return Service.for_provider(RapidFirehoseProvider())
