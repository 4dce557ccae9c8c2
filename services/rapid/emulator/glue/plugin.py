"""Registers the Glue provider with LocalStack: our operations, and a refusal of every other one of botocore's model.

Requests are checked against the model first; only the Schema Registry refuses what does not fit in words of its own.
"""

from typing import Any

from localstack.runtime import hooks
from localstack.services.plugins import Service, aws_provider


def _table(provider: Any) -> Any:
    from localstack.aws.skeleton import create_dispatch_table
    from localstack.aws.spec import load_service

    from rapid.emulator.constraints import checked_table
    from rapid.emulator.glue import changes, unsupported
    from rapid.emulator.glue.errors import InvalidInputException

    operations = create_dispatch_table(provider)
    registry = {name for name in operations if "Registr" in name or "Schema" in name}
    ours = checked_table("glue", operations, InvalidInputException, registry)
    refused = dict.fromkeys(load_service("glue").operation_names, unsupported.refuse)
    return changes.telling(refused | unsupported.handlers() | ours)


@aws_provider(api="glue", name="rapid")
def glue() -> Service:
    from rapid.emulator.glue.provider import GlueProvider

    return Service.for_provider(GlueProvider(), dispatch_table_factory=_table)


@hooks.on_infra_start(priority=100)  # early: nothing of Glue is parsed yet
def teach_glue_operations() -> None:
    from rapid.emulator.glue.bookmarks import teach_operations

    teach_operations()
