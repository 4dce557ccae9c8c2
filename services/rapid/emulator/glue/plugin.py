"""Registers the Glue provider with LocalStack."""

from localstack.runtime import hooks
from localstack.services.plugins import Service, aws_provider

INVENTED = (
    "StartCrawler",
    "StopCrawler",
    "ListCrawls",
    "CreateDevEndpoint",
    "GetDevEndpoint",
    "GetDevEndpoints",
    "DeleteDevEndpoint",
)
"""Operations that Moto answers without anything running: crawls that find nothing, endpoints with no listener."""


@aws_provider(api="glue", name="rapid")
def glue() -> Service:
    from rapid.emulator.glue.provider import GlueProvider
    from rapid.emulator.moto import with_moto

    return Service.for_provider(GlueProvider(), dispatch_table_factory=with_moto(*INVENTED))


@hooks.on_infra_start(priority=100)  # early: nothing of Glue is parsed yet
def teach_glue_operations() -> None:
    from rapid.emulator.glue.bookmarks import teach_operations

    teach_operations()
