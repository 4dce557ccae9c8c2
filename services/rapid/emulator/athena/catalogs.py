"""Data catalogs and the metadata that Athena shows of the Glue catalog.

https://docs.aws.amazon.com/athena/latest/ug/understanding-tables-databases-and-the-data-catalog.html (read 2026-11).
"""

import re
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.api import RequestContext, handler

from rapid.emulator.athena.errors import InvalidRequestException, MetadataException
from rapid.emulator.athena.models import Structure
from rapid.emulator.athena.requests import clients, ensure_default, page, scope_of, store_of, with_token
from rapid.emulator.athena.tags import arn, set_tags

_RUN = re.compile(r"\s{2,}")
"""What AWS answers as one blank. PyAthena's tests saw `\n\n` and `\n  ` as one, and a lone `\n` as it is (2026-11)."""
DEFAULT = {"Name": "AwsDataCatalog", "Type": "GLUE", "Description": "AWS Glue Data Catalog", "Parameters": {}}


class DataCatalogs:
    """Operations on data catalogs, databases and tables."""

    @handler("CreateDataCatalog", expand=False)
    def create_data_catalog(self, context: RequestContext, request: Structure) -> Structure:
        store, name = store_of(context), request["Name"]
        if name in store.catalogs or name.lower() == "awsdatacatalog":
            raise InvalidRequestException("DataCatalog has already been created")
        members = ("Name", "Type", "Description", "Parameters")
        store.catalogs[name] = {m: request[m] for m in members if request.get(m) is not None}
        store.catalogs[name]["Status"] = "CREATE_COMPLETE"
        set_tags(store, arn(context, "datacatalog", name), request.get("Tags"))
        return {"DataCatalog": store.catalogs[name]}

    @handler("GetDataCatalog", expand=False)
    def get_data_catalog(self, context: RequestContext, request: Structure) -> Structure:
        return {"DataCatalog": _catalog(context, request["Name"])}

    @handler("ListDataCatalogs", expand=False)
    def list_data_catalogs(self, context: RequestContext, request: Structure) -> Structure:
        every = [DEFAULT, *store_of(context).catalogs.values()]
        shown, token = page([{"CatalogName": c["Name"], "Type": c["Type"]} for c in every], request, 50)
        return with_token({"DataCatalogsSummary": shown}, token)

    @handler("UpdateDataCatalog", expand=False)
    def update_data_catalog(self, context: RequestContext, request: Structure) -> Structure:
        found = _catalog(context, request["Name"])
        if found is DEFAULT:
            raise InvalidRequestException("AwsDataCatalog cannot be updated")
        found.update({m: request[m] for m in ("Type", "Description", "Parameters") if request.get(m) is not None})
        return {}

    @handler("DeleteDataCatalog", expand=False)
    def delete_data_catalog(self, context: RequestContext, request: Structure) -> Structure:
        found = _catalog(context, request["Name"])
        if found is DEFAULT:
            raise InvalidRequestException("AwsDataCatalog cannot be deleted")
        store = store_of(context)
        store.tags.pop(arn(context, "datacatalog", found["Name"]), None)
        return {"DataCatalog": store.catalogs.pop(found["Name"])}

    @handler("ListDatabases", expand=False)
    def list_databases(self, context: RequestContext, request: Structure) -> Structure:
        glue = _glue(context, request["CatalogName"])
        ensure_default(glue, scope_of(context))
        found = [_database(d) for p in glue.get_paginator("get_databases").paginate() for d in p["DatabaseList"]]
        shown, token = page(found, request, 50)
        return with_token({"DatabaseList": shown}, token)

    @handler("GetDatabase", expand=False)
    def get_database(self, context: RequestContext, request: Structure) -> Structure:
        glue = _glue(context, request["CatalogName"])
        return {"Database": _database(_ask(glue.get_database, Name=request["DatabaseName"].lower())["Database"])}

    @handler("ListTableMetadata", expand=False)
    def list_table_metadata(self, context: RequestContext, request: Structure) -> Structure:
        glue, database = _glue(context, request["CatalogName"]), request["DatabaseName"].lower()
        _ask(glue.get_database, Name=database)
        expression = request.get("Expression")
        pages = glue.get_paginator("get_tables").paginate(DatabaseName=database)
        found = [_table(t) for p in pages for t in p["TableList"] if _matches(expression, t["Name"])]
        shown, token = page(found, request, 50)
        return with_token({"TableMetadataList": shown}, token)

    @handler("GetTableMetadata", expand=False)
    def get_table_metadata(self, context: RequestContext, request: Structure) -> Structure:
        glue = _glue(context, request["CatalogName"])
        found = _ask(glue.get_table, DatabaseName=request["DatabaseName"].lower(), Name=request["TableName"].lower())
        return {"TableMetadata": _table(found["Table"])}


def _catalog(context: RequestContext, name: str) -> Structure:
    found = DEFAULT if name.lower() == "awsdatacatalog" else store_of(context).catalogs.get(name)
    if found is None:
        raise InvalidRequestException(f"DataCatalog {name} is not found")
    return found


def _glue(context: RequestContext, catalog: str) -> Any:
    found = _catalog(context, catalog)
    if found["Type"] != "GLUE":
        raise MetadataException(
            f"Data catalogs of type {found['Type']} are not supported by Rapid Analytics: {catalog}"
        )
    return clients(context)[0]


def _ask(operation: Any, **arguments: Any) -> Structure:
    """What Glue answers; its failure in the words in which Athena passes it on, from which PyAthena takes the code.

    Glue is asked in this process, so there is no request id to tell.
    """
    try:
        answer: Structure = operation(**arguments)
    except ClientError as error:
        detail, status = error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        raise MetadataException(
            f"{detail.get('Message', '')} (Service: AmazonDataCatalog; Status Code: {status}; "
            f"Error Code: {detail['Code']}; Proxy: null)"
        ) from error
    return answer


def _matches(expression: str | None, name: str) -> bool:
    if not expression:
        return True
    try:
        return re.search(expression, name) is not None
    except re.error:
        return re.fullmatch(re.escape(expression).replace(r"\*", ".*"), name) is not None


def _database(found: Structure) -> Structure:
    return {m: found[m] for m in ("Name", "Description", "Parameters") if found.get(m)}


def _column(found: Structure) -> Structure:
    return {m: found[m] for m in ("Name", "Type", "Comment") if found.get(m)}


def _table(found: Structure) -> Structure:
    descriptor = found.get("StorageDescriptor") or {}
    serde = descriptor.get("SerdeInfo") or {}
    parameters = dict(found.get("Parameters") or {})
    shown = (
        ("location", descriptor.get("Location")),
        ("inputformat", descriptor.get("InputFormat")),
        ("outputformat", descriptor.get("OutputFormat")),
        ("serde.serialization.lib", serde.get("SerializationLibrary")),
    )
    parameters.update({name: value for name, value in shown if value})
    parameters.update({f"serde.param.{k}": v for k, v in (serde.get("Parameters") or {}).items()})
    described: Structure = {
        "Name": found["Name"],
        "TableType": found.get("TableType", "EXTERNAL_TABLE"),
        "Columns": [_column(c) for c in descriptor.get("Columns") or []],
        "PartitionKeys": [_column(c) for c in found.get("PartitionKeys") or []],
        "Parameters": {name: _RUN.sub(" ", value) for name, value in parameters.items()},
    }
    for member, source in (("CreateTime", "CreateTime"), ("LastAccessTime", "LastAccessTime")):
        if found.get(source):
            described[member] = found[source]
    return described
