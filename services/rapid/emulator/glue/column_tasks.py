"""Column statistics tasks: statistics computed by a query, as AWS does, and put into the catalog.

https://docs.aws.amazon.com/glue/latest/dg/column-statistics.html (read 2026-11). The query is Athena's, over boto3; its
results go to the bucket that Glue keeps its own things in.
"""

import logging
import threading
import uuid
from collections.abc import Callable
from datetime import datetime

from botocore.exceptions import BotoCoreError, ClientError
from localstack.aws.api import RequestContext, handler

from rapid.emulator import schedule
from rapid.emulator.glue.column_queries import compute
from rapid.emulator.glue.common import defined, page, store_of
from rapid.emulator.glue.crawler_schedules import checked_schedule
from rapid.emulator.glue.errors import (
    AlreadyExistsException,
    ColumnStatisticsTaskNotRunningException,
    ColumnStatisticsTaskRunningException,
    EntityNotFoundException,
    GlueError,
    InvalidInputException,
)
from rapid.emulator.glue.models import CHANGING, GlueStore, Structure, now
from rapid.emulator.glue.scope import Scope
from rapid.emulator.glue.tables import find_table
from rapid.emulator.state import mark_dirty

LOG = logging.getLogger(__name__)

ACTIVE = ("STARTING", "RUNNING")


def _named(store: GlueStore, request: Structure) -> tuple[str, str]:
    table = find_table(store, request["DatabaseName"], request["TableName"]).current
    return table["DatabaseName"], table["Name"]


def _settings(store: GlueStore, request: Structure) -> tuple[tuple[str, str], Structure]:
    key = (request["DatabaseName"].lower(), request["TableName"].lower())
    if key not in store.column_settings:
        raise EntityNotFoundException(f"Column statistics task settings of table {key[1]} not found.")
    return key, store.column_settings[key]


def start(scope: Scope, request: Structure) -> str:
    """Starts a run.

    Raises:
        EntityNotFoundException: no such table.
        InvalidInputException: a column that the table does not have, or a sample that is no percentage.
        ColumnStatisticsTaskRunningException: one of the same table is running.
    """
    store = scope.store
    database, name = _named(store, request)
    table = find_table(store, database, name).current
    columns = {column["Name"] for column in (table.get("StorageDescriptor") or {}).get("Columns", ())}
    if unknown := [column for column in request.get("ColumnNameList") or () if column not in columns]:
        raise InvalidInputException(f"{', '.join(unknown)} is not a column of table {name}.")
    if not 0 < (request.get("SampleSize") or 100.0) <= 100:
        raise InvalidInputException("SampleSize should be above 0 and at most 100.")
    running = (r for r in store.column_tasks.values() if r["Status"] in ACTIVE)
    if any((run["DatabaseName"], run["TableName"]) == (database, name) for run in running):
        raise ColumnStatisticsTaskRunningException(f"A column statistics task of table {name} is running.")
    task_id, created = str(uuid.uuid4()), now()
    given = {k: v for k, v in defined(request).items() if k not in ("DatabaseName", "TableName", "Schedule")}
    store.column_tasks[task_id] = {
        "CustomerId": scope.account, "CatalogID": scope.account, "ComputationType": "FULL", **given,
        "ColumnStatisticsTaskRunId": task_id, "DatabaseName": database, "TableName": name, "Status": "STARTING",
        "CreationTime": created, "LastUpdated": created, "StartTime": created,
    }  # fmt: skip
    threading.Thread(target=_run, args=(scope, task_id), name=f"statistics-{task_id[:8]}", daemon=True).start()
    return task_id


