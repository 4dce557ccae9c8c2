"""Types that common data-lake stacks have. Properties as in
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
"""

import io
import json
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from tests.listing import listed
from tests.wire.stacks.test_outcomes import events, template, wait

Aws = Callable[[str], Any]
ANYONE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


@pytest.fixture
def name() -> str:
    return f"t{uuid.uuid4().hex[:10]}"


def role(service: str) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}},
    }


def create(aws: Aws, name: str, **resources: dict[str, Any]) -> dict[str, str]:
    """Creates a stack; its resources' physical ids."""
    cloudformation = aws("cloudformation")
    cloudformation.create_stack(StackName=name, TemplateBody=template(**resources), Capabilities=["CAPABILITY_IAM"])
    assert wait(cloudformation, name) == "CREATE_COMPLETE", events(cloudformation, name)
    found = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}


def delete(aws: Aws, name: str) -> None:
    cloudformation = aws("cloudformation")
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName=name)
    assert wait(cloudformation, stack) == "DELETE_COMPLETE"


def test_dashboards_are_made_changed_and_deleted(aws: Aws, name: str) -> None:
    def dashboard(text: str) -> dict[str, Any]:
        widget = {"type": "text", "x": 0, "y": 0, "width": 1, "height": 1, "properties": {"markdown": text}}
        body = json.dumps({"widgets": [widget]})
        return {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardName": name, "DashboardBody": body}}

    assert create(aws, name, D=dashboard("one")) == {"D": name}
    cloudformation, cloudwatch = aws("cloudformation"), aws("cloudwatch")
    cloudformation.update_stack(StackName=name, TemplateBody=template(D=dashboard("two")))
    assert wait(cloudformation, name) == "UPDATE_COMPLETE"
    assert "two" in cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"]
    delete(aws, name)
    assert name not in listed(cloudwatch, "list_dashboards", "DashboardEntries[].DashboardName")


def test_metric_filters_of_a_log_group(aws: Aws, name: str) -> None:
    metric = {"MetricName": "e", "MetricNamespace": "n", "MetricValue": "1"}
    create(
        aws,
        name,
        Group={"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name}},
        Filter={
            "Type": "AWS::Logs::MetricFilter",
            "Properties": {
                "LogGroupName": {"Ref": "Group"},
                "FilterPattern": "ERROR",
                "MetricTransformations": [metric],
            },
        },
    )
    (made,) = aws("logs").describe_metric_filters(logGroupName=name)["metricFilters"]
    assert made["filterPattern"] == "ERROR"
    assert made["filterName"].startswith("Filter-")
    delete(aws, name)


def test_rules_of_security_groups_that_refer_to_each_other(aws: Aws, name: str) -> None:
    """Two groups that let each other in can only be made with the rules as resources of their own."""

    def group() -> dict[str, Any]:
        return {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": name}}

    ids = create(
        aws,
        name,
        A=group(),
        B=group(),
        FromB={
            "Type": "AWS::EC2::SecurityGroupIngress",
            "Properties": {
                "GroupId": {"Fn::GetAtt": ["A", "GroupId"]},
                "IpProtocol": "tcp",
                "FromPort": 5432,
                "ToPort": 5432,
                "SourceSecurityGroupId": {"Fn::GetAtt": ["B", "GroupId"]},
            },
        },
        Out={
            "Type": "AWS::EC2::SecurityGroupEgress",
            "Properties": {
                "GroupId": {"Fn::GetAtt": ["A", "GroupId"]},
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "CidrIp": "10.0.0.0/8",
                "Description": "https",
            },
        },
        Address={"Type": "AWS::EC2::EIP", "Properties": {"Domain": "vpc"}},
    )
    ec2 = aws("ec2")
    (rule,) = ec2.describe_security_group_rules(SecurityGroupRuleIds=[ids["FromB"]])["SecurityGroupRules"]
    assert (rule["FromPort"], rule["IsEgress"]) == (5432, False)
    (rule,) = ec2.describe_security_group_rules(SecurityGroupRuleIds=[ids["Out"]])["SecurityGroupRules"]
    assert (rule["CidrIpv4"], rule["IsEgress"]) == ("10.0.0.0/8", True)
    assert ids["Address"] in [one["PublicIp"] for one in ec2.describe_addresses()["Addresses"]]
    delete(aws, name)
    assert ids["Address"] not in [one["PublicIp"] for one in ec2.describe_addresses()["Addresses"]]


def test_inline_policies_and_archives(aws: Aws, name: str) -> None:
    bus = "arn:aws:events:us-east-1:000000000000:event-bus/default"
    ids = create(
        aws,
        name,
        Role=role("glue.amazonaws.com"),
        Policy={
            "Type": "AWS::IAM::RolePolicy",
            "Properties": {"RoleName": {"Ref": "Role"}, "PolicyName": "lake", "PolicyDocument": ANYONE},
        },
        Archive={"Type": "AWS::Events::Archive", "Properties": {"ArchiveName": name, "SourceArn": bus}},
    )
    policy = aws("iam").get_role_policy(RoleName=ids["Role"], PolicyName="lake")
    assert policy["PolicyDocument"] == ANYONE
    assert aws("events").describe_archive(ArchiveName=name)["EventSourceArn"] == bus
    delete(aws, name)


def test_a_delivery_stream_without_a_name(aws: Aws, name: str) -> None:
    ids = create(
        aws,
        name,
        Bucket={"Type": "AWS::S3::Bucket"},
        Role=role("firehose.amazonaws.com"),
        Stream={
            "Type": "AWS::KinesisFirehose::DeliveryStream",
            "Properties": {
                "ExtendedS3DestinationConfiguration": {
                    "BucketARN": {"Fn::GetAtt": ["Bucket", "Arn"]},
                    "RoleARN": {"Fn::GetAtt": ["Role", "Arn"]},
                }
            },
        },
    )
    firehose = aws("firehose")
    found = firehose.describe_delivery_stream(DeliveryStreamName=ids["Stream"])["DeliveryStreamDescription"]
    assert found["DeliveryStreamStatus"] == "ACTIVE"
    delete(aws, name)


def test_a_resource_that_failed_after_it_was_made_is_deleted_too(aws: Aws, name: str) -> None:
    """CloudFormation creates the function, sees that it failed, and takes it back with the rest."""
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": name,
            "Runtime": "ruby3.3",
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": {"S3Bucket": name, "S3Key": "code.zip"},
        },
    }
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("index.rb", "def handler(event:, context:) = 1")
    aws("s3").create_bucket(Bucket=name)
    aws("s3").put_object(Bucket=name, Key="code.zip", Body=archive.getvalue())
    cloudformation = aws("cloudformation")
    body = template(Role=role("lambda.amazonaws.com"), Function=function)
    stack = cloudformation.create_stack(StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_IAM"])["StackId"]
    assert wait(cloudformation, stack) == "ROLLBACK_COMPLETE"
    assert [status for logical, status in events(cloudformation, stack) if logical == "Function"] == [
        "CREATE_IN_PROGRESS",
        "CREATE_FAILED",
        "DELETE_IN_PROGRESS",
        "DELETE_COMPLETE",
    ]
    assert name not in listed(aws("lambda"), "list_functions", "Functions[].FunctionName")
    cloudformation.delete_stack(StackName=stack)
    assert wait(cloudformation, stack) == "DELETE_COMPLETE"
    assert "StackStatusReason" not in cloudformation.describe_stacks(StackName=stack)["Stacks"][0]


def test_types_that_are_not_supported_are_named(aws: Aws, name: str) -> None:
    cloudformation = aws("cloudformation")
    grant = {"Type": "AWS::LakeFormation::Permissions", "Properties": {}}
    endpoint = {"Type": "AWS::Glue::DevEndpoint", "Properties": {}}
    cloudformation.create_stack(StackName=name, TemplateBody=template(Grant=grant, Endpoint=endpoint))
    assert wait(cloudformation, name) == "ROLLBACK_COMPLETE"
    reason = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatusReason"]
    assert "does not support the resource type AWS::LakeFormation::Permissions" in reason
    assert "does not support the resource type AWS::Glue::DevEndpoint" in reason
