"""Where pipes send: each kind of target gets the event of a queue.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html (read 2026-11)
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.stacks import deployed
from tests.waiting import until

TEMPLATE = """
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: [pipes.amazonaws.com, states.amazonaws.com]}, Action: sts:AssumeRole}]
  Heard: {Type: AWS::SQS::Queue}
  Topic: {Type: AWS::SNS::Topic, Properties: {Subscription: [{Protocol: sqs, Endpoint: !GetAtt Heard.Arn}]}}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: pipe-targets}}
  Seen: {Type: AWS::SQS::Queue}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [shop], detail-type: [sold]}
      Targets: [{Id: seen, Arn: !GetAtt Seen.Arn}]
  Stream: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}
  Group: {Type: AWS::Logs::LogGroup}
  Bucket: {Type: AWS::S3::Bucket}
  Delivery:
    Type: AWS::KinesisFirehose::DeliveryStream
    Properties:
      ExtendedS3DestinationConfiguration:
        BucketARN: !GetAtt Bucket.Arn
        RoleARN: !GetAtt Role.Arn
        BufferingHints: {IntervalInSeconds: 0, SizeInMBs: 1}
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.11
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code:
        ZipFile: |
          def handler(events, context):
              print("got", events)
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !GetAtt Role.Arn
      DefinitionString: '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
Outputs:
  Role: {Value: !GetAtt Role.Arn}
  Topic: {Value: !Ref Topic}
  Heard: {Value: !Ref Heard}
  Bus: {Value: !GetAtt Bus.Arn}
  Seen: {Value: !Ref Seen}
  Stream: {Value: !GetAtt Stream.Arn}
  Group: {Value: !GetAtt Group.Arn}
  Delivery: {Value: !GetAtt Delivery.Arn}
  Bucket: {Value: !Ref Bucket}
  Function: {Value: !GetAtt Function.Arn}
  Machine: {Value: !Ref Machine}
"""  # noqa: E501


@pytest.fixture(scope="module")
def outputs(aws: Any) -> Iterator[Any]:
    with deployed(aws, "pipe-targets", TEMPLATE) as outputs:
        yield outputs
        for item in aws("s3").list_objects_v2(Bucket=outputs["Bucket"]).get("Contents", ()):
            aws("s3").delete_object(Bucket=outputs["Bucket"], Key=item["Key"])


@pytest.fixture
def sent(aws: Any, outputs: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., None]]:
    """`sent("Topic")`: a pipe to a target, with `{"n": 7}` for every message, and one message in its queue."""
    pipes, queues, name = aws("pipes"), aws("sqs"), request.node.name.replace("_", "-")[:60]
    url = queues.create_queue(QueueName=name)["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def send(target: str, **parameters: Any) -> None:
        parameters["InputTemplate"] = '{"n": <$.body.n>}'
        at = {"Source": arn, "Target": outputs[target], "RoleArn": outputs["Role"]}
        pipes.create_pipe(Name=name, **at, TargetParameters=parameters)
        queues.send_message(QueueUrl=url, MessageBody='{"n": 7}')

    yield send
    pipes.delete_pipe(Name=name)
    queues.delete_queue(QueueUrl=url)


def messages(aws: Any, url: str) -> list[Any]:
    answer = aws("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=1)
    return [json.loads(message["Body"]) for message in answer.get("Messages", ())]


def test_a_topic(aws: Any, outputs: Any, sent: Any) -> None:
    sent("Topic")
    (message,) = until(lambda: messages(aws, outputs["Heard"]))
    assert json.loads(message["Message"]) == {"n": 7}


def test_a_bus(aws: Any, outputs: Any, sent: Any) -> None:
    sent("Bus", EventBridgeEventBusParameters={"Source": "shop", "DetailType": "sold"})
    (event,) = until(lambda: messages(aws, outputs["Seen"]))
    assert event["detail"] == {"n": 7}


def test_a_stream(aws: Any, outputs: Any, sent: Any) -> None:
    sent("Stream", KinesisStreamParameters={"PartitionKey": "$.n"})
    kinesis = aws("kinesis")
    at = {"StreamARN": outputs["Stream"], "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    start = kinesis.get_shard_iterator(**at)["ShardIterator"]
    (record,) = until(lambda: kinesis.get_records(ShardIterator=start)["Records"])
    assert (json.loads(record["Data"]), record["PartitionKey"]) == ({"n": 7}, "7")


def test_a_log_group(aws: Any, outputs: Any, sent: Any) -> None:
    sent("Group", CloudWatchLogsParameters={"LogStreamName": "pipe"})
    group = outputs["Group"].split(":")[6]
    (event,) = until(lambda: aws("logs").filter_log_events(logGroupName=group)["events"])
    assert (json.loads(event["message"]), event["logStreamName"]) == ({"n": 7}, "pipe")


def test_a_delivery_stream(aws: Any, outputs: Any, sent: Any) -> None:
    sent("Delivery")
    s3, bucket = aws("s3"), outputs["Bucket"]
    (item,) = until(lambda: s3.list_objects_v2(Bucket=bucket).get("Contents"))
    assert json.loads(s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()) == {"n": 7}


def test_a_function(aws: Any, outputs: Any, sent: Any) -> None:
    sent("Function", LambdaFunctionParameters={"InvocationType": "FIRE_AND_FORGET"})
    group = "/aws/lambda/" + outputs["Function"].rpartition(":")[2]

    def printed() -> list[str]:
        groups = aws("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        events = aws("logs").filter_log_events(logGroupName=group)["events"] if groups else []
        return [event["message"].strip() for event in events if event["message"].startswith("got")]

    assert until(printed) == ["got [{'n': 7}]"]


def test_a_state_machine(aws: Any, outputs: Any, sent: Any) -> None:
    sent("Machine", StepFunctionStateMachineParameters={"InvocationType": "FIRE_AND_FORGET"})
    machines = aws("stepfunctions")
    ask = {"stateMachineArn": outputs["Machine"], "statusFilter": "SUCCEEDED"}
    (execution,) = until(lambda: machines.list_executions(**ask)["executions"])
    described = machines.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(described["input"]) == [{"n": 7}]
