"""What was answered before a kill -9 is there after the next start, and works.

Expectations are AWS's own durability: a 2xx of a control-plane call or of a write is a promise (for S3, for example,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel).
"""

import io
import json
import time
import urllib.request
import zipfile
from typing import Any

import pytest

from tests.waiting import until

ROLE = json.dumps({"Version": "2012-10-17", "Statement": []})
TEMPLATE = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "of-stack"}}}}


@pytest.fixture(scope="module")
def before(mortal: Any) -> dict[str, Any]:
    """Makes things in every service, then kills and restarts the emulator."""
    facts: dict[str, Any] = {}
    for part in (_s3, _queues, _api, _function, _rest, _query):
        facts.update(part(mortal.client))
    mortal.restart()
    return facts


def _s3(client: Any) -> dict[str, Any]:
    s3 = client("s3")
    s3.create_bucket(Bucket="plain")
    s3.put_object(Bucket="plain", Key="a/b.csv", Body=b"old", Tagging="t=1")
    s3.put_object(Bucket="plain", Key="a/b.csv", Body=b"new", Tagging="t=2", Metadata={"m": "n"})
    s3.put_object(Bucket="plain", Key="gone", Body=b"x")
    s3.delete_object(Bucket="plain", Key="gone")
    s3.copy_object(Bucket="plain", Key="copy", CopySource="plain/a/b.csv")
    s3.create_bucket(Bucket="versions")
    s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2"):
        s3.put_object(Bucket="versions", Key="k", Body=body)
    s3.delete_object(Bucket="versions", Key="k")
    upload = s3.create_multipart_upload(Bucket="plain", Key="big")["UploadId"]
    part = s3.upload_part(Bucket="plain", Key="big", UploadId=upload, PartNumber=1, Body=b"z" * 5_242_880)
    return {"upload": upload, "part": part["ETag"]}


def _query(client: Any) -> dict[str, Any]:
    """One query that has ended, and one that was started at the last moment."""
    client("s3").create_bucket(Bucket="answers")
    athena, where = client("athena"), {"OutputLocation": "s3://answers/results/"}
    first = athena.start_query_execution(
        QueryString="SELECT 1 AS x", ResultConfiguration=where, ClientRequestToken="t" * 32
    )["QueryExecutionId"]
    while athena.get_query_execution(QueryExecutionId=first)["QueryExecution"]["Status"]["State"] != "SUCCEEDED":
        pass  # it waits by itself
    last = athena.start_query_execution(QueryString="SELECT 2", ResultConfiguration=where)["QueryExecutionId"]
    return {"query": first, "last query": last}


