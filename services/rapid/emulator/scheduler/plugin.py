"""Registers EventBridge Scheduler with LocalStack."""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="scheduler", name="rapid")
def scheduler() -> Service:
    from rapid.emulator.moto import with_moto
    from rapid.emulator.scheduler.provider import SchedulerProvider

    return Service.for_provider(SchedulerProvider(), dispatch_table_factory=with_moto)
