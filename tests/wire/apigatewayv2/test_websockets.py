"""WebSocket APIs by a template, called by a WebSocket client; their functions answer by @connections.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html (read 2026-11)
"""

import json
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from tests.stacks import deployed
from tests.waiting import until
from tests.websockets import Client, RejectedError

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Api, StageName: prod, AutoDeploy: true, StageVariables: {color: green}}
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Chat.Arn}/invocations
  Connect: &route
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: $connect, Target: !Sub 'integrations/${Integration}', AuthorizationType: CUSTOM, AuthorizerId: !Ref Authorizer}
  Disconnect:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: $disconnect, Target: !Sub 'integrations/${Integration}'}
  Tell:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: tell, Target: !Sub 'integrations/${Integration}'}
  Ask:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: ask, Target: !Sub 'integrations/${Integration}', RouteResponseSelectionExpression: $default}
  AskResponse:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Api, RouteId: !Ref Ask, RouteResponseKey: $default}
  Queue: {Type: AWS::SQS::Queue}
  QueueIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS
      IntegrationMethod: POST
      CredentialsArn: !GetAtt Role.Arn
      IntegrationUri: !Sub arn:aws:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/${Queue.QueueName}
      RequestParameters: {integration.request.header.Content-Type: "'application/x-www-form-urlencoded'"}
      RequestTemplates: {$default: 'Action=SendMessage&MessageBody=$util.urlEncode($input.json("$.text"))-$context.routeKey'}
      TemplateSelectionExpression: \\$default
  Enqueue:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: enqueue, Target: !Sub 'integrations/${QueueIntegration}'}
  MockIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: MOCK
      RequestTemplates: {'200': '{"statusCode": 200}'}
      TemplateSelectionExpression: '200'
  MockResponse:
    Type: AWS::ApiGatewayV2::IntegrationResponse
    Properties:
      ApiId: !Ref Api
      IntegrationId: !Ref MockIntegration
      IntegrationResponseKey: /200/
      ResponseTemplates: {'200': '{"pong": "$context.connectionId", "color": "$stageVariables.color"}'}
      TemplateSelectionExpression: '200'
  Ping:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: ping, Target: !Sub 'integrations/${MockIntegration}', RouteResponseSelectionExpression: $default}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: apigateway.amazonaws.com}, Action: sts:AssumeRole}]}
  Authorizer:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: gate
      AuthorizerType: REQUEST
      IdentitySource: [route.request.querystring.who]
      AuthorizerUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Gate.Arn}/invocations
  Gate:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      Handler: index.handler
      InlineCode: |
        def handler(event, context):
            who = event["queryStringParameters"]["who"]
            statement = {"Action": "execute-api:Invoke", "Resource": event["methodArn"],
                         "Effect": "Deny" if who == "mallory" else "Allow"}
            return {"principalId": who, "policyDocument": {"Statement": [statement]}, "context": {"level": "7"}}
  Chat:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      Handler: index.handler
      Environment: {Variables: {QUEUE: !Ref Queue}}
      InlineCode: |
        import json, os, boto3
        def handler(event, context):
            told = event["requestContext"]
            if told["eventType"] == "CONNECT":
                if event["queryStringParameters"].get("fail"):
                    raise ValueError("asked for")
                code = int(event["queryStringParameters"].get("code", 200))
                return {"statusCode": code, "headers": {"Sec-WebSocket-Protocol": "chat"}}
            if told["eventType"] == "DISCONNECT":
                boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(event))
                return {"statusCode": 200}
            body = json.loads(event["body"])
            if body["action"] == "ask":
                return {"statusCode": 200, "body": json.dumps(event)}
            if body.get("fail"):
                raise ValueError("asked for")
            url = "https://" + told["domainName"] + "/" + told["stage"]
            client = boto3.client("apigatewaymanagementapi", endpoint_url=url)
            client.post_to_connection(ConnectionId=told["connectionId"], Data=json.dumps(told).encode())
            return {"statusCode": 200, "body": "not sent"}
Outputs:
  Url: {Value: !Sub '${Api.ApiEndpoint}/prod'}
  Aws: {Value: !Sub 'wss://${Api}.execute-api.${AWS::Region}.amazonaws.com/prod'}
  Queue: {Value: !Ref Queue}
