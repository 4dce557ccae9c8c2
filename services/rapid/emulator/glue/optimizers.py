"""Table optimizers: kept as configured. Nothing optimizes tables here, so they have no runs.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-table-optimizers.html (read 2026-11)
"""

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import catalog_of, defined
from rapid.emulator.glue.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    GlueError,
    InvalidInputException,
)
from rapid.emulator.glue.models import GlueStore, Structure
from rapid.emulator.glue.tables import find_table

KINDS = ("compaction", "retention", "orphan_file_deletion")
Key = tuple[str, str, str]


def _key(context: RequestContext, request: Structure) -> tuple[GlueStore, Key]:
    if missing := [member for member in ("DatabaseName", "TableName", "Type") if not request.get(member)]:
        raise InvalidInputException(f"{', '.join(missing)} cannot be null or empty.")
    store = catalog_of(context, request)
    table = find_table(store, request["DatabaseName"], request["TableName"]).current
    if request["Type"] not in KINDS:
        raise InvalidInputException(f"Type {request['Type']} is not one of {', '.join(KINDS)}.")
    return store, (table["DatabaseName"], table["Name"], request["Type"])


def _find(context: RequestContext, request: Structure) -> tuple[GlueStore, Key]:
    store, key = _key(context, request)
    if key not in store.optimizers:
        raise EntityNotFoundException(f"Table optimizer {key[2]} of table {key[1]} not found.")
    return store, key


def _shown(context: RequestContext, key: Key) -> Structure:
    return {"CatalogId": context.account_id, "DatabaseName": key[0], "TableName": key[1]}


class TableOptimizers:
    """Operations on table optimizers."""

    @handler("CreateTableOptimizer", expand=False)
    def create_table_optimizer(self, context: RequestContext, request: Structure) -> Structure:
        store, key = _key(context, request)
        if key in store.optimizers:
            raise AlreadyExistsException(f"Table optimizer {key[2]} of table {key[1]} already exists.")
        settings = defined(request["TableOptimizerConfiguration"])
        store.optimizers[key] = {"type": key[2], "configuration": settings, "configurationSource": "table"}
        return {}

    @handler("GetTableOptimizer", expand=False)
    def get_table_optimizer(self, context: RequestContext, request: Structure) -> Structure:
        store, key = _find(context, request)
        return {**_shown(context, key), "TableOptimizer": store.optimizers[key]}

    @handler("BatchGetTableOptimizer", expand=False)
    def batch_get_table_optimizer(self, context: RequestContext, request: Structure) -> Structure:
        found, failures = [], []
        members = {"catalogId": "CatalogId", "databaseName": "DatabaseName", "tableName": "TableName", "type": "Type"}
        for entry in request["Entries"]:
            named = {k: entry[k] for k in ("catalogId", "databaseName", "tableName") if k in entry}
            try:
                store, key = _find(context, {members[k]: v for k, v in entry.items()})
                found.append({**named, "tableOptimizer": store.optimizers[key]})
            except GlueError as error:
                detail = {"errorCode": error.code, "errorMessage": str(error)}
                failures.append({**named, "type": entry.get("type"), "error": detail})
        return {"TableOptimizers": found, "Failures": failures}

    @handler("UpdateTableOptimizer", expand=False)
    def update_table_optimizer(self, context: RequestContext, request: Structure) -> Structure:
        store, key = _find(context, request)
        before = store.optimizers[key]
        merged = {**before["configuration"], **defined(request["TableOptimizerConfiguration"])}
        store.optimizers[key] = {**before, "configuration": merged}
        return {}

    @handler("DeleteTableOptimizer", expand=False)
    def delete_table_optimizer(self, context: RequestContext, request: Structure) -> Structure:
        store, key = _find(context, request)
        del store.optimizers[key]
        return {}

    @handler("ListTableOptimizerRuns", expand=False)
    def list_table_optimizer_runs(self, context: RequestContext, request: Structure) -> Structure:
        _, key = _find(context, request)
        return {**_shown(context, key), "TableOptimizerRuns": []}
