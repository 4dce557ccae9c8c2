"""Cognito user pools, and APIs that ask for their tokens.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
"""

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from rapid.core.config import Config
from tests.listing import listed
from tests.wire.stacks.test_outcomes import events, wait

Aws = Callable[[str], Any]
USER, PASSWORD = "ann@example.com", "Abcdef1!x"
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties: {UsernameAttributes: [email], Policies: {PasswordPolicy: {MinimumLength: 8}}}
  Client:
    Type: AWS::Cognito::UserPoolClient
    Properties: {UserPoolId: !Ref Pool, ExplicitAuthFlows: [ALLOW_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH]}
  Group: {Type: AWS::Cognito::UserPoolGroup, Properties: {GroupName: admins, UserPoolId: !Ref Pool}}
  Server:
    Type: AWS::Cognito::UserPoolResourceServer
    Properties: {Identifier: api, Name: api, UserPoolId: !Ref Pool}
  Domain: {Type: AWS::Cognito::UserPoolDomain, Properties: {Domain: stacks-of-tests, UserPoolId: !Ref Pool}}
  Rest:
    Type: AWS::Serverless::Api
    Properties:
      StageName: dev
      Auth: {DefaultAuthorizer: Pool, Authorizers: {Pool: {UserPoolArn: !GetAtt Pool.Arn}}}
  Http:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Tokens
        EnableIamAuthorizer: true
        Authorizers:
          Tokens:
            IdentitySource: $request.header.Authorization
            JwtConfiguration:
              issuer: !Sub "https://cognito-idp.${AWS::Region}.amazonaws.com/${Pool}"
              audience: [!Ref Client]
  Say:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      Runtime: python3.11
      InlineCode: |
        import json
        def handler(e, c): return {"statusCode": 200, "body": json.dumps(e["requestContext"].get("authorizer"))}
      Events:
        Rest: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: /x, Method: get}}
        Http: {Type: HttpApi, Properties: {ApiId: !Ref Http, Path: /x, Method: get}}
        Scoped:
          Type: HttpApi
          Properties:
            ApiId: !Ref Http
            Path: /scoped
            Method: get
            Auth: {Authorizer: Tokens, AuthorizationScopes: [api/read]}
        Signed: {Type: HttpApi, Properties: {ApiId: !Ref Http, Path: /signed, Method: get, Auth: {Authorizer: AWS_IAM}}}
Outputs:
  Pool: {Value: !Ref Pool}
  Client: {Value: !Ref Client}
  Rest: {Value: !Ref Rest}
  Http: {Value: !Ref Http}
"""


@dataclass
class Stack:
    """The stack's outputs, and what Ann got when she signed in."""

    rest: str
    http: str
    tokens: dict[str, str]


@pytest.fixture(scope="module")
def stack(aws: Aws, emulator: Config) -> Iterator[Stack]:
    cloudformation, cognito, name = aws("cloudformation"), aws("cognito-idp"), "user-pools"
    capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
    cloudformation.create_stack(StackName=name, TemplateBody=TEMPLATE, Capabilities=capabilities)
    assert wait(cloudformation, name) == "CREATE_COMPLETE", events(cloudformation, name)
    (told,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    made = {one["OutputKey"]: one["OutputValue"] for one in told["Outputs"]}
    user = {"UserPoolId": made["Pool"], "Username": USER}
    cognito.admin_create_user(**user, UserAttributes=[{"Name": "email", "Value": USER}], MessageAction="SUPPRESS")
    cognito.admin_set_user_password(**user, Password=PASSWORD, Permanent=True)
    cognito.admin_add_user_to_group(**user, GroupName="admins")
    tokens = cognito.initiate_auth(
        ClientId=made["Client"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": USER, "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    base = f"{emulator.emulator_url}/_aws/execute-api"
    yield Stack(f"{base}/{made['Rest']}/dev/x", f"{base}/{made['Http']}", tokens)
    cloudformation.delete_stack(StackName=told["StackId"])
    assert wait(cloudformation, told["StackId"]) == "DELETE_COMPLETE", events(cloudformation, told["StackId"])
    assert made["Pool"] not in listed(cognito, "list_user_pools", "UserPools[].Id", MaxResults=60)


def ask(url: str, **headers: str) -> tuple[int, Any, Any]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status, json.loads(answer.read()), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read()), error.headers


def altered(token: str) -> str:
    """A token with other claims under the old signature."""
    head, claims, signature = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    changed = base64.urlsafe_b64encode(json.dumps({**said, "cognito:groups": ["kings"]}).encode()).decode().rstrip("=")
    return ".".join([head, changed, signature])


def test_a_rest_api_takes_identity_tokens_of_its_pool(stack: Stack) -> None:
    status, told, _ = ask(stack.rest, Authorization=stack.tokens["IdToken"])
    assert (status, told["claims"]["email"], told["claims"]["token_use"]) == (200, USER, "id")
    for token in ("", "nonsense", stack.tokens["AccessToken"], altered(stack.tokens["IdToken"])):
        assert ask(stack.rest, Authorization=token)[:2] == (401, {"message": "Unauthorized"})


def test_an_http_api_takes_tokens_of_its_issuer(stack: Stack) -> None:
    status, told, _ = ask(f"{stack.http}/x", Authorization=f"Bearer {stack.tokens['AccessToken']}")
    assert (status, told["jwt"]["claims"]["token_use"], told["jwt"]["scopes"]) == (200, "access", None)
    assert ask(f"{stack.http}/x")[:2] == (401, {"message": "Unauthorized"})
    status, _, headers = ask(f"{stack.http}/x", Authorization=altered(stack.tokens["AccessToken"]))
    assert (status, 'error="invalid_token"' in headers["WWW-Authenticate"]) == (401, True)


def test_a_route_asks_for_scopes(stack: Stack) -> None:
    status, told, headers = ask(f"{stack.http}/scoped", Authorization=stack.tokens["AccessToken"])
    assert (status, told) == (403, {"message": "Forbidden"})
    assert headers["WWW-Authenticate"] == 'Bearer scope="api/read" error="insufficient_scope"'


def test_an_http_api_checks_signatures(stack: Stack) -> None:
    url = f"{stack.http}/signed"

    def signed(secret: str) -> dict[str, str]:
        request = AWSRequest("GET", url)
        SigV4Auth(Credentials("test", secret), "execute-api", "us-east-1").add_auth(request)
        return dict(request.headers)

    status, told, _ = ask(url, **signed("test"))
    assert (status, told["iam"]["accessKey"]) == (200, "test")
    assert ask(url, **signed("guessed"))[:2] == (403, {"message": "Forbidden"})
    assert ask(url)[:2] == (403, {"message": "Forbidden"})
