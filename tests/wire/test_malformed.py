"""Requests that no SDK sends: AWS answers 400 in the words of the protocol, never 500, which SDKs take for passing.

https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html,
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
"""

import urllib.error
import urllib.request

import pytest

from rapid.core.config import Config

JSON, FORM = "application/x-amz-json-1.1", "application/x-www-form-urlencoded"
MISSING = "Member must not be null"


def ask(
    config: Config, service: str, body: bytes, method: str = "POST", path: str = "/", **headers: str
) -> tuple[int, str]:
    scope = f"Credential=test/20260101/us-east-1/{service}/aws4_request"
    signed = {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"{config.emulator_url}{path}", body, {**signed, **named}, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.parametrize(
    ("service", "target", "body", "told"),
    [
        ("glue", "AWSGlue.GetTables", b'{"Data', "SerializationException"),
        ("glue", "AWSGlue.GetTables", b"{}", MISSING),
        ("glue", "AWSGlue.GetTables", b'{"DatabaseName": {"a": 1}}', "STRUCTURE_VALUE can not be converted"),
        ("dynamodb", "DynamoDB_20120810.PutItem", b'{"TableName": "t"}', MISSING),
        ("events", "AWSEvents.PutEvents", b'{"Entries": [null]}', MISSING),
        ("events", "AWSEvents.PutEvents", b'{"Entries": 5}', "SerializationException"),
        ("firehose", "Firehose_20150804.PutRecord", b'{"DeliveryStreamName": 5, "Record": {}}', "NUMBER_VALUE"),
        ("states", "AWSStepFunctions.StartExecution", b"\xff\xfe", "SerializationException"),
        ("kinesis", "Kinesis_20131202.PutRecord", b"[]", "SerializationException"),
    ],
)
def test_json(emulator: Config, service: str, target: str, body: bytes, told: str) -> None:
    status, answer = ask(emulator, service, body, X_Amz_Target=target, Content_Type=JSON)
    assert (status, told in answer) == (400, True), answer


@pytest.mark.parametrize(
    ("service", "body", "told"),
    [
        ("sts", b"Act", "MissingAction"),
        ("iam", b"Action=Nothing&Version=2010-05-08", "Nothing"),
        ("iam", b"Action=CreateRole&Version=2010-05-08&RoleName=r", MISSING),
        ("sqs", b"Action=SendMessage&MessageBody=m", "MissingParameter"),
        ("cloudformation", b"Action=CreateStack&StackName=s&TemplateBody=-1", "Template format error"),
    ],
)
def test_queries(emulator: Config, service: str, body: bytes, told: str) -> None:
    status, answer = ask(emulator, service, body, Content_Type=FORM)
    assert (status, told in answer) == (400, True), answer


@pytest.mark.parametrize(
    ("service", "method", "path", "body", "told"),
    [
        ("s3", "POST", "/some-bucket?delete", b"<Delete><Obj", "MalformedXML"),
        ("s3", "PUT", "/some-bucket?tagging", b"no XML", "MalformedXML"),
        ("lambda", "POST", "/2015-03-31/functions", b"{no", "InvalidRequestContentException"),
        ("lambda", "POST", "/2015-03-31/functions", b"{}", MISSING),
        ("apigateway", "POST", "/restapis", b"[", "SerializationException"),
        ("scheduler", "POST", "/schedules/x", b"{}", MISSING),
    ],
)
def test_paths(emulator: Config, service: str, method: str, path: str, body: bytes, told: str) -> None:
    status, answer = ask(emulator, service, body, method, path, Content_Type="application/json")
    assert (status, told in answer) == (400, True), answer


def test_what_is_not_packed(emulator: Config) -> None:
    headers = {"X_Amz_Target": "AWSGlue.GetTables", "Content_Type": JSON, "Content_Encoding": "gzip"}
    status, answer = ask(emulator, "glue", b"{}", **headers)
    assert (status, "SerializationException" in answer) == (400, True), answer


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("AWS4-HMAC-SHA256 nonsense", "Authorization header requires 'Credential' parameter."),
        ("AWS4-HMAC-SHA256 Credential=, SignedHeaders=, Signature=", "exactly 5 slash-delimited elements"),
        ("AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host", "requires 'Signature' parameter"),
    ],
)
def test_a_signature_without_its_parts(emulator: Config, header: str, told: str) -> None:
    role = b"Action=CreateRole&Version=2010-05-08&RoleName=r&AssumeRolePolicyDocument=%7B%7D"
    status, answer = ask(emulator, "iam", role, Content_Type=FORM, Authorization=header)
    assert (status, told in answer, "<Code>IncompleteSignature</Code>" in answer) == (403, True, True), answer
    target = "AWSCognitoIdentityProviderService.ListUserPools"
    pools = {"X_Amz_Target": target, "Content_Type": JSON, "Authorization": header}
    status, answer = ask(emulator, "cognito-idp", b'{"MaxResults": 1}', **pools)
    assert (status, told in answer, "IncompleteSignatureException" in answer) == (403, True, True), answer
