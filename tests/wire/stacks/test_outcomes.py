"""How operations on stacks end. Expectations are AWS's:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""

import json
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.listing import listed
from tests.waiting import until

Aws = Callable[[str], Any]


def queue(name: str, **more: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name, **more}}


def template(**resources: dict[str, Any]) -> str:
    return json.dumps({"Resources": resources})


def wait(cloudformation: Any, stack: str) -> str:
    return until(
        lambda: str(cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]),
        lambda status: not status.endswith("_IN_PROGRESS"),
    )


def events(cloudformation: Any, stack: str) -> list[tuple[str, str]]:
    found = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    return [(event["LogicalResourceId"], event["ResourceStatus"]) for event in reversed(found)]


def queues(aws: Aws, prefix: str) -> list[str]:
    return [url.rpartition("/")[2] for url in aws("sqs").list_queues(QueueNamePrefix=prefix).get("QueueUrls", ())]


@pytest.fixture
def name() -> str:
    return f"s{uuid.uuid4().hex[:10]}"


BROKEN = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": "nonsense"}}


def test_of_creations_at_once_one_is_made_and_the_refused_take_nothing_along(aws: Aws, name: str) -> None:
    cloudformation = aws("cloudformation")
    body = template(**{f"Q{n}": queue(f"{name}-{n}") for n in range(20)})

    def create(at: int) -> str:
        try:
            cloudformation.create_stack(StackName=name, TemplateBody=body)
            cloudformation.create_stack(StackName=f"{name}-{at}", TemplateBody=template(Q=queue(f"{name}-of-{at}")))
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "made"

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(create, range(8)))
    assert answers == ["AlreadyExistsException"] * 7 + ["made"]
    assert wait(cloudformation, name) == "CREATE_COMPLETE"
    assert listed(cloudformation, "list_stacks", "StackSummaries[].StackName").count(name) == 1


def test_a_failed_creation_takes_back_what_it_made(aws: Aws, name: str) -> None:
    cloudformation = aws("cloudformation")
    # A bucket with a name that cannot be: S3 refuses it.
    bucket = {"Type": "AWS::S3::Bucket", "DependsOn": "Good", "Properties": {"BucketName": "a"}}
    stack = cloudformation.create_stack(StackName=name, TemplateBody=template(Good=queue(f"{name}-q"), Bad=bucket))[
        "StackId"
    ]
    assert wait(cloudformation, stack) == "ROLLBACK_COMPLETE"
    assert queues(aws, name) == []
    assert [e for e in events(cloudformation, stack) if e[0] == "Good"] == [
        ("Good", "CREATE_IN_PROGRESS"),
        ("Good", "CREATE_COMPLETE"),
        ("Good", "DELETE_IN_PROGRESS"),
        ("Good", "DELETE_COMPLETE"),
    ]
    with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        cloudformation.update_stack(StackName=name, TemplateBody=template(Good=queue(f"{name}-q")))
    cloudformation.delete_stack(StackName=stack)
    assert wait(cloudformation, stack) == "DELETE_COMPLETE"


def test_a_deleted_stack_is_described_by_its_id_only(aws: Aws, name: str) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html."""
    cloudformation = aws("cloudformation")
    stack = cloudformation.create_stack(StackName=name, TemplateBody=template(Q=queue(f"{name}-q")))["StackId"]
    assert wait(cloudformation, stack) == "CREATE_COMPLETE"
    assert name in listed(cloudformation, "describe_stacks", "Stacks[].StackName")
    cloudformation.delete_stack(StackName=name)
    assert wait(cloudformation, stack) == "DELETE_COMPLETE"
    assert name not in listed(cloudformation, "describe_stacks", "Stacks[].StackName")
    deleted = {"StackStatusFilter": ["DELETE_COMPLETE"]}
    assert name in listed(cloudformation, "list_stacks", "StackSummaries[].StackName", **deleted)


def test_on_failure_do_nothing_keeps_what_was_made(aws: Aws, name: str) -> None:
    cloudformation = aws("cloudformation")
    bucket = {"Type": "AWS::S3::Bucket", "DependsOn": "Good", "Properties": {"BucketName": "a"}}
    body = template(Good=queue(f"{name}-q"), Bad=bucket)
    stack = cloudformation.create_stack(StackName=name, TemplateBody=body, OnFailure="DO_NOTHING")["StackId"]
    assert wait(cloudformation, stack) == "CREATE_FAILED"
    assert queues(aws, name) == [f"{name}-q"]
    cloudformation.delete_stack(StackName=stack)
    assert wait(cloudformation, stack) == "DELETE_COMPLETE"
    assert queues(aws, name) == []


