"""Custom resources, https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html."""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib import request as urllib_request

import pytest
from botocore.exceptions import ClientError

from tests.waiting import until

Aws = Callable[[str], Any]
CODE = """
import json, os, urllib.request

def handle(event, context):
    given = event["ResourceProperties"]
    if given.get("Mode") == "raise":
        raise RuntimeError("no thank you")
    answer = {k: event[k] for k in ("StackId", "RequestId", "LogicalResourceId")}
    answer["Status"] = "FAILED" if given.get("Mode") == "refuse" else "SUCCESS"
    answer["Reason"] = "it is not the day for it"
    answer["PhysicalResourceId"] = "thing"
    answer["Data"] = {"Seen": json.dumps([event["RequestType"], given.get("Number"), given.get("Flag")])}
    data = json.dumps(answer).encode()
    request = urllib.request.Request(event["ResponseURL"], data, {"Content-Type": ""}, method="PUT")
    urllib.request.urlopen(request).close()
"""


def body(**properties: Any) -> str:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    function = {
        "Runtime": "python3.11",
        "Handler": "index.handle",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": {"ZipFile": CODE},
    }
    resources = {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
        "Thing": {
            "Type": "Custom::Thing",
            "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, **properties},
        },
    }
    outputs = {"Id": {"Value": {"Ref": "Thing"}}, "Seen": {"Value": {"Fn::GetAtt": ["Thing", "Seen"]}}}
    return json.dumps({"Resources": resources, "Outputs": outputs})


def ended(cloudformation: Any, stack: str) -> dict[str, Any]:
    return until(
        lambda: dict(cloudformation.describe_stacks(StackName=stack)["Stacks"][0]),
        lambda found: not found["StackStatus"].endswith("_IN_PROGRESS"),
    )


@pytest.fixture
def stack() -> str:
    return f"custom-{uuid.uuid4().hex[:8]}"


def seen(found: dict[str, Any]) -> dict[str, str]:
    return {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}


@pytest.fixture
def slow(aws: Aws, stack: str) -> Iterator[tuple[dict[str, Any], Callable[[], dict[str, Any]], Callable[..., None]]]:
    """A resource that is ready when the test says so: it, what CloudFormation asks for next, an answer to that."""
    sns, sqs = aws("sns"), aws("sqs")
    topic, url = sns.create_topic(Name=stack)["TopicArn"], sqs.create_queue(QueueName=f"for-{stack}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})

    def asked() -> dict[str, Any]:
        (message,) = until(lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5).get("Messages"))
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return dict(json.loads(message["Body"]))

    def answer(event: dict[str, Any]) -> None:
        kept = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
        data = json.dumps({**kept, "Status": "SUCCESS", "PhysicalResourceId": "slow"}).encode()
        request = urllib_request.Request(event["ResponseURL"], data, {"Content-Type": ""}, method="PUT")
        urllib_request.urlopen(request).close()

    yield {"Type": "Custom::Slow", "Properties": {"ServiceToken": topic}}, asked, answer
    sqs.delete_queue(QueueUrl=url)
    sns.delete_topic(TopicArn=topic)


