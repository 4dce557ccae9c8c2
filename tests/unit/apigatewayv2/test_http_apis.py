"""HTTP APIs: routes, answers, OpenAPI bodies.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html (read 2026-11)
"""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.aws.api import CommonServiceException
from moto.apigatewayv2.models import apigatewayv2_backends

from rapid.emulator.apigatewayv2 import openapi, routes
from rapid.emulator.apigatewayv2.events import MalformedAnswerError, response

KEYS = [
    "$default",
    "GET /pets/dog/1",
    "GET /pets/dog/{id}",
    "GET /pets/{proxy+}",
    "ANY /{proxy+}",
    "ANY /pets/{id}",
    "POST /pets/{id}",
    "GET /",
]


@pytest.mark.parametrize(
    ("method", "path", "key", "variables"),
    [
        ("GET", "/pets/dog/1", "GET /pets/dog/1", {}),
        ("GET", "/pets/dog/2", "GET /pets/dog/{id}", {"id": "2"}),
        ("GET", "/pets/cat/1", "GET /pets/{proxy+}", {"proxy": "cat/1"}),
        ("POST", "/test/5", "ANY /{proxy+}", {"proxy": "test/5"}),
        ("POST", "/pets/7", "POST /pets/{id}", {"id": "7"}),
        ("PUT", "/pets/7", "ANY /pets/{id}", {"id": "7"}),
        ("GET", "/", "GET /", {}),
        ("DELETE", "/", "$default", {}),
    ],
)
def test_the_most_specific_route(method: str, path: str, key: str, variables: dict[str, str]) -> None:
    found = routes.find([SimpleNamespace(route_key=each) for each in KEYS], method, path)
    assert found
    assert (found[0].route_key, found[1]) == (key, variables)


def test_no_route() -> None:
    assert routes.find([SimpleNamespace(route_key="GET /a.b/{x}")], "GET", "/aXb/1") is None


@pytest.mark.parametrize(
    ("answer", "status", "body", "kind"),
    [
        ({"a": 1}, 200, '{"a": 1}', "application/json"),
        ("text", 200, "text", "application/json"),
        ([1], 200, "[1]", "application/json"),
        ({"statusCode": 201, "body": "made"}, 201, "made", "text/plain;charset=UTF-8"),
        ({"statusCode": "202", "headers": {"content-type": "x/y"}}, 202, "", "x/y"),
        ({"statusCode": 200, "body": "aGk=", "isBase64Encoded": True}, 200, "hi", "text/plain;charset=UTF-8"),
    ],
)
def test_answers_of_payload_2(answer: Any, status: int, body: str, kind: str) -> None:
    made = response(json.dumps(answer).encode(), "2.0")
    assert (made.status_code, made.get_data(as_text=True), made.headers["Content-Type"]) == (status, body, kind)


def test_cookies_are_headers_of_their_own() -> None:
    made = response(json.dumps({"statusCode": 200, "cookies": ["a=1", "b=2"]}).encode(), "2.0")
    assert made.headers.getlist("Set-Cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize(
    ("payload", "version"),
    [
        (b'{"errorMessage": "no", "errorType": "E"}', "2.0"),
        (b'{"a": 1}', "1.0"),
        (b'{"statusCode": "many"}', "2.0"),
        (b"not JSON", "2.0"),
    ],
)
def test_answers_that_are_none(payload: bytes, version: str) -> None:
    with pytest.raises(MalformedAnswerError):
        response(payload, version)


def imported(body: dict[str, Any]) -> Any:
    backend = apigatewayv2_backends["000000000000"]["us-east-1"]
    names = (
        "api_key_selection_expression cors_configuration description disable_schema_validation "
        "disable_execute_api_endpoint name protocol_type route_selection_expression version"
    )
    api = backend.create_api(**dict.fromkeys(names.split(), ""), tags={})
    openapi.load(api, body)
    return api


def test_an_openapi_body_keeps_its_security() -> None:
    integration = {
        "x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": "arn", "payloadFormatVersion": "2.0"}
    }
    token = {"x-amazon-apigateway-authorizer": {"type": "jwt", "identitySource": "$request.header.Authorization"}}
    api = imported(
        {
            "info": {"title": "pets", "version": 2},
            "components": {"securitySchemes": {"token": token, "signed": {"x-amazon-apigateway-authtype": "awsSigv4"}}},
            "security": [{"token": []}],
            "paths": {
                "$default": {"x-amazon-apigateway-any-method": {**integration, "security": []}},
                "/pets": {"get": integration, "post": {**integration, "security": [{"signed": []}]}, "parameters": []},
            },
        }
    )
    found = {route.route_key: route.authorization_type for route in api.routes.values()}
    assert found == {"$default": "NONE", "GET /pets": "JWT", "POST /pets": "AWS_IAM"}
    assert (api.name, api.version) == ("pets", "2")
    assert {each.integration_type for each in api.integrations.values()} == {"AWS_PROXY"}


def test_a_security_scheme_that_is_nowhere() -> None:
    with pytest.raises(CommonServiceException, match="Security scheme x is not defined"):
        imported({"paths": {"/": {"get": {"security": [{"x": []}]}}}})
