"""Registers Pipes with LocalStack."""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="pipes", name="rapid")
def pipes() -> Service:
    from localstack.aws.skeleton import create_dispatch_table

    from rapid.emulator.events import patterns
    from rapid.emulator.pipes.provider import PipesProvider

    patterns.install()
    return Service.for_provider(PipesProvider(), dispatch_table_factory=create_dispatch_table)
