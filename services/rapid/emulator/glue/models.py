"""State of AWS Glue, per account and region. Only plain, picklable values: what runs lives in `supervisor`.

A catalog entity is kept as the structure that Glue's API returns, so that reading it copies nothing but a dict.
"""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from localstack.services.stores import AccountRegionBundle, BaseStore, LocalAttribute

Structure = dict[str, Any]
"""A structure of Glue's API, with botocore's member names."""

PartitionKey = tuple[str, ...]
FINAL = frozenset({"SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED", "ERROR"})
"""States in which what the Glue runner runs changes no more."""


CHANGING = threading.RLock()
"""Held while the state of a task or a statement changes, so that neither a stop nor an end is written over."""


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Table:
    """A table: its newest description, the archived ones by version, its partitions and column statistics."""

    current: Structure
    versions: dict[str, Structure] = field(default_factory=dict)
    partitions: dict[PartitionKey, Structure] = field(default_factory=dict)
    statistics: dict[str, Structure] = field(default_factory=dict)
    partition_statistics: dict[PartitionKey, dict[str, Structure]] = field(default_factory=dict)
    indexes: dict[str, Structure] = field(default_factory=dict)


@dataclass
class Database:
    """A database with its tables and user-defined functions, by lower-case name."""

    description: Structure
    tables: dict[str, Table] = field(default_factory=dict)
    functions: dict[str, Structure] = field(default_factory=dict)


@dataclass
class JobRun:
    """One attempt of a job run.

    Attributes:
        response: what GetJobRun answers.
        group: the workflow run, or the chain of triggers, that this run belongs to; None for a run started by hand.
        request: what the runner was asked to do.
        submitted: whether the runner has acknowledged it.
        retries: attempts that may follow if this one fails.
        told: whether an event has said that it takes longer than NotifyDelayAfter.
    """

    response: Structure
    request: Structure
    group: str | None = None
    workflow: str | None = None
    submitted: bool = False
    stopping: bool = False
    retries: int = 0
    told: bool = False

    def update(self, *left_out: str, **members: Any) -> None:
        """Changes what GetJobRun answers, by a new structure: the one before may just be on its way to a client."""
        self.response = {k: v for k, v in self.response.items() if k not in left_out} | members

    @property
    def id(self) -> str:
        return str(self.response["Id"])

    @property
    def state(self) -> str:
        return str(self.response["JobRunState"])

    @property
    def ended(self) -> bool:
        return self.state in FINAL


@dataclass
class Task:
    """Something that the runner does for the service, other than a job run.

    Attributes:
        response: what its Get operation answers.
        request: what the runner was asked to do.
        submitted: whether the runner has acknowledged it.
    """

    response: Structure
    request: Structure
    submitted: bool = False
    stopping: bool = False

    def update(self, **members: Any) -> None:
        """Changes what is answered, by a new structure: the one before may just be on its way to a client."""
        with CHANGING:
            self.response = self.response | members

    def follow(self, state: str, **members: Any) -> None:
        """Takes over a state of the runner's. One that is to stop shows nothing of the way there."""
        with CHANGING:
            if state in FINAL or not self.stopping:
                self.update(Status=state, **members)

    def begin_to_stop(self, **members: Any) -> bool:
        """Puts it in STOPPING. False if it has ended."""
        with CHANGING:
            if self.ended:
                return False
            self.stopping = True
            self.update(Status="STOPPING", **members)
            return True

    @property
    def id(self) -> str:
        """The runner's name for it."""
        return str(self.request["run_id"])

    @property
    def state(self) -> str:
        return str(self.response["Status"])

    @property
    def ended(self) -> bool:
        return self.state in FINAL


@dataclass
class DataQualityRun(Task):
    """One evaluation or recommendation run. `kind` is the runner's script for it."""

    kind: str = ""


@dataclass
class Session(Task):
    """An interactive session and its statements by number."""

    statements: dict[int, Structure] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.response["Id"])


@dataclass
class CrawlRun:
    """One crawl of a crawler.

    Attributes:
        history: what ListCrawls answers of it.
        state: as a workflow's graph names it: RUNNING, CANCELLING, CANCELLED, SUCCEEDED, FAILED, ERROR.
        group: the workflow run, or the chain of triggers, that it belongs to; None for one started by hand.
        counts: tables created, updated and deleted.
    """

    history: Structure
    state: str = "RUNNING"
    group: str | None = None
    workflow: str | None = None
    trigger: str | None = None
    counts: tuple[int, int, int] = (0, 0, 0)

    @property
    def id(self) -> str:
        return str(self.history["CrawlId"])

    @property
    def ended(self) -> bool:
        return self.state not in ("RUNNING", "CANCELLING")


