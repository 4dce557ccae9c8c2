"""Between Glue's structures (dicts with botocore's names) and Hive's (Thrift structures)."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from glue_runner.metastore.wire import hive

Structure = Mapping[str, Any]


def database(found: Structure) -> Any:
    """A database. One without a location has the empty one, which Spark refuses to make a table in, as on AWS."""
    return hive.Database(
        name=found["Name"],
        description=found.get("Description"),
        locationUri=found.get("LocationUri") or "",
        parameters=dict(found.get("Parameters") or {}),
    )


def database_input(given: Any) -> dict[str, Any]:
    return _defined(
        Name=given.name,
        Description=given.description or None,
        LocationUri=given.locationUri or None,
        Parameters=dict(given.parameters or {}),
    )


def table(found: Structure) -> Any:
    return hive.Table(
        tableName=found["Name"],
        dbName=found["DatabaseName"],
        owner=found.get("Owner") or "",
        createTime=_seconds(found.get("CreateTime")),
        lastAccessTime=_seconds(found.get("LastAccessTime")),
        retention=found.get("Retention", 0),
        sd=storage(found.get("StorageDescriptor") or {}),
        partitionKeys=_fields(found.get("PartitionKeys")),
        parameters=dict(found.get("Parameters") or {}),
        viewOriginalText=found.get("ViewOriginalText"),
        viewExpandedText=found.get("ViewExpandedText"),
        tableType=found.get("TableType"),
    )


def table_input(given: Any) -> dict[str, Any]:
    return _defined(
        Name=given.tableName,
        Owner=given.owner or None,
        LastAccessTime=datetime.fromtimestamp(given.lastAccessTime or time.time()).astimezone(),
        Retention=given.retention or 0,
        StorageDescriptor=storage_input(given.sd),
        PartitionKeys=_columns(given.partitionKeys),
        ViewOriginalText=given.viewOriginalText,
        ViewExpandedText=given.viewExpandedText,
        TableType=given.tableType,
        Parameters=dict(given.parameters or {}),
    )


def partition(found: Structure) -> Any:
    return hive.Partition(
        values=list(found["Values"]),
        dbName=found["DatabaseName"],
        tableName=found["TableName"],
        createTime=_seconds(found.get("CreationTime")),
        lastAccessTime=_seconds(found.get("LastAccessTime")),
        sd=storage(found.get("StorageDescriptor") or {}),
        parameters=dict(found.get("Parameters") or {}),
    )


def partition_input(given: Any) -> dict[str, Any]:
    return {
        "Values": list(given.values),
        "StorageDescriptor": storage_input(given.sd),
        "Parameters": dict(given.parameters or {}),
    }


def storage(found: Structure) -> Any:
    serde = found.get("SerdeInfo") or {}
    return hive.StorageDescriptor(
        cols=_fields(found.get("Columns")),
        location=found.get("Location"),
        inputFormat=found.get("InputFormat"),
        outputFormat=found.get("OutputFormat"),
        compressed=found.get("Compressed", False),
        numBuckets=found.get("NumberOfBuckets", 0),
        serdeInfo=hive.SerDeInfo(
            name=serde.get("Name"),
            serializationLib=serde.get("SerializationLibrary"),
            parameters=dict(serde.get("Parameters") or {}),
        ),
        bucketCols=list(found.get("BucketColumns") or []),
        sortCols=[hive.Order(col=o["Column"], order=o["SortOrder"]) for o in found.get("SortColumns") or []],
        parameters=dict(found.get("Parameters") or {}),
        storedAsSubDirectories=found.get("StoredAsSubDirectories", False),
    )


def storage_input(given: Any) -> dict[str, Any]:
    serde = given.serdeInfo or hive.SerDeInfo()
    return _defined(
        Columns=_columns(given.cols),
        Location=given.location,
        InputFormat=given.inputFormat,
        OutputFormat=given.outputFormat,
        Compressed=bool(given.compressed),
        NumberOfBuckets=given.numBuckets or 0,
        SerdeInfo=_defined(
            Name=serde.name, SerializationLibrary=serde.serializationLib, Parameters=dict(serde.parameters or {})
        ),
        BucketColumns=list(given.bucketCols or []),
        SortColumns=[{"Column": o.col, "SortOrder": o.order} for o in given.sortCols or []],
        Parameters=dict(given.parameters or {}),
        StoredAsSubDirectories=bool(given.storedAsSubDirectories),
    )


def function(found: Structure) -> Any:
    return hive.Function(
        functionName=found["FunctionName"],
        dbName=found["DatabaseName"],
        className=found.get("ClassName"),
        ownerName=found.get("OwnerName"),
        ownerType=_PRINCIPALS.index(found.get("OwnerType", "USER")) + 1,
        createTime=_seconds(found.get("CreateTime")),
        functionType=1,  # JAVA, the only one there is
        resourceUris=[
            hive.ResourceUri(resourceType=_RESOURCES.index(r["ResourceType"]) + 1, uri=r["Uri"])
            for r in found.get("ResourceUris") or []
        ],
    )


def function_input(given: Any) -> dict[str, Any]:
    return _defined(
        FunctionName=given.functionName,
        ClassName=given.className,
        OwnerName=given.ownerName,
        OwnerType=_PRINCIPALS[(given.ownerType or 1) - 1],
        ResourceUris=[{"ResourceType": _RESOURCES[r.resourceType - 1], "Uri": r.uri} for r in given.resourceUris or []],
    )


_PRINCIPALS = ("USER", "ROLE", "GROUP")
_RESOURCES = ("JAR", "FILE", "ARCHIVE")


def _fields(columns: Sequence[Structure] | None) -> list[Any]:
    return [
        hive.FieldSchema(name=c["Name"], type=c.get("Type", "string"), comment=c.get("Comment")) for c in columns or []
    ]


def _columns(fields: Sequence[Any] | None) -> list[dict[str, str]]:
    return [_defined(Name=f.name, Type=f.type, Comment=f.comment or None) for f in fields or []]


def _defined(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _seconds(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0
