"""S3's notifications to a queue and to a function: sent once S3 has answered, whatever happens next.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html: delivered at least once.
"""

import io
import json
import zipfile
from typing import Any

from tests.waiting import until

WRITES = (
    "import boto3\ndef handler(event, context):\n"
    "    record = event['Records'][0]['s3']\n"
    "    key = 'seen/' + record['object']['key']\n"
    "    boto3.client('s3').put_object(Bucket=record['bucket']['name'], Key=key, Body=b'')\n"
)


def test_notifications_of_answered_requests_survive_a_kill(mortal: Any) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("index.py", WRITES)
    s3, sqs, functions = mortal.client("s3"), mortal.client("sqs"), mortal.client("lambda")
    queue = sqs.create_queue(QueueName="notified")["QueueUrl"]
    queue_arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    function = functions.create_function(
        FunctionName="notified", Runtime="python3.11", Handler="index.handler", Timeout=30,
        Role="arn:aws:iam::000000000000:role/r", Code={"ZipFile": archive.getvalue()},
    )  # fmt: skip
    functions.get_waiter("function_active_v2").wait(FunctionName="notified", WaiterConfig={"Delay": 1})
    s3.create_bucket(Bucket="notifies")
    on = {"Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}}}
    s3.put_bucket_notification_configuration(
        Bucket="notifies",
        NotificationConfiguration={
            "QueueConfigurations": [{"QueueArn": queue_arn, **on}],
            "LambdaFunctionConfigurations": [{"LambdaFunctionArn": function["FunctionArn"], **on}],
        },
    )
    keys = {f"in/{number}" for number in range(10)}
    for key in sorted(keys):
        s3.put_object(Bucket="notifies", Key=key, Body=b"x")
    mortal.kill()
    mortal.start()
    s3, sqs = mortal.client("s3"), mortal.client("sqs")
    found: set[str] = set()

    def received() -> set[str]:
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            found.update(r["s3"]["object"]["key"] for r in json.loads(message["Body"]).get("Records", []))
        return found

    until(received, keys.__eq__)

    def handled() -> set[str]:
        listed = s3.list_objects_v2(Bucket="notifies", Prefix="seen/").get("Contents", [])
        return {each["Key"] for each in listed}

    until(handled, {f"seen/{key}" for key in keys}.__eq__)
