"""Registers CodeDeploy with LocalStack."""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="codedeploy", name="rapid")
def codedeploy() -> Service:
    from rapid.emulator.codedeploy.provider import CodeDeployProvider
    from rapid.emulator.moto import with_moto

    return Service.for_provider(CodeDeployProvider(), dispatch_table_factory=with_moto)
