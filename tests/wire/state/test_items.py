"""DynamoDB and Kinesis: many clients at once, and every change there after kill -9.

Expectations: items as written, counters exact, see
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html#WorkingWithItems.AtomicCounters
"""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

Client = Callable[[str], Any]
STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


def _table(dynamodb: Any, name: str, **more: Any) -> None:
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "n", "AttributeType": "N"},
        ],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )


def _key(identity: str, number: int = 1) -> dict[str, Any]:
    return {"id": {"S": identity}, "n": {"N": str(number)}}


def _items(dynamodb: Any, table: str) -> dict[str, dict[str, Any]]:
    return {item["id"]["S"]: item for item in dynamodb.scan(TableName=table)["Items"]}


def test_every_way_to_change_an_item_survives_a_kill(mortal: Any, client: Client) -> None:
    dynamodb = client("dynamodb")
    _table(dynamodb, "items", StreamSpecification=STREAM)
    for identity in ("kept", "deleted", "updated", "swapped"):
        dynamodb.put_item(TableName="items", Item={**_key(identity), "v": {"S": "first"}})
    dynamodb.delete_item(TableName="items", Key=_key("deleted"))
    update = {"UpdateExpression": "SET v = :v", "ExpressionAttributeValues": {":v": {"S": "second"}}}
    dynamodb.update_item(TableName="items", Key=_key("updated"), **update)
    dynamodb.update_item(TableName="items", Key=_key("made by an update"), **update)
    dynamodb.batch_write_item(RequestItems={"items": [{"PutRequest": {"Item": _key("batched")}}]})
    dynamodb.execute_statement(Statement="INSERT INTO items VALUE {'id': 'stated', 'n': 1}")
    dynamodb.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": "items", "Item": _key("put")}},
            {"Delete": {"TableName": "items", "Key": _key("swapped")}},
        ]
    )
    absent = {"TableName": "items", "Key": _key("none"), "ConditionExpression": "attribute_exists(id)"}
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": "items", "Item": _key("taken back")}},
                {"Update": {"TableName": "items", "Key": _key("kept"), **update}},
                {"ConditionCheck": absent},
            ]
        )
    backup = dynamodb.create_backup(TableName="items", BackupName="saved")["BackupDetails"]["BackupArn"]
    dynamodb.restore_table_from_backup(TargetTableName="restored", BackupArn=backup)
    before = _items(dynamodb, "items")
    records = _stream_records(client, "items")

    mortal.restart()

    dynamodb = client("dynamodb")
    assert _items(dynamodb, "items") == _items(dynamodb, "restored") == before
    assert before.keys() == {"kept", "updated", "made by an update", "batched", "stated", "put"}
    assert (before["kept"]["v"], before["updated"]["v"]) == ({"S": "first"}, {"S": "second"})
    assert _stream_records(client, "items") == records
    dynamodb.restore_table_from_backup(TargetTableName="restored-later", BackupArn=backup)
    assert _items(dynamodb, "restored-later") == before


def _stream_records(client: Client, table: str) -> list[tuple[str, str]]:
    streams = client("dynamodbstreams")
    arn = client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    begin = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records = streams.get_records(ShardIterator=begin["ShardIterator"])["Records"]
    return [(record["eventName"], record["dynamodb"]["SequenceNumber"]) for record in records]


def test_a_new_table_inherits_nothing(mortal: Any, client: Client) -> None:
    dynamodb = client("dynamodb")
    _table(dynamodb, "again")
    dynamodb.put_item(TableName="again", Item=_key("old"))
    dynamodb.delete_table(TableName="again")
    _table(dynamodb, "again")
    mortal.restart()
    assert _items(client("dynamodb"), "again") == {}


def test_parallel_updates_count_exactly_beside_scans(client: Client) -> None:
    dynamodb = client("dynamodb")
    _table(dynamodb, "counter")

    def work(number: int) -> None:
        dynamodb.update_item(
            TableName="counter",
            Key=_key("total"),
            UpdateExpression="ADD hits :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
        dynamodb.put_item(TableName="counter", Item=_key(f"item {number}"))
        dynamodb.scan(TableName="counter")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(80)))
    items = _items(dynamodb, "counter")
    assert items["total"]["hits"] == {"N": "80"}
    assert len(items) == 81


