"""A CloudFormation custom resource: empties a bucket when its stack is deleted, as CloudFormation itself cannot.

Requests and answers as in https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html (read 2026-11).
"""

import json
import logging
import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.exceptions import ClientError

LOG = logging.getLogger(__name__)
LOG.setLevel(logging.INFO)
_SPARE_MS = 30_000


class OutOfTimeError(Exception):
    """The function's time ends before the bucket is empty."""


def _pages(s3: Any, bucket: str) -> Iterator[list[dict[str, str]]]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        if keys := [{"Key": item["Key"]} for item in page.get("Contents", ())]:
            yield keys


def empty(s3: Any, bucket: str, context: Any) -> int:
    """Deletes every object of a bucket and says how many; a bucket that is gone counts as empty.

    Raises:
        OutOfTimeError: `context` (Lambda's) has too little time left.
        RuntimeError: S3 refused to delete an object.
    """
    deleted = 0
    try:
        for keys in _pages(s3, bucket):
            if context.get_remaining_time_in_millis() < _SPARE_MS:
                raise OutOfTimeError(f"{deleted} objects deleted, more are left: delete the stack once more.")
            refused = s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True}).get("Errors")
            if refused:
                raise RuntimeError(f"{refused[0]['Key']}: {refused[0]['Message']}")
            deleted += len(keys)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise
    return deleted


def _send(url: str, answer: dict[str, Any]) -> None:
    # The pre-signed URL is made for an empty content type.
    request = urllib.request.Request(url, json.dumps(answer).encode(), {"Content-Type": ""}, method="PUT")  # noqa: S310
    urllib.request.urlopen(request, timeout=20).close()  # noqa: S310 - CloudFormation's own URL


def handle(event: dict[str, Any], context: Any) -> None:
    """Lambda's entry point. Whatever happens, CloudFormation gets an answer: without one it waits."""
    bucket = event["ResourceProperties"]["Bucket"]
    answer = {
        "Status": "SUCCESS",
        "PhysicalResourceId": f"content-of-{bucket}",
        **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
    }
    try:
        # An update that renames the bucket makes CloudFormation send Delete for the old physical id.
        if event["RequestType"] == "Delete":
            LOG.info("%s: %d objects deleted", bucket, empty(boto3.client("s3"), bucket, context))
    except Exception as error:
        LOG.exception("could not empty %s", bucket)
        answer |= {"Status": "FAILED", "Reason": f"{type(error).__name__}: {error}"}
    _send(event["ResponseURL"], answer)
