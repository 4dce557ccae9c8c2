"""Custom resources, https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

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
