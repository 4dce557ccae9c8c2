"""The Data Catalog of the account as a catalog, and reading it as Lake Formation's engines do.

https://docs.aws.amazon.com/glue/latest/webapi/API_GetCatalog.html and
https://docs.aws.amazon.com/glue/latest/webapi/API_GetUnfilteredTableMetadata.html (read 2026-11). There is one catalog;
further and federated ones are refused. No Lake Formation: every column is authorized.
"""

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import catalog_of, store_of
from rapid.emulator.glue.databases import DEFAULT_PERMISSIONS
from rapid.emulator.glue.errors import EntityNotFoundException
from rapid.emulator.glue.models import Structure
from rapid.emulator.glue.partitions import Partitions
from rapid.emulator.glue.tables import find_table


def _root(context: RequestContext) -> Structure:
    return {
        "CatalogId": context.account_id,
        "Name": context.account_id,
        "ResourceArn": f"arn:aws:glue:{context.region}:{context.account_id}:catalog",
        "Parameters": {},
        "CreateTableDefaultPermissions": DEFAULT_PERMISSIONS,
        "CreateDatabaseDefaultPermissions": DEFAULT_PERMISSIONS,
    }


def _columns(entity: Structure) -> list[str]:
    found = [*(entity.get("StorageDescriptor") or {}).get("Columns", ()), *(entity.get("PartitionKeys") or ())]
    return [column["Name"] for column in found]


class Catalogs:
    """Operations on catalogs, and on metadata without Lake Formation's filters."""

    @handler("GetCatalog", expand=False)
    def get_catalog(self, context: RequestContext, request: Structure) -> Structure:
        if request["CatalogId"] not in (context.account_id, _root(context)["ResourceArn"]):
            raise EntityNotFoundException(f"Catalog {request['CatalogId']} not found.")
        return {"Catalog": _root(context)}

    @handler("GetCatalogs", expand=False)
    def get_catalogs(self, context: RequestContext, request: Structure) -> Structure:
        return {"CatalogList": [_root(context)] if request.get("IncludeRoot") else []}

    @handler("GetCatalogImportStatus", expand=False)
    def get_catalog_import_status(self, context: RequestContext, request: Structure) -> Structure:  # noqa: ARG002
        """There is no catalog of Athena's own to import: it counts as done, as in every newer account."""
        return {"ImportStatus": {"ImportCompleted": True}}

    @handler("ImportCatalogToGlue", expand=False)
    def import_catalog_to_glue(self, context: RequestContext, request: Structure) -> Structure:  # noqa: ARG002
        return {}

    @handler("GetMapping", expand=False)
    def get_mapping(self, context: RequestContext, request: Structure) -> Structure:
        """Every column of the source to the first sink, under its own name and type."""
        source = request["Source"]
        table = find_table(store_of(context), source["DatabaseName"], source["TableName"]).current
        sinks = request.get("Sinks") or [source]
        columns = [*(table.get("StorageDescriptor") or {}).get("Columns", ()), *table["PartitionKeys"]]
        entries = [
            {
                "SourceTable": table["Name"], "SourcePath": column["Name"], "SourceType": column.get("Type", "string"),
                "TargetTable": sinks[0]["TableName"], "TargetPath": column["Name"],
                "TargetType": column.get("Type", "string"),
            }
            for column in columns
        ]  # fmt: skip
        return {"Mapping": entries}

    @handler("GetUnfilteredTableMetadata", expand=False)
    def get_unfiltered_table_metadata(self, context: RequestContext, request: Structure) -> Structure:
        table = find_table(catalog_of(context, request), request["DatabaseName"], request["Name"]).current
        answer = {"AuthorizedColumns": _columns(table), "IsRegisteredWithLakeFormation": False, "CellFilters": []}
        return {"Table": table, **answer}

    @handler("GetUnfilteredPartitionMetadata", expand=False)
    def get_unfiltered_partition_metadata(self, context: RequestContext, request: Structure) -> Structure:
        found = Partitions().get_partition(context, request)["Partition"]
        return {"Partition": found, "AuthorizedColumns": _columns(found), "IsRegisteredWithLakeFormation": False}

    @handler("GetUnfilteredPartitionsMetadata", expand=False)
    def get_unfiltered_partitions_metadata(self, context: RequestContext, request: Structure) -> Structure:
        found = Partitions().get_partitions(context, request)
        listed = [
            {"Partition": partition, "AuthorizedColumns": _columns(partition), "IsRegisteredWithLakeFormation": False}
            for partition in found.pop("Partitions")
        ]
        return {"UnfilteredPartitions": listed, **found}
