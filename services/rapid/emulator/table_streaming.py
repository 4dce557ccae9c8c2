"""DynamoDB tables that send each change of an item to a Kinesis stream.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds.html (read 2026-11). Where a change is answered,
its record is in the stream: AWS sends it a little later.
"""

import json
import time
import uuid
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext, handler
from localstack.aws.connect import connect_to
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import StreamShard, Table

from rapid.emulator.moto_services import MotoProvider
from rapid.emulator.state import mark_dirty

_DESTINATIONS = "kinesis_destinations"


class _Capture(StreamShard):
    """In the place of the stream of a table that has none: Moto tells it of every change."""

    def add(self, old: Item | None, new: Item | None) -> None:
        _send(self.table, old, new)


class StreamingProvider(MotoProvider):
    """DynamoDB with the operations on destinations, which Moto lacks."""

    def __init__(self) -> None:
        super().__init__("dynamodb", "moto.dynamodb.models")

    @handler("EnableKinesisStreamingDestination", expand=False)
    def enable(self, context: RequestContext, request: dict[str, Any]) -> Any:
        table, arn = _table(context, request["TableName"]), request["StreamArn"]
        found = _destinations(table)
        if found.get(arn) == "ACTIVE":
            raise CommonServiceException(
                "ValidationException",
                f"Table is not in a valid state to enable Kinesis Streaming Destination: {arn} is ACTIVE already.",
            )
        _, _, _, region, account, name = arn.split(":", 5)
        client = connect_to(aws_access_key_id=account, region_name=region).kinesis
        client.describe_stream_summary(StreamName=name.partition("/")[2])
        found[arn] = "ACTIVE"
        _keep_capturing(table)
        mark_dirty("dynamodb")
        return _told(table, arn, "ENABLING")

    @handler("DisableKinesisStreamingDestination", expand=False)
    def disable(self, context: RequestContext, request: dict[str, Any]) -> Any:
        table, arn = _table(context, request["TableName"]), request["StreamArn"]
        if _destinations(table).get(arn) != "ACTIVE":
            raise CommonServiceException(
                "ValidationException",
                f"Table is not in a valid state to disable Kinesis Streaming Destination: {arn} is not ACTIVE.",
            )
        _destinations(table)[arn] = "DISABLED"
        _keep_capturing(table)
        mark_dirty("dynamodb")
        return _told(table, arn, "DISABLING")

    @handler("DescribeKinesisStreamingDestination", expand=False)
    def describe(self, context: RequestContext, request: dict[str, Any]) -> Any:
        table = _table(context, request["TableName"])
        destinations = [
            {"StreamArn": arn, "DestinationStatus": status, "ApproximateCreationDateTimePrecision": "MILLISECOND"}
            for arn, status in _destinations(table).items()
        ]
        return {"TableName": table.name, "KinesisDataStreamDestinations": destinations}


def _table(context: RequestContext, name: str) -> Table:
    table: Table | None = dynamodb_backends[context.account_id][context.region].tables.get(name.rpartition("/")[2])
    if table is None:
        raise CommonServiceException(
            "ResourceNotFoundException", f"Requested resource not found: Table: {name} not found"
        )
    return table


def _destinations(table: Table) -> dict[str, str]:
    """Stream ARNs to their status; part of what is saved of a table."""
    found: dict[str, str] = vars(table).setdefault(_DESTINATIONS, {})
    return found


def _told(table: Table, arn: str, status: str) -> dict[str, Any]:
    return {"TableName": table.name, "StreamArn": arn, "DestinationStatus": status}


def _keep_capturing(table: Table) -> None:
    """Has a table without a stream tell of its changes while it has a destination."""
    active = "ACTIVE" in _destinations(table).values()
    if active and table.stream_shard is None:
        table.stream_shard = _Capture(table.account_id, table)
    elif not active and isinstance(table.stream_shard, _Capture):
        table.stream_shard = None


def _send(table: Table, old: Item | None, new: Item | None) -> None:
    arns = [arn for arn, status in _destinations(table).items() if status == "ACTIVE"]
    if not arns:
        return
    known = old or new
    assert known is not None  # noqa: S101 - a change has at least one side
    keys = {table.hash_key_attr: known.hash_key.to_json()}
    if table.range_key_attr is not None and known.range_key is not None:
        keys[table.range_key_attr] = known.range_key.to_json()
    images = {"NewImage": new, "OldImage": old}
    change: dict[str, Any] = {"ApproximateCreationDateTime": int(time.time() * 1000), "Keys": keys}
    change |= {name: item.to_json()["Attributes"] for name, item in images.items() if item is not None}
    record = {
        "awsRegion": table.region_name,
        "eventID": str(uuid.uuid4()),
        "eventName": "INSERT" if old is None else "REMOVE" if new is None else "MODIFY",
        "userIdentity": None,
        "recordFormat": "application/json",
        "tableName": table.name,
        "dynamodb": {**change, "SizeBytes": len(json.dumps(change))},
        "eventSource": "aws:dynamodb",
    }
    for arn in arns:
        _, _, _, region, account, name = arn.split(":", 5)
        client = connect_to(aws_access_key_id=account, region_name=region).kinesis
        client.put_record(
            StreamName=name.partition("/")[2], Data=json.dumps(record).encode(), PartitionKey=json.dumps(keys)
        )


def install() -> None:
    """Has tables with a stream of their own tell of their changes, too."""
    add, specify = StreamShard.add, Table.set_stream_specification

    def add_and_send(shard: StreamShard, old: Item | None, new: Item | None) -> None:
        add(shard, old, new)
        _send(shard.table, old, new)

    def set_stream_specification(table: Table, streams: dict[str, Any] | None) -> None:
        specify(table, streams)
        _keep_capturing(table)

    StreamShard.add = add_and_send
    Table.set_stream_specification = set_stream_specification
