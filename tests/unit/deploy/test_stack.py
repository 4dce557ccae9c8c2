"""Following a stack's events, with CloudFormation as a script of answers."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rapid.core import config as configuration
from rapid.deploy import Event, NoStackError, StackFailedError, Target, outputs, stack, undeploy

WHEN = datetime(2026, 1, 1, tzinfo=UTC)


def raw(number: int, resource: str, status: str, reason: str = "", kind: str = "AWS::S3::Bucket") -> dict[str, Any]:
    return {
        "EventId": str(number),
        "Timestamp": WHEN,
        "LogicalResourceId": resource,
        "ResourceType": kind,
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
    }


class Cloudformation:
    """Each DescribeStacks moves to the next step: a status, and the events so far."""

    def __init__(self, *steps: tuple[str, list[dict[str, Any]]]) -> None:
        self.steps, self.at = steps, -1
        self.deleted = False

    def describe_stacks(self, StackName: str) -> dict[str, Any]:
        if not self.steps:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "Stack x does not exist"}}, "D")
        self.at = min(self.at + 1, len(self.steps) - 1)
        return {"Stacks": [{"StackId": "id", "StackStatus": self.steps[self.at][0]}]}

    def get_paginator(self, _name: str) -> "Cloudformation":
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        events = self.steps[max(self.at, 0)][1][::-1]
        return [{"StackEvents": events[:2]}, {"StackEvents": events[2:]}]

    def delete_stack(self, **_: Any) -> None:
        self.deleted = True


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack.time, "sleep", lambda _seconds: None)


def settings() -> configuration.Config:
    return replace(configuration.load({}), stack_name="x")


def target(client: Cloudformation) -> Target:
    return Target(lambda _service: client, "1", "us-east-1", "x")


def test_every_event_is_seen_once_and_in_order() -> None:
    one, two, three = (
        raw(n, "B", s) for n, s in enumerate(("CREATE_IN_PROGRESS", "CREATE_COMPLETE", "CREATE_COMPLETE"))
    )
    client = Cloudformation(
        ("CREATE_IN_PROGRESS", [one]), ("CREATE_IN_PROGRESS", [one, two]), ("CREATE_COMPLETE", [one, two, three])
    )
    seen: list[Event] = []
    stack._finish(stack.Watch(client, "id"), seen.append)
    assert [event.id for event in seen] == ["0", "1", "2"]


def test_the_first_cause_is_reported_not_what_follows_from_it() -> None:
    events = [
        raw(0, "A", "CREATE_FAILED", "Resource creation cancelled"),
        raw(1, "B", "CREATE_FAILED", "Bucket name is taken"),
        raw(
            2,
            "x",
            "ROLLBACK_IN_PROGRESS",
            "The following resource(s) failed to create: [B].",
            "AWS::CloudFormation::Stack",
        ),
    ]
    with pytest.raises(StackFailedError, match=r"ROLLBACK_COMPLETE.*B \(AWS::S3::Bucket\): Bucket name is taken"):
        stack._finish(stack.Watch(Cloudformation(("ROLLBACK_COMPLETE", events)), "id"), lambda _event: None)


def test_a_stack_that_is_not_there() -> None:
    with pytest.raises(NoStackError, match=r"\./rapid deploy"):
        outputs(settings(), target=target(Cloudformation()))
    assert undeploy(settings(), target=target(Cloudformation())) is False


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "CREATE_IN_PROGRESS"])
def test_a_stack_that_never_came_to_be_has_nothing_to_work_with(status: str) -> None:
    with pytest.raises(NoStackError, match=rf"x is {status}\. Run \./rapid deploy"):
        outputs(settings(), target=target(Cloudformation((status, []))))


def test_undeploy_waits_for_an_operation_of_somebody_else() -> None:
    client = Cloudformation(
        ("UPDATE_IN_PROGRESS", []), ("UPDATE_COMPLETE", []), ("UPDATE_COMPLETE", []), ("DELETE_COMPLETE", [])
    )
    assert undeploy(settings(), target=target(client)) is True
    assert client.deleted


def test_a_deployment_that_another_client_overtakes_waits_and_then_updates(monkeypatch: pytest.MonkeyPatch) -> None:
    class Overtaken(Cloudformation):
        """Another client creates the stack after this one has seen that there is none."""

        created = updated = False

        def describe_stacks(self, StackName: str) -> dict[str, Any]:
            return super().describe_stacks(StackName) if self.created else Cloudformation().describe_stacks(StackName)

        def create_stack(self, **_: Any) -> dict[str, Any]:
            self.created = True
            raise ClientError({"Error": {"Code": "AlreadyExistsException", "Message": "Stack [x] already exists"}}, "C")

        def update_stack(self, **_: Any) -> None:
            assert self.at > 1, "while it is being created"
            self.updated = True

    client = Overtaken(("CREATE_IN_PROGRESS", []), ("CREATE_IN_PROGRESS", []), ("CREATE_COMPLETE", []))
    monkeypatch.setattr(stack, "package", lambda _target: None)
    assert stack.deploy(settings(), target=target(client)) == {}
    assert client.updated
