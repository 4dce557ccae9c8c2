"""State of Amazon Athena, per account and region. Only picklable values: what runs lives in `runs`."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from localstack.services.stores import AccountRegionBundle, BaseStore, LocalAttribute

Structure = dict[str, Any]
"""A structure of Athena's API, with botocore's member names."""

ENGINE = "Athena engine version 3"
SPARK = "PySpark engine version 3"
TERMINAL = ("SUCCEEDED", "FAILED", "CANCELLED")


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Execution:
    """One query execution.

    Attributes:
        location: URI of the result object, `s3://…/<id>.csv`.
        columns: ColumnInfo of the result.
        statistics: measured milliseconds and bytes, as in QueryExecutionStatistics; empty until measured.
        error: AthenaError of a failed query.
        has_header: whether page 1 of the results begins with the names of the columns.
        reused: whether `location` is the result of an earlier query.
        managed: whether the result lies where the caller does not see it.
        sequence: number of its last state-change event.
        stage: OutputStage of its runtime statistics.
        token: ClientRequestToken and digest of the request that started it.
    """

    id: str
    query: str
    statement_type: str
    substatement_type: str
    workgroup: str
    database: str
    catalog: str
    location: str
    configuration: Structure
    parameters: list[str] | None = None
    reuse: Structure | None = None
    cutoff: int | None = None
    state: str = "QUEUED"
    reason: str | None = None
    error: Structure | None = None
    submitted: datetime = field(default_factory=now)
    completed: datetime | None = None
    statistics: Structure = field(default_factory=dict)
    columns: list[Structure] = field(default_factory=list)
    has_header: bool = True
    update_count: int | None = None
    rows: int | None = None
    output_bytes: int | None = None
    manifest: str | None = None
    reused: bool = False
    publishes_metrics: bool = False
    managed: bool = False
    sequence: int = 0
    stage: Structure | None = None
    token: str = ""

    def describe(self) -> Structure:
        """What GetQueryExecution answers."""
        context = {k: v for k, v in (("Database", self.database), ("Catalog", self.catalog)) if v}
        configuration = dict(self.configuration)
        if not self.managed:
            configuration["OutputLocation"] = self.location
        status: Structure = {"State": self.state, "SubmissionDateTime": self.submitted}
        if self.reason:
            status["StateChangeReason"] = self.reason
        if self.completed:
            status["CompletionDateTime"] = self.completed
        if self.error:
            status["AthenaError"] = self.error
        described: Structure = {
            "QueryExecutionId": self.id,
            "Query": self.query,
            "StatementType": self.statement_type,
            "ResultConfiguration": configuration,
            "ResultReuseConfiguration": self.reuse or {"ResultReuseByAgeConfiguration": {"Enabled": False}},
            "QueryExecutionContext": context,
            "Status": status,
            "Statistics": {**self.statistics, "ResultReuseInformation": {"ReusedPreviousResult": self.reused}},
            "WorkGroup": self.workgroup,
            "EngineVersion": {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": ENGINE},
            "SubstatementType": self.substatement_type,
        }
        if self.manifest:
            described["Statistics"]["DataManifestLocation"] = self.manifest
        if self.parameters:
            described["ExecutionParameters"] = self.parameters
        if self.managed:
            described["ManagedQueryResultsConfiguration"] = {"Enabled": True}
        return described


@dataclass
class WorkGroup:
    """A workgroup; `configuration` is kept as GetWorkGroup answers it."""

    name: str
    configuration: Structure
    description: str = ""
    state: str = "ENABLED"
    created: datetime = field(default_factory=now)

    @property
    def spark(self) -> bool:
        """Whether it runs Spark, and no SQL."""
        return bool(self.configuration["EngineVersion"]["EffectiveEngineVersion"] == SPARK)


@dataclass
class PreparedStatement:
    """A named statement with `?` for values, in a workgroup."""

    name: str
    workgroup: str
    statement: str
    description: str = ""
    modified: datetime = field(default_factory=now)


@dataclass
class SparkSession:
    """A session of Athena for Apache Spark. Its code runs in Glue's interactive session of the same id.

    Attributes:
        order: the request that started it.
        configuration: SessionConfiguration.
        status: SessionStatus, as it was when somebody last asked.
    """

    id: str
    order: Structure
    configuration: Structure
    status: Structure = field(default_factory=lambda: {"State": "CREATING", "StartDateTime": now()})

    @property
    def workgroup(self) -> str:
        return str(self.order["WorkGroup"])

    @property
    def state(self) -> str:
        return str(self.status["State"])


@dataclass
class Calculation:
    """A block of code that runs in a session, or ran there: a statement of Glue's session.

    Attributes:
        order: the request that started it.
        statement: number of the statement in Glue's session.
        folder: URI below which its output is stored, with `/` at the end.
        result: CalculationResult, once it has ended.
    """

    id: str
    order: Structure
    statement: int
    folder: str
    status: Structure = field(default_factory=lambda: {"State": "RUNNING", "SubmissionDateTime": now()})
    statistics: Structure = field(default_factory=lambda: {"Progress": "0%"})
    result: Structure | None = None

    @property
    def session(self) -> str:
        return str(self.order["SessionId"])

    @property
    def state(self) -> str:
        return str(self.status["State"])

    @property
    def ended(self) -> bool:
        return self.state in ("COMPLETED", "FAILED", "CANCELED")


def _workgroups() -> dict[str, WorkGroup]:
    return {"primary": WorkGroup("primary", default_configuration({"EnforceWorkGroupConfiguration": False}))}


def default_configuration(given: Structure) -> Structure:
    """A workgroup's configuration with AWS's defaults, https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroupConfiguration.html."""
    return {
        "ResultConfiguration": {},
        "EnforceWorkGroupConfiguration": True,
        "PublishCloudWatchMetricsEnabled": False,
        "RequesterPaysEnabled": False,
        **given,
        "EngineVersion": engine_version(given.get("EngineVersion") or {}),
    }


def engine_version(given: Structure) -> Structure:
    """What a workgroup says of its engine when `given` was asked for."""
    selected = given.get("SelectedEngineVersion", "AUTO")
    return {"SelectedEngineVersion": selected, "EffectiveEngineVersion": SPARK if selected == SPARK else ENGINE}


class Executions(dict[str, Execution]):
    """Query id to execution, oldest first. On disk by `history`, not with the rest of the store."""


class Tokens(dict[str, str]):
    """ClientRequestToken to query id and digest of the request; comes back with the executions."""


class AthenaStore(BaseStore):
    """Everything of one account and region.

    `tokens`: ClientRequestToken to query id and what was asked. `named_queries`, `notebooks`: by id. `reservations`:
    by name, with their `Assignments`. `tags`: ARN to key to value. `sessions`, `calculations`: Spark's, by id.
    """

    executions: dict[str, Execution] = LocalAttribute(default=Executions)
    tokens: dict[str, str] = LocalAttribute(default=Tokens)
    workgroups: dict[str, WorkGroup] = LocalAttribute(default=_workgroups)
    named_queries: dict[str, Structure] = LocalAttribute(default=dict)
    prepared: dict[tuple[str, str], PreparedStatement] = LocalAttribute(default=dict)
    catalogs: dict[str, Structure] = LocalAttribute(default=dict)
    reservations: dict[str, Structure] = LocalAttribute(default=dict)
    notebooks: dict[str, Structure] = LocalAttribute(default=dict)
    tags: dict[str, dict[str, str]] = LocalAttribute(default=dict)
    sessions: dict[str, SparkSession] = LocalAttribute(default=dict)
    calculations: dict[str, Calculation] = LocalAttribute(default=dict)


athena_stores: AccountRegionBundle[AthenaStore] = AccountRegionBundle("athena", AthenaStore)
