"""Registers Budgets with LocalStack."""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="budgets", name="rapid")
def budgets() -> Service:
    from rapid.emulator.budgets.provider import BudgetsProvider
    from rapid.emulator.moto import with_moto

    return Service.for_provider(BudgetsProvider(), dispatch_table_factory=with_moto)
