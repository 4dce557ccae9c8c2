"""Tables and their versions: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html."""

import re
import threading
from collections.abc import Callable

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import arn, catalog_of, check_count, check_name, defined, failure, page
from rapid.emulator.glue.databases import find_database
from rapid.emulator.glue.errors import (
    AlreadyExistsException,
    ConcurrentModificationException,
    EntityNotFoundException,
    GlueError,
    InvalidInputException,
)
from rapid.emulator.glue.maps import as_hash_map
from rapid.emulator.glue.models import GlueStore, Structure, Table, now
from rapid.emulator.glue.scope import Scope

CHANGES = threading.Lock()
"""Held from the look at a table to its change: of two updates from one version, one is refused."""
STORAGE_DEFAULTS = {"Compressed": False, "NumberOfBuckets": 0, "StoredAsSubDirectories": False}


def find_table(store: GlueStore, database: str, name: str) -> Table:
    """The table of that name, in any case.

    Raises:
        EntityNotFoundException: no such database, or no such table.
    """
    table = find_database(store, database).tables.get(name.lower())
    if table is None:
        raise EntityNotFoundException(f"Table {name.lower()} not found.")
    return table


def with_storage_defaults(given: Structure) -> Structure:
    """A TableInput or PartitionInput as it is stored: members that are None left out, scalars of storage filled in."""
    stored = _ordered(defined(given))
    if "StorageDescriptor" in stored:
        storage = {**STORAGE_DEFAULTS, **_ordered(defined(stored["StorageDescriptor"]))}
        if "SerdeInfo" in storage:
            storage["SerdeInfo"] = _ordered(storage["SerdeInfo"])
        stored["StorageDescriptor"] = storage
    return stored


def _ordered(given: Structure) -> Structure:
    return {**given, "Parameters": as_hash_map(given["Parameters"])} if given.get("Parameters") else given


def _check_columns(given: Structure) -> None:
    columns = [*(given.get("StorageDescriptor") or {}).get("Columns", ()), *given.get("PartitionKeys", ())]
    seen: set[str] = set()
    for column in columns:
        name = column["Name"].lower()
        if name in seen:
            raise InvalidInputException(f"Duplicate column name {name} in table {given['Name']}.")
        seen.add(name)


def _matcher(expression: str | None) -> Callable[[str, Table], bool] | None:
    """GetTables' Expression: a regular expression that the whole name must match.

    `*` alone, and a `*` that nothing precedes, mean anything, as in Hive's SHOW TABLES, which awswrangler relies on.
    """
    if not expression:
        return None
    pattern = re.sub(r"(?<![\w.\])}\\])\*", ".*", expression)
    pattern = re.sub(r"(?<=\w)\*", ".*", pattern)
    try:
        compiled = re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise InvalidInputException(f"Invalid regular expression {expression!r}: {error}.") from error
    return lambda name, _table: compiled.fullmatch(name) is not None


