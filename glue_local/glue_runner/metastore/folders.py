"""Tables' folders, which a metastore makes and removes: in S3, or on this machine for a `file:` warehouse."""

import shutil
from pathlib import Path
from urllib.parse import unquote, urlparse

S3_SCHEMES = frozenset({"s3", "s3a", "s3n"})


class FolderError(Exception):
    """A folder could not be made or removed."""


def below(parent: str, name: str) -> str:
    return f"{parent.rstrip('/')}/{name}"


def make(location: str) -> None:
    """Makes a folder in S3 as Hadoop does, by an empty object, if nothing is there yet.

    Raises:
        FolderError: there is no such bucket, or it must not be written to.
    """
    import boto3
    from botocore.exceptions import ClientError

    scheme, _, rest = location.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme not in S3_SCHEMES or not key.strip("/"):
        return
    client, prefix = boto3.client("s3"), key.rstrip("/") + "/"
    try:
        if not client.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1).get("KeyCount"):
            client.put_object(Bucket=bucket, Key=prefix)
    except ClientError as error:
        raise FolderError(f"{location} cannot be made: {error}") from error


def remove(location: str) -> None:
    """Deletes a folder with all that it holds. One that is not there is no error.

    Raises:
        FolderError: S3 refused, or the location is in a file system that this does not know.
    """
    scheme, _, rest = location.partition("://")
    if scheme in S3_SCHEMES:
        bucket, _, key = rest.partition("/")
        _remove_objects(bucket, key.rstrip("/") + "/")
    elif scheme == "file" or location.startswith(("file:/", "/")):
        shutil.rmtree(Path(unquote(urlparse(location).path)), ignore_errors=True)
    else:
        raise FolderError(f"{location}: data in a {scheme!r} file system cannot be deleted.")


def _remove_objects(bucket: str, prefix: str) -> None:
    import boto3

    if prefix == "/":
        raise FolderError(f"s3://{bucket}: a whole bucket is not deleted with a table.")
    client = boto3.client("s3")
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        keys = [{"Key": found["Key"]} for found in page.get("Contents", [])]
        if not keys:
            continue
        errors = client.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True}).get("Errors", [])
        if errors:
            raise FolderError(f"s3://{bucket}/{errors[0]['Key']} was not deleted: {errors[0]['Message']}")
