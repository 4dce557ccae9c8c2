"""Registers our API Gateway provider. Imports nothing heavy until the service is first used."""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="apigateway", name="rapid")
def apigateway() -> Service:
    from localstack.services.moto import MotoFallbackDispatcher

    from rapid.emulator.apigateway.provider import create_provider

    return Service.for_provider(create_provider(), dispatch_table_factory=MotoFallbackDispatcher)
