"""What change sets and stacks tell: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/change-sets-samples.html"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.waiting import until
from tests.wire.stacks.test_outcomes import name, queue, template, wait

__all__ = ["name"]  # the fixture

Aws = Callable[[str], Any]


def made(aws: Aws, name: str, change: str, body: str, kind: str = "UPDATE", **more: Any) -> dict[str, Any]:
    """A change set, and what is told of it by each resource's name."""
    cloudformation = aws("cloudformation")
    cloudformation.create_change_set(
        StackName=name, ChangeSetName=change, ChangeSetType=kind, TemplateBody=body, **more
    )
    told = cloudformation.describe_change_set(StackName=name, ChangeSetName=change, IncludePropertyValues=True)
    assert told["Status"] == "CREATE_COMPLETE", told
    return {one["ResourceChange"]["LogicalResourceId"]: one["ResourceChange"] for one in told["Changes"]}


def execute(aws: Aws, name: str, change: str) -> None:
    aws("cloudformation").execute_change_set(StackName=name, ChangeSetName=change)
    assert wait(aws("cloudformation"), name) in ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def test_changes_with_their_causes(aws: Aws, name: str) -> None:
    body = {
        "Parameters": {"Seconds": {"Type": "Number", "Default": 30}},
        "Resources": {
            "Direct": queue(f"{name}-direct", DelaySeconds=1),
            "Asked": queue(f"{name}-asked", VisibilityTimeout={"Ref": "Seconds"}),
            "Renamed": queue(f"{name}-one"),
            "Told": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Renamed"}}},
            "Same": queue(f"{name}-same"),
            "Gone": {**queue(f"{name}-gone"), "DeletionPolicy": "Retain"},
        },
    }
    assert {c["Action"] for c in made(aws, name, "one", json.dumps(body), "CREATE").values()} == {"Add"}
    execute(aws, name, "one")
    resources: dict[str, Any] = body["Resources"]
    resources["Direct"]["Properties"] |= {"DelaySeconds": 2, "Tags": [{"Key": "a", "Value": "b"}]}
    resources["Renamed"]["Properties"]["QueueName"] = f"{name}-two"
    del resources["Gone"]
    resources["New"] = {"Type": "AWS::SNS::Topic"}
    given = [{"ParameterKey": "Seconds", "ParameterValue": "40"}]
    changes = made(aws, name, "two", json.dumps(body), Parameters=given)
    assert "Same" not in changes
    assert (changes["New"]["Action"], changes["Gone"]["Action"], changes["Gone"]["PolicyAction"]) == (
        "Add",
        "Remove",
        "Retain",
    )
    assert (changes["Direct"]["Replacement"], changes["Direct"]["Scope"]) == ("False", ["Properties", "Tags"])
    delay, tags = changes["Direct"]["Details"]
    assert delay == {
        "Target": {
            "Attribute": "Properties",
            "Name": "DelaySeconds",
            "RequiresRecreation": "Never",
            "Path": "/Properties/DelaySeconds",
            "AttributeChangeType": "Modify",
            "BeforeValue": "1",
            "AfterValue": "2",
        },
        "Evaluation": "Static",
        "ChangeSource": "DirectModification",
    }
    assert (tags["Target"]["Attribute"], tags["Target"]["AttributeChangeType"]) == ("Tags", "Add")
    causes = [(d["Evaluation"], d["ChangeSource"], d.get("CausingEntity")) for d in changes["Asked"]["Details"]]
    assert causes == [("Dynamic", "DirectModification", None), ("Static", "ParameterReference", "Seconds")]
    assert changes["Asked"]["PhysicalResourceId"].endswith(f"{name}-asked")
    assert (changes["Renamed"]["Replacement"], changes["Renamed"]["PolicyAction"]) == ("True", "ReplaceAndDelete")
    [renamed] = changes["Renamed"]["Details"]
    assert renamed["Target"]["RequiresRecreation"] == "Always"
    [told] = changes["Told"]["Details"]
    assert (told["Evaluation"], told["ChangeSource"], told["CausingEntity"]) == (
        "Dynamic",
        "ResourceReference",
        "Renamed",
    )
    execute(aws, name, "two")
    aws("cloudformation").delete_stack(StackName=name)


