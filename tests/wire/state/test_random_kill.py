"""A kill -9 in the middle of concurrent writes: every acknowledged one is there, and none is torn."""

import random
import threading
from collections.abc import Callable
from typing import Any

from botocore.config import Config as BotoConfig
from botocore.exceptions import BotoCoreError, ClientError

from tests.waiting import SECONDS

WRITERS = 4


def _client(mortal: Any, service: str) -> Any:
    import boto3

    return boto3.client(
        service,
        endpoint_url=mortal.config.emulator_url,
        region_name=mortal.config.region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=BotoConfig(retries={"max_attempts": 0}, s3={"addressing_style": "path"}),
    )


def _write_until_it_dies(write: Callable[[str], None], writer: int, acknowledged: set[str], enough: Any) -> None:
    for number in range(100_000):
        name = f"{writer}-{number}"
        try:
            write(name)
        except (BotoCoreError, ClientError):
            return
        acknowledged.add(name)
        if len(acknowledged) > 60:
            enough.set()


def test_every_acknowledged_write_survives(mortal: Any) -> None:
    s3, sqs = _client(mortal, "s3"), _client(mortal, "sqs")
    s3.create_bucket(Bucket="storm")
    queue = sqs.create_queue(QueueName="storm")["QueueUrl"]
    objects: set[str] = set()
    messages: set[str] = set()
    enough = [threading.Event(), threading.Event()]
    threads = []
    for writer in range(WRITERS):
        put = lambda name: s3.put_object(Bucket="storm", Key=name, Body=name.encode() * 1000)  # noqa: E731
        send = lambda name: sqs.send_message(QueueUrl=queue, MessageBody=name)  # noqa: E731
        for write, done, event in ((put, objects, enough[0]), (send, messages, enough[1])):
            threads.append(threading.Thread(target=_write_until_it_dies, args=(write, writer, done, event)))
    for thread in threads:
        thread.start()
    assert all(event.wait(SECONDS) for event in enough)
    threading.Event().wait(random.random() / 2)
    mortal.kill()
    for thread in threads:
        thread.join(SECONDS)
    mortal.start()

    listed = s3.get_paginator("list_objects_v2").paginate(Bucket="storm")
    keys = {each["Key"] for page in listed for each in page.get("Contents", [])}
    assert objects <= keys
    assert all(s3.get_object(Bucket="storm", Key=key)["Body"].read() == key.encode() * 1000 for key in keys)
    received: set[str] = set()
    while got := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        received |= {message["Body"] for message in got}
    assert messages <= received
