"""What invokes functions: queues, URLs, API Gateway."""

import json
import re
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.waiting import until

PICKY = """
import json
def handler(event, context):
    bad = [r["messageId"] for r in event["Records"] if json.loads(r["body"])["bad"]]
    print("batch", json.dumps([json.loads(r["body"])["n"] for r in event["Records"]]))
    return {"batchItemFailures": [{"itemIdentifier": i} for i in bad]}
"""


def make_queue(aws: Callable[[str], Any], name: str, **attributes: str) -> tuple[str, str]:
    url = aws("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    arn = aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return url, arn


def test_a_queue_with_partial_batch_failures(functions: Any, aws: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html"""
    dead_url, dead_arn = make_queue(aws, "picky-dead")
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": "1"})
    url, arn = make_queue(aws, "picky", VisibilityTimeout="10", RedrivePolicy=redrive)
    name = functions.create(PICKY, Timeout=10)
    mapping = aws("lambda").create_event_source_mapping(
        FunctionName=name, EventSourceArn=arn, BatchSize=4, FunctionResponseTypes=["ReportBatchItemFailures"]
    )
    try:
        for n in range(4):
            aws("sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"n": n, "bad": n == 2}))
        dead = until(lambda: aws("sqs").receive_message(QueueUrl=dead_url, WaitTimeSeconds=20).get("Messages"))
        assert [json.loads(m["Body"])["n"] for m in dead] == [2]

        def numbers() -> list[int]:
            return sorted(n for e in functions.events(name) if e.startswith("batch") for n in json.loads(e[6:]))

        until(numbers, [0, 1, 2, 3].__eq__)
    finally:
        aws("lambda").delete_event_source_mapping(UUID=mapping["UUID"])


MEETING = """
import boto3, os
def handler(event, context):
    queues = boto3.client("sqs")
    queues.send_message(QueueUrl=os.environ["STARTED"], MessageBody=event["Records"][0]["body"])
    while not (told := queues.receive_message(QueueUrl=os.environ["GO"], WaitTimeSeconds=5).get("Messages")):
        pass
    queues.delete_message(QueueUrl=os.environ["GO"], ReceiptHandle=told[0]["ReceiptHandle"])
"""


@pytest.mark.parametrize(
    ("sent", "settings", "together", "waiting"),
    [
        pytest.param(["a", "b", "c"], {}, ["a", "b", "c"], "0", id="standard"),
        pytest.param(["a", "b", "c"], {"ScalingConfig": {"MaximumConcurrency": 2}}, None, "1", id="limited"),
        pytest.param(["a1", "a2", "b1"], {}, ["a1", "b1"], "1", id="fifo"),
    ],
)
def test_batches_of_a_queue_side_by_side(
    functions: Any, aws: Any, sent: list[str], settings: dict[str, Any], together: list[str] | None, waiting: str
) -> None:
    """No invocation ends until as many as may run at once have started.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    """
    fifo = len(sent[0]) > 1
    queues, name = aws("sqs"), f"meet-{uuid.uuid4().hex[:8]}"
    started, _ = make_queue(aws, f"{name}-started")
    go, _ = make_queue(aws, f"{name}-go")
    kind = {"FifoQueue": "true", "ContentBasedDeduplication": "true"} if fifo else {}
    url, arn = make_queue(aws, f"{name}.fifo" if fifo else name, VisibilityTimeout="300", **kind)
    variables = {"STARTED": started, "GO": go}
    function = functions.create(MEETING, Timeout=120, Environment={"Variables": variables})
    for body in sent:
        queues.send_message(QueueUrl=url, MessageBody=body, **({"MessageGroupId": body[0]} if fifo else {}))
    mapping = aws("lambda").create_event_source_mapping(
        FunctionName=function, EventSourceArn=arn, BatchSize=1, **settings
    )
    seen: list[str] = []

    def look() -> list[str]:
        for message in queues.receive_message(QueueUrl=started, WaitTimeSeconds=1).get("Messages", ()):
            queues.delete_message(QueueUrl=started, ReceiptHandle=message["ReceiptHandle"])
            seen.append(message["Body"])
        return sorted(seen)

    try:
        until(look, lambda found: len(found) == 3 - int(waiting))
        assert together in (None, look())
        told = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        assert told["Attributes"]["ApproximateNumberOfMessages"] == waiting
        for _ in sent:
            queues.send_message(QueueUrl=go, MessageBody="go")
        until(look, sorted(sent).__eq__)
    finally:
        aws("lambda").delete_event_source_mapping(UUID=mapping["UUID"])


def test_a_message_arrives_as_it_was_sent(functions: Any, aws: Any) -> None:
    """Its body is a text: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event"""
    bodies = ['{"a":1,  "b":"\\u00e9é"}', '"quoted"', "1.10", "plain"]
    url, arn = make_queue(aws, "as-sent")
    name = functions.create("def handler(e, c):\n    for r in e['Records']: print('got', r['body'])\n")
    mapping = aws("lambda").create_event_source_mapping(FunctionName=name, EventSourceArn=arn)
    try:
        for body in bodies:
            aws("sqs").send_message(QueueUrl=url, MessageBody=body)
        until(lambda: sorted(e for e in functions.events(name) if e.startswith("got ")), lambda got: len(got) == 4)
        got = {e.removeprefix("got ").rstrip("\n") for e in functions.events(name) if e.startswith("got ")}
        assert got == set(bodies)
    finally:
        aws("lambda").delete_event_source_mapping(UUID=mapping["UUID"])


def test_a_function_url(functions: Any, aws: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html"""
    name = functions.create(
        "import json\ndef handler(e, c):\n    http = e['requestContext']['http']\n"
        "    return {'statusCode': 201, 'headers': {'X-A': 'b'},"
        " 'body': json.dumps([http['method'], http['path'], e['queryStringParameters'], e['body']])}"
    )
    url = aws("lambda").create_function_url_config(FunctionName=name, AuthType="NONE")["FunctionUrl"]
    assert aws("lambda").get_function_url_config(FunctionName=name)["FunctionUrl"] == url
    headers = {"Content-Type": "text/plain"}
    request = urllib.request.Request(f"{url}p/q?x=1", b"hello", headers, method="POST")
    with urllib.request.urlopen(request) as response:
        assert response.status == 201
        assert response.headers["X-A"] == "b"
        assert json.loads(response.read()) == ["POST", "/p/q", {"x": "1"}, "hello"]


def test_what_a_function_url_s_event_says(functions: Any, aws: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads"""
    name = functions.create("def handler(e, c): return {'body': e, 'cookies': ['a=1', 'b=2'], 'statusCode': '200'}")
    url = aws("lambda").create_function_url_config(FunctionName=name, AuthType="NONE")["FunctionUrl"]
    request = urllib.request.Request(f"{url}p?x=1&x=2", headers={"Cookie": "k=v; l=w"})
    with urllib.request.urlopen(request) as response:
        event = json.loads(response.read())
        assert response.headers.get_all("Set-Cookie") == ["a=1", "b=2"]
    assert (event["cookies"], event["queryStringParameters"]) == (["k=v", "l=w"], {"x": "1,2"})
    assert "cookie" not in event["headers"]
    context = event["requestContext"]
    assert (context["http"]["sourceIp"], context["accountId"], context["stage"]) == (
        "127.0.0.1",
        "anonymous",
        "$default",
    )
    assert re.fullmatch(r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000", context["time"])


def test_keys_in_notifications_are_encoded_as_by_s3(aws: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html"""
    url, arn = make_queue(aws, "notified")
    aws("s3").create_bucket(Bucket="notifying")
    aws("s3").put_bucket_notification_configuration(
        Bucket="notifying",
        NotificationConfiguration={"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]},
    )
    aws("s3").put_object(Bucket="notifying", Key="a b/dt=1/c+é.csv", Body=b"x")

    def keys() -> list[str]:
        found = aws("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20, MaxNumberOfMessages=10).get("Messages", [])
        records = [r for m in found for r in json.loads(m["Body"]).get("Records", [])]
        return [record["s3"]["object"]["key"] for record in records]

    assert until(keys) == ["a+b/dt%3D1/c%2B%C3%A9.csv"]  # a test event, without records, may come first


def rest_api(aws: Callable[[str], Any], function_arn: str) -> str:
    """A REST API whose every path is a Lambda proxy; returns its id."""
    gateway = aws("apigateway")
    api = gateway.create_rest_api(name="proxy")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    resource = gateway.create_resource(restApiId=api, parentId=root, pathPart="{proxy+}")["id"]
    gateway.put_method(restApiId=api, resourceId=resource, httpMethod="ANY", authorizationType="NONE")
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function_arn}/invocations"
    gateway.put_integration(
        restApiId=api, resourceId=resource, httpMethod="ANY", type="AWS_PROXY", integrationHttpMethod="POST", uri=uri
    )
    gateway.create_deployment(restApiId=api, stageName="dev")
    return str(api)


def test_api_gateway_to_lambda_to_s3(functions: Any, aws: Any, emulator: Any) -> None:
    aws("s3").create_bucket(Bucket="api-lake")
    name = functions.create(
        "import boto3\ns3 = boto3.client('s3')\ndef handler(e, c):\n"
        "    s3.put_object(Bucket='api-lake', Key=e['path'].strip('/'), Body=e['body'])\n"
        "    return {'statusCode': 202, 'body': '{}'}",
        MemorySize=256,
    )
    arn = aws("lambda").get_function_configuration(FunctionName=name)["FunctionArn"]
    api = rest_api(aws, arn)
    url = f"{emulator.emulator_url}/_aws/execute-api/{api}/dev/raw/one.json"
    request = urllib.request.Request(url, b'{"a":1}', {"Content-Type": "application/json"}, method="POST")
    with urllib.request.urlopen(request) as response:
        assert response.status == 202
    assert aws("s3").get_object(Bucket="api-lake", Key="raw/one.json")["Body"].read() == b'{"a":1}'


@pytest.mark.parametrize("body", [b'{"a":1}', b"a=1&b=%20x+y&a=2", b"a&b==c", b"%"])
def test_a_form_arrives_as_it_was_sent(functions: Any, aws: Any, emulator: Any, body: bytes) -> None:
    """`curl -d` calls everything a form; AWS passes bodies on untouched (base64 through a function URL)."""
    source = (
        "import base64, json\ndef handler(e, c):\n    b = e['body']\n"
        "    b = base64.b64decode(b).decode() if e['isBase64Encoded'] else b\n"
        "    return {'statusCode': 200, 'body': b}"
    )
    name = functions.create(source)
    api = rest_api(aws, aws("lambda").get_function_configuration(FunctionName=name)["FunctionArn"])
    url = aws("lambda").create_function_url_config(FunctionName=name, AuthType="NONE")["FunctionUrl"]
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for target in (f"{emulator.emulator_url}/_aws/execute-api/{api}/dev/x", url):
        request = urllib.request.Request(target, body, headers, method="POST")
        with urllib.request.urlopen(request) as response:
            assert response.read() == body


def test_a_failing_function_is_a_502_of_the_api(functions: Any, aws: Any, emulator: Any) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html"""
    name = functions.create("import sys\ndef handler(e, c): sys.exit(1)")
    api = rest_api(aws, aws("lambda").get_function_configuration(FunctionName=name)["FunctionArn"])
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{emulator.emulator_url}/_aws/execute-api/{api}/dev/x")
    assert caught.value.code == 502
    assert json.loads(caught.value.read()) == {"message": "Internal server error"}


def test_a_function_url_by_its_host_name(functions: Any, aws: Any, emulator: Any) -> None:
    name = functions.create("def handler(e, c): return e['rawPath']")
    url = aws("lambda").create_function_url_config(FunctionName=name, AuthType="NONE")["FunctionUrl"]
    host = f"{url.rstrip('/').split('/')[-1]}.lambda-url.us-east-1.{emulator.host}:{emulator.emulator_port}"
    with urllib.request.urlopen(urllib.request.Request(f"{emulator.emulator_url}/a/b", headers={"Host": host})) as got:
        assert got.read() == b"/a/b"


KEEPER = """
import base64, json
def handler(event, context):
    for r in event["Records"]:
        if "kinesis" in r:
            print("got", base64.b64decode(r["kinesis"]["data"]).decode())
        else:
            print("got", r["eventName"], json.dumps(r["dynamodb"]["Keys"]), json.dumps(r["dynamodb"].get("NewImage")))
"""


@pytest.mark.slow
def test_a_stream_and_a_table_call_a_function(functions: Any, aws: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html, .../with-ddb.html"""
    aws("kinesis").create_stream(StreamName="source", ShardCount=1)
    stream = aws("kinesis").describe_stream_summary(StreamName="source")["StreamDescriptionSummary"]["StreamARN"]
    table = aws("dynamodb").create_table(
        TableName="source",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    name = functions.create(KEEPER)

    def said() -> set[str]:
        return {line.strip() for line in functions.events(name)}

    mappings = [
        aws("lambda").create_event_source_mapping(
            FunctionName=name, EventSourceArn=arn, StartingPosition="TRIM_HORIZON"
        )
        for arn in (stream, table["LatestStreamArn"])
    ]
    try:
        aws("kinesis").put_record(StreamName="source", Data=b"datum", PartitionKey="p")
        aws("dynamodb").put_item(TableName="source", Item={"id": {"S": "1"}, "n": {"N": "2"}})
        wanted = {"got datum", 'got INSERT {"id": {"S": "1"}} {"id": {"S": "1"}, "n": {"N": "2"}}'}
        until(said, wanted.issubset)
    finally:
        for mapping in mappings:
            aws("lambda").delete_event_source_mapping(UUID=mapping["UUID"])


def test_a_state_machine_calls_a_function(functions: Any, aws: Any) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html"""
    name = functions.create("def handler(event, context):\n    return {'twice': event['n'] * 2}\n")
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": name, "Payload.$": "$"},
        "OutputPath": "$.Payload",
        "End": True,
    }
    machine = aws("stepfunctions").create_state_machine(
        name="twice",
        roleArn="arn:aws:iam::000000000000:role/states",
        definition=json.dumps({"StartAt": "Twice", "States": {"Twice": task}}),
    )["stateMachineArn"]
    run = aws("stepfunctions").start_execution(stateMachineArn=machine, input='{"n": 4}')["executionArn"]

    found = until(
        lambda: aws("stepfunctions").describe_execution(executionArn=run), lambda it: it["status"] != "RUNNING"
    )
    assert (found["status"], json.loads(found["output"])) == ("SUCCEEDED", {"twice": 8})


def test_the_cors_of_a_function_url(functions: Any, aws: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors (read 2026-11)"""
    name = functions.create("def handler(e, c): return e['requestContext']['http']['method']")
    cors = {"AllowOrigins": ["https://a.example"], "AllowMethods": ["GET"], "MaxAge": 60}
    url = aws("lambda").create_function_url_config(FunctionName=name, AuthType="NONE", Cors=cors)["FunctionUrl"]

    def ask(origin: str, method: str = "GET", **headers: str) -> dict[str, str]:
        request = urllib.request.Request(url, headers={"Origin": origin, **headers}, method=method)
        with urllib.request.urlopen(request) as answer:
            names = [one for one in answer.headers if one.startswith("Access-Control-")]
            return {one: answer.headers[one] for one in names}

    allowed = {"Access-Control-Allow-Origin": "https://a.example"}
    assert ask("https://a.example") == allowed
    assert ask("https://b.example") == {}
    assert ask("https://a.example", "OPTIONS", **{"Access-Control-Request-Method": "GET"}) == {
        **allowed,
        "Access-Control-Allow-Methods": "GET",
        "Access-Control-Max-Age": "60",
    }


def test_a_function_url_for_signed_requests(functions: Any, aws: Any) -> None:
    name = functions.create("def handler(e, c): return 'in'")
    url = aws("lambda").create_function_url_config(FunctionName=name, AuthType="AWS_IAM")["FunctionUrl"]
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(url)
    assert (refused.value.code, json.loads(refused.value.read())) == (403, {"Message": "Forbidden"})


def test_a_function_url_checks_signatures(functions: Any, aws: Any) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html; keys of nobody and altered bodies are refused."""
    name = functions.create("def handler(e, c): return e.get('body', 'nothing')")
    url = aws("lambda").create_function_url_config(FunctionName=name, AuthType="AWS_IAM")["FunctionUrl"]

    def ask(key: str, secret: str, body: bytes | None = None, query: bool = False) -> tuple[int, str]:
        signer = SigV4QueryAuth if query else SigV4Auth
        signed = AWSRequest("POST", f"{url}a%20b?x=1", data=b"" if query else b"payload")
        signer(Credentials(key, secret), "lambda", "us-east-1").add_auth(signed)
        prepared = signed.prepare()
        headers = {**dict(prepared.headers), "Content-Type": "text/plain"}
        sent = urllib.request.Request(prepared.url, body or prepared.body or b"", headers, method="POST")
        try:
            with urllib.request.urlopen(sent) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["x-amzn-ErrorType"]

    assert ask("test", "test") == (200, "payload")
    assert ask("test", "test", query=True)[0] == 200
    assert ask("test", "guessed") == (403, "InvalidSignatureException")
    assert ask("test", "guessed", query=True) == (403, "InvalidSignatureException")
    assert ask("test", "test", b"altered") == (403, "InvalidSignatureException")
    assert ask("AKIAUNKNOWN", "test") == (403, "UnrecognizedClientException")
