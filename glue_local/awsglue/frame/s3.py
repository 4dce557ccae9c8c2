"""Deleting objects in S3, and moving them to another storage class: purge_* and transition_*.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-glue-context.html#aws-glue-api-crawler-pyspark-extensions-glue-context-purge_table
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pyspark.sql import SparkSession

from awsglue.errors import AwsGlueError, OptionError
from awsglue.frame import catalog

RETENTION_HOURS = 168
"""Files younger than this stay, unless `retentionPeriod` says otherwise: seven days, as AWS documents."""
STORAGE_CLASSES = frozenset(
    {
        *("STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "REDUCED_REDUNDANCY"),
        *("GLACIER", "GLACIER_IR", "DEEP_ARCHIVE"),
    }
)
_ARCHIVED = frozenset({"GLACIER", "DEEP_ARCHIVE"})
_THREADS = 16
_DELETES = 25
"""Partitions that one BatchDeletePartition may carry."""

Failures = dict[str, str]
"""Key to what S3 said."""


@dataclass(frozen=True)
class Folder:
    """A path in S3."""

    bucket: str
    prefix: str

    @classmethod
    def parse(cls, path: str, what: str) -> "Folder":
        """Reads s3://bucket/prefix.

        Raises:
            OptionError: it is something else.
        """
        scheme, _, rest = path.partition("://")
        if scheme not in {"s3", "s3a", "s3n"} or not rest:
            raise OptionError(f"{what} needs a path such as s3://bucket/prefix/; found {path!r}.")
        bucket, _, prefix = rest.partition("/")
        return cls(bucket, prefix)


def purge(path: str, options: Mapping[str, Any]) -> bool:
    """Deletes the objects below a path.

    Args:
        path: s3://bucket/prefix.
        options: retentionPeriod in hours, excludeStorageClasses, manifestFilePath.

    Returns:
        Whether nothing is left below the path.

    Raises:
        OptionError: the path is not in S3.
        AwsGlueError: S3 refused to delete an object.
    """
    import boto3

    folder, client = Folder.parse(path, "purge_s3_path"), boto3.client("s3")

    def delete(keys: Sequence[str]) -> Failures:
        wanted = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
        errors = client.delete_objects(Bucket=folder.bucket, Delete=wanted).get("Errors", [])
        return {error["Key"]: error.get("Message", error.get("Code", "")) for error in errors}

    spared = _apply(client, folder, options, delete, "deleted")
    return spared == 0


def transition(path: str, target: str, options: Mapping[str, Any]) -> None:
    """Moves the objects below a path to a storage class.

    Args:
        path: s3://bucket/prefix.
        target: such as GLACIER.
        options: as for `purge`, and accountId and roleArn, which AWS demands.

    Raises:
        OptionError: no such class, or an option is missing.
        AwsGlueError: S3 refused to move an object.
    """
    import boto3
    from botocore.exceptions import ClientError

    if target not in STORAGE_CLASSES:
        raise OptionError(f"{target!r} is not a storage class. Valid: {', '.join(sorted(STORAGE_CLASSES))}.")
    missing = [name for name in ("accountId", "roleArn") if not options.get(name)]
    if missing:
        raise OptionError(f"transition needs {' and '.join(missing)} in its options.")
    folder, client = Folder.parse(path, "transition_s3_path"), boto3.client("s3")

    def move(key: str) -> tuple[str, str]:
        source = {"Bucket": folder.bucket, "Key": key}
        try:
            client.copy_object(CopySource=source, **source, StorageClass=target, MetadataDirective="COPY")
        except ClientError as error:
            return key, str(error)
        return key, ""

    def move_all(keys: Sequence[str]) -> Failures:
        with ThreadPoolExecutor(_THREADS) as pool:
            return {key: message for key, message in pool.map(move, keys) if message}

    excluded = {*(options.get("excludeStorageClasses") or ()), *_ARCHIVED, target}
    _apply(client, folder, {**options, "excludeStorageClasses": excluded}, move_all, "moved")


def purge_table(session: SparkSession, table: catalog.Table, options: Mapping[str, Any]) -> None:
    """Purges a table's folder, or those of the partitions that `partitionPredicate` chooses.

    Partitions that have no file left are taken out of the catalog.
    """
    if not table.keys:
        purge(table.location, options)
        return
    emptied = [list(found.values) for found in _partitions(session, table, options) if purge(found.location, options)]
    identity = {"CatalogId": table.catalog_id} if table.catalog_id else {}
    for start in range(0, len(emptied), _DELETES):
        wanted = [{"Values": values} for values in emptied[start : start + _DELETES]]
        catalog.client().batch_delete_partition(
            DatabaseName=table.database, TableName=table.name, PartitionsToDelete=wanted, **identity
        )


def transition_table(session: SparkSession, table: catalog.Table, target: str, options: Mapping[str, Any]) -> None:
    """Moves a table's files, or those of the partitions that `partitionPredicate` chooses."""
    folders = [found.location for found in _partitions(session, table, options)] if table.keys else [table.location]
    for folder in folders:
        transition(folder, target, options)


def _partitions(session: SparkSession, table: catalog.Table, options: Mapping[str, Any]) -> list[catalog.Partition]:
    return catalog.push_down(session, table, catalog.partitions(table), str(options.get("partitionPredicate") or ""))


def _apply(
    client: Any, folder: Folder, options: Mapping[str, Any], act: Callable[[Sequence[str]], Failures], done: str
) -> int:
    """Acts on every object that the options choose, page by page. Returns the number of those that they do not."""
    spared, worked, failed = 0, list[str](), Failures()
    for keys, left in _pages(client, folder, options):
        spared += left
        refused = act(keys) if keys else {}
        failed |= refused
        worked += [key for key in keys if key not in refused]
    if options.get("manifestFilePath"):
        where = Folder.parse(str(options["manifestFilePath"]), "manifestFilePath")
        _put_manifest(client, where, "Success.csv", [(folder.bucket, key) for key in worked])
        _put_manifest(client, where, "Failed.csv", [(folder.bucket, key, why) for key, why in failed.items()])
    if failed:
        key, why = next(iter(failed.items()))
        raise AwsGlueError(f"{len(failed)} objects were not {done}, s3://{folder.bucket}/{key} among them: {why}")
    return spared


def _pages(client: Any, folder: Folder, options: Mapping[str, Any]) -> Iterator[tuple[list[str], int]]:
    """Per page of the listing: the keys that the options choose, and the number of the others."""
    before = datetime.now(UTC) - timedelta(hours=float(options.get("retentionPeriod", RETENTION_HOURS)))
    excluded = set(options.get("excludeStorageClasses") or ())
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=folder.bucket, Prefix=folder.prefix):
        found = page.get("Contents", [])
        chosen = [
            each["Key"]
            for each in found
            if each["LastModified"] <= before and each.get("StorageClass", "STANDARD") not in excluded
        ]
        yield chosen, len(found) - len(chosen)


def _put_manifest(client: Any, where: Folder, name: str, rows: Sequence[Sequence[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    client.put_object(Bucket=where.bucket, Key=f"{where.prefix.rstrip('/')}/{name}".lstrip("/"), Body=text.getvalue())