@dataclass
class Crawler:
    """A crawler, its crawls in order, and the folders that they have seen."""

    description: Structure
    runs: dict[str, CrawlRun] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    since: datetime = field(default_factory=now)
    fired_at: datetime | None = None

    def update(self, *left_out: str, **members: Any) -> None:
        """Changes what GetCrawler answers, by a new structure."""
        self.description = {k: v for k, v in self.description.items() if k not in left_out} | members

    @property
    def state(self) -> str:
        return str(self.description["State"])


@dataclass
class Trigger:
    """A trigger. `fired_at` is the scheduled instant that it fired for last, so that none fires twice."""

    description: Structure
    since: datetime = field(default_factory=now)
    fired_at: datetime | None = None


@dataclass
class WorkflowRun:
    """One run of a workflow.

    Attributes:
        start_trigger: the trigger that began it.
        carried: ids of runs of the workflow run that this one resumes, which it need not repeat.
    """

    response: Structure
    start_trigger: str
    carried: frozenset[str] = frozenset()

    def update(self, **members: Any) -> None:
        """Changes what GetWorkflowRun answers, by a new structure."""
        self.response = self.response | members

    @property
    def id(self) -> str:
        return str(self.response["WorkflowRunId"])

    @property
    def status(self) -> str:
        return str(self.response["Status"])


@dataclass
class Workflow:
    """A workflow, its runs in order, and the events that wait for its EVENT trigger to fire (oldest first)."""

    description: Structure
    runs: dict[str, WorkflowRun] = field(default_factory=dict)
    events: list[tuple[str, datetime]] = field(default_factory=list)


@dataclass
class SchemaVersion:
    """One version of a schema of the Schema Registry. `metadata` is key to values with their times, newest first."""

    id: str
    number: int
    definition: str
    status: str
    created: str
    metadata: dict[str, list[tuple[str, str]]] = field(default_factory=dict)


@dataclass
class RegistrySchema:
    """A schema of the Schema Registry. `next_number` never goes back, even if versions are deleted."""

    description: Structure
    versions: dict[int, SchemaVersion] = field(default_factory=dict)
    next_number: int = 1


@dataclass
class Registry:
    """A registry of the Schema Registry with its schemas by name."""

    description: Structure
    schemas: dict[str, RegistrySchema] = field(default_factory=dict)


class GlueStore(BaseStore):
    """Everything of Glue that one account has in one region."""

    databases: dict[str, Database] = LocalAttribute(default=dict)
    jobs: dict[str, Structure] = LocalAttribute(default=dict)
    runs: dict[str, dict[str, JobRun]] = LocalAttribute(default=dict)
    """Job name to run id to run, in the order in which they started."""
    bookmarks: dict[str, list[Structure]] = LocalAttribute(default=dict)
    """Job name to its bookmark entries, one per commit or reset; the last one holds."""
    triggers: dict[str, Trigger] = LocalAttribute(default=dict)
    workflows: dict[str, Workflow] = LocalAttribute(default=dict)
    connections: dict[str, Structure] = LocalAttribute(default=dict)
    classifiers: dict[str, Structure] = LocalAttribute(default=dict)
    crawlers: dict[str, Crawler] = LocalAttribute(default=dict)
    data_quality_rulesets: dict[str, Structure] = LocalAttribute(default=dict)
    data_quality_results: dict[str, Structure] = LocalAttribute(default=dict)
    annotations: dict[tuple[str, str], Structure] = LocalAttribute(default=dict)
    """Profile and statistic to the InclusionAnnotation that people gave it."""
    data_quality_runs: dict[str, DataQualityRun] = LocalAttribute(default=dict)
    sessions: dict[str, Session] = LocalAttribute(default=dict)
    registries: dict[str, Registry] = LocalAttribute(default=dict)
    security_configurations: dict[str, Structure] = LocalAttribute(default=dict)
    resource_policies: dict[str, Structure] = LocalAttribute(default=dict)
    """ARN to policy; the whole catalog's under an empty name."""
    encryption_settings: dict[str, Structure] = LocalAttribute(default=dict)
    custom_entity_types: dict[str, Structure] = LocalAttribute(default=dict)
    usage_profiles: dict[str, Structure] = LocalAttribute(default=dict)
    ml_transforms: dict[str, Structure] = LocalAttribute(default=dict)
    optimizers: dict[tuple[str, str, str], Structure] = LocalAttribute(default=dict)
    """Database, table and kind to TableOptimizer."""
    column_tasks: dict[str, Structure] = LocalAttribute(default=dict)
    column_settings: dict[tuple[str, str], Structure] = LocalAttribute(default=dict)
    tags: dict[str, dict[str, str]] = LocalAttribute(default=dict)
    """ARN to tags."""


glue_stores: AccountRegionBundle[GlueStore] = AccountRegionBundle("glue", GlueStore)
