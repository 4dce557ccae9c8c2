"""An API as CloudFormation makes it: created, throttled by its stage, updated, deleted.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_ApiGateway.html.
"""

import http.client
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rapid.core.config import Config
from tests.listing import listed


def _definition(*paths: str) -> dict[str, Any]:
    integration = {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "responses": {"default": {"statusCode": "200", "responseTemplates": {"application/json": '{"ok": 1}'}}},
    }
    operation = {"responses": {"200": {"description": "ok"}}, "x-amazon-apigateway-integration": integration}
    keyed = {**operation, "x-api-key": True, "security": [{"key": []}]}
    return {
        "openapi": "3.0.1",
        "info": {"title": "stacked", "version": "1"},
        "paths": {path: {"get": keyed if path == "/keyed" else operation} for path in paths},
        "components": {"securitySchemes": {"key": {"type": "apiKey", "name": "x-api-key", "in": "header"}}},
    }


def _template(burst: int, deployment: str, *paths: str) -> str:
    def of(kind: str, **properties: Any) -> dict[str, Any]:
        return {"Type": f"AWS::ApiGateway::{kind}", "Properties": properties}

    api, stage, plan, key = ({"Ref": name} for name in ("Api", "Stage", "Plan", "Key"))
    setting = {"ResourcePath": "/*", "HttpMethod": "*", "ThrottlingRateLimit": 0.001, "ThrottlingBurstLimit": burst}
    resources = {
        "Api": of("RestApi", Name="stacked", Body=_definition(*paths)),
        deployment: of("Deployment", RestApiId=api),
        "Stage": of(
            "Stage", RestApiId=api, DeploymentId={"Ref": deployment}, StageName="prod", MethodSettings=[setting]
        ),
        "Key": of("ApiKey", Enabled=True, Name="stacked"),
        "Plan": of("UsagePlan", UsagePlanName="stacked", ApiStages=[{"ApiId": api, "Stage": stage}]),
        "Member": of("UsagePlanKey", KeyId=key, KeyType="API_KEY", UsagePlanId=plan),
    }
    return json.dumps({"Resources": resources, "Outputs": {"Api": {"Value": api}, "Key": {"Value": key}}})


@pytest.fixture
def stack(aws: Callable[[str], Any]) -> Iterator[dict[str, str]]:
    stacks = aws("cloudformation")
    stacks.create_stack(StackName="stacked", TemplateBody=_template(3, "First", "/a", "/keyed"))
    stacks.get_waiter("stack_create_complete").wait(StackName="stacked", WaiterConfig={"Delay": 1})
    outputs = stacks.describe_stacks(StackName="stacked")["Stacks"][0]["Outputs"]
    yield {output["OutputKey"]: output["OutputValue"] for output in outputs}
    stacks.delete_stack(StackName="stacked")
    stacks.get_waiter("stack_delete_complete").wait(StackName="stacked", WaiterConfig={"Delay": 1})
    assert "stacked" not in listed(aws("apigateway"), "get_rest_apis", "items[].name")


def _status(config: Config, api: str, path: str, **headers: str) -> int:
    connection = http.client.HTTPConnection(config.host, config.emulator_port)
    connection.request("GET", f"/_aws/execute-api/{api}/prod{path}", headers=headers)
    return connection.getresponse().status


def test_life_of_an_api(stack: dict[str, str], aws: Callable[[str], Any], emulator: Config) -> None:
    api = stack["Api"]
    key = aws("apigateway").get_api_key(apiKey=stack["Key"], includeValue=True)["value"]
    assert _status(emulator, api, "/keyed") == 403
    assert [_status(emulator, api, "/a") for _ in range(2)] == [200, 200]
    assert _status(emulator, api, "/keyed", **{"x-api-key": key}) == 200
    assert _status(emulator, api, "/a") == 429
    assert _status(emulator, api, "/b") == 403

    stacks = aws("cloudformation")
    stacks.update_stack(StackName="stacked", TemplateBody=_template(50, "Second", "/a", "/b", "/keyed"))
    stacks.get_waiter("stack_update_complete").wait(StackName="stacked", WaiterConfig={"Delay": 1})
    assert [_status(emulator, api, path) for path in ("/a", "/b")] == [200, 200]


def test_what_an_openapi_body_says_of_refusals(aws: Callable[[str], Any], emulator: Config) -> None:
    """Signatures, methods that stand open beside a default authorizer, and the API's own words.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html (read 2026-11)
    """
    definition = _definition("/signed", "/open", "/closed")
    uri = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/none/invocations"
    authorizer = {"type": "token", "authorizerUri": uri}
    definition["components"]["securitySchemes"] |= {
        "iam": {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"},
        "gate": {
            "type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authorizer": authorizer,
        },
    }  # fmt: skip
    definition["security"] = [{"gate": []}]
    definition["paths"]["/signed"]["get"] = {**definition["paths"]["/signed"]["get"], "security": [{"iam": []}]}
    definition["paths"]["/open"]["get"] = {**definition["paths"]["/open"]["get"], "security": []}
    definition["x-amazon-apigateway-gateway-responses"] = {
        "UNAUTHORIZED": {
            "statusCode": 401,
            "responseParameters": {"gatewayresponse.header.x-hint": "'log in'"},
            "responseTemplates": {"application/json": '{"why":$context.error.messageString,"at":"${context.path}"}'},
        }
    }
    gateway = aws("apigateway")
    api = gateway.import_rest_api(body=json.dumps(definition).encode())["id"]
    gateway.create_deployment(restApiId=api, stageName="prod")
    assert [_status(emulator, api, path) for path in ("/signed", "/open")] == [403, 200]
    connection = http.client.HTTPConnection(emulator.host, emulator.emulator_port)
    connection.request("GET", f"/_aws/execute-api/{api}/prod/closed")
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("x-hint")) == (401, "log in")
    assert json.loads(answer.read()) == {"why": "Unauthorized", "at": "/prod/closed"}
    gateway.delete_rest_api(restApiId=api)
