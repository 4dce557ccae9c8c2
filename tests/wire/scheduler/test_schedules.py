"""Schedules that fire once, soon. https://docs.aws.amazon.com/scheduler/latest/UserGuide/ (read 2026-11)"""

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.waiting import until

Aws = Callable[[str], Any]
ROLE = "arn:aws:iam::000000000000:role/scheduler"
OFF = {"Mode": "OFF"}


@pytest.fixture
def name() -> str:
    return f"s{uuid.uuid4().hex[:10]}"


@pytest.fixture
def queue(aws: Aws, name: str) -> Iterator[tuple[str, str]]:
    """Url and ARN of a queue."""
    url = aws("sqs").create_queue(QueueName=name)["QueueUrl"]
    arn = aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    yield url, arn
    aws("sqs").delete_queue(QueueUrl=url)


def soon() -> str:
    return f"at({datetime.now(UTC) + timedelta(seconds=2):%Y-%m-%dT%H:%M:%S})"


def received(aws: Aws, url: str) -> dict[str, Any]:
    [message] = until(
        lambda: (
            aws("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=1, MessageAttributeNames=["All"]).get("Messages")
        )
    )
    told: dict[str, Any] = message
    return told


def test_a_queue_gets_the_input_with_the_context_of_the_call(aws: Aws, name: str, queue: tuple[str, str]) -> None:
    scheduler, (url, arn) = aws("scheduler"), queue
    given = '{"arn": "<aws.scheduler.schedule-arn>", "try": <aws.scheduler.attempt-number>}'
    made = scheduler.create_schedule(
        Name=name,
        ScheduleExpression=soon(),
        FlexibleTimeWindow=OFF,
        ActionAfterCompletion="DELETE",
        Target={"Arn": arn, "RoleArn": ROLE, "Input": given},
    )
    assert json.loads(received(aws, url)["Body"]) == {"arn": made["ScheduleArn"], "try": 1}

    def gone() -> bool:
        try:
            scheduler.get_schedule(Name=name)
        except scheduler.exceptions.ResourceNotFoundException:
            return True
        return False

    assert until(gone)


def test_any_operation_of_a_service_is_a_target(aws: Aws, name: str, queue: tuple[str, str]) -> None:
    scheduler, (url, _) = aws("scheduler"), queue
    scheduler.create_schedule(
        Name=name,
        ScheduleExpression=soon(),
        FlexibleTimeWindow=OFF,
        Target={
            "Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage",
            "RoleArn": ROLE,
            "Input": json.dumps({"QueueUrl": url, "MessageBody": "universal"}),
        },
    )
    assert received(aws, url)["Body"] == "universal"
    scheduler.delete_schedule(Name=name)


def test_what_is_not_delivered_goes_to_the_dead_letter_queue(aws: Aws, name: str, queue: tuple[str, str]) -> None:
    scheduler, (url, arn) = aws("scheduler"), queue
    scheduler.create_schedule(
        Name=name,
        ScheduleExpression=soon(),
        FlexibleTimeWindow=OFF,
        Target={
            "Arn": f"arn:aws:lambda:us-east-1:000000000000:function:{name}",
            "RoleArn": ROLE,
            "DeadLetterConfig": {"Arn": arn},
        },
    )
    message = received(aws, url)
    told = {key: value["StringValue"] for key, value in message["MessageAttributes"].items()}
    assert told["ERROR_CODE"] == "ResourceNotFoundException"
    assert told["SCHEDULE_ARN"].endswith(f"/default/{name}")
    assert json.loads(message["Body"])["source"] == "aws.scheduler"
    scheduler.delete_schedule(Name=name)


@pytest.mark.parametrize(
    ("expression", "arn", "told"),
    [
        ("every day", "arn:aws:sqs:us-east-1:000000000000:q", "Invalid Schedule Expression every day"),
        ("rate(1 day)", "arn:aws:ecs:us-east-1:000000000000:cluster/c", "does not support arn:aws:ecs"),
        ("rate(1 day)", "arn:aws:scheduler:::aws-sdk:sqs:noSuchThing", "names no operation"),
    ],
)
def test_what_is_refused(aws: Aws, name: str, expression: str, arn: str, told: str) -> None:
    with pytest.raises(ClientError, match=told):
        aws("scheduler").create_schedule(
            Name=name, ScheduleExpression=expression, FlexibleTimeWindow=OFF, Target={"Arn": arn, "RoleArn": ROLE}
        )


def test_a_group_whose_name_is_taken_keeps_its_schedules(aws: Aws, name: str, queue: tuple[str, str]) -> None:
    scheduler, (_, arn) = aws("scheduler"), queue
    scheduler.create_schedule_group(Name=name)
    scheduler.create_schedule(
        Name=name, GroupName=name, ScheduleExpression="rate(1 day)", FlexibleTimeWindow=OFF,
        Target={"Arn": arn, "RoleArn": ROLE},
    )  # fmt: skip
    with pytest.raises(scheduler.exceptions.ConflictException, match=f"Schedule group {name} already exists"):
        scheduler.create_schedule_group(Name=name)
    assert scheduler.get_schedule(Name=name, GroupName=name)["State"] == "ENABLED"
    scheduler.delete_schedule_group(Name=name)
