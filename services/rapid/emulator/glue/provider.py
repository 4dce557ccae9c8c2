"""AWS Glue: every operation that works, one class per resource; `unsupported` has the rest."""

from localstack.services.plugins import ServiceLifecycleHook
from localstack.state import StateVisitor

from rapid.core import config
from rapid.emulator.glue.bookmarks import Bookmarks
from rapid.emulator.glue.catalogs import Catalogs
from rapid.emulator.glue.column_tasks import ColumnStatisticsTasks
from rapid.emulator.glue.connections import Classifiers, Connections
from rapid.emulator.glue.crawler_schedules import CrawlerSchedules
from rapid.emulator.glue.crawlers import Crawlers
from rapid.emulator.glue.data_quality_results import DataQualityResults
from rapid.emulator.glue.data_quality_rulesets import DataQualityRulesets
from rapid.emulator.glue.data_quality_runs import DataQualityRuns
from rapid.emulator.glue.data_quality_statistics import DataQualityStatistics
from rapid.emulator.glue.databases import Databases
from rapid.emulator.glue.entities import CustomEntityTypes, MLTransforms, UsageProfiles
from rapid.emulator.glue.functions import Functions
from rapid.emulator.glue.jobs import Jobs
from rapid.emulator.glue.models import glue_stores
from rapid.emulator.glue.optimizers import TableOptimizers
from rapid.emulator.glue.orchestration import Orchestration
from rapid.emulator.glue.partitions import Partitions
from rapid.emulator.glue.registries import Registries
from rapid.emulator.glue.runs import Runs
from rapid.emulator.glue.schema_versions import SchemaVersions
from rapid.emulator.glue.schemas import Schemas
from rapid.emulator.glue.scope import Scope
from rapid.emulator.glue.searches import Searches
from rapid.emulator.glue.security import ResourcePolicies, SecurityConfigurations
from rapid.emulator.glue.sessions import Sessions
from rapid.emulator.glue.statistics import ColumnStatistics
from rapid.emulator.glue.tables import Tables
from rapid.emulator.glue.tags import Tags
from rapid.emulator.glue.triggers import Triggers
from rapid.emulator.glue.workflows import Workflows


class GlueProvider(
    Databases,
    Tables,
    Partitions,
    ColumnStatistics,
    Functions,
    Searches,
    Connections,
    Classifiers,
    Crawlers,
    CrawlerSchedules,
    Jobs,
    Runs,
    Bookmarks,
    DataQualityRulesets,
    DataQualityRuns,
    DataQualityResults,
    DataQualityStatistics,
    Sessions,
    Triggers,
    Workflows,
    Registries,
    Schemas,
    SchemaVersions,
    SecurityConfigurations,
    ResourcePolicies,
    TableOptimizers,
    ColumnStatisticsTasks,
    CustomEntityTypes,
    UsageProfiles,
    MLTransforms,
    Catalogs,
    Tags,
    ServiceLifecycleHook,
):
    """The operations of Glue."""

    service = "glue"

    def __init__(self) -> None:
        self.orchestration = Orchestration(config.load())

    def accept_state_visitor(self, visitor: StateVisitor) -> None:
        visitor.visit(glue_stores)

    def on_after_state_load(self) -> None:
        """Takes up what ran when the emulator ended."""
        for account, region, _store in list(glue_stores.iter_stores()):
            scope = Scope(account, region)
            self.orchestration.resume(scope)
            self.resume_data_quality(scope)
            self.resume_sessions(scope)
            self.resume_column_tasks(scope)

    def notify_event(self, account: str, region: str, workflow: str, event_id: str) -> None:
        """glue:NotifyEvent, which EventBridge may call and which no SDK has.

        Raises:
            GlueError: no such workflow, or it does not start with an EVENT trigger.
        """
        self.orchestration.notify(Scope(account, region), workflow, event_id)

    def on_before_stop(self) -> None:
        self.orchestration.timing.stop()
        self.orchestration.crawls.end()