def test_a_failed_update_goes_back_to_what_was(aws: Aws, name: str) -> None:
    cloudformation = aws("cloudformation")
    before = template(One=queue(f"{name}-1", VisibilityTimeout=30))
    stack = cloudformation.create_stack(StackName=name, TemplateBody=before)["StackId"]
    assert wait(cloudformation, stack) == "CREATE_COMPLETE"
    after = template(
        One=queue(f"{name}-1", VisibilityTimeout=60),
        Two={**queue(f"{name}-2"), "DependsOn": "One"},
        Bad={"Type": "AWS::S3::Bucket", "DependsOn": "Two", "Properties": {"BucketName": "a"}},
    )
    cloudformation.update_stack(StackName=name, TemplateBody=after)
    assert wait(cloudformation, stack) == "UPDATE_ROLLBACK_COMPLETE"
    assert queues(aws, name) == [f"{name}-1"]
    url = aws("sqs").get_queue_url(QueueName=f"{name}-1")["QueueUrl"]
    attributes = aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    assert attributes == {"VisibilityTimeout": "30"}
    with pytest.raises(ClientError, match="No updates are to be performed"):
        cloudformation.update_stack(StackName=name, TemplateBody=before)
    cloudformation.delete_stack(StackName=stack)
    assert wait(cloudformation, stack) == "DELETE_COMPLETE"


def test_a_bucket_that_holds_objects_is_not_deleted(aws: Aws, name: str) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html#troubleshooting-errors-delete-stack-fails"""
    cloudformation, s3 = aws("cloudformation"), aws("s3")
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}
    stack = cloudformation.create_stack(StackName=name, TemplateBody=template(B=bucket))["StackId"]
    assert wait(cloudformation, stack) == "CREATE_COMPLETE"
    s3.put_object(Bucket=name, Key="k", Body=b"1")
    cloudformation.delete_stack(StackName=stack)
    assert wait(cloudformation, stack) == "DELETE_FAILED"
    assert s3.get_object(Bucket=name, Key="k")["Body"].read() == b"1"
    s3.delete_object(Bucket=name, Key="k")
    cloudformation.delete_stack(StackName=stack)
    assert wait(cloudformation, stack) == "DELETE_COMPLETE"


def test_deletion_policy_retain_leaves_the_resource(aws: Aws, name: str) -> None:
    cloudformation = aws("cloudformation")
    body = template(Kept={**queue(f"{name}-q"), "DeletionPolicy": "Retain"})
    stack = cloudformation.create_stack(StackName=name, TemplateBody=body)["StackId"]
    wait(cloudformation, stack)
    cloudformation.delete_stack(StackName=stack)
    assert wait(cloudformation, stack) == "DELETE_COMPLETE"
    assert ("Kept", "DELETE_SKIPPED") in events(cloudformation, stack)
    assert queues(aws, name) == [f"{name}-q"]


def test_update_replace_policy_retain_leaves_the_old_resource(aws: Aws, name: str) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatereplacepolicy.html"""
    cloudformation, sqs = aws("cloudformation"), aws("sqs")
    kept = {"UpdateReplacePolicy": "Retain"}
    first, second = ({"One": {**queue(f"{name}-{n}"), **kept}, "Two": queue(f"{name}-x{n}")} for n in (1, 2))
    cloudformation.create_stack(StackName=name, TemplateBody=template(**first))
    assert wait(cloudformation, name) == "CREATE_COMPLETE"
    cloudformation.update_stack(StackName=name, TemplateBody=template(**second))
    assert wait(cloudformation, name) == "UPDATE_COMPLETE"
    assert sorted(queues(aws, name)) == [f"{name}-1", f"{name}-2", f"{name}-x2"]
    assert ("One", "DELETE_SKIPPED") in events(cloudformation, name)
    cloudformation.delete_stack(StackName=name)
    until(lambda: queues(aws, name), lambda left: left == [f"{name}-1"])
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=f"{name}-1")["QueueUrl"])


def test_iam_resources_must_be_acknowledged(aws: Aws, name: str) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-template.html#using-iam-capabilities"""
    with pytest.raises(ClientError, match=r"Requires capabilities : \[CAPABILITY_IAM\]") as caught:
        aws("cloudformation").create_stack(StackName=name, TemplateBody=template(R=BROKEN))
    assert caught.value.response["Error"]["Code"] == "InsufficientCapabilitiesException"


