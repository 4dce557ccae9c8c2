"""DynamoDB, its streams, and Kinesis, answered by Moto.

LocalStack's own providers start DynamoDB Local and kinesis-mock, which no package registry carries and which keep
their data to themselves. Moto's run in this process, start with the first request, and are durable as all else is.
"""

import importlib

from localstack.services.plugins import SERVICE_PLUGINS, Service, aws_provider
from localstack.state import StateVisitor

from rapid.emulator.moto import with_moto


class MotoProvider:
    """A service all of whose operations are Moto's."""

    def __init__(self, service: str, backends: str) -> None:
        """Begins.

        Args:
            service: its name as in botocore.
            backends: the Moto module that holds `<service>_backends`.
        """
        self.service = service
        self._backends = getattr(importlib.import_module(backends), f"{service.replace('-', '')}_backends")

    def accept_state_visitor(self, visitor: StateVisitor) -> None:
        visitor.visit(self._backends)


def _service(name: str) -> Service:
    provider = MotoProvider(name, f"moto.{name}.models")
    return Service.for_provider(provider, dispatch_table_factory=with_moto)


@aws_provider(api="dynamodb", name="rapid")
def dynamodb() -> Service:
    from rapid.emulator import moto_fixes, table_streaming

    moto_fixes.dynamodb()
    table_streaming.install()
    return Service.for_provider(table_streaming.StreamingProvider(), dispatch_table_factory=with_moto)


@aws_provider(api="dynamodbstreams", name="rapid")
def dynamodbstreams() -> Service:
    from rapid.emulator import moto_fixes

    moto_fixes.streams()
    SERVICE_PLUGINS.require("dynamodb")  # which has the tables: after a restart they are loaded with it
    return _service("dynamodbstreams")


@aws_provider(api="kinesis", name="rapid")
def kinesis() -> Service:
    from rapid.emulator import moto_fixes
    from rapid.emulator.streams import KinesisProvider

    moto_fixes.kinesis()
    return Service.for_provider(KinesisProvider(), dispatch_table_factory=with_moto)
