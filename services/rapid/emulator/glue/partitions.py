"""Partitions and their indexes: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-partitions.html."""

import zlib
from collections.abc import Callable

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import catalog_of, check_count, failure, page
from rapid.emulator.glue.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    GlueError,
    InvalidInputException,
)
from rapid.emulator.glue.models import PartitionKey, Structure, Table, now
from rapid.emulator.glue.tables import CHANGES, find_table, with_storage_defaults


def _key(table: Table, values: list[str] | None) -> PartitionKey:
    if values is None or len(values) != len(table.current["PartitionKeys"]):
        raise InvalidInputException("The number of partition keys do not match the number of partition values")
    return tuple(values)


def _find(table: Table, values: list[str]) -> Structure:
    partition = table.partitions.get(tuple(values))
    if partition is None:
        raise EntityNotFoundException("Cannot find partition.")
    return partition


def _stored(table: Table, given: Structure) -> Structure:
    """A PartitionInput as it is stored. Parts of its storage that equal the table's, or those of the partition made
    last, are the same objects: a table of ten thousand partitions holds, and saves, its columns once.
    """
    stored = with_storage_defaults(given)
    last = next(reversed(table.partitions.values()), {})
    for like in (table.current.get("StorageDescriptor"), last.get("StorageDescriptor")):
        if like and "StorageDescriptor" in stored:
            own = stored["StorageDescriptor"]
            stored["StorageDescriptor"] = {k: like[k] if like.get(k) == v else v for k, v in own.items()}
    return stored


def _create(table: Table, given: Structure) -> None:
    key = _key(table, given.get("Values"))
    owner = {name: table.current[name] for name in ("DatabaseName", "CatalogId")}
    with CHANGES:
        if key in table.partitions:
            raise AlreadyExistsException("Partition already exists.")
        table.partitions[key] = {
            **_stored(table, given), "TableName": table.current["Name"], **owner, "CreationTime": now(),
        }  # fmt: skip


def _update(table: Table, values: list[str], given: Structure) -> None:
    key = _key(table, given.get("Values") or values)
    with CHANGES:
        before = _find(table, values)
        if key != tuple(values) and key in table.partitions:
            raise AlreadyExistsException("Partition already exists.")
        kept = {name: before[name] for name in ("TableName", "DatabaseName", "CatalogId", "CreationTime")}
        changed = {**_stored(table, given), "Values": list(key), **kept}
        del table.partitions[tuple(values)]
        table.partitions[key] = changed


def _delete(table: Table, values: list[str]) -> None:
    with CHANGES:
        _find(table, values)
        del table.partitions[tuple(values)]
        table.partition_statistics.pop(tuple(values), None)


def _chosen(table: Table, request: Structure) -> Callable[[PartitionKey, Structure], bool] | None:
    """Which partitions a GetPartitions request wants: those of its segment for which its expression holds."""
    conditions: list[Callable[[PartitionKey], bool]] = []
    if expression := (request.get("Expression") or "").strip():
        from rapid.emulator.glue.expressions import compiled  # sqlglot takes 0.2 s to import

        keys = tuple((column["Name"], column.get("Type") or "string") for column in table.current["PartitionKeys"])
        conditions.append(compiled(expression, keys))
    if segment := request.get("Segment"):
        number, total = segment["SegmentNumber"], segment["TotalSegments"]
        if not 0 <= number < total <= 10:
            raise InvalidInputException("SegmentNumber must be below TotalSegments, and TotalSegments at most 10.")
        conditions.append(lambda key: zlib.crc32("\0".join(key).encode()) % total == number)
    if not conditions:
        return None
    return lambda key, _partition: all(condition(key) for condition in conditions)


def _without_columns(partition: Structure) -> Structure:
    storage = {k: v for k, v in partition.get("StorageDescriptor", {}).items() if k != "Columns"}
    return {**partition, "StorageDescriptor": storage}


