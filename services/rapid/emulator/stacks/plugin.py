"""Registers the CloudFormation provider and custom resources with LocalStack."""

from localstack.services.cloudformation.resource_provider import CloudFormationResourceProviderPlugin
from localstack.services.plugins import Service, aws_provider


@aws_provider(api="cloudformation", name="rapid")
def cloudformation() -> Service:
    from rapid.emulator.stacks.provider import StacksProvider, install

    install()
    return Service.for_provider(StacksProvider())


class CustomResourcePlugin(CloudFormationResourceProviderPlugin):
    """`Custom::*` too: LocalStack looks them up under this name."""

    name = "AWS::CloudFormation::CustomResource"

    def load(self) -> None:
        from rapid.emulator.stacks.custom import CustomResource

        self.factory = CustomResource
