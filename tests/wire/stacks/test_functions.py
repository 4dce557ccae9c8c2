"""Intrinsic functions, those of AWS::LanguageExtensions too.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html (read 2026-11)
"""

from collections.abc import Callable
from typing import Any

from tests.stacks import deployed
from tests.wire.stacks.test_outcomes import name

__all__ = ["name"]  # the fixture

Aws = Callable[[str], Any]

LISTS = """
Parameters:
  Block: {Type: String, Default: 10.0.0.0/16}
  Names: {Type: CommaDelimitedList, Default: "one, two"}
  Numbers: {Type: List<Number>, Default: "1,2,3"}
Resources:
  Told:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value: !Join
        - "|"
        - [!Select [1, !Cidr [!Ref Block, 4, 8]], !Select ["1", !Ref Names], !Select ["2", !Ref Numbers]]
  Topic: {Type: AWS::SNS::Topic}
Outputs:
  Told: {Value: !GetAtt Told.Value}
  Topic: {Value: !GetAtt Topic.TopicName}
"""


def test_blocks_and_what_is_selected_from_lists(aws: Aws, name: str) -> None:
    """Its deletion looks at the values of before, which were no lists."""
    with deployed(aws, name, LISTS) as outputs:
        assert outputs["Told"] == "10.0.1.0/24|two|3"
        assert outputs["Topic"].startswith(f"{name}-Topic-")


REPEATED = """
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: "Orders,Users"}
Mappings:
  Seconds: {Orders: {Hidden: "3"}}
Resources:
  Fn::ForEach::Queues:
    - Name
    - !Ref Names
    - "Queue${Name}":
        Type: AWS::SQS::Queue
        Properties: {VisibilityTimeout: !FindInMap [Seconds, !Ref Name, Hidden, {DefaultValue: "7"}]}
  Told:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value: {Fn::ToJsonString: {count: {Fn::Length: !Ref Names}, first: !GetAtt QueueOrders.QueueName, more: [1, "2"]}}
Outputs:
  Fn::ForEach::Urls:
    - Name
    - !Ref Names
    - "Url${Name}": {Value: !GetAtt [!Sub "Queue${Name}", QueueUrl]}
  Told: {Value: !GetAtt Told.Value}
"""


def test_what_is_repeated_and_what_refers_to_it(aws: Aws, name: str) -> None:
    with deployed(aws, name, REPEATED) as outputs:
        queue = outputs["UrlOrders"].rpartition("/")[2]
        assert outputs["Told"] == f'{{"count":2,"first":"{queue}","more":[1,"2"]}}'
        hidden = [
            aws("sqs").get_queue_attributes(QueueUrl=outputs[url], AttributeNames=["VisibilityTimeout"])["Attributes"]
            for url in ("UrlOrders", "UrlUsers")
        ]
        assert [one["VisibilityTimeout"] for one in hidden] == ["3", "7"]


VERSIONS = """
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: states.amazonaws.com}, Action: "sts:AssumeRole"}]
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !GetAtt Role.Arn
      Definition: {StartAt: A, States: {A: {Type: Pass, Result: 7, End: true}}}
  Version:
    Type: AWS::StepFunctions::StateMachineVersion
    Properties: {StateMachineArn: !Ref Machine, Description: first}
  Alias:
    Type: AWS::StepFunctions::StateMachineAlias
    Properties: {Name: live, RoutingConfiguration: [{StateMachineVersionArn: !Ref Version, Weight: 100}]}
Outputs:
  Alias: {Value: !Ref Alias}
  Version: {Value: !GetAtt Version.Arn}
"""


def test_a_version_of_a_state_machine_and_its_alias(aws: Aws, name: str) -> None:
    with deployed(aws, name, VERSIONS) as outputs:
        routes = aws("stepfunctions").describe_state_machine_alias(stateMachineAliasArn=outputs["Alias"])
        assert routes["routingConfiguration"] == [{"stateMachineVersionArn": outputs["Version"], "weight": 100}]
        assert outputs["Version"].endswith(":1")


MACRO = """
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.11
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code:
        ZipFile: |
          def handler(event, context):
              for resource in event["fragment"]["Resources"].values():
                  resource["Properties"] = {"VisibilityTimeout": event["templateParameterValues"]["Seconds"]}
              return {"requestId": event["requestId"], "status": "success", "fragment": event["fragment"]}
  Macro:
    Type: AWS::CloudFormation::Macro
    Properties: {Name: %(name)s, FunctionName: !GetAtt Function.Arn}
Outputs: {Macro: {Value: !Ref Macro}}
"""
USER = """
Transform: %(name)s
Parameters: {Seconds: {Type: Number, Default: 77}}
Resources: {Queue: {Type: AWS::SQS::Queue}}
Outputs: {Url: {Value: !Ref Queue}}
"""


def test_a_macro_of_one_s_own(aws: Aws, name: str) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros.html"""
    told = {"name": f"{name}-macro"}
    with deployed(aws, told["name"], MACRO % told), deployed(aws, name, USER % told) as outputs:
        found = aws("sqs").get_queue_attributes(QueueUrl=outputs["Url"], AttributeNames=["VisibilityTimeout"])
        assert found["Attributes"] == {"VisibilityTimeout": "77"}
