"""HTTP APIs by boto3 and by templates, called over HTTP.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html (read 2026-11)
"""

from typing import Any

import pytest
import requests

from tests.stacks import deployed

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      StageName: prod
      CorsConfiguration: {AllowOrigins: ["https://a.example"], AllowMethods: [GET], AllowHeaders: [x-one]}
      Auth:
        Authorizers:
          Token:
            FunctionArn: !GetAtt Gate.Arn
            Identity: {Headers: [Authorization]}
            AuthorizerPayloadFormatVersion: '2.0'
            EnableSimpleResponses: true
  Gate:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      Handler: index.handler
      InlineCode: |
        def handler(event, context):
            return {"isAuthorized": event["identitySource"] == ["good"], "context": {"who": "you"}}
  Echo:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      Handler: index.handler
      InlineCode: |
        def handler(event, context):
            if event.get("queryStringParameters", {}).get("fail"):
                raise ValueError("asked for")
            context = event.pop("requestContext")
            return {**event, "http": context["http"], "authorizer": context.get("authorizer")}
      Events:
        Pet: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: '/pets/{id}', Method: get}}
        File: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: '/files/{proxy+}', Method: any}}
        Secret: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /secret, Method: post, Auth: {Authorizer: Token}}}
Outputs:
  Url: {Value: !Sub '${Api.ApiEndpoint}/prod'}
"""


@pytest.fixture(scope="module")
def url(aws: Any) -> Any:
    with deployed(aws, "http-api", TEMPLATE) as outputs:
        yield outputs["Url"]


def test_the_event_of_payload_2(url: str) -> None:
    event = requests.get(f"{url}/pets/7?a=1&a=2&b=", headers={"X-One": "1", "Cookie": "c=1; d=2"}).json()
    assert (event["version"], event["routeKey"], event["rawPath"]) == ("2.0", "GET /pets/{id}", "/prod/pets/7")
    assert (event["rawQueryString"], event["queryStringParameters"]) == ("a=1&a=2&b=", {"a": "1,2", "b": ""})
    assert (event["pathParameters"], event["cookies"]) == ({"id": "7"}, ["c=1", "d=2"])
    assert event["headers"]["x-one"] == "1"
    assert (event["http"]["method"], event["http"]["path"]) == ("GET", "/prod/pets/7")
    assert "body" not in event


def test_bodies_are_text_or_base64(url: str) -> None:
    text = requests.put(f"{url}/files/a/b", data="é".encode(), headers={"content-type": "text/plain"}).json()
    assert (text["body"], text["isBase64Encoded"], text["pathParameters"]) == ("é", False, {"proxy": "a/b"})
    binary = requests.post(f"{url}/files/x", data=b"\xff\x00", headers={"content-type": "image/png"}).json()
    assert (binary["body"], binary["isBase64Encoded"]) == ("/wA=", True)


def test_what_is_refused(url: str) -> None:
    assert (requests.get(f"{url}/other").status_code, requests.get(f"{url}/other").json()) == (
        404,
        {"message": "Not Found"},
    )
    failed = requests.get(f"{url}/pets/1?fail=1")
    assert (failed.status_code, failed.json()) == (500, {"message": "Internal Server Error"})
    assert requests.post(f"{url}/files/x", data=b"x" * (10 * 2**20 + 1)).status_code == 413


def test_a_lambda_authorizer(url: str) -> None:
    def status(token: str | None) -> int:
        return requests.post(f"{url}/secret", headers={"Authorization": token} if token else {}).status_code

    assert [status(None), status("bad")] == [401, 403]
    passed = requests.post(f"{url}/secret", headers={"Authorization": "good"}).json()
    assert passed["authorizer"] == {"lambda": {"who": "you"}}


def test_cors(url: str) -> None:
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    preflight = requests.options(f"{url}/pets/1", headers=asked)
    allowed = {n: v for n, v in preflight.headers.items() if n.startswith("Access-Control")}
    assert (preflight.status_code, allowed) == (
        204,
        {
            "Access-Control-Allow-Origin": "https://a.example",
            "Access-Control-Allow-Methods": "GET",
            "Access-Control-Allow-Headers": "x-one",
        },
    )
    other = requests.get(f"{url}/pets/1", headers={"Origin": "https://b.example"})
    assert "Access-Control-Allow-Origin" not in other.headers


def test_quick_create_and_payload_1(aws: Any) -> None:
    v2 = aws("apigatewayv2")
    api = v2.create_api(Name="quick", ProtocolType="HTTP")
    v2.create_stage(ApiId=api["ApiId"], StageName="$default", AutoDeploy=True, StageVariables={"f": "nowhere"})
    integration = v2.create_integration(
        ApiId=api["ApiId"], IntegrationType="AWS_PROXY", PayloadFormatVersion="1.0",
        IntegrationUri="arn:aws:lambda:us-east-1:000000000000:function:${stageVariables.f}",
    )  # fmt: skip
    target = f"integrations/{integration['IntegrationId']}"
    v2.create_route(ApiId=api["ApiId"], RouteKey="$default", Target=target)
    answer = requests.get(f"{api['ApiEndpoint']}/any")
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})
    proxy = v2.create_api(Name="proxy", ProtocolType="HTTP", Target=f"{api['ApiEndpoint']}/through")
    assert requests.get(f"{proxy['ApiEndpoint']}/").json() == {"message": "Internal Server Error"}
    for each in (api, proxy):
        v2.delete_api(ApiId=each["ApiId"])
    assert requests.get(f"{api['ApiEndpoint']}/any").status_code == 404


def test_the_address_without_a_slash(aws: Any) -> None:
    """`ApiEndpoint` ends with the host; HTTP clients ask for `/` then."""
    code = "def handler(event, context): return {'path': event['rawPath'], 'body': event['body']}"
    template = f"""
Transform: AWS::Serverless-2016-10-31
Resources:
  Root:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      Handler: index.handler
      InlineCode: "{code}"
      Events: {{Any: {{Type: HttpApi, Properties: {{Path: /, Method: post}}}}}}
Outputs:
  Url: {{Value: !GetAtt ServerlessHttpApi.ApiEndpoint}}
"""
    with deployed(aws, "http-api-root", template) as outputs:
        assert not outputs["Url"].endswith("/")
        told = requests.post(outputs["Url"], data="x", headers={"Content-Type": "text/plain"}, allow_redirects=False)
        assert (told.status_code, told.json()) == (200, {"path": "/", "body": "x"})


def test_names_that_are_taken(aws: Any) -> None:
    rest, http = aws("apigateway"), aws("apigatewayv2")
    api = rest.create_rest_api(name="taken")["id"]
    (root,) = rest.get_resources(restApiId=api)["items"]
    routes = http.create_api(Name="taken", ProtocolType="HTTP")["ApiId"]
    for client, create, message in (
        (
            rest,
            lambda: rest.create_resource(restApiId=api, parentId=root["id"], pathPart="a"),
            "Another resource with the same parent already has this name: a",
        ),
        (
            http,
            lambda: http.create_route(ApiId=routes, RouteKey="GET /a"),
            "Route with key GET /a already exists for this API",
        ),
        (http, lambda: http.create_stage(ApiId=routes, StageName="s"), "Stage already exists"),
    ):
        create()
        with pytest.raises(client.exceptions.ConflictException, match=message):
            create()