class Tables:
    """Operations on tables and their versions."""

    @handler("CreateTable", expand=False)
    def create_table(self, context: RequestContext, request: Structure) -> Structure:
        given = request.get("TableInput") or {}
        database = find_database(catalog_of(context, request), request["DatabaseName"])
        name = check_name(given.get("Name") or request.get("Name") or "").lower()
        _check_columns(given)
        with CHANGES:
            if name in database.tables:
                raise AlreadyExistsException("Table already exists.")
            if iceberg := (request.get("OpenTableFormatInput") or {}).get("IcebergInput"):
                # Its library takes a moment to load, and few catalogs need it.
                from rapid.emulator.glue.iceberg import create

                given = create(Scope.of(context).client("s3"), name, given, iceberg)
            created = now()
            table = Table(
                {
                    "Retention": 0,
                    "PartitionKeys": [],
                    **with_storage_defaults(given),
                    "Name": name,
                    "DatabaseName": database.description["Name"],
                    "CreateTime": created,
                    "UpdateTime": created,
                    "CreatedBy": f"arn:aws:iam::{context.account_id}:root",
                    "IsRegisteredWithLakeFormation": False,
                    "CatalogId": context.account_id,
                    "VersionId": "0",
                    "IsMultiDialectView": False,
                }
            )
            table.indexes.update({index["IndexName"]: index for index in request.get("PartitionIndexes") or ()})
            database.tables[name] = table
        return {}

    @handler("GetTable", expand=False)
    def get_table(self, context: RequestContext, request: Structure) -> Structure:
        return {"Table": find_table(catalog_of(context, request), request["DatabaseName"], request["Name"]).current}

    @handler("GetTables", expand=False)
    def get_tables(self, context: RequestContext, request: Structure) -> Structure:
        tables = find_database(catalog_of(context, request), request["DatabaseName"]).tables
        found, more = page(tables, request, 100, _matcher(request.get("Expression")))
        names = {"NAME": "Name", "TABLE_TYPE": "TableType"}
        if wanted := {names[attribute] for attribute in request.get("AttributesToGet") or () if attribute in names}:
            return {"TableList": [{k: v for k, v in t.current.items() if k in wanted} for t in found], **more}
        return {"TableList": [table.current for table in found], **more}

    @handler("UpdateTable", expand=False)
    def update_table(self, context: RequestContext, request: Structure) -> Structure:
        """Replaces a table's description; the one before is archived unless SkipArchive."""
        given = request.get("TableInput")
        if not given:
            raise InvalidInputException("UpdateOpenTableFormatInput is not supported: give a TableInput.")
        _check_columns(given)
        with CHANGES:
            table = find_table(
                catalog_of(context, request), request["DatabaseName"], request.get("Name") or given["Name"]
            )
            before = table.current
            if request.get("VersionId") not in (None, before["VersionId"]):
                raise ConcurrentModificationException("Update table failed due to concurrent modifications.")
            if not request.get("SkipArchive"):
                table.versions[before["VersionId"]] = before
            kept = ("Name", "DatabaseName", "CreateTime", "CreatedBy", "IsRegisteredWithLakeFormation", "CatalogId")
            table.current = {
                "Retention": 0,
                "PartitionKeys": [],
                **with_storage_defaults(given),
                **{key: before[key] for key in kept},
                "UpdateTime": now(),
                "VersionId": str(int(before["VersionId"]) + 1),
                "IsMultiDialectView": False,
            }
        return {}

    @handler("DeleteTable", expand=False)
    def delete_table(self, context: RequestContext, request: Structure) -> Structure:
        store = catalog_of(context, request)
        name = find_table(store, request["DatabaseName"], request["Name"]).current["Name"]
        del find_database(store, request["DatabaseName"]).tables[name]
        store.tags.pop(arn(context, f"table/{request['DatabaseName'].lower()}/{name}"), None)
        return {}

    @handler("BatchDeleteTable", expand=False)
    def batch_delete_table(self, context: RequestContext, request: Structure) -> Structure:
        check_count(request["TablesToDelete"], 100, "tablesToDelete")
        find_database(catalog_of(context, request), request["DatabaseName"])
        errors = []
        for name in request["TablesToDelete"]:
            try:
                self.delete_table(context, {**request, "Name": name})
            except GlueError as error:
                errors.append({"TableName": name, "ErrorDetail": failure(error)})
        return {"Errors": errors}

    @handler("GetTableVersion", expand=False)
    def get_table_version(self, context: RequestContext, request: Structure) -> Structure:
        table = find_table(catalog_of(context, request), request["DatabaseName"], request["TableName"])
        version = request.get("VersionId") or table.current["VersionId"]
        description = table.current if version == table.current["VersionId"] else table.versions.get(version)
        if description is None:
            raise EntityNotFoundException(f"Version {version} of table {request['TableName']} not found.")
        return {"TableVersion": {"Table": description, "VersionId": version}}

    @handler("GetTableVersions", expand=False)
    def get_table_versions(self, context: RequestContext, request: Structure) -> Structure:
        """All versions, the newest first."""
        table = find_table(catalog_of(context, request), request["DatabaseName"], request["TableName"])
        versions = {-int(v): d for v, d in {**table.versions, table.current["VersionId"]: table.current}.items()}
        found, more = page(versions, request, 100)
        return {"TableVersions": [{"Table": d, "VersionId": d["VersionId"]} for d in found], **more}

    @handler("DeleteTableVersion", expand=False)
    def delete_table_version(self, context: RequestContext, request: Structure) -> Structure:
        table = find_table(catalog_of(context, request), request["DatabaseName"], request["TableName"])
        if request["VersionId"] == table.current["VersionId"]:
            raise InvalidInputException("Cannot delete the latest version of a table.")
        if table.versions.pop(request["VersionId"], None) is None:
            raise EntityNotFoundException(f"Version {request['VersionId']} of table {request['TableName']} not found.")
        return {}

    @handler("BatchDeleteTableVersion", expand=False)
    def batch_delete_table_version(self, context: RequestContext, request: Structure) -> Structure:
        check_count(request["VersionIds"], 100, "versionIds")
        errors = []
        for version in request["VersionIds"]:
            try:
                self.delete_table_version(context, {**request, "VersionId": version})
            except GlueError as error:
                detail = {"TableName": request["TableName"], "VersionId": version, "ErrorDetail": failure(error)}
                errors.append(detail)
        return {"Errors": errors}
