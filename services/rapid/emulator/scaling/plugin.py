"""Registers Application Auto Scaling with LocalStack."""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="application-autoscaling", name="rapid")
def scaling() -> Service:
    from rapid.emulator.moto import with_moto
    from rapid.emulator.moto_services import MotoProvider

    provider = MotoProvider("application-autoscaling", "moto.applicationautoscaling.models")
    return Service.for_provider(provider, dispatch_table_factory=with_moto)
