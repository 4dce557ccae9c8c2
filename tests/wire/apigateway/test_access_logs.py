"""Access logs of the three kinds of API, as their templates ask for them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html (read 2026-11)
"""

import json
from typing import Any

import pytest
import requests

from tests.stacks import deployed
from tests.waiting import until
from tests.websockets import Client
from tests.wire.lambda_.conftest import archive_of

TEMPLATE = r"""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Word: {Type: String, Default: first}
Resources:
  Log: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /api/access}}
  Rest:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      AccessLogSetting:
        DestinationArn: !GetAtt Log.Arn
        Format: !Sub '{"api": "rest", "word": "${Word}", "ip": "$context.identity.sourceIp", "user": "$context.identity.user", "method": "$context.httpMethod", "path": "$context.resourcePath", "status": $context.status, "integration": "$context.integration.status", "length": $context.responseLength}'
  Http:
    Type: AWS::Serverless::HttpApi
    Properties:
      StageName: prod
      AccessLogSettings:
        DestinationArn: !GetAtt Log.Arn
        Format: '{"api": "http", "ip": "$context.identity.sourceIp", "route": "$context.routeKey", "status": $context.status, "error": "$context.error.message", "length": $context.responseLength}'
  Socket:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: socket, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  SocketStage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref Socket
      StageName: prod
      AccessLogSettings:
        DestinationArn: !GetAtt Log.Arn
        Format: '{"api": "socket", "type": "$context.eventType", "status": $context.status}'
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      Handler: index.handler
      InlineCode: |
        def handler(event, context):
            return {"statusCode": 201, "body": "made"}
      Events:
        Rest: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: '/things/{id}', Method: post}}
        Http: {Type: HttpApi, Properties: {ApiId: !Ref Http, Path: '/things/{id}', Method: post}}
Outputs:
  Rest: {Value: !Sub 'https://${Rest}.execute-api.${AWS::Region}.amazonaws.com/prod'}
  Http: {Value: !Sub 'https://${Http}.execute-api.${AWS::Region}.amazonaws.com/prod'}
  Socket: {Value: !Sub 'wss://${Socket}.execute-api.${AWS::Region}.amazonaws.com/prod'}
"""  # noqa: E501
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]


@pytest.fixture(scope="module")
def urls(aws: Any) -> Any:
    with deployed(aws, "access-logs", TEMPLATE) as outputs:
        yield outputs


def line(aws: Any, **wanted: Any) -> dict[str, Any]:
    """The line of the log that has these members."""

    def find() -> Any:
        events = aws("logs").filter_log_events(logGroupName="/api/access")["events"]
        lines = [json.loads(event["message"]) for event in events]
        return next((one for one in lines if wanted.items() <= one.items()), None)

    found: dict[str, Any] = until(find)
    return found


def test_a_request_to_a_rest_api(aws: Any, urls: Any) -> None:
    requests.post(f"{urls['Rest']}/things/7", timeout=30)
    assert line(aws, api="rest", word="first") == {
        "api": "rest", "word": "first", "ip": "127.0.0.1", "user": "-", "method": "POST", "path": "/things/{id}",
        "status": 201, "integration": "201", "length": 4,
    }  # fmt: skip
    refused = requests.get(f"{urls['Rest']}/nothing", timeout=30)
    assert line(aws, api="rest", status=refused.status_code)["integration"] == "-"


def test_a_request_to_an_http_api(aws: Any, urls: Any) -> None:
    requests.post(f"{urls['Http']}/things/7", timeout=30)
    requests.get(f"{urls['Http']}/nothing", timeout=30)
    told = {"api": "http", "ip": "127.0.0.1", "error": "-"}
    assert line(aws, api="http", status=201) == {**told, "route": "POST /things/{id}", "status": 201, "length": 4}
    assert line(aws, api="http", status=404)["route"] == "-"


def test_what_happens_on_a_websocket(aws: Any, urls: Any) -> None:
    client = Client(urls["Socket"])
    client.send("{}")
    client.receive()
    client.close()
    assert line(aws, api="socket", type="CONNECT")["status"] == 200
    assert line(aws, api="socket", type="MESSAGE")["status"] == 403


def test_an_update_changes_the_format(aws: Any, urls: Any) -> None:
    stacks = aws("cloudformation")
    changed = [{"ParameterKey": "Word", "ParameterValue": "second"}]
    stacks.update_stack(
        StackName="access-logs", UsePreviousTemplate=True, Parameters=changed, Capabilities=CAPABILITIES
    )
    stacks.get_waiter("stack_update_complete").wait(StackName="access-logs", WaiterConfig={"Delay": 1})
    requests.post(f"{urls['Rest']}/things/7", timeout=30)
    assert line(aws, api="rest", word="second")["status"] == 201


def test_a_group_that_was_deleted_stays_so(aws: Any, urls: Any) -> None:
    logs, functions = aws("logs"), aws("lambda")
    logs.delete_log_group(logGroupName="/api/access")
    try:
        requests.post(f"{urls['Rest']}/things/7", timeout=30)
        role, code = "arn:aws:iam::000000000000:role/any", {"ZipFile": archive_of({"index.py": ""})}
        functions.create_function(FunctionName="gone", Runtime="python3.11", Handler="index.h", Role=role, Code=code)
        functions.delete_function(FunctionName="gone")  # until then all lines are written
        assert logs.describe_log_groups(logGroupNamePrefix="/api/access")["logGroups"] == []
    finally:
        logs.create_log_group(logGroupName="/api/access")
