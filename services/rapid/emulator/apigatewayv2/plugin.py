"""Registers HTTP APIs with LocalStack."""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="apigatewayv2", name="rapid")
def apigatewayv2() -> Service:
    from rapid.emulator.apigatewayv2.provider import HttpApiProvider
    from rapid.emulator.moto import with_moto

    return Service.for_provider(HttpApiProvider(), dispatch_table_factory=with_moto)
