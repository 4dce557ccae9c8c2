"""Deleting objects in S3 for `purge_s3_path` and `purge_table`."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from awsglue.errors import AwsGlueError, NotSupportedError, OptionError

RETENTION_HOURS = 168
"""Files younger than this stay, unless `retentionPeriod` says otherwise: seven days, as AWS documents."""


def purge(path: str, options: Mapping[str, Any]) -> None:
    """Deletes the objects below a path.

    Args:
        path: s3://bucket/prefix.
        options: retentionPeriod in hours, and excludeStorageClasses (GLACIER and DEEP_ARCHIVE unless said).

    Raises:
        OptionError: the path is not in S3.
        AwsGlueError: S3 refused to delete an object.
    """
    import boto3

    if options.get("manifestFilePath"):
        raise NotSupportedError("purge option manifestFilePath")
    scheme, _, rest = path.partition("://")
    if scheme not in {"s3", "s3a", "s3n"} or not rest:
        raise OptionError(f"purge_s3_path needs a path such as s3://bucket/prefix/; found {path!r}.")
    bucket, _, prefix = rest.partition("/")
    before = datetime.now(UTC) - timedelta(hours=float(options.get("retentionPeriod", RETENTION_HOURS)))
    spared = set(options.get("excludeStorageClasses") or ["GLACIER", "DEEP_ARCHIVE"])
    client = boto3.client("s3")
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        old = [
            {"Key": o["Key"]}
            for o in page.get("Contents", [])
            if o["LastModified"] <= before and o.get("StorageClass", "STANDARD") not in spared
        ]
        if not old:
            continue
        errors = client.delete_objects(Bucket=bucket, Delete={"Objects": old, "Quiet": True}).get("Errors", [])
        if errors:
            raise AwsGlueError(f"s3://{bucket}/{errors[0]['Key']} was not deleted: {errors[0]['Message']}")
