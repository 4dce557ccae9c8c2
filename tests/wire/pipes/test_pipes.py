"""Pipes by a template and by boto3, from queues and streams to what comes out at their ends.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html (read 2026-11)
"""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.stacks import deployed
from tests.waiting import until

TEMPLATE = """
Parameters:
  Greeting: {Type: String, Default: hello}
Resources:
  Orders: {Type: AWS::SQS::Queue}
  Changes: {Type: AWS::SQS::Queue}
  Records: {Type: AWS::SQS::Queue}
  Done: {Type: AWS::SQS::Queue}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  Stream: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: [pipes.amazonaws.com, lambda.amazonaws.com]}, Action: sts:AssumeRole}]
  Enrich:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.11
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code:
        ZipFile: |
          def handler(events, context):
              return [{**event, "total": event["price"] * 2} for event in events if event["price"] != 13]
  OrderPipe:
    Type: AWS::Pipes::Pipe
    Properties:
      RoleArn: !GetAtt Role.Arn
      Source: !GetAtt Orders.Arn
      SourceParameters:
        FilterCriteria: {Filters: [{Pattern: '{"body": {"kind": ["order"]}}'}]}
        SqsQueueParameters: {BatchSize: 5}
      Enrichment: !GetAtt Enrich.Arn
      EnrichmentParameters: {InputTemplate: '{"price": <$.body.price>, "from": "queue <$.eventSource>"}'}
      Target: !GetAtt Done.Arn
      TargetParameters:
        InputTemplate: !Sub '{"said": "${Greeting} <aws.pipes.pipe-name>", "total": <$.total>, "from": <$.from>, "no": <$.no>}'
  ChangePipe:
    Type: AWS::Pipes::Pipe
    Properties:
      Name: change-pipe
      RoleArn: !GetAtt Role.Arn
      Source: !GetAtt Table.StreamArn
      SourceParameters: {DynamoDBStreamParameters: {StartingPosition: TRIM_HORIZON}}
      Target: !GetAtt Changes.Arn
  RecordPipe:
    Type: AWS::Pipes::Pipe
    Properties:
      RoleArn: !GetAtt Role.Arn
      Source: !GetAtt Stream.Arn
      SourceParameters: {KinesisStreamParameters: {StartingPosition: TRIM_HORIZON}}
      Target: !GetAtt Records.Arn
      TargetParameters: {InputTemplate: 'n is <$.data.n>'}
Outputs:
  Orders: {Value: !Ref Orders}
  Changes: {Value: !Ref Changes}
  Records: {Value: !Ref Records}
  Done: {Value: !Ref Done}
  Table: {Value: !Ref Table}
  Stream: {Value: !Ref Stream}
  Pipe: {Value: !Ref OrderPipe}
  Role: {Value: !GetAtt Role.Arn}
  OrdersArn: {Value: !GetAtt Orders.Arn}
  DoneArn: {Value: !GetAtt Done.Arn}
"""  # noqa: E501


@pytest.fixture(scope="module")
def outputs(aws: Any) -> Any:
    with deployed(aws, "pipes", TEMPLATE) as outputs:
        yield outputs
    assert not aws("pipes").list_pipes(NamePrefix="change-pipe")["Pipes"]


def taken(aws: Any, queue: str) -> list[str]:
    """The bodies of a queue's messages, which are deleted."""
    bodies = []
    for message in aws("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", ()):
        aws("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        bodies.append(message["Body"])
    return bodies


def order(aws: Any, outputs: Any, **body: Any) -> None:
    aws("sqs").send_message(QueueUrl=outputs["Orders"], MessageBody=json.dumps(body))


def test_a_queue_is_filtered_enriched_and_transformed(aws: Any, outputs: Any) -> None:
    for kind, price in [("other", 1), ("order", 13), ("order", 21)]:
        order(aws, outputs, kind=kind, price=price)
    (body,) = until(lambda: taken(aws, outputs["Done"]))
    assert json.loads(body) == {"said": f"hello {outputs['Pipe']}", "total": 42, "from": "queue aws:sqs", "no": ""}
    counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    ask = {"QueueUrl": outputs["Orders"], "AttributeNames": counts}
    until(lambda: set(aws("sqs").get_queue_attributes(**ask)["Attributes"].values()) == {"0"})
    assert not taken(aws, outputs["Done"])


def test_changes_of_a_table(aws: Any, outputs: Any) -> None:
    aws("dynamodb").put_item(TableName=outputs["Table"], Item={"id": {"S": "a"}})
    (body,) = until(lambda: taken(aws, outputs["Changes"]))
    event = json.loads(body)
    assert (event["eventName"], event["eventSource"]) == ("INSERT", "aws:dynamodb")
    assert event["dynamodb"]["NewImage"] == {"id": {"S": "a"}}


def test_records_of_a_stream(aws: Any, outputs: Any) -> None:
    aws("kinesis").put_record(StreamName=outputs["Stream"], Data=b'{"n": 7}', PartitionKey="k")
    assert until(lambda: taken(aws, outputs["Records"])) == ["n is 7"]


def test_an_update_changes_what_comes_out(aws: Any, outputs: Any) -> None:
    stacks = aws("cloudformation")
    changed = [{"ParameterKey": "Greeting", "ParameterValue": "good day"}]
    arguments = {"StackName": "pipes", "UsePreviousTemplate": True, "Capabilities": ["CAPABILITY_IAM"]}
    stacks.update_stack(**arguments, Parameters=changed)
    stacks.get_waiter("stack_update_complete").wait(StackName="pipes", WaiterConfig={"Delay": 1})
    order(aws, outputs, kind="order", price=1)
    (body,) = until(lambda: taken(aws, outputs["Done"]))
    assert json.loads(body)["said"] == f"good day {outputs['Pipe']}"


def test_a_pipe_is_stopped_and_started(aws: Any, outputs: Any) -> None:
    pipes, name = aws("pipes"), outputs["Pipe"]
    assert pipes.stop_pipe(Name=name)["DesiredState"] == "STOPPED"
    assert pipes.describe_pipe(Name=name)["CurrentState"] == "STOPPED"
    order(aws, outputs, kind="order", price=2)
    assert not taken(aws, outputs["Done"])
    pipes.start_pipe(Name=name)
    (body,) = until(lambda: taken(aws, outputs["Done"]))
    assert json.loads(body)["total"] == 4
    (listed,) = pipes.list_pipes(NamePrefix=name)["Pipes"]
    assert (listed["CurrentState"], listed["Source"]) == ("RUNNING", outputs["OrdersArn"])


def test_what_pipes_refuse(aws: Any, outputs: Any) -> None:
    pipes = aws("pipes")
    arguments = {"RoleArn": outputs["Role"], "Source": outputs["OrdersArn"], "Target": outputs["DoneArn"]}
    with pytest.raises(ClientError, match=f"Pipe {outputs['Pipe']} already exists"):
        pipes.create_pipe(Name=outputs["Pipe"], **arguments)
    with pytest.raises(ClientError, match="Pipe nowhere does not exist"):
        pipes.describe_pipe(Name="nowhere")
    batch = "arn:aws:batch:us-east-1:000000000000:job-queue/q"
    with pytest.raises(ClientError, match="does not support the target"):
        pipes.create_pipe(Name="other", **{**arguments, "Target": batch})
