"""What a caller of a REST API gets.

Statuses and messages: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html,
the event: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html.
"""

import datetime
import gzip
import http.client
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.waiting import until


def test_the_event_of_a_proxy_integration(api: Any) -> None:
    event = api.call("/echo?a=1&a=2&b=x", b'{"n": 1}', Content_Type="application/json", X_Custom="v").json()
    assert (event["resource"], event["path"], event["httpMethod"]) == ("/echo", "/echo", "POST")
    assert event["body"] == '{"n": 1}'
    assert event["isBase64Encoded"] is False
    assert event["queryStringParameters"] == {"a": "2", "b": "x"}
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"], "b": ["x"]}
    assert event["headers"]["X-Custom"] == "v"
    assert event["multiValueHeaders"]["X-Custom"] == ["v"]
    assert event["headers"]["X-Forwarded-Proto"] == "http"
    assert (event["pathParameters"], event["stageVariables"]) == (None, None)
    context = event["requestContext"]
    assert (context["apiId"], context["stage"], context["path"]) == (api.id, "prod", "/prod/echo")
    assert (context["resourcePath"], context["protocol"]) == ("/echo", "HTTP/1.1")
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    sent = datetime.datetime.strptime(context["requestTime"], "%d/%b/%Y:%H:%M:%S %z")
    assert abs(sent.timestamp() - context["requestTimeEpoch"] / 1000) < 1


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("image/png", b"\x89PNG", ("iVBORw==", True)),
        ("image/png", b"abc", ("YWJj", True)),
        ("text/plain", "é".encode(), ("é", False)),
    ],
)
def test_binary_media_types(api: Any, content_type: str, body: bytes, expected: tuple[str, bool]) -> None:
    event = api.call("/echo", body, Content_Type=content_type).json()
    assert (event["body"], event["isBase64Encoded"]) == expected


def test_three_urls_lead_to_the_api(api: Any) -> None:
    assert api.call(f"/restapis/{api.id}/prod/_user_request_/echo").status == 200
    assert (
        api.call("/echo", host=f"{api.id}.execute-api.localhost.localstack.cloud:{api.config.emulator_port}").status
        == 200
    )
    assert api.call("/echo", host=f"{api.id}.execute-api.us-east-1.amazonaws.com").status == 200


def test_a_malformed_answer_is_502(api: Any) -> None:
    answer = api.call("/malformed")
    assert (answer.status, answer.json()) == (502, {"message": "Internal server error"})


def test_a_slow_integration_is_504(api: Any) -> None:
    answer = api.call("/slow")
    assert (answer.status, answer.json()) == (504, {"message": "Endpoint request timed out"})


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
def test_ten_megabytes_at_most(api: Any, content_type: str) -> None:
    limit = 10 * 1024 * 1024
    answer = api.call("/echo", b"x" * (limit + 1), Content_Type=content_type)
    assert (answer.status, answer.error) == (413, "RequestTooLargeException")
    assert answer.json() == {"message": "Request Too Long"}


def test_what_lambda_cannot_take_is_too_large_too(api: Any) -> None:
    answer = api.call("/echo", b"x" * (6 * 1024 * 1024), Content_Type="text/plain")
    assert (answer.status, answer.error) == (413, "RequestTooLargeException")


def test_an_unknown_path_is_a_missing_token(api: Any) -> None:
    answer = api.call("/nowhere")
    assert (answer.status, answer.error) == (403, "MissingAuthenticationTokenException")
    assert answer.json() == {"message": "Missing Authentication Token"}


def test_request_validation(api: Any) -> None:
    sent = {"Content_Type": "application/json"}
    missing = api.call("/valid", b'{"a": 1}', **sent)
    assert (missing.status, missing.json()) == (400, {"message": "Missing required request parameters: [q]"})
    for body in (b'{"a": "x"}', b"{}", b'{"a":'):
        refused = api.call("/valid?q=1", body, **sent)
        assert (refused.status, refused.json()) == (400, {"message": "Invalid request body"})
    assert api.call("/valid?q=1", b'{"a": 1}', **sent).status == 200