class Partitions:
    """Operations on partitions."""

    def _table(self, context: RequestContext, request: Structure) -> Table:
        return find_table(catalog_of(context, request), request["DatabaseName"], request["TableName"])

    @handler("CreatePartition", expand=False)
    def create_partition(self, context: RequestContext, request: Structure) -> Structure:
        _create(self._table(context, request), request["PartitionInput"])
        return {}

    @handler("BatchCreatePartition", expand=False)
    def batch_create_partition(self, context: RequestContext, request: Structure) -> Structure:
        table = self._table(context, request)
        check_count(request["PartitionInputList"], 100, "partitionInputList")
        errors = []
        for given in request["PartitionInputList"]:
            try:
                _create(table, given)
            except GlueError as error:
                errors.append({"PartitionValues": given.get("Values", []), "ErrorDetail": failure(error)})
        return {"Errors": errors}

    @handler("GetPartition", expand=False)
    def get_partition(self, context: RequestContext, request: Structure) -> Structure:
        return {"Partition": _find(self._table(context, request), request["PartitionValues"])}

    @handler("GetPartitions", expand=False)
    def get_partitions(self, context: RequestContext, request: Structure) -> Structure:
        table = self._table(context, request)
        found, more = page(table.partitions, request, 1000, _chosen(table, request))
        if request.get("ExcludeColumnSchema"):
            found = [_without_columns(partition) for partition in found]
        return {"Partitions": found, **more}

    @handler("BatchGetPartition", expand=False)
    def batch_get_partition(self, context: RequestContext, request: Structure) -> Structure:
        """Answers the partitions that exist; those that do not are left out, as on AWS."""
        table = self._table(context, request)
        check_count(request["PartitionsToGet"], 1000, "partitionsToGet")
        keys = [tuple(wanted["Values"]) for wanted in request["PartitionsToGet"]]
        return {"Partitions": [table.partitions[k] for k in keys if k in table.partitions], "UnprocessedKeys": []}

    @handler("UpdatePartition", expand=False)
    def update_partition(self, context: RequestContext, request: Structure) -> Structure:
        _update(self._table(context, request), request["PartitionValueList"], request["PartitionInput"])
        return {}

    @handler("BatchUpdatePartition", expand=False)
    def batch_update_partition(self, context: RequestContext, request: Structure) -> Structure:
        table = self._table(context, request)
        check_count(request["Entries"], 100, "entries")
        errors = []
        for entry in request["Entries"]:
            try:
                _update(table, entry["PartitionValueList"], entry["PartitionInput"])
            except GlueError as error:
                detail = {"PartitionValueList": entry["PartitionValueList"], "ErrorDetail": failure(error)}
                errors.append(detail)
        return {"Errors": errors}

    @handler("DeletePartition", expand=False)
    def delete_partition(self, context: RequestContext, request: Structure) -> Structure:
        _delete(self._table(context, request), request["PartitionValues"])
        return {}

    @handler("BatchDeletePartition", expand=False)
    def batch_delete_partition(self, context: RequestContext, request: Structure) -> Structure:
        table = self._table(context, request)
        check_count(request["PartitionsToDelete"], 25, "partitionsToDelete")
        errors = []
        for wanted in request["PartitionsToDelete"]:
            try:
                _delete(table, wanted["Values"])
            except GlueError as error:
                errors.append({"PartitionValues": wanted["Values"], "ErrorDetail": failure(error)})
        return {"Errors": errors}

    @handler("CreatePartitionIndex", expand=False)
    def create_partition_index(self, context: RequestContext, request: Structure) -> Structure:
        """Stores the index; filtering is by scan here, so it is active at once."""
        table, index = self._table(context, request), request["PartitionIndex"]
        keys = {column["Name"] for column in table.current["PartitionKeys"]}
        if unknown := [key for key in index["Keys"] if key not in keys]:
            raise InvalidInputException(f"{', '.join(unknown)} is not a partition key of the table.")
        if index["IndexName"] in table.indexes:
            raise AlreadyExistsException(f"Index {index['IndexName']} already exists.")
        table.indexes[index["IndexName"]] = index
        return {}

    @handler("GetPartitionIndexes", expand=False)
    def get_partition_indexes(self, context: RequestContext, request: Structure) -> Structure:
        table = self._table(context, request)
        types = {column["Name"]: column.get("Type", "string") for column in table.current["PartitionKeys"]}
        described = [
            {
                "IndexName": index["IndexName"],
                "Keys": [{"Name": key, "Type": types.get(key, "string")} for key in index["Keys"]],
                "IndexStatus": "ACTIVE",
            }
            for index in table.indexes.values()
        ]
        return {"PartitionIndexDescriptorList": described}

    @handler("DeletePartitionIndex", expand=False)
    def delete_partition_index(self, context: RequestContext, request: Structure) -> Structure:
        if self._table(context, request).indexes.pop(request["IndexName"], None) is None:
            raise EntityNotFoundException(f"Index {request['IndexName']} not found.")
        return {}
