"""Kinesis streams by boto3."""

from typing import Any

from tests.listing import listed


def test_streams_are_listed_in_pages(aws: Any) -> None:
    kinesis = aws("kinesis")
    names = [f"listed-{n:02}" for n in range(12)]
    for name in names:
        kinesis.create_stream(StreamName=name, ShardCount=1)
    assert set(names) <= set(listed(kinesis, "list_streams", "StreamNames[]", Limit=5))
    page = kinesis.list_streams(Limit=5, ExclusiveStartStreamName="listed-03")
    assert page["StreamNames"] == names[4:9]
    assert [summary["StreamName"] for summary in page["StreamSummaries"]] == names[4:9]
    for name in names:
        kinesis.delete_stream(StreamName=name)


def test_records_are_read_by_the_stream_s_arn_alone(aws: Any) -> None:
    kinesis = aws("kinesis")
    kinesis.create_stream(StreamName="by-arn", ShardCount=1)
    arn = kinesis.describe_stream_summary(StreamName="by-arn")["StreamDescriptionSummary"]["StreamARN"]
    kinesis.put_record(StreamARN=arn, Data=b"a", PartitionKey="k")
    start = {"ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    iterator = kinesis.get_shard_iterator(StreamARN=arn, **start)["ShardIterator"]
    answer = kinesis.get_records(ShardIterator=iterator)
    assert [record["Data"] for record in answer["Records"]] == [b"a"]
    assert kinesis.get_records(ShardIterator=answer["NextShardIterator"])["Records"] == []
    kinesis.delete_stream(StreamARN=arn)


TEMPLATE = """
Resources:
  Stream:
    Type: AWS::Kinesis::Stream
    Properties: {Name: from-a-stack, ShardCount: 1, RetentionPeriodHours: %d}
"""


def test_a_stream_of_a_stack_has_the_shards_and_hours_that_it_asks_for(aws: Any) -> None:
    stacks, kinesis = aws("cloudformation"), aws("kinesis")

    def told() -> dict[str, Any]:
        summary: dict[str, Any] = kinesis.describe_stream_summary(StreamName="from-a-stack")["StreamDescriptionSummary"]
        return {name: summary[name] for name in ("OpenShardCount", "RetentionPeriodHours", "StreamModeDetails")}

    stacks.create_stack(StackName="streams", TemplateBody=TEMPLATE % 48)
    stacks.get_waiter("stack_create_complete").wait(StackName="streams", WaiterConfig={"Delay": 1})
    provisioned = {"OpenShardCount": 1, "StreamModeDetails": {"StreamMode": "PROVISIONED"}}
    assert told() == {**provisioned, "RetentionPeriodHours": 48}
    stacks.update_stack(StackName="streams", TemplateBody=TEMPLATE % 72)
    stacks.get_waiter("stack_update_complete").wait(StackName="streams", WaiterConfig={"Delay": 1})
    assert told() == {**provisioned, "RetentionPeriodHours": 72}
    stacks.delete_stack(StackName="streams")
    stacks.get_waiter("stack_delete_complete").wait(StackName="streams", WaiterConfig={"Delay": 1})
