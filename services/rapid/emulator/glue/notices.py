"""Events that Glue puts on the default EventBridge bus.

Shapes: https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html (read 2026-11).
"""

from datetime import UTC, datetime
from typing import Any

from rapid.emulator import telling
from rapid.emulator.glue.crawling.journal import Journal
from rapid.emulator.glue.models import CrawlRun, JobRun
from rapid.emulator.glue.scope import Scope

MESSAGES = {
    "SUCCEEDED": ("INFO", "Job run succeeded"),
    "STOPPED": ("INFO", "Job run stopped"),
    "TIMEOUT": ("WARN", "Job run timed out"),
}
CRAWLS = {"SUCCEEDED": "Succeeded", "FAILED": "Failed", "CANCELLED": "Stopped"}


def job_state_change(scope: Scope, run: JobRun) -> None:
    """Publishes `Glue Job State Change` for a run that has ended."""
    name, run_id = run.response["JobName"], run.id
    cause = run.response.get("ErrorMessage", "")
    failed = ("ERROR", f"JobName:{name} and JobRunId:{run_id} failed to execute with exception {cause}")
    severity, message = MESSAGES.get(run.state, failed)
    detail = {"jobName": name, "severity": severity, "state": run.state, "jobRunId": run_id, "message": message}
    publish(scope, "Glue Job State Change", detail)


def job_run_status(scope: Scope, run: JobRun, delay: int) -> None:
    """Publishes `Glue Job Run Status` for a run that lasts longer than NotifyDelayAfter (minutes)."""
    detail = {
        "jobName": run.response["JobName"],
        "severity": "INFO",
        "notificationCondition": {"NotifyDelayAfter": float(delay)},
        "state": run.state,
        "jobRunId": run.id,
        "message": f"Job is in {run.state} state",
        "startedOn": _time(run.response["StartedOn"]),
    }
    publish(scope, "Glue Job Run Status", detail)


def crawler_state_change(scope: Scope, name: str, run: CrawlRun, journal: Journal | None = None) -> None:
    """Publishes `Glue Crawler State Change`: a crawl has started, or ended if it has a journal."""
    where = f"log-group:{run.history['LogGroup']}:log-stream:{name}"
    detail: dict[str, Any] = {"accountId": scope.account, "crawlerName": name, "cloudWatchLogLink": where}
    if journal is None:
        told = {"startTime": _time(run.history["StartTime"]), "state": "Started", "message": "Crawler Started"}
        publish(scope, "Glue Crawler State Change", detail | told)
        return
    state, ended = CRAWLS[run.state], run.history["EndTime"]
    seconds = (ended - run.history["StartTime"]).total_seconds()
    detail |= {"completionDate": _time(ended), "state": state, "message": f"Crawler {state}"}
    if run.state == "FAILED":
        detail |= {"severity": "ERROR", "errorMessage": run.history.get("ErrorMessage", "")}
    else:
        counts = {
            f"{kind.lower()}s{done}": str(journal.count(kind, action))
            for kind in ("TABLE", "PARTITION")
            for action, done in (("ADD", "Created"), ("UPDATE", "Updated"), ("DELETE", "Deleted"))
        }
        detail |= {**counts, "warningMessage": "N/A", "runningTime (sec)": str(round(seconds))}
    publish(scope, "Glue Crawler State Change", detail)


def database_change(scope: Scope, change: str, database: str, tables: list[str]) -> None:
    """Publishes `Glue Data Catalog Database State Change`: a database, or which tables it has, was changed."""
    detail = {"databaseName": database, "typeOfChange": change, "changedTables": tables}
    resources = [scope.arn(f"table/{database}/{table}") for table in tables] or [scope.arn(f"database/{database}")]
    publish(scope, "Glue Data Catalog Database State Change", detail, resources)


def table_change(scope: Scope, change: str, database: str, table: str, partitions: list[list[str]]) -> None:
    """Publishes `Glue Data Catalog Table State Change`: a table or its partitions were changed."""
    detail = {
        "databaseName": database,
        "changedPartitions": [f"[{', '.join(values)}]" for values in partitions],
        "typeOfChange": change,
        "tableName": table,
    }
    publish(scope, "Glue Data Catalog Table State Change", detail, [scope.arn(f"table/{database}/{table}")])


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def publish(scope: Scope, detail_type: str, detail: dict[str, Any], resources: list[str] | None = None) -> None:
    """Puts an event on the bus, a moment later."""
    telling.publish(scope, "aws.glue", detail_type, detail, resources or ())
