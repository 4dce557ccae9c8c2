"""AWS Glue: every operation that has behaviour, one class per resource; the rest goes to Moto or is refused."""

from localstack.services.plugins import ServiceLifecycleHook
from localstack.state import StateVisitor

from rapid.emulator.glue.connections import Classifiers, Connections
from rapid.emulator.glue.databases import Databases
from rapid.emulator.glue.functions import Functions
from rapid.emulator.glue.models import glue_stores
from rapid.emulator.glue.partitions import Partitions
from rapid.emulator.glue.searches import Searches
from rapid.emulator.glue.statistics import ColumnStatistics
from rapid.emulator.glue.tables import Tables
from rapid.emulator.glue.tags import Tags


class GlueProvider(
    Databases,
    Tables,
    Partitions,
    ColumnStatistics,
    Functions,
    Searches,
    Connections,
    Classifiers,
    Tags,
    ServiceLifecycleHook,
):
    """The operations of Glue."""

    service = "glue"

    def accept_state_visitor(self, visitor: StateVisitor) -> None:
        visitor.visit(glue_stores)
