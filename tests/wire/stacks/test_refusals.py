"""Templates and parameters that CloudFormation refuses before it makes anything; nothing stays of them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from tests.wire.stacks.test_outcomes import name, wait
from tests.wire.stacks.test_types import delete

__all__ = ["name"]  # the fixture

Aws = Callable[[str], Any]
QUEUE = "{Type: AWS::SQS::Queue}"
REFUSED = {
    "Parameters: {P: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /none}}\n"
    f"Resources: {{A: {QUEUE}}}": "Unable to fetch parameters [/none] from parameter store for this account.",
    "Resources: {}": "Template format error: At least one Resources member must be defined.",
    f"AWSTemplateFormatVersion: '2011-01-01'\nResources: {{A: {QUEUE}}}": "unsupported value for AWSTemplateFormatVer",
    f"Foo: 1\nResources: {{A: {QUEUE}}}": "Invalid template property or properties [Foo]",
    "Resources: {A: {Type: AWS::SQS::Queue, DependsOn: Z}}": "Unresolved resource dependencies [Z] in the Resources",
    "Resources: {A: {Type: AWS::SQS::Queue, Condition: C}}": "Unresolved condition dependency C in the Resources",
    "Resources: {A: {Type: AWS::SQS::Queue, DeletionPolicy: Maybe}}": "Unrecognized DeletionPolicy Maybe for",
    f"Resources: {{A: {QUEUE}}}\nOutputs: {{O: {{Value: {{'Fn::GetAtt': [A, Nope]}}}}}}": (
        "resource A does not support attribute type Nope in Fn::GetAtt"
    ),
    f"Resources: {{A: {QUEUE}}}\nOutputs: {{O: {{Value: {{'Fn::Sub': 'x-${{A.Nope}}'}}}}}}": (
        "resource A does not support attribute type Nope in Fn::GetAtt"
    ),
    "Resources: {A: {Type: AWS::SQS::Queue, Properties: {QueueName: {'Fn::FindInMap': [M, a, b]}}}}": (
        "Mapping named 'M' is not present"
    ),
    "Resources: {A: {Type: AWS::SQS::Queue, Properties: {Tags: [{Key: a, Value: null}]}}}": (
        "[/Resources/A/Type/Tags/0/Value] 'null' values are not allowed in templates"
    ),
    "Parameters: {Stage: {Type: String, Default: dev}}\n"
    "Rules: {R: {Assertions: [{Assert: {'Fn::Equals': [{Ref: Stage}, prod]}, AssertDescription: only prod}]}}\n"
    f"Resources: {{A: {QUEUE}}}": "only prod",
    "Resources: {A: {Type: AWS::SQS::Queue, Properties: {QueueName: {Ref: B}}},"
    " B: {Type: AWS::SQS::Queue, DependsOn: A}}": "Circular dependency between resources: [A, B]",
}


@pytest.mark.parametrize("template", REFUSED)
def test_a_template_is_refused(aws: Aws, name: str, template: str) -> None:
    cloudformation = aws("cloudformation")
    for create in (
        lambda: cloudformation.create_stack(StackName=name, TemplateBody=template),
        lambda: cloudformation.create_change_set(
            StackName=name, ChangeSetName="c", ChangeSetType="CREATE", TemplateBody=template
        ),
    ):
        with pytest.raises(ClientError) as refused:
            create()
        assert refused.value.response["Error"]["Code"] == "ValidationError"
        assert REFUSED[template] in refused.value.response["Error"]["Message"]
    with pytest.raises(ClientError, match="does not exist"):
        cloudformation.describe_stacks(StackName=name)


PARAMETERS = {
    "Count": {"Type": "Number", "MinValue": 1, "MaxValue": 5, "Default": 2},
    "Word": {"Type": "String", "AllowedPattern": "[a-z]+", "Default": "ab"},
    "Told": {"Type": "String", "MaxLength": 2, "Default": "ab", "ConstraintDescription": "two at most."},
    "Short": {"Type": "String", "MinLength": 2, "Default": "ab"},
    "One": {"Type": "String", "AllowedValues": ["x", "y"], "Default": "x"},
    "Some": {"Type": "CommaDelimitedList", "AllowedValues": ["x", "y"], "Default": "x"},
    "Empty": {"Type": "String", "Default": "full"},
}
TEMPLATE = yaml.safe_dump(
    {
        "Parameters": PARAMETERS,
        "Conditions": {"None": {"Fn::Equals": [{"Ref": "Empty"}, ""]}},
        "Resources": {"Q": {"Type": "AWS::SQS::Queue"}},
        "Outputs": {"Found": {"Value": {"Fn::If": ["None", "nothing", "something"]}}},
    }
)


@pytest.mark.parametrize(
    ("parameter", "value", "message"),
    [
        ("Count", "9", "Parameter 'Count' must be a number not greater than 5"),
        ("Count", "0", "Parameter 'Count' must be a number not less than 1"),
        ("Count", "many", "Parameter 'Count' must be a number"),
        ("Word", "AB", "Parameter 'Word' must match pattern [a-z]+"),
        ("Told", "abc", "Parameter Told failed to satisfy constraint: two at most."),
        ("Short", "a", "Parameter 'Short' must contain at least 2 characters"),
        ("One", "z", "Parameter 'One' must be one of AllowedValues"),
        ("Some", "x, z", "Parameter 'Some' must be one of AllowedValues"),
        ("Other", "x", "Parameters: [Other] do not exist in the template"),
    ],
)
def test_a_parameter_is_refused(aws: Aws, name: str, parameter: str, value: str, message: str) -> None:
    given = [{"ParameterKey": parameter, "ParameterValue": value}]
    with pytest.raises(ClientError) as refused:
        aws("cloudformation").create_stack(StackName=name, TemplateBody=TEMPLATE, Parameters=given)
    assert refused.value.response["Error"]["Message"] == message


@pytest.mark.parametrize(("value", "found"), [("", "nothing"), ("x", "something")])
def test_an_empty_text_is_a_value(aws: Aws, name: str, value: str, found: str) -> None:
    cloudformation = aws("cloudformation")
    given = [{"ParameterKey": "Empty", "ParameterValue": value}]
    cloudformation.create_stack(StackName=name, TemplateBody=TEMPLATE, Parameters=given)
    assert wait(cloudformation, name) == "CREATE_COMPLETE"
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    assert stack["Outputs"] == [{"OutputKey": "Found", "OutputValue": found}]
    delete(aws, name)


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ("{VisibilityTimeuot: 5}", "#: extraneous key [VisibilityTimeuot] is not permitted"),
        ("{VisibilityTimeout: soon}", "#/VisibilityTimeout: expected type: Integer, found: String"),
        ("{QueueName: {a: b}}", "#/QueueName: expected type: String, found: JSONObject"),
        ("{Tags: all}", "#/Tags: expected type: JSONArray, found: String"),
        ("{Tags: [a]}", "#/Tags/0: expected type: JSONObject, found: String"),
        ("{SqsManagedSseEnabled: maybe}", "#/SqsManagedSseEnabled: expected type: Boolean, found: String"),
    ],
)
def test_a_property_that_does_not_fit_its_type_fails_the_stack(
    aws: Aws, name: str, properties: str, message: str
) -> None:
    cloudformation = aws("cloudformation")
    template = f"Resources: {{Q: {{Type: AWS::SQS::Queue, Properties: {properties}}}}}"
    stack = cloudformation.create_stack(StackName=name, TemplateBody=template)["StackId"]
    assert wait(cloudformation, stack) == "ROLLBACK_COMPLETE"
    told = [e.get("ResourceStatusReason") for e in cloudformation.describe_stack_events(StackName=stack)["StackEvents"]]
    assert any(message in (reason or "") for reason in told)
    with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        cloudformation.create_change_set(StackName=name, ChangeSetName="c", TemplateBody=template)
    delete(aws, name)


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("no-such-bucket/t.yaml", "S3 error: The specified bucket does not exist"),
        ("templates-of-a-test/t.yaml", "S3 error: The specified key does not exist"),
    ],
)
def test_a_template_that_is_nowhere_is_refused(aws: Aws, name: str, place: str, told: str) -> None:
    s3, cloudformation = aws("s3"), aws("cloudformation")
    s3.create_bucket(Bucket="templates-of-a-test")
    url = f"{s3.meta.endpoint_url}/{place}"
    with pytest.raises(ClientError) as refused:
        cloudformation.create_stack(StackName=name, TemplateURL=url)
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert told in refused.value.response["Error"]["Message"]


def test_a_validated_template_tells_the_capability_that_it_needs(aws: Any) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ValidateTemplate.html"""
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}
    queue = {"Q": {"Type": "AWS::SQS::Queue"}}

    def told(**resources: Any) -> dict[str, Any]:
        answer = aws("cloudformation").validate_template(TemplateBody=json.dumps({"Resources": queue | resources}))
        return {name: value for name, value in answer.items() if name.startswith("Capabilities")}

    assert told() == {}
    assert told(Role=role) == {
        "Capabilities": ["CAPABILITY_IAM"],
        "CapabilitiesReason": "The following resource(s) require capabilities: [AWS::IAM::Role]",
    }
    role["Properties"] = {"RoleName": "mine", "AssumeRolePolicyDocument": {}}
    assert told(Role=role)["Capabilities"] == ["CAPABILITY_NAMED_IAM"]


def test_the_import_of_resources_is_refused_by_name(aws: Aws, name: str) -> None:
    bucket = {"ResourceType": "AWS::S3::Bucket", "LogicalResourceId": "B", "ResourceIdentifier": {"BucketName": name}}
    with pytest.raises(ClientError, match="does not support the import of resources"):
        aws("cloudformation").create_change_set(
            StackName=name,
            ChangeSetName="c",
            ChangeSetType="IMPORT",
            ResourcesToImport=[bucket],
            TemplateBody="Resources: {B: {Type: AWS::S3::Bucket, DeletionPolicy: Retain}}",
        )