def _data(kinesis: Any, stream: str, shard: str) -> list[bytes]:
    begin = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    return [record["Data"] for record in kinesis.get_records(ShardIterator=begin["ShardIterator"])["Records"]]


def test_records_of_parallel_writers_survive_a_kill_and_a_split(mortal: Any, client: Client) -> None:
    kinesis = client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    sent = [str(number).encode() for number in range(80)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda datum: kinesis.put_record(StreamName="s", Data=datum, PartitionKey="p"), sent))
    (shard,) = kinesis.list_shards(StreamName="s")["Shards"]
    middle = str(int(shard["HashKeyRange"]["EndingHashKey"]) // 2)
    kinesis.split_shard(StreamName="s", ShardToSplit=shard["ShardId"], NewStartingHashKey=middle)
    kinesis.put_record(StreamName="s", Data=b"after", PartitionKey="p")

    mortal.restart()

    kinesis = client("kinesis")
    shards = [each["ShardId"] for each in kinesis.list_shards(StreamName="s")["Shards"]]
    assert sorted(_data(kinesis, "s", shard["ShardId"])) == sorted(sent)
    assert [datum for each in shards[1:] for datum in _data(kinesis, "s", each)] == [b"after"]


def test_a_stream_has_no_image_of_what_was_not_there(mortal: Any, client: Client) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html (read 2026-11)"""
    dynamodb, streams = client("dynamodb"), client("dynamodbstreams")
    _table(dynamodb, "images", StreamSpecification=STREAM)
    dynamodb.put_item(TableName="images", Item=_key("a"))
    dynamodb.delete_item(TableName="images", Key=_key("a"))
    stream = dynamodb.describe_table(TableName="images")["Table"]["LatestStreamArn"]
    [shard] = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
    where = {"StreamArn": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    records = streams.get_records(ShardIterator=streams.get_shard_iterator(**where)["ShardIterator"])["Records"]
    images = [sorted({"OldImage", "NewImage"} & set(one["dynamodb"])) for one in records]
    assert images == [["NewImage"], ["OldImage"]]


def test_changes_of_items_reach_a_kinesis_stream(mortal: Any, client: Client) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds.html, also after a kill."""
    dynamodb, kinesis = client("dynamodb"), client("kinesis")
    kinesis.create_stream(StreamName="changes", ShardCount=1)
    arn = kinesis.describe_stream_summary(StreamName="changes")["StreamDescriptionSummary"]["StreamARN"]
    dynamodb.create_table(
        TableName="captured",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.enable_kinesis_streaming_destination(TableName="captured", StreamArn=arn)
    key = {"id": {"S": "a"}}
    dynamodb.put_item(TableName="captured", Item={**key, "n": {"N": "1"}})
    mortal.restart()
    dynamodb.update_item(
        TableName="captured",
        Key=key,
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"N": "2"}},
    )
    dynamodb.delete_item(TableName="captured", Key=key)
    (destination,) = dynamodb.describe_kinesis_streaming_destination(TableName="captured")[
        "KinesisDataStreamDestinations"
    ]
    assert (destination["StreamArn"], destination["DestinationStatus"]) == (arn, "ACTIVE")
    dynamodb.disable_kinesis_streaming_destination(TableName="captured", StreamArn=arn)
    dynamodb.put_item(TableName="captured", Item=key)
    shard = kinesis.list_shards(StreamName="changes")["Shards"][0]["ShardId"]
    where = {"StreamName": "changes", "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    records = kinesis.get_records(ShardIterator=kinesis.get_shard_iterator(**where)["ShardIterator"])["Records"]
    changes = [json.loads(record["Data"]) for record in records]
    assert [change["eventName"] for change in changes] == ["INSERT", "MODIFY", "REMOVE"]
    assert changes[1]["dynamodb"]["NewImage"] == {**key, "n": {"N": "2"}}
    assert changes[1]["dynamodb"]["OldImage"] == {**key, "n": {"N": "1"}}
    assert "NewImage" not in changes[2]["dynamodb"]
