"""Registers the Glue provider with LocalStack: our operations, and a refusal of every other one of botocore's model."""

from typing import Any

from localstack.runtime import hooks
from localstack.services.plugins import Service, aws_provider


def _table(provider: Any) -> Any:
    from localstack.aws.skeleton import create_dispatch_table
    from localstack.aws.spec import load_service

    from rapid.emulator.glue import changes, unsupported

    operations = load_service("glue").operation_names
    table = dict.fromkeys(operations, unsupported.refuse) | unsupported.handlers() | create_dispatch_table(provider)
    return changes.telling(table)


@aws_provider(api="glue", name="rapid")
def glue() -> Service:
    from rapid.emulator.glue.provider import GlueProvider

    return Service.for_provider(GlueProvider(), dispatch_table_factory=_table)


@hooks.on_infra_start(priority=100)  # early: nothing of Glue is parsed yet
def teach_glue_operations() -> None:
    from rapid.emulator.glue.bookmarks import teach_operations

    teach_operations()
