"""Asynchronous invocation: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html,
records: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rapid.cli.services import spec as service_spec
from tests.waiting import until

FAILING = "def handler(e, c):\n    raise ValueError('no ' + e['what'])"


@pytest.fixture
def queue(aws: Callable[[str], Any]) -> Iterator[tuple[str, str]]:
    """(url, arn) of a queue."""
    name = f"q{uuid.uuid4().hex}"
    url = aws("sqs").create_queue(QueueName=name)["QueueUrl"]
    arn = aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    yield url, arn
    aws("sqs").delete_queue(QueueUrl=url)


def receive(aws: Callable[[str], Any], url: str) -> dict[str, Any]:
    def messages() -> Any:
        asked = {"WaitTimeSeconds": 20, "MessageAttributeNames": ["All"], "MaxNumberOfMessages": 1}
        return aws("sqs").receive_message(QueueUrl=url, **asked).get("Messages")

    return dict(until(messages)[0])


def invoke_async(functions: Any, name: str, event: Any) -> None:
    answer = functions.invoke(name, event, InvocationType="Event", LogType="None")
    assert (answer.status, answer.payload) == (202, None)


def test_the_dead_letter_queue_gets_the_event_and_the_error(functions: Any, aws: Any, queue: tuple[str, str]) -> None:
    url, arn = queue
    name = functions.create(FAILING, DeadLetterConfig={"TargetArn": arn})
    aws("lambda").put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0)
    invoke_async(functions, name, {"what": "way"})
    message = receive(aws, url)
    assert json.loads(message["Body"]) == {"what": "way"}
    attributes = {k: v["StringValue"] for k, v in message["MessageAttributes"].items()}
    assert attributes["ErrorCode"] == "200"
    assert attributes["ErrorMessage"] == "no way"
    [report] = [e for e in functions.reported(name) if e.startswith("REPORT")]
    assert attributes["RequestID"] in report


def test_destination_on_failure(functions: Any, aws: Any, queue: tuple[str, str]) -> None:
    url, arn = queue
    name = functions.create(FAILING)
    aws("lambda").put_function_event_invoke_config(
        FunctionName=name, MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    invoke_async(functions, name, {"what": "way"})
    record = json.loads(receive(aws, url)["Body"])
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 1
    assert record["requestPayload"] == {"what": "way"}
    assert record["responseContext"]["functionError"] == "Unhandled"
    assert record["responsePayload"]["errorType"] == "ValueError"


def test_destination_on_success(functions: Any, aws: Any, queue: tuple[str, str]) -> None:
    url, arn = queue
    name = functions.create("def handler(e, c): return {'got': e}")
    aws("lambda").put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": arn}}
    )
    invoke_async(functions, name, [1])
    record = json.loads(receive(aws, url)["Body"])
    assert record["requestContext"]["condition"] == "Success"
    assert record["responsePayload"] == {"got": [1]}


def test_an_alias_has_destinations_of_its_own(functions: Any, aws: Any, queue: tuple[str, str]) -> None:
    """What is set for the alias counts when the alias is invoked; the version behind it has nothing set."""
    url, arn = queue
    name = functions.create("def handler(e, c): return e")
    version = aws("lambda").publish_version(FunctionName=name)["Version"]
    aws("lambda").create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    aws("lambda").put_function_event_invoke_config(
        FunctionName=name, Qualifier="live", DestinationConfig={"OnSuccess": {"Destination": arn}}
    )
    invoke_async(functions, f"{name}:{version}", "by version")
    invoke_async(functions, f"{name}:live", "by alias")
    assert json.loads(receive(aws, url)["Body"])["requestPayload"] == "by alias"


@pytest.mark.parametrize("other_emulator", [{"LAMBDA_RETRY_BASE_DELAY": "1"}], indirect=True)
def test_two_retries_by_default(other_functions: Any) -> None:
    """The delays are one and two minutes on AWS, one and two seconds in this test."""
    name = other_functions.create(FAILING)
    invoke_async(other_functions, name, {"what": "way"})
    events = other_functions.reported(name, 3)
    starts = [e for e in events if e.startswith("START")]
    assert len(starts) == 3
    assert len(set(starts)) == 1  # one request id for all attempts


def test_an_asynchronous_timeout_reaches_the_dead_letter_queue(
    functions: Any, aws: Any, queue: tuple[str, str]
) -> None:
    url, arn = queue
    name = functions.create(
        "import time\ndef handler(e, c): time.sleep(60)", Timeout=1, DeadLetterConfig={"TargetArn": arn}
    )
    aws("lambda").put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0)
    invoke_async(functions, name, {})
    assert "Task timed out after 1.00 seconds" in receive(aws, url)["MessageAttributes"]["ErrorMessage"]["StringValue"]


def test_many_asynchronous_invocations_all_run(functions: Any) -> None:
    name = functions.create("def handler(e, c): print('event', e)")
    for n in range(50):
        invoke_async(functions, name, n)
    events = functions.reported(name, 50)
    assert sorted(int(e.split()[1]) for e in events if e.startswith("event ")) == list(range(50))


def test_accepted_events_survive_a_killed_emulator(other_emulator: Any, other_functions: Any) -> None:
    """AWS's queue is durable: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html"""
    supervisor, config = other_emulator
    other_functions.aws("s3").create_bucket(Bucket="seen")
    name = other_functions.create(
        "import boto3, time\ns3 = boto3.client('s3')\ndef handler(e, c):\n"
        "    time.sleep(e.get('s', 0))\n    s3.put_object(Bucket='seen', Key=str(e['n']))",
        MemorySize=256,
        Timeout=30,
    )
    for n in range(10):
        invoke_async(other_functions, name, {"n": n, "s": 2})
    process = supervisor.find("emulator")
    process.kill()
    process.wait(60)
    spec = service_spec(config, "emulator")
    supervisor.start(spec)
    supervisor.wait(spec)

    def seen() -> list[str]:
        return [o["Key"] for o in other_functions.aws("s3").list_objects_v2(Bucket="seen").get("Contents", [])]

    until(seen, [str(n) for n in range(10)].__eq__)