def test_a_stack_that_is_deleted_while_it_is_created_leaves_nothing(aws: Aws, stack: str, slow: Any) -> None:
    """It waits for the resource in work, and makes no other.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
    """
    cloudformation, (resource, asked, answer) = aws("cloudformation"), slow
    parts = {
        "First": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": f"{stack}-1"}},
        "Slow": {**resource, "DependsOn": "First"},
        "Last": {"Type": "AWS::SQS::Queue", "DependsOn": "Slow", "Properties": {"QueueName": f"{stack}-2"}},
    }
    outputs = {"Url": {"Value": {"Ref": "First"}}}
    body = json.dumps({"Resources": parts, "Outputs": outputs, "Parameters": {"P": {"Type": "String", "Default": ""}}})
    arn = cloudformation.create_stack(StackName=stack, TemplateBody=body)["StackId"]
    made = asked()
    assert made["RequestType"] == "Create"
    cloudformation.delete_stack(StackName=stack)
    cloudformation.delete_stack(StackName=stack)
    assert cloudformation.describe_stacks(StackName=arn)["Stacks"][0]["StackStatus"] == "DELETE_IN_PROGRESS"
    answer(made)
    gone = asked()
    assert (gone["RequestType"], gone["PhysicalResourceId"]) == ("Delete", "slow")
    answer(gone)
    assert ended(cloudformation, arn)["StackStatus"] == "DELETE_COMPLETE"
    assert aws("sqs").list_queues(QueueNamePrefix=stack).get("QueueUrls", []) == []
    events = cloudformation.describe_stack_events(StackName=arn)["StackEvents"]
    assert {e["LogicalResourceId"] for e in events if e["ResourceStatus"].startswith("CREATE")} == {
        stack,
        "First",
        "Slow",
    }


def test_a_stack_that_is_updated_cannot_be_deleted(aws: Aws, stack: str, slow: Any) -> None:
    cloudformation, (resource, asked, answer) = aws("cloudformation"), slow
    arn = cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps({"Resources": {"Slow": resource}}))[
        "StackId"
    ]
    answer(asked())
    assert ended(cloudformation, arn)["StackStatus"] == "CREATE_COMPLETE"
    changed = {**resource, "Properties": {**resource["Properties"], "Number": 2}}
    cloudformation.update_stack(StackName=stack, TemplateBody=json.dumps({"Resources": {"Slow": changed}}))
    change = asked()
    with pytest.raises(ClientError, match="cannot be deleted while in status UPDATE_IN_PROGRESS"):
        cloudformation.delete_stack(StackName=stack)
    answer(change)
    assert ended(cloudformation, arn)["StackStatus"] == "UPDATE_COMPLETE"
    cloudformation.delete_stack(StackName=stack)
    answer(asked())
    assert ended(cloudformation, arn)["StackStatus"] == "DELETE_COMPLETE"


def test_it_is_made_updated_and_deleted_by_its_function(aws: Aws, stack: str) -> None:
    cloudformation = aws("cloudformation")
    iam = ["CAPABILITY_IAM"]
    arn = cloudformation.create_stack(StackName=stack, TemplateBody=body(Number=5, Flag=True), Capabilities=iam)[
        "StackId"
    ]
    made = ended(cloudformation, arn)
    assert made["StackStatus"] == "CREATE_COMPLETE"
    assert seen(made)["Id"] == "thing"
    assert json.loads(seen(made)["Seen"]) == ["Create", "5", "true"]
    cloudformation.update_stack(StackName=stack, TemplateBody=body(Number=6), Capabilities=iam)
    assert json.loads(seen(ended(cloudformation, arn))["Seen"]) == ["Update", "6", None]
    cloudformation.delete_stack(StackName=arn)
    assert ended(cloudformation, arn)["StackStatus"] == "DELETE_COMPLETE"


@pytest.mark.parametrize(("mode", "reason"), [("refuse", "it is not the day for it"), ("raise", "no thank you")])
def test_a_function_that_refuses_or_raises_fails_the_stack_with_its_reason(
    aws: Aws, stack: str, mode: str, reason: str
) -> None:
    cloudformation = aws("cloudformation")
    arn = cloudformation.create_stack(
        StackName=stack, TemplateBody=body(Mode=mode), Capabilities=["CAPABILITY_IAM"], OnFailure="DO_NOTHING"
    )["StackId"]
    assert ended(cloudformation, arn)["StackStatus"] == "CREATE_FAILED"
    events = cloudformation.describe_stack_events(StackName=arn)["StackEvents"]
    (told,) = [e for e in events if (e["LogicalResourceId"], e["ResourceStatus"]) == ("Thing", "CREATE_FAILED")]
    assert reason in told["ResourceStatusReason"]
