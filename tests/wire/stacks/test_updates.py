"""Updates in place, and stacks in stacks.

What is updated without replacement: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.waiting import until
from tests.wire.stacks.test_outcomes import events, name, queue, queues, template, wait
from tests.wire.stacks.test_types import create, delete, role

__all__ = ["name"]  # the fixture

Aws = Callable[[str], Any]


def change(aws: Aws, name: str, **resources: dict[str, Any]) -> None:
    cloudformation = aws("cloudformation")
    cloudformation.update_stack(StackName=name, TemplateBody=template(**resources), Capabilities=["CAPABILITY_IAM"])
    assert wait(cloudformation, name) == "UPDATE_COMPLETE", events(cloudformation, name)


SAM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Say:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      Handler: index.handler
      AutoPublishAlias: live
      AutoPublishAliasAllProperties: true
      FunctionUrlConfig: {AuthType: NONE, Cors: {AllowOrigins: ["https://%(word)s.example"]}}
      Environment: {Variables: {WORD: %(word)s}}
      InlineCode: |
        import os
        def handler(event, context):
            return os.environ["WORD"] + " " + context.function_version
Outputs:
  Alias: {Value: !Ref Say.Alias}
"""


def test_a_published_function_is_deployed_again(aws: Aws, name: str) -> None:
    """The alias moves to the new version: SAM's usual second deployment."""
    cloudformation, functions = aws("cloudformation"), aws("lambda")
    many = {"StackName": name, "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]}
    cloudformation.create_stack(TemplateBody=SAM % {"word": "one"}, **many)
    assert wait(cloudformation, name) == "CREATE_COMPLETE", events(cloudformation, name)
    cloudformation.update_stack(TemplateBody=SAM % {"word": "two"}, **many)
    assert wait(cloudformation, name) == "UPDATE_COMPLETE", events(cloudformation, name)
    [alias] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
    answer = functions.invoke(FunctionName=alias["OutputValue"])["Payload"].read()
    assert json.loads(answer).startswith("two ")
    again = cloudformation.create_change_set(TemplateBody=SAM % {"word": "two"}, ChangeSetName="same", **many)
    told = until(
        lambda: cloudformation.describe_change_set(ChangeSetName=again["Id"]), lambda d: d["Status"] != "CREATE_PENDING"
    )
    assert (told["Status"], told["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert told["StatusReason"].startswith("The submitted information didn't contain changes.")
    url = functions.get_function_url_config(FunctionName=alias["OutputValue"].rpartition(":")[0], Qualifier="live")
    assert url["Cors"]["AllowOrigins"] == ["https://two.example"]
    delete(aws, name)


def test_a_resource_without_properties_gets_some(aws: Aws, name: str) -> None:
    """And loses them."""
    cloudformation = aws("cloudformation")
    plain: dict[str, Any] = {"Type": "AWS::SQS::Queue"}
    cloudformation.create_stack(StackName=name, TemplateBody=template(Q=plain))
    assert wait(cloudformation, name) == "CREATE_COMPLETE", events(cloudformation, name)
    [made] = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    for described in ({**plain, "Properties": {"DelaySeconds": 1}}, plain):
        change(aws, name, Q=described)
        assert events(cloudformation, name)[-2] == ("Q", "UPDATE_COMPLETE")
    [same] = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    assert same["PhysicalResourceId"] == made["PhysicalResourceId"]
    delete(aws, name)


def test_a_table_gets_an_index_a_stream_and_a_time_to_live(aws: Aws, name: str) -> None:
    def table(**more: Any) -> dict[str, Any]:
        keys = ["id", *(["at"] if more else [])]
        properties = {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in keys],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        }
        return {"Type": "AWS::DynamoDB::Table", "Properties": properties | more}

    made = create(aws, name, Table=table())
    index = {
        "IndexName": "by-time",
        "KeySchema": [{"AttributeName": "at", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    change(
        aws,
        name,
        Table=table(
            GlobalSecondaryIndexes=[index],
            StreamSpecification={"StreamViewType": "NEW_IMAGE"},
            TimeToLiveSpecification={"AttributeName": "ttl", "Enabled": True},
        ),
    )
    found = aws("dynamodb").describe_table(TableName=made["Table"])["Table"]
    assert [one["IndexName"] for one in found["GlobalSecondaryIndexes"]] == ["by-time"]
    assert found["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    ttl = aws("dynamodb").describe_time_to_live(TableName=made["Table"])["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}
    delete(aws, name)


def test_keys_policies_schedules_and_secrets_are_changed_in_place(aws: Aws, name: str) -> None:
    def resources(word: str, action: str) -> dict[str, Any]:
        statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        target = {
            "Arn": "arn:aws:sqs:us-east-1:000000000000:q",
            "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
            "Input": word,
        }
        return {
            "Role": role("scheduler.amazonaws.com"),
            "Key": {
                "Type": "AWS::KMS::Key",
                "Properties": {
                    "Description": word,
                    "KeyPolicy": {**policy, "Statement": [{**statement, "Principal": "*"}]},
                },
            },
            "Policy": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": policy}},
            "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": word}},
            "Schedule": {
                "Type": "AWS::Scheduler::Schedule",
                "Properties": {
                    "ScheduleExpression": "rate(1 day)",
                    "FlexibleTimeWindow": {"Mode": "OFF"},
                    "Target": target,
                },
            },
        }

    made = create(aws, name, **resources("one", "kms:*"))
    change(aws, name, **resources("two", "kms:Decrypt"))
    assert aws("kms").describe_key(KeyId=made["Key"])["KeyMetadata"]["Description"] == "two"
    assert "kms:Decrypt" in aws("kms").get_key_policy(KeyId=made["Key"], PolicyName="default")["Policy"]
    version = aws("iam").get_policy(PolicyArn=made["Policy"])["Policy"]["DefaultVersionId"]
    found = aws("iam").get_policy_version(PolicyArn=made["Policy"], VersionId=version)["PolicyVersion"]
    assert found["Document"]["Statement"][0]["Action"] == "kms:Decrypt"
    assert aws("secretsmanager").get_secret_value(SecretId=made["Secret"])["SecretString"] == "two"
    assert aws("scheduler").get_schedule(Name=made["Schedule"])["Target"]["Input"] == "two"
    delete(aws, name)


def test_a_managed_policy_is_changed_more_often_than_it_has_versions(aws: Aws, name: str) -> None:
    def policy(number: int) -> dict[str, Any]:
        statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::b{number}/*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        return {"Policy": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}}

    made = create(aws, name, **policy(0))
    for number in range(1, 7):
        change(aws, name, **policy(number))
    versions = aws("iam").list_policy_versions(PolicyArn=made["Policy"])["Versions"]
    assert [v["VersionId"] for v in versions if v["IsDefaultVersion"]] == ["v7"]
    assert sorted(v["VersionId"] for v in versions) == ["v3", "v4", "v5", "v6", "v7"]
    delete(aws, name)


def test_a_nested_stack_is_updated_and_its_failure_is_the_outer_ones(aws: Aws, name: str) -> None:
    s3, cloudformation = aws("s3"), aws("cloudformation")
    s3.create_bucket(Bucket=name)

    def outer(key: str, **inner: Any) -> dict[str, Any]:
        s3.put_object(Bucket=name, Key=key, Body=json.dumps(inner).encode())
        url = f"https://{name}.s3.amazonaws.com/{key}"
        return {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}

    def inner(delay: int) -> dict[str, Any]:
        return {
            "Resources": {"Queue": queue(f"{name}-q", DelaySeconds=delay)},
            "Outputs": {"Delay": {"Value": {"Fn::Sub": f"{delay} ${{Queue.QueueName}}"}}},
        }

    def told(stack: dict[str, Any]) -> dict[str, Any]:
        value = {"Fn::GetAtt": ["Stack", "Outputs.Delay"]}
        return {
            "Stack": stack,
            "Told": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}},
        }

    ids = create(aws, name, **told(outer("one", **inner(1))))
    change(aws, name, **told(outer("two", **inner(2))))
    assert aws("ssm").get_parameter(Name=ids["Told"])["Parameter"]["Value"] == f"2 {name}-q"
    delete(aws, name)

    broken = outer("broken", Resources={"Bad": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "a"}}})
    stack = cloudformation.create_stack(StackName=name, TemplateBody=template(Stack=broken))["StackId"]
    assert wait(cloudformation, stack) == "ROLLBACK_COMPLETE"
    happened = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    [reason] = [one["ResourceStatusReason"] for one in happened if one["ResourceStatus"] == "CREATE_FAILED"]
    assert reason.startswith("Embedded stack arn:aws:cloudformation:")
    assert "was not successfully created" in reason


GRADUAL = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Say:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      Handler: index.handler
      AutoPublishAlias: live
      AutoPublishAliasAllProperties: true
      DeploymentPreference: {Type: %(preference)s}
      Environment: {Variables: {WORD: %(word)s}}
      InlineCode: |
        import os
        def handler(event, context):
            return os.environ["WORD"]
Outputs:
  Alias: {Value: !Ref Say.Alias}
"""


def test_a_deployment_preference_moves_the_alias(aws: Aws, name: str) -> None:
    cloudformation = aws("cloudformation")
    many = {"StackName": name, "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]}
    first = GRADUAL % {"word": "one", "preference": "Canary10Percent5Minutes"}
    cloudformation.create_stack(TemplateBody=first, **many)
    assert wait(cloudformation, name) == "CREATE_COMPLETE", events(cloudformation, name)
    second = GRADUAL % {"word": "two", "preference": "Linear10PercentEvery1Minute"}
    cloudformation.update_stack(TemplateBody=second, **many)
    assert wait(cloudformation, name) == "UPDATE_COMPLETE", events(cloudformation, name)
    [alias] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
    answer = aws("lambda").invoke(FunctionName=alias["OutputValue"])["Payload"].read()
    assert json.loads(answer) == "two"
    codedeploy = aws("codedeploy")
    resources = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    made = {r["ResourceType"]: r["PhysicalResourceId"] for r in resources}
    application, group = made["AWS::CodeDeploy::Application"], made["AWS::CodeDeploy::DeploymentGroup"]
    found = codedeploy.get_deployment_group(applicationName=application, deploymentGroupName=group)
    config = found["deploymentGroupInfo"]["deploymentConfigName"]
    assert config == "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"
    with pytest.raises(ClientError, match=r"does not support codedeploy\.CreateDeployment"):
        codedeploy.create_deployment(applicationName=application, deploymentGroupName=group)
    delete(aws, name)
    assert application not in codedeploy.list_applications()["applications"]


MAPPED = """
Parameters:
  Stage: {Type: String, Default: dev}
Mappings:
  Sizes: {us-east-1: {dev: %(dev)s, prod: '300'}}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {VisibilityTimeout: !FindInMap [Sizes, !Ref 'AWS::Region', !Ref Stage]}
Outputs:
  Queue: {Value: !Ref Queue}
"""


def test_what_a_mapping_gives_by_computed_keys_is_updated(aws: Aws, name: str) -> None:
    cloudformation = aws("cloudformation")

    def timeout() -> str:
        [output] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
        asked = aws("sqs").get_queue_attributes(QueueUrl=output["OutputValue"], AttributeNames=["VisibilityTimeout"])
        return str(asked["Attributes"]["VisibilityTimeout"])

    cloudformation.create_stack(StackName=name, TemplateBody=MAPPED % {"dev": "'10'"})
    assert wait(cloudformation, name) == "CREATE_COMPLETE", events(cloudformation, name)
    with pytest.raises(ClientError, match="No updates are to be performed"):
        cloudformation.update_stack(StackName=name, TemplateBody=MAPPED % {"dev": "'10'"})
    cloudformation.update_stack(StackName=name, TemplateBody=MAPPED % {"dev": "'20'"})
    assert wait(cloudformation, name) == "UPDATE_COMPLETE", events(cloudformation, name)
    assert timeout() == "20"
    prod = [{"ParameterKey": "Stage", "ParameterValue": "prod"}]
    cloudformation.update_stack(StackName=name, TemplateBody=MAPPED % {"dev": "'20'"}, Parameters=prod)
    assert wait(cloudformation, name) == "UPDATE_COMPLETE", events(cloudformation, name)
    assert timeout() == "300"


SUBSTITUTED = """
Parameters:
  Version: {Type: String}
Resources:
  Told:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !Sub "${Version} ${!stageVariables.x}", Description: !Sub "${Version}"}
Outputs:
  Name: {Value: !Ref Told}
"""


def test_a_substituted_text_stays_one_and_is_updated(aws: Aws, name: str) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-sub.html"""
    cloudformation, ssm = aws("cloudformation"), aws("ssm")
    for act, version in ((cloudformation.create_stack, "1.10"), (cloudformation.update_stack, "1.20")):
        parameters = [{"ParameterKey": "Version", "ParameterValue": version}]
        act(StackName=name, TemplateBody=SUBSTITUTED, Parameters=parameters)
        assert wait(cloudformation, name).endswith("_COMPLETE"), events(cloudformation, name)
        [output] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
        found = ssm.get_parameter(Name=output["OutputValue"])["Parameter"]
        assert found["Value"] == f"{version} ${{stageVariables.x}}"


NULL = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Forget
        States: {Forget: {Type: Pass, Result: x, ResultPath: null, End: true}}
Outputs:
  Machine: {Value: !Ref Machine}
"""


def test_a_transformed_template_may_have_nulls_and_is_updated_only_when_it_changed(aws: Aws, name: str) -> None:
    """https://github.com/aws/serverless-application-model/issues/1618 tells of the null."""
    cloudformation, machines = aws("cloudformation"), aws("stepfunctions")
    given = {"StackName": name, "TemplateBody": NULL, "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]}
    cloudformation.create_stack(**given)
    assert wait(cloudformation, name) == "CREATE_COMPLETE", events(cloudformation, name)
    [output] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
    definition = machines.describe_state_machine(stateMachineArn=output["OutputValue"])["definition"]
    assert json.loads(definition)["States"]["Forget"]["ResultPath"] is None
    with pytest.raises(ClientError, match="No updates are to be performed"):
        cloudformation.update_stack(**given)
    delete(aws, name)


def test_a_delivery_stream_is_changed_in_place(aws: Aws, name: str) -> None:
    def resources(prefix: str) -> dict[str, Any]:
        where = {"BucketARN": {"Fn::GetAtt": ["Bucket", "Arn"]}, "RoleARN": {"Fn::GetAtt": ["Role", "Arn"]}}
        properties = {"ExtendedS3DestinationConfiguration": {**where, "Prefix": prefix}}
        stream = {"Type": "AWS::KinesisFirehose::DeliveryStream", "Properties": properties}
        return {"Bucket": {"Type": "AWS::S3::Bucket"}, "Role": role("firehose.amazonaws.com"), "Stream": stream}

    made = create(aws, name, **resources("a/"))
    change(aws, name, **resources("b/"))
    stream = aws("firehose").describe_delivery_stream(DeliveryStreamName=made["Stream"])["DeliveryStreamDescription"]
    [destination] = stream["Destinations"]
    assert destination["ExtendedS3DestinationDescription"]["Prefix"] == "b/"
    assert destination["ExtendedS3DestinationDescription"]["BucketARN"].endswith(made["Bucket"])
    assert stream["VersionId"] == "2"
    delete(aws, name)


def test_a_name_whose_parameter_changes_is_a_replacement(aws: Aws, name: str) -> None:
    """Name of a log group: "Update requires: Replacement" (aws-resource-logs-loggroup.html)."""
    cloudformation, logs = aws("cloudformation"), aws("logs")
    group = {"LogGroupName": {"Fn::Sub": f"/{name}/${{Suffix}}"}, "RetentionInDays": 7}
    body = json.loads(template(Group={"Type": "AWS::Logs::LogGroup", "Properties": group}))
    body["Parameters"] = {"Suffix": {"Type": "String", "Default": "a"}}
    given: dict[str, Any] = {"StackName": name, "TemplateBody": json.dumps(body)}
    cloudformation.create_stack(**given)
    assert wait(cloudformation, name) == "CREATE_COMPLETE", events(cloudformation, name)
    cloudformation.update_stack(**given, Parameters=[{"ParameterKey": "Suffix", "ParameterValue": "b"}])
    assert wait(cloudformation, name) == "UPDATE_COMPLETE", events(cloudformation, name)
    found = logs.describe_log_groups(logGroupNamePrefix=f"/{name}/")["logGroups"]
    assert [(g["logGroupName"], g["retentionInDays"]) for g in found] == [(f"/{name}/b", 7)]
    delete(aws, name)


def test_what_was_replaced_before_an_update_failed_is_put_back(aws: Aws, name: str) -> None:
    """The last resource has no update in place here: nothing was done to it, and nothing has to be undone."""
    cloudformation = aws("cloudformation")

    def resources(suffix: str) -> dict[str, Any]:
        hours = {"Cutoff": 1, "Duration": 2 if suffix == "a" else 3, "Schedule": "rate(7 days)"}
        properties = {"Name": f"{name}-w", "AllowUnassociatedTargets": True, **hours}
        window = {"Type": "AWS::SSM::MaintenanceWindow", "DependsOn": "Queue", "Properties": properties}
        return {"Queue": queue(f"{name}-{suffix}"), "Window": window}

    create(aws, name, **resources("a"))
    cloudformation.update_stack(StackName=name, TemplateBody=template(**resources("b")))
    assert wait(cloudformation, name) == "UPDATE_ROLLBACK_COMPLETE", events(cloudformation, name)
    assert queues(aws, name) == [f"{name}-a"]
    delete(aws, name)
    assert queues(aws, name) == []
