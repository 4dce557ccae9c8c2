"""https://docs.aws.amazon.com/apigateway/latest/developerguide/canary-release.html"""

from typing import Any

import requests

from tests.wire.stacks.test_outcomes import events, wait

TEMPLATE = """
Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: canary}}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: NONE
      MethodResponses: [{StatusCode: 200}]
      Integration:
        Type: MOCK
        RequestTemplates: {application/json: '{"statusCode": 200}'}
        IntegrationResponses: [{StatusCode: 200, ResponseTemplates: {application/json: '"$stageVariables.colour"'}}]
  Deployment: {Type: AWS::ApiGateway::Deployment, DependsOn: Get, Properties: {RestApiId: !Ref Api}}
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties: {RestApiId: !Ref Api, StageName: one, DeploymentId: !Ref Deployment, Variables: {colour: blue}%s}
Outputs:
  Url: {Value: !Sub 'https://${Api}.execute-api.${AWS::Region}.amazonaws.com/one'}
"""
CANARY = ", CanarySetting: {PercentTraffic: 100, StageVariableOverrides: {colour: green}}"


def test_a_stage_sends_its_canary_what_is_its_share(aws: Any) -> None:
    stacks = aws("cloudformation")
    for act, canary, colour in (
        (stacks.create_stack, CANARY, "green"),
        (stacks.update_stack, "", "blue"),
        (stacks.update_stack, CANARY, "green"),
    ):
        act(StackName="canary", TemplateBody=TEMPLATE % canary)
        assert wait(stacks, "canary").endswith("E_COMPLETE"), events(stacks, "canary")
        [output] = stacks.describe_stacks(StackName="canary")["Stacks"][0]["Outputs"]
        assert requests.get(output["OutputValue"]).json() == colour
    stacks.delete_stack(StackName="canary")
    stacks.get_waiter("stack_delete_complete").wait(StackName="canary", WaiterConfig={"Delay": 1})