def test_names_of_change_sets(aws: Aws, name: str) -> None:
    """One that waits keeps its name; an execution or an update takes along all that wait."""
    cloudformation = aws("cloudformation")

    def waiting() -> list[str]:
        return [one["ChangeSetName"] for one in cloudformation.list_change_sets(StackName=name)["Summaries"]]

    def body(seconds: int) -> str:
        return template(Q=queue(name, DelaySeconds=seconds))

    made(aws, name, "first", body(1), "CREATE")
    with pytest.raises(cloudformation.exceptions.AlreadyExistsException, match="ChangeSet first cannot be created"):
        made(aws, name, "first", body(2), "CREATE")
    made(aws, name, "other", body(2), "CREATE")
    assert waiting() == ["first", "other"]
    execute(aws, name, "first")
    assert waiting() == []
    with pytest.raises(cloudformation.exceptions.ChangeSetNotFoundException):
        cloudformation.describe_change_set(StackName=name, ChangeSetName="other")
    assert list(made(aws, name, "first", body(3))) == ["Q"]  # the name of one that was executed
    cloudformation.update_stack(StackName=name, TemplateBody=body(4))
    assert wait(cloudformation, name) == "UPDATE_COMPLETE"
    assert waiting() == []
    made(aws, name, "first", body(5))
    execute(aws, name, "first")
    assert aws("sqs").get_queue_attributes(
        QueueUrl=aws("sqs").get_queue_url(QueueName=name)["QueueUrl"], AttributeNames=["DelaySeconds"]
    )["Attributes"] == {"DelaySeconds": "5"}
    cloudformation.delete_stack(StackName=name)


def test_a_stack_tells_its_times_and_its_topics(aws: Aws, name: str) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html"""
    cloudformation, sns, sqs = aws("cloudformation"), aws("sns"), aws("sqs")
    topic = sns.create_topic(Name=name)["TopicArn"]
    address = sqs.create_queue(QueueName=f"{name}-told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=address, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    pattern = {"source": ["aws.cloudformation"], "detail": {"stack-id": [{"wildcard": f"*:stack/{name}/*"}]}}
    aws("events").put_rule(Name=name, EventPattern=json.dumps(pattern))
    aws("events").put_targets(Rule=name, Targets=[{"Id": "q", "Arn": arn}])

    def described() -> dict[str, Any]:
        return dict(cloudformation.describe_stacks(StackName=name)["Stacks"][0])

    cloudformation.create_stack(
        StackName=name, TemplateBody=template(Q=queue(name)), NotificationARNs=[topic], TimeoutInMinutes=5
    )
    assert wait(cloudformation, name) == "CREATE_COMPLETE"
    assert (described()["NotificationARNs"], described()["TimeoutInMinutes"]) == ([topic], 5)
    assert not described().keys() & {"LastUpdatedTime", "DeletionTime"}
    cloudformation.update_stack(StackName=name, TemplateBody=template(Q=queue(name, DelaySeconds=1)))
    assert wait(cloudformation, name) == "UPDATE_COMPLETE"
    assert described()["LastUpdatedTime"] > described()["CreationTime"]
    told: list[str] = []

    def receive() -> list[str]:
        for message in sqs.receive_message(QueueUrl=address, MaxNumberOfMessages=10).get("Messages", ()):
            told.append(message["Body"])
            sqs.delete_message(QueueUrl=address, ReceiptHandle=message["ReceiptHandle"])
        return told

    def mailed(found: list[str]) -> set[tuple[str, str]]:
        """What the topic sent: names and statuses. Neither it nor the bus keeps an order."""
        lines = [dict(line.split("=", 1) for line in one.splitlines()) for one in found if not one.startswith("{")]
        return {(one["LogicalResourceId"], one["ResourceStatus"]) for one in lines}

    def happened(found: list[str]) -> set[tuple[str, str, str]]:
        bodies = [json.loads(one) for one in found if one.startswith("{")]
        return {
            (b["detail-type"], b["detail"].get("resource-type", ""), b["detail"]["status-details"]["status"])
            for b in bodies
        }

    until(receive, lambda found: {(f"'{name}'", "'UPDATE_COMPLETE'"), ("'Q'", "'CREATE_COMPLETE'")} <= mailed(found))
    wanted = {
        ("CloudFormation Resource Status Change", "AWS::SQS::Queue", "CREATE_IN_PROGRESS"),
        ("CloudFormation Stack Status Change", "", "UPDATE_COMPLETE"),
    }
    until(receive, lambda found: wanted <= happened(found))
    aws("events").remove_targets(Rule=name, Ids=["q"])
    aws("events").delete_rule(Name=name)
    cloudformation.delete_stack(StackName=name)
