"""REST APIs in front of AWS services, by templates as they are published."""

from typing import Any

import pytest
import requests

from tests.stacks import deployed

TEMPLATE = """
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: queue}}
  All:
    Type: AWS::ApiGateway::Resource
    Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: zoo}
  First:
    Type: AWS::ApiGateway::Method
    Properties: &method
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: NONE
      RequestParameters: {method.request.querystring.AttributeName: false}
      MethodResponses: [{StatusCode: 200}]
      Integration:
        Type: AWS
        IntegrationHttpMethod: POST
        Credentials: arn:aws:iam::000000000000:role/api
        Uri: !Sub arn:aws:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/${Queue.QueueName}
        RequestParameters:
          integration.request.header.Content-Type: "'application/x-www-form-urlencoded'"
          integration.request.querystring.Action: "'ReceiveMessage'"
          integration.request.querystring.AttributeName: method.request.querystring.AttributeName
        IntegrationResponses: [{StatusCode: 200}]
  Zoo:
    Type: AWS::ApiGateway::Method
    Properties: {<<: *method, ResourceId: !Ref All}
  Deployment:
    Type: AWS::ApiGateway::Deployment
    DependsOn: First
    Properties: {RestApiId: !Ref Api, StageName: dev}
Outputs:
  Url: {Value: !Sub 'https://${Api}.execute-api.${AWS::Region}.amazonaws.com/dev'}
  Queue: {Value: !Ref Queue}
"""


@pytest.fixture(scope="module")
def outputs(aws: Any) -> Any:
    with deployed(aws, "rest-api-queue", TEMPLATE) as outputs:
        yield outputs


def test_answers_of_the_query_protocol_in_json(aws: Any, outputs: dict[str, str]) -> None:
    """https://serverlessland.com/patterns/apigw-sqs-receive-messages prints both answers."""
    empty = requests.get(outputs["Url"]).json()["ReceiveMessageResponse"]
    assert empty["ReceiveMessageResult"] == {"messages": None}
    assert list(empty["ResponseMetadata"]) == ["RequestId"]
    aws("sqs").send_message(QueueUrl=outputs["Queue"], MessageBody='say "hi"')
    told = requests.get(f"{outputs['Url']}?AttributeName=SenderId").json()["ReceiveMessageResponse"]
    (message,) = told["ReceiveMessageResult"]["messages"]
    assert (message["Body"], message["MessageAttributes"]) == ('say "hi"', None)
    assert message["Attributes"] == [{"Name": "SenderId", "Value": "000000000000"}]


def test_a_deployment_that_names_one_method_has_all_that_are_made_before_it(outputs: dict[str, str]) -> None:
    assert requests.get(f"{outputs['Url']}/zoo").status_code == 200