def _queues(client: Any) -> dict[str, Any]:
    sqs = client("sqs")
    queue = sqs.create_queue(QueueName="work")["QueueUrl"]
    for number in range(4):
        sqs.send_message(QueueUrl=queue, MessageBody=str(number))
    first = sqs.receive_message(QueueUrl=queue, VisibilityTimeout=600)["Messages"][0]
    second = sqs.receive_message(QueueUrl=queue, VisibilityTimeout=600)["Messages"][0]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=second["ReceiptHandle"])
    fifo = sqs.create_queue(QueueName="line.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    for body in "abc":
        sqs.send_message(QueueUrl=fifo, MessageBody=body, MessageGroupId="g", MessageDeduplicationId=body)
    return {"queue": queue, "held": first, "deleted": second["Body"], "fifo": fifo}


def _api(client: Any) -> dict[str, Any]:
    gateway = client("apigateway")
    api = gateway.create_rest_api(name="pets")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    where = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    gateway.put_method(**where, authorizationType="NONE")
    gateway.put_integration(**where, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    gateway.put_method_response(**where, statusCode="200")
    gateway.put_integration_response(**where, statusCode="200", responseTemplates={"application/json": '{"ok": 1}'})
    gateway.create_deployment(restApiId=api, stageName="prod")
    return {"api": api, "key": gateway.create_api_key(name="k", enabled=True)["value"]}


def _function(client: Any) -> dict[str, Any]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("app.py", "def handler(event, context):\n    return {'got': event}\n")
    client("iam").create_role(RoleName="runs", AssumeRolePolicyDocument=ROLE)
    functions = client("lambda")
    functions.create_function(
        FunctionName="echo",
        Runtime="python3.11",
        Handler="app.handler",
        Role="arn:aws:iam::000000000000:role/runs",
        Code={"ZipFile": archive.getvalue()},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="echo", WaiterConfig={"Delay": 1})
    return {}


def _rest(client: Any) -> dict[str, Any]:
    logs = client("logs")
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    event = {"timestamp": int(time.time() * 1000), "message": "said"}
    logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=[event])
    client("secretsmanager").create_secret(Name="secret", SecretString="value")
    client("ssm").put_parameter(Name="parameter", Value="value", Type="String")
    kms = client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    client("dynamodb").create_table(
        TableName="table",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client("dynamodb").put_item(TableName="table", Item={"id": {"S": "1"}, "n": {"N": "5.25"}})
    client("kinesis").create_stream(StreamName="stream", ShardCount=1)
    client("kinesis").put_record(StreamName="stream", Data=b"datum", PartitionKey="p")
    events = client("events")
    events.put_rule(Name="rule", EventPattern=json.dumps({"source": ["test"]}))
    events.put_targets(Rule="rule", Targets=[{"Id": "1", "Arn": "arn:aws:sqs:us-east-1:000000000000:target"}])
    client("sqs").create_queue(QueueName="target")
    stacks = client("cloudformation")
    stacks.create_stack(StackName="stack", TemplateBody=json.dumps(TEMPLATE))
    stacks.get_waiter("stack_create_complete").wait(StackName="stack", WaiterConfig={"Delay": 1})
    cipher = kms.encrypt(KeyId=key, Plaintext=b"plain")["CiphertextBlob"]
    return {"cipher": cipher}


def test_s3_objects(before: dict[str, Any], client: Any) -> None:
    s3 = client("s3")
    assert s3.get_object(Bucket="plain", Key="a/b.csv")["Body"].read() == b"new"
    assert s3.head_object(Bucket="plain", Key="a/b.csv")["Metadata"] == {"m": "n"}
    assert s3.get_object_tagging(Bucket="plain", Key="a/b.csv")["TagSet"] == [{"Key": "t", "Value": "2"}]
    assert [o["Key"] for o in s3.list_objects_v2(Bucket="plain")["Contents"]] == ["a/b.csv", "copy"]


def test_s3_versions(before: dict[str, Any], client: Any) -> None:
    listed = client("s3").list_object_versions(Bucket="versions")
    bodies = {
        client("s3").get_object(Bucket="versions", Key="k", VersionId=v["VersionId"])["Body"].read()
        for v in listed["Versions"]
    }
    assert bodies == {b"1", b"2"}
    assert [marker["IsLatest"] for marker in listed["DeleteMarkers"]] == [True]


def test_a_begun_multipart_upload_can_be_completed(before: dict[str, Any], client: Any) -> None:
    s3 = client("s3")
    upload = {"Bucket": "plain", "Key": "big", "UploadId": before["upload"]}
    last = s3.upload_part(**upload, PartNumber=2, Body=b"end")
    parts = [{"PartNumber": 1, "ETag": before["part"]}, {"PartNumber": 2, "ETag": last["ETag"]}]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert s3.get_object(Bucket="plain", Key="big")["Body"].read() == b"z" * 5_242_880 + b"end"
    s3.delete_object(Bucket="plain", Key="big")


def test_queries_are_remembered(before: dict[str, Any], client: Any) -> None:
    athena = client("athena")
    results = athena.get_query_results(QueryExecutionId=before["query"])["ResultSet"]["Rows"]
    assert [r["Data"][0]["VarCharValue"] for r in results] == ["x", "1"]
    again = athena.start_query_execution(
        QueryString="SELECT 1 AS x",
        ResultConfiguration={"OutputLocation": "s3://answers/results/"},
        ClientRequestToken="t" * 32,
    )
    assert again["QueryExecutionId"] == before["query"]
    state = athena.get_query_execution(QueryExecutionId=before["last query"])["QueryExecution"]["Status"]["State"]
    assert state in ("SUCCEEDED", "FAILED")
    assert before["last query"] in athena.list_query_executions()["QueryExecutionIds"]


def test_queue_hands_out_exactly_what_was_left(before: dict[str, Any], client: Any) -> None:
    sqs = client("sqs")
    got = sqs.receive_message(QueueUrl=before["queue"], MaxNumberOfMessages=10)["Messages"]
    assert sorted(m["Body"] for m in got) == sorted({"0", "1", "2", "3"} - {before["held"]["Body"], before["deleted"]})
    sqs.delete_message(QueueUrl=before["queue"], ReceiptHandle=before["held"]["ReceiptHandle"])
    wanted = ["ApproximateNumberOfMessagesNotVisible"]
    counts = sqs.get_queue_attributes(QueueUrl=before["queue"], AttributeNames=wanted)["Attributes"]
    assert counts == {"ApproximateNumberOfMessagesNotVisible": "2"}


def test_fifo_order_and_deduplication(before: dict[str, Any], client: Any) -> None:
    sqs = client("sqs")
    again = {"MessageGroupId": "g", "MessageDeduplicationId": "a"}
    sqs.send_message(QueueUrl=before["fifo"], MessageBody="a", **again)
    got = sqs.receive_message(QueueUrl=before["fifo"], MaxNumberOfMessages=10)["Messages"]
    assert [m["Body"] for m in got] == ["a", "b", "c"]


def test_api_answers_on_the_same_url(before: dict[str, Any], client: Any, mortal: Any) -> None:
    url = f"{mortal.config.emulator_url}/_aws/execute-api/{before['api']}/prod/"
    with urllib.request.urlopen(url) as response:
        assert json.load(response) == {"ok": 1}
    keys = client("apigateway").get_api_keys(includeValues=True)["items"]
    assert [key["value"] for key in keys] == [before["key"]]


def test_function_runs(before: dict[str, Any], client: Any) -> None:
    answer = client("lambda").invoke(FunctionName="echo", Payload=b'{"a": 1}')
    assert json.load(answer["Payload"]) == {"got": {"a": 1}}


def test_rule_still_delivers(before: dict[str, Any], client: Any) -> None:
    client("events").put_events(Entries=[{"Source": "test", "DetailType": "d", "Detail": '{"n": 7}'}])
    url = client("sqs").get_queue_url(QueueName="target")["QueueUrl"]
    got = until(lambda: client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages"))
    assert [json.loads(m["Body"])["detail"] for m in got] == [{"n": 7}]


def test_logs_secrets_parameters_keys(before: dict[str, Any], client: Any) -> None:
    said = client("logs").get_log_events(logGroupName="g", logStreamName="s")["events"]
    assert [event["message"] for event in said] == ["said"]
    assert client("secretsmanager").get_secret_value(SecretId="secret")["SecretString"] == "value"
    assert client("ssm").get_parameter(Name="parameter")["Parameter"]["Value"] == "value"
    assert client("kms").decrypt(CiphertextBlob=before["cipher"])["Plaintext"] == b"plain"
    assert client("iam").get_role(RoleName="runs")["Role"]["RoleName"] == "runs"


def test_tables_and_streams(before: dict[str, Any], client: Any) -> None:
    assert client("dynamodb").scan(TableName="table")["Items"] == [{"id": {"S": "1"}, "n": {"N": "5.25"}}]
    kinesis = client("kinesis")
    shard = kinesis.list_shards(StreamName="stream")["Shards"][0]["ShardId"]
    begin = kinesis.get_shard_iterator(StreamName="stream", ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    assert [r["Data"] for r in kinesis.get_records(ShardIterator=begin["ShardIterator"])["Records"]] == [b"datum"]


def test_stack_can_be_updated_and_deleted(before: dict[str, Any], client: Any) -> None:
    stacks, sqs = client("cloudformation"), client("sqs")
    changed = json.loads(json.dumps(TEMPLATE))
    changed["Resources"]["Queue"]["Properties"]["VisibilityTimeout"] = 77
    stacks.update_stack(StackName="stack", TemplateBody=json.dumps(changed))
    stacks.get_waiter("stack_update_complete").wait(StackName="stack", WaiterConfig={"Delay": 1})
    url = sqs.get_queue_url(QueueName="of-stack")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    assert attributes == {"VisibilityTimeout": "77"}
    stacks.delete_stack(StackName="stack")
    stacks.get_waiter("stack_delete_complete").wait(StackName="stack", WaiterConfig={"Delay": 1})
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="of-stack")


def test_a_half_written_certificate_does_not_keep_it_from_starting(before: dict[str, Any], mortal: Any) -> None:
    mortal.kill()
    (certificate,) = mortal.config.state.rglob("server.test.pem")
    whole = certificate.read_text()
    certificate.write_text(whole[: len(whole) // 3])
    mortal.start()
    assert "END CERTIFICATE" in certificate.read_text()
    assert mortal.client("s3").get_object(Bucket="plain", Key="a/b.csv")["Body"].read() == b"new"


def test_damaged_file_is_moved_aside_and_named(before: dict[str, Any], mortal: Any) -> None:
    mortal.kill()
    stores = mortal.config.state / "stores"
    for leftover in stores.glob("ssm.db-*"):
        leftover.unlink()
    (stores / "ssm.db").write_bytes(b"not a database" * 400)
    mortal.start()
    assert "The state file" in mortal.log()
    assert list(stores.glob("ssm.db.damaged-*"))
    assert mortal.client("secretsmanager").get_secret_value(SecretId="secret")["SecretString"] == "value"
