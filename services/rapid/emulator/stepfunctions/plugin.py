"""Registers Step Functions with LocalStack."""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="stepfunctions", name="rapid")
def stepfunctions() -> Service:
    from rapid.emulator.stepfunctions.provider import RapidStepFunctionsProvider, install

    install()
    return Service.for_provider(RapidStepFunctionsProvider())