"""  # noqa: E501


@pytest.fixture(scope="module")
def outputs(aws: Any) -> Any:
    with deployed(aws, "websockets", TEMPLATE) as outputs:
        yield outputs


@pytest.fixture
def url(outputs: Any) -> str:
    return f"{outputs['Url']}?who=alice"


def test_both_addresses_of_a_template_lead_here(outputs: Any) -> None:
    assert outputs["Url"].startswith("ws://127.0.0.1:")
    assert outputs["Url"] == outputs["Aws"]


def test_a_route_answers_by_connections(url: str) -> None:
    client = Client(url)
    client.send('{"action": "tell"}')
    told = json.loads(client.receive())
    client.close()
    assert told["routeKey"] == "tell"
    assert told["eventType"] == "MESSAGE"
    assert told["messageDirection"] == "IN"
    assert told["stage"] == "prod"
    assert told["messageId"]
    assert told["authorizer"] == {"level": "7", "principalId": "alice"}
    assert told["identity"]["sourceIp"] == "127.0.0.1"


def test_a_route_with_a_response_sends_what_the_function_returns(url: str) -> None:
    client = Client(url)
    client.send('{"action": "ask", "n": 1}')
    event = json.loads(client.receive())
    client.close()
    assert event["body"] == '{"action": "ask", "n": 1}'
    assert event["isBase64Encoded"] is False
    assert event["stageVariables"] == {"color": "green"}
    assert "headers" not in event


def test_the_subprotocol_is_the_one_that_the_function_chose(url: str) -> None:
    client = Client(url, subprotocols=["other", "chat"])
    client.close()
    assert client.subprotocol == "chat"


@pytest.mark.parametrize(
    ("query", "status"), [("?who=mallory", 403), ("", 401), ("?who=alice&code=418", 418), ("?who=alice&fail=1", 502)]
)
def test_a_refused_client_gets_a_status(outputs: Any, query: str, status: int) -> None:
    with pytest.raises(RejectedError) as refused:
        Client(f"{outputs['Url']}{query}")
    assert refused.value.status == status


def test_an_unknown_stage_and_plain_requests_are_forbidden(outputs: Any, url: str) -> None:
    with pytest.raises(RejectedError) as refused:
        Client(url.replace("/prod", "/other"))
    assert refused.value.status == 403
    answer = requests.get(outputs["Url"].replace("ws", "http", 1), timeout=30)
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


def test_a_message_without_a_route_and_one_that_fails_are_told(url: str) -> None:
    client = Client(url)
    for text, message in [('{"action": "none"}', "Forbidden"), ("no JSON", "Forbidden")]:
        client.send(text)
        told = json.loads(client.receive())
        assert told.pop("connectionId")
        assert told.pop("requestId")
        assert told == {"message": message}
    client.send('{"action": "tell", "fail": true}')
    assert json.loads(client.receive())["message"] == "Internal server error"
    client.close()


def test_services_and_templates_are_integrations(aws: Any, outputs: Any, url: str) -> None:
    client = Client(url)
    client.send('{"action": "enqueue", "text": "a b&c"}')
    client.send('{"action": "ping"}')
    told = json.loads(client.receive())
    client.close()
    assert told["color"] == "green"
    assert told["pong"]
    received: list[str] = []

    def bodies() -> bool:
        answer = aws("sqs").receive_message(QueueUrl=outputs["Queue"], WaitTimeSeconds=1)
        received.extend(one["Body"] for one in answer.get("Messages", ()))
        return '"a b&c"-enqueue' in received

    until(bodies)


@pytest.mark.parametrize(
    ("end", "code", "reason"),
    [
        (lambda client: client.close(4001, "enough"), 4001, "enough"),
        (lambda client: client.vanish(), 1006, "Connection Closed Abnormally"),
    ],
)
def test_the_end_of_a_connection_is_told(aws: Any, outputs: Any, url: str, end: Any, code: int, reason: str) -> None:
    client = Client(url)
    client.send('{"action": "ping"}')
    connection = json.loads(client.receive())["pong"]
    end(client)

    def told() -> Any:
        answer = aws("sqs").receive_message(QueueUrl=outputs["Queue"], WaitTimeSeconds=1)
        for one in answer.get("Messages", ()):
            if connection in one["Body"]:
                return json.loads(one["Body"])["requestContext"]
        return None

    found = until(told)
    assert (found["routeKey"], found["eventType"]) == ("$disconnect", "DISCONNECT")
    assert (found["disconnectStatusCode"], found["disconnectReason"]) == (code, reason)


def test_limits_end_a_connection(url: str) -> None:
    binary, large = Client(url), Client(url)
    binary.send(b"\x00")
    large.send("x" * (33 * 1024))
    assert binary.receive()[0] == 1003
    assert large.receive()[0] == 1009


def test_connections_are_read_sent_to_and_ended(outputs: Any, url: str) -> None:
    endpoint = outputs["Url"].replace("ws", "http", 1)
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    management = boto3.client("apigatewaymanagementapi", endpoint_url=endpoint, **keys)
    client = Client(url, headers=[(b"User-Agent", b"a-test")])
    client.send('{"action": "ping"}')
    connection = json.loads(client.receive())["pong"]
    told = management.get_connection(ConnectionId=connection)
    assert told["Identity"] == {"SourceIp": "127.0.0.1", "UserAgent": "a-test"}
    assert told["ConnectedAt"] <= told["LastActiveAt"]
    management.post_to_connection(ConnectionId=connection, Data="grüß".encode())
    assert client.receive() == "grüß"
    management.delete_connection(ConnectionId=connection)
    assert client.receive()[0] == 1000

    def gone() -> bool:
        try:
            management.post_to_connection(ConnectionId=connection, Data=b"x")
        except ClientError as error:
            return error.response["Error"]["Code"] == "GoneException"
        return False

    until(gone)
    unsigned = requests.post(f"{endpoint}/@connections/{connection}", data="x", timeout=30)
    assert unsigned.status_code == 403


def test_an_api_needs_a_way_to_select_routes(aws: Any) -> None:
    with pytest.raises(ClientError, match="RouteSelectionExpression"):
        aws("apigatewayv2").create_api(Name="x", ProtocolType="WEBSOCKET")