def test_a_change_set_that_cannot_be_made_leaves_the_stack_under_review(aws: Aws, name: str) -> None:
    """So `aws cloudformation deploy` may be tried again."""
    cloudformation = aws("cloudformation")

    def made(body: dict[str, Any], change: str) -> dict[str, Any]:
        transform = {"Transform": "AWS::Serverless-2016-10-31", "Resources": body}
        cloudformation.create_change_set(
            StackName=name, ChangeSetName=change, TemplateBody=json.dumps(transform), ChangeSetType="CREATE"
        )
        return dict(cloudformation.describe_change_set(StackName=name, ChangeSetName=change))

    broken = made({"F": {"Type": "AWS::Serverless::Function", "Properties": {"Handler": "a.b"}}}, "one")
    assert (broken["Status"], broken["StatusReason"].partition(" [F] ")[0]) == (
        "FAILED",
        "Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application Specification document. "
        "Number of errors found: 1. Resource with id",
    )
    [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
    assert stack["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert made({"Queue": queue(name)}, "two")["Status"] == "CREATE_COMPLETE"
    cloudformation.execute_change_set(StackName=name, ChangeSetName="two")
    assert wait(cloudformation, name) == "CREATE_COMPLETE"
    cloudformation.delete_stack(StackName=name)


def test_loops_of_a_template_are_unrolled(aws: Aws, name: str) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html"""
    cloudformation = aws("cloudformation")
    one = {"Queue${Letter}": queue({"Fn::Sub": f"{name}-${{Letter}}"})}  # type: ignore[arg-type]
    body = {
        "Transform": ["AWS::LanguageExtensions"],
        "Resources": {"Fn::ForEach::Queues": ["Letter", ["A", "B"], one]},
    }
    capabilities = ["CAPABILITY_AUTO_EXPAND"]
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(body), Capabilities=capabilities)
    assert wait(cloudformation, name) == "CREATE_COMPLETE"
    assert sorted(queues(aws, name)) == [f"{name}-A", f"{name}-B"]
    cloudformation.delete_stack(StackName=name)


def test_an_unsupported_type_fails_the_stack_by_name(aws: Aws, name: str) -> None:
    cloudformation = aws("cloudformation")
    body = template(G=queue(f"{name}-q"), T={"Type": "AWS::IoT::Thing", "Properties": {}})
    stack = cloudformation.create_stack(StackName=name, TemplateBody=body)["StackId"]
    assert wait(cloudformation, stack) == "ROLLBACK_COMPLETE"
    reasons = [
        e.get("ResourceStatusReason", "") for e in cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    ]
    assert any("AWS::IoT::Thing" in reason for reason in reasons)
    assert queues(aws, name) == []


def test_a_bucket_has_what_its_properties_say_and_takes_updates(aws: Aws, name: str) -> None:
    cloudformation, s3 = aws("cloudformation"), aws("s3")

    def body(days: int) -> str:
        properties = {
            "BucketName": name,
            "PublicAccessBlockConfiguration": {"BlockPublicAcls": True},
            "LifecycleConfiguration": {
                "Rules": [{"Id": "r", "Status": "Enabled", "Prefix": "tmp/", "ExpirationInDays": days}]
            },
        }
        return template(B={"Type": "AWS::S3::Bucket", "Properties": properties})

    def days() -> int:
        rule = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"][0]
        assert rule["Filter"] == {"Prefix": "tmp/"}
        return int(rule["Expiration"]["Days"])

    stack = cloudformation.create_stack(StackName=name, TemplateBody=body(7))["StackId"]
    assert wait(cloudformation, stack) == "CREATE_COMPLETE"
    assert s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]["BlockPublicAcls"] is True
    assert days() == 7
    cloudformation.update_stack(StackName=name, TemplateBody=body(9))
    assert wait(cloudformation, stack) == "UPDATE_COMPLETE"
    assert days() == 9


def test_change_sets_end_like_direct_operations(aws: Aws, name: str) -> None:
    """`aws cloudformation deploy` works through them."""
    cloudformation = aws("cloudformation")

    def change(kind: str, body: str) -> str:
        made = cloudformation.create_change_set(
            StackName=name, ChangeSetName=f"c{uuid.uuid4().hex[:8]}", ChangeSetType=kind, TemplateBody=body
        )
        cloudformation.get_waiter("change_set_create_complete").wait(
            ChangeSetName=made["Id"], WaiterConfig={"Delay": 1}
        )
        cloudformation.execute_change_set(ChangeSetName=made["Id"])
        return wait(cloudformation, made["StackId"])

    bad = {"Type": "AWS::S3::Bucket", "DependsOn": "Two", "Properties": {"BucketName": "a"}}
    one = template(One=queue(f"{name}-1"))
    assert change("CREATE", one) == "CREATE_COMPLETE"
    assert (
        change("UPDATE", template(One=queue(f"{name}-1"), Two=queue(f"{name}-2"), Bad=bad))
        == "UPDATE_ROLLBACK_COMPLETE"
    )
    assert queues(aws, name) == [f"{name}-1"]
    assert change("UPDATE", template(One=queue(f"{name}-1"), Two=queue(f"{name}-2"))) == "UPDATE_COMPLETE"
    cloudformation.delete_stack(StackName=name)