def _run(scope: Scope, task_id: str) -> None:
    if not _advance(scope, task_id, Status="RUNNING"):
        return
    task = scope.store.column_tasks[task_id]
    message = None
    try:
        compute(scope, task, lambda: scope.store.column_tasks[task_id]["Status"] != "RUNNING")
    except (GlueError, ClientError, BotoCoreError) as error:
        message = str(error)
    except Exception as error:  # the edge of this thread: the run must not stay RUNNING for ever
        LOG.exception("Column statistics run %s failed", task_id)
        message = f"Internal Service Exception: {error}"
    told = {"ErrorMessage": message} if message else {}
    _advance(scope, task_id, Status="FAILED" if message else "SUCCEEDED", EndTime=now(), **told)


def _advance(scope: Scope, task_id: str, **members: object) -> bool:
    """Takes a run that is active to its next state. False if it has ended, or was stopped, meanwhile."""
    tasks = scope.store.column_tasks
    with CHANGING:
        if tasks[task_id]["Status"] not in ACTIVE:
            return False
        tasks[task_id] = {**tasks[task_id], **members, "LastUpdated": now()}
    mark_dirty("glue")
    return True


class ColumnStatisticsTasks:
    """Operations on column statistics tasks and their settings."""

    _clock = schedule.Clock("glue-statistics")

    def resume_column_tasks(self, scope: Scope) -> None:
        """Fails the runs that the end of the emulator cut off, and takes up the schedules."""
        for task_id in scope.store.column_tasks:
            _advance(scope, task_id, Status="FAILED", EndTime=now(), ErrorMessage="The emulator stopped meanwhile.")
        for key in scope.store.column_settings:
            self._arrange_statistics(scope, key)

    @handler("StartColumnStatisticsTaskRun", expand=False)
    def start_column_statistics_task_run(self, context: RequestContext, request: Structure) -> Structure:
        return {"ColumnStatisticsTaskRunId": start(Scope.of(context), request)}

    @handler("StopColumnStatisticsTaskRun", expand=False)
    def stop_column_statistics_task_run(self, context: RequestContext, request: Structure) -> Structure:
        scope = Scope.of(context)
        key = _named(scope.store, request)
        for task_id, task in list(scope.store.column_tasks.items()):
            of_table = (task["DatabaseName"], task["TableName"]) == key
            if of_table and _advance(scope, task_id, Status="STOPPED", EndTime=now()):
                return {}
        raise ColumnStatisticsTaskNotRunningException(f"No column statistics task of table {key[1]} is running.")

    @handler("GetColumnStatisticsTaskRun", expand=False)
    def get_column_statistics_task_run(self, context: RequestContext, request: Structure) -> Structure:
        task = store_of(context).column_tasks.get(request["ColumnStatisticsTaskRunId"])
        if task is None:
            raise EntityNotFoundException(f"Run {request['ColumnStatisticsTaskRunId']} not found.")
        return {"ColumnStatisticsTaskRun": task}

    @handler("GetColumnStatisticsTaskRuns", expand=False)
    def get_column_statistics_task_runs(self, context: RequestContext, request: Structure) -> Structure:
        """The runs of a table, the newest first."""
        key = (request["DatabaseName"].lower(), request["TableName"].lower())
        tasks = enumerate(store_of(context).column_tasks.values())
        chosen = {-index: task for index, task in tasks if (task["DatabaseName"], task["TableName"]) == key}
        found, more = page(chosen, request, 100)
        return {"ColumnStatisticsTaskRuns": found, **more}

    @handler("ListColumnStatisticsTaskRuns", expand=False)
    def list_column_statistics_task_runs(self, context: RequestContext, request: Structure) -> Structure:
        found, more = page(store_of(context).column_tasks, request, 100)
        return {"ColumnStatisticsTaskRunIds": [task["ColumnStatisticsTaskRunId"] for task in found], **more}

    # Settings

    @handler("CreateColumnStatisticsTaskSettings", expand=False)
    def create_column_statistics_task_settings(self, context: RequestContext, request: Structure) -> Structure:
        scope = Scope.of(context)
        key = _named(scope.store, request)
        if key in scope.store.column_settings:
            raise AlreadyExistsException(f"Column statistics task settings of table {key[1]} already exist.")
        self._put_settings(scope, key, {"CatalogID": scope.account, "SettingSource": "TABLE"}, request)
        return {}

    @handler("UpdateColumnStatisticsTaskSettings", expand=False)
    def update_column_statistics_task_settings(self, context: RequestContext, request: Structure) -> Structure:
        scope = Scope.of(context)
        key, before = _settings(scope.store, request)
        self._put_settings(scope, key, before, request)
        return {}

    def _put_settings(self, scope: Scope, key: tuple[str, str], before: Structure, request: Structure) -> None:
        given = {k: v for k, v in defined(request).items() if k not in ("Tags", "Schedule")}
        if request.get("Schedule"):
            given["Schedule"] = {"ScheduleExpression": checked_schedule(request["Schedule"]), "State": "SCHEDULED"}
            given["ScheduleType"] = "CRON"
        scope.store.column_settings[key] = {**before, **given, "DatabaseName": key[0], "TableName": key[1]}
        self._arrange_statistics(scope, key)

    @handler("GetColumnStatisticsTaskSettings", expand=False)
    def get_column_statistics_task_settings(self, context: RequestContext, request: Structure) -> Structure:
        return {"ColumnStatisticsTaskSettings": _settings(store_of(context), request)[1]}

    @handler("DeleteColumnStatisticsTaskSettings", expand=False)
    def delete_column_statistics_task_settings(self, context: RequestContext, request: Structure) -> Structure:
        scope = Scope.of(context)
        key, _ = _settings(scope.store, request)
        del scope.store.column_settings[key]
        self._arrange_statistics(scope, key)
        return {}

    @handler("StartColumnStatisticsTaskRunSchedule", expand=False)
    def start_column_statistics_task_run_schedule(self, context: RequestContext, request: Structure) -> Structure:
        return self._switch_statistics(context, request, "SCHEDULED")

    @handler("StopColumnStatisticsTaskRunSchedule", expand=False)
    def stop_column_statistics_task_run_schedule(self, context: RequestContext, request: Structure) -> Structure:
        return self._switch_statistics(context, request, "NOT_SCHEDULED")

    def _switch_statistics(self, context: RequestContext, request: Structure, state: str) -> Structure:
        scope = Scope.of(context)
        key, before = _settings(scope.store, request)
        if not before.get("Schedule"):
            raise InvalidInputException(f"The column statistics task settings of table {key[1]} have no schedule.")
        scope.store.column_settings[key] = {**before, "Schedule": {**before["Schedule"], "State": state}}
        self._arrange_statistics(scope, key)
        return {}

    def _arrange_statistics(self, scope: Scope, key: tuple[str, str]) -> None:
        settings = scope.store.column_settings.get(key) or {}
        wanted, name = settings.get("Schedule") or {}, f"{scope} {key}"
        if wanted.get("State") != "SCHEDULED":
            self._clock.cancel(name)
            return
        instant = schedule.parse(wanted["ScheduleExpression"]).next_after(now(), now())
        if instant is not None:
            self._clock.at(name, instant, self._firing(scope, key, instant))

    def _firing(self, scope: Scope, key: tuple[str, str], instant: datetime) -> Callable[[], None]:
        def fire() -> None:
            settings = scope.store.column_settings.get(key)
            if settings is None:
                return
            members = ("DatabaseName", "TableName", "Role", "ColumnNameList", "SampleSize")
            attempt: Structure = {"Status": "STARTED", "ExecutionTimestamp": instant}
            try:
                start(scope, {k: settings[k] for k in members if k in settings})
            except GlueError as error:
                attempt = {"Status": "FAILED", "ErrorMessage": str(error), "ExecutionTimestamp": instant}
            scope.store.column_settings[key] = {**settings, "LastExecutionAttempt": attempt}
            mark_dirty("glue")
            self._arrange_statistics(scope, key)

        return fire
