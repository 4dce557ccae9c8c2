"""An API with one resource per feature, in front of one Lambda function."""

import http.client
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from rapid.core.config import Config

CODE = """
import json, time

def handler(event, context):
    if event.get("type") == "TOKEN":
        return authorize(event["authorizationToken"], event["methodArn"])
    kind = event["path"]
    if kind == "/slow":
        time.sleep(2)
    if kind == "/malformed":
        return {"not": "a proxy response"}
    return {"statusCode": 200, "headers": {"x-from": "function"}, "body": json.dumps(event)}

def authorize(token, arn):
    if token == "raise":
        raise Exception("Unauthorized")
    effect = "Deny" if token == "deny" else "Allow"
    resource = "arn:aws:execute-api:us-east-1:000000000000:other/*" if token == "other" else arn
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}
    return {
        "principalId": "me",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"number": 1, "flag": True, "text": "x"},
    }
"""


@dataclass(frozen=True)
class Answer:
    status: int
    error: str | None
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Api:
    """A deployed API: its id, and how to call it."""

    id: str
    config: Config
    key_id: str
    key: str
    plan: str

    @property
    def prefix(self) -> str:
        return f"/_aws/execute-api/{self.id}/prod"

    def call(self, path: str, body: bytes | None = None, host: str | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection(self.config.host, self.config.emulator_port, timeout=60)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if host:
            sent["Host"] = host
        target = f"/prod{path}" if host else path if path.startswith("/restapis") else self.prefix + path
        connection.request("POST" if body is not None else "GET", target, body, sent)
        response = connection.getresponse()
        answer = Answer(
            response.status, response.getheader("x-amzn-ErrorType"), dict(response.getheaders()), response.read()
        )
        connection.close()
        return answer


@pytest.fixture(scope="session")
def function_uri(aws: Callable[[str], Any]) -> str:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("app.py", CODE)
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = aws("iam").create_role(RoleName="gateway-tests", AssumeRolePolicyDocument=policy)["Role"]["Arn"]
    arn = aws("lambda").create_function(
        FunctionName="behind-the-gateway",
        Runtime="python3.11",
        Handler="app.handler",
        Role=role,
        Timeout=20,
        Code={"ZipFile": archive.getvalue()},
    )["FunctionArn"]
    aws("lambda").get_waiter("function_active_v2").wait(FunctionName="behind-the-gateway", WaiterConfig={"Delay": 1})
    return f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"


@pytest.fixture(scope="session")
def api(aws: Callable[[str], Any], emulator: Config, function_uri: str) -> Api:
    gateway = aws("apigateway")
    api_id = gateway.create_rest_api(name="features", binaryMediaTypes=["image/png"])["id"]
    root = gateway.get_resources(restApiId=api_id)["items"][0]["id"]
    authorizer = gateway.create_authorizer(
        restApiId=api_id,
        name="tokens",
        type="TOKEN",
        authorizerUri=function_uri,
        identitySource="method.request.header.Authorization",
    )["id"]
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}
    gateway.create_model(restApiId=api_id, name="M", contentType="application/json", schema=json.dumps(schema))
    validator = gateway.create_request_validator(
        restApiId=api_id, name="all", validateRequestBody=True, validateRequestParameters=True
    )["id"]
    features: dict[str, dict[str, Any]] = {
        "echo": {},
        "slow": {},
        "malformed": {},
        "throttled": {},
        "key": {"apiKeyRequired": True},
        "signed": {"authorizationType": "AWS_IAM"},
        "tokens": {"authorizationType": "CUSTOM", "authorizerId": authorizer},
        "valid": {
            "requestValidatorId": validator,
            "requestModels": {"application/json": "M"},
            "requestParameters": {"method.request.querystring.q": True},
        },
    }
    for name, method in features.items():
        resource = gateway.create_resource(restApiId=api_id, parentId=root, pathPart=name)["id"]
        where = {"restApiId": api_id, "resourceId": resource, "httpMethod": "ANY"}
        gateway.put_method(**where, **{"authorizationType": "NONE", **method})
        limit = {"timeoutInMillis": 500} if name == "slow" else {}
        gateway.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=function_uri, **limit)
    gateway.put_gateway_response(
        restApiId=api_id,
        responseType="UNAUTHORIZED",
        statusCode="418",
        responseParameters={"gatewayresponse.header.x-hint": "'log in'"},
        responseTemplates={"application/json": '{"why":$context.error.messageString,"id":"$context.requestId"}'},
    )
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    gateway.update_stage(
        restApiId=api_id,
        stageName="prod",
        patchOperations=[
            {"op": "replace", "path": "/~1throttled/GET/throttling/rateLimit", "value": "0.001"},
            {"op": "replace", "path": "/~1throttled/GET/throttling/burstLimit", "value": "2"},
        ],
    )
    key = gateway.create_api_key(name="client", enabled=True)
    plan = gateway.create_usage_plan(
        name="small",
        apiStages=[{"apiId": api_id, "stage": "prod"}],
        throttle={"rateLimit": 0.001, "burstLimit": 6},
        quota={"limit": 4, "period": "DAY"},
    )["id"]
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
    return Api(api_id, emulator, key["id"], key["value"], plan)