def test_stage_throttling_of_a_method(api: Any) -> None:
    answers = [api.call("/throttled") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert (answers[2].error, answers[2].json()) == ("TooManyRequestsException", {"message": "Too Many Requests"})


@pytest.fixture
def today() -> str:
    """A day, in UTC, that does not end while the test runs: quotas begin anew with the next."""

    def days() -> list[str]:
        now = datetime.datetime.now(datetime.UTC)
        return [moment.date().isoformat() for moment in (now, now + datetime.timedelta(minutes=5))]

    return until(days, lambda found: found[0] == found[1], seconds=600)[0]


def test_api_keys_quota_usage_and_throttle(api: Any, aws: Any, today: str) -> None:
    for headers in ({}, {"X_API_Key": "wrong"}):
        refused = api.call("/key", **headers)
        assert (refused.status, refused.error) == (403, "ForbiddenException")
        assert refused.json() == {"message": "Forbidden"}
    answers = [api.call("/key", X_API_Key=api.key) for _ in range(5)]
    assert [answer.status for answer in answers] == [200, 200, 200, 200, 429]
    assert answers[0].json()["requestContext"]["identity"]["apiKeyId"] == api.key_id
    assert (answers[4].error, answers[4].json()) == ("LimitExceededException", {"message": "Limit Exceeded"})
    usage = {"usagePlanId": api.plan, "keyId": api.key_id}
    assert aws("apigateway").get_usage(**usage, startDate=today, endDate=today)["items"] == {api.key_id: [[4, 0]]}
    more = [{"op": "replace", "path": "/remaining", "value": "10"}]
    aws("apigateway").update_usage(**usage, patchOperations=more)
    throttled = [api.call("/key", X_API_Key=api.key) for _ in range(2)][-1]  # the burst of 6 is used up
    assert (throttled.error, throttled.json()) == ("TooManyRequestsException", {"message": "Too Many Requests"})


def _signed(api: Any, secret: str, key: str = "test") -> dict[str, str]:
    request = AWSRequest("GET", f"{api.config.emulator_url}{api.prefix}/signed?b=2&a=1%202")
    SigV4Auth(Credentials(key, secret), "execute-api", "us-east-1").add_auth(request)
    return {name.replace("-", "_"): value for name, value in request.headers.items()}


def test_signed_requests(api: Any) -> None:
    unsigned = api.call("/signed")
    assert (unsigned.status, unsigned.json()) == (403, {"message": "Missing Authentication Token"})
    right = api.call("/signed?b=2&a=1%202", **_signed(api, "test"))
    assert right.status == 200
    assert right.json()["requestContext"]["identity"]["accessKey"] == "test"
    wrong = api.call("/signed?b=2&a=1%202", **_signed(api, "guessed"))
    assert (wrong.status, wrong.error) == (403, "InvalidSignatureException")
    altered = api.call("/signed?b=2&a=2", **_signed(api, "test"))
    assert (altered.status, altered.error) == (403, "InvalidSignatureException")
    unknown = api.call("/signed?b=2&a=1%202", **_signed(api, "test", key="AKIAUNKNOWN"))
    assert (unknown.status, unknown.error) == (403, "UnrecognizedClientException")


def test_token_authorizer(api: Any) -> None:
    allowed = api.call("/tokens", Authorization="allow")
    authorizer = allowed.json()["requestContext"]["authorizer"]
    assert authorizer == {"principalId": "me", "number": "1", "flag": "true", "text": "x"}
    denied, other = (api.call("/tokens", Authorization=token) for token in ("deny", "other"))
    assert (denied.status, denied.error) == (403, "AccessDeniedException")
    assert denied.json() == {"Message": "User is not authorized to access this resource with an explicit deny"}
    assert other.json() == {"Message": "User is not authorized to access this resource"}


def test_gateway_response_of_the_owner(api: Any) -> None:
    for headers in ({}, {"Authorization": "raise"}):
        answer = api.call("/tokens", **headers)
        assert (answer.status, answer.headers["x-hint"]) == (418, "log in")
        assert answer.json() == {"why": "Unauthorized", "id": answer.headers["x-amzn-RequestId"]}


def test_packed_bodies_are_unpacked_where_the_api_says_so(aws: Callable[[str], Any], emulator: Any) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html"""
    gateway = aws("apigateway")
    api_id = gateway.create_rest_api(name="packed", minimumCompressionSize=0)["id"]
    [root] = gateway.get_resources(restApiId=api_id)["items"]
    where = {"restApiId": api_id, "resourceId": root["id"], "httpMethod": "POST"}
    schema = json.dumps({"type": "object", "required": ["a"]})
    gateway.create_model(restApiId=api_id, name="A", contentType="application/json", schema=schema)
    validator = gateway.create_request_validator(restApiId=api_id, name="body", validateRequestBody=True)["id"]
    models = {"requestModels": {"application/json": "A"}, "requestValidatorId": validator}
    gateway.put_method(**where, authorizationType="NONE", **models)
    gateway.put_integration(**where, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    gateway.put_method_response(**where, statusCode="200")
    gateway.put_integration_response(**where, statusCode="200")
    gateway.create_deployment(restApiId=api_id, stageName="prod")

    def status(body: bytes, encoding: str) -> int:
        headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
        connection = http.client.HTTPConnection(emulator.host, emulator.emulator_port)
        connection.request("POST", f"/_aws/execute-api/{api_id}/prod/", body, headers)
        return connection.getresponse().status

    packed = gzip.compress(b'{"a": 1}')
    assert [status(packed, "gzip"), status(packed[:-9], "gzip"), status(packed, "br")] == [200, 400, 415]
    gateway.delete_rest_api(restApiId=api_id)
