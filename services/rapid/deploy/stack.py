"""The stack: made, updated, watched and deleted. Status names and rules as in
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html (read 2026-11).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rapid.core.config import ROOT, Config
from rapid.deploy.artifacts import package
from rapid.deploy.errors import NoStackError, StackFailedError
from rapid.deploy.target import Target, local, reachable

TEMPLATE = ROOT / "rapid-analytics.yaml"
_ACTIVE = "_IN_PROGRESS"
_GOOD = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"}
_MUST_GO = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED", "REVIEW_IN_PROGRESS"}
"""A stack in one of these can only be deleted."""
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 3.0
_FOLLOW_UPS = ("cancelled", "canceled", "The following resource(s) failed")
"""Reasons of failures that only follow from another one."""


@dataclass(frozen=True)
class Event:
    """One stack event. `resource` is the logical id; the stack's own events carry its name and type."""

    id: str
    time: datetime
    resource: str
    type: str
    status: str
    reason: str = ""

    @property
    def failed(self) -> bool:
        return self.status.endswith("_FAILED")


OnEvent = Callable[[Event], None]


def _ignore(_event: Event) -> None:
    """The default of `on_event`."""


def _event(raw: dict[str, Any]) -> Event:
    return Event(
        raw["EventId"],
        raw["Timestamp"],
        raw["LogicalResourceId"],
        raw["ResourceType"],
        raw["ResourceStatus"],
        raw.get("ResourceStatusReason", ""),
    )


class Watch:
    """The events of one stack from now on. CloudFormation pushes none, so they are asked for."""

    def __init__(self, cloudformation: Any, stack_id: str, seen: str | None = None) -> None:
        self.client, self.stack_id, self.seen = cloudformation, stack_id, seen

    def new(self) -> list[Event]:
        """Events since the last call, oldest first."""
        found: list[Event] = []
        for page in self.client.get_paginator("describe_stack_events").paginate(StackName=self.stack_id):
            for raw in page["StackEvents"]:
                if raw["EventId"] == self.seen:
                    break
                found.append(_event(raw))
            else:
                continue
            break
        if found:
            self.seen = found[0].id
        return found[::-1]

    def until_done(self) -> Iterator[Event]:
        """Events until the stack rests. Asks often while something happens, less often while nothing does."""
        wait = _FIRST_WAIT
        while True:
            resting = not self.status().endswith(_ACTIVE)
            events = self.new()
            yield from events
            if resting:
                return
            wait = _FIRST_WAIT if events else min(wait * 1.5, _LONGEST_WAIT)
            time.sleep(wait)

    def status(self) -> str:
        return str(self.client.describe_stacks(StackName=self.stack_id)["Stacks"][0]["StackStatus"])


def _describe(cloudformation: Any, name: str) -> dict[str, Any] | None:
    from botocore.exceptions import ClientError

    try:
        found: dict[str, Any] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in error.response["Error"]["Message"]:
            return None
        raise
    return None if found["StackStatus"] == "DELETE_COMPLETE" else found


def _finish(watch: Watch, on_event: OnEvent) -> None:
    """Follows the stack until it rests.

    Raises:
        StackFailedError: it does not rest in a good state.
    """
    first: Event | None = None
    for event in watch.until_done():
        on_event(event)
        if first is None and event.reason and _is_cause(event):
            first = event
    status = watch.status()
    if status not in _GOOD:
        what = f"{first.resource} ({first.type}): {first.reason}" if first else "no event says why"
        raise StackFailedError(f"The stack is {status}. First failure: {what}")


def _is_cause(event: Event) -> bool:
    """Whether an event can be where it began: a resource that failed, or a template that was refused as a whole."""
    refused = event.type == "AWS::CloudFormation::Stack" and event.status.endswith("ROLLBACK_IN_PROGRESS")
    return (event.failed or refused) and not any(text in event.reason for text in _FOLLOW_UPS)


class _OvertakenError(Exception):
    """Another client began an operation on the stack first."""


def _start(cloudformation: Any, stack: dict[str, Any] | None, request: dict[str, Any]) -> Watch | None:
    """Starts a creation or an update; None when the stack is as the template says already.

    Raises:
        _OvertakenError: nothing was started.
    """
    from botocore.exceptions import ClientError

    try:
        if not stack:
            return Watch(cloudformation, cloudformation.create_stack(**request)["StackId"])
        watch = Watch(cloudformation, stack["StackId"])
        watch.new()
        cloudformation.update_stack(**request)
    except ClientError as error:
        message = error.response["Error"]["Message"]
        if "No updates are to be performed" in message:
            return None
        if error.response["Error"]["Code"] == "AlreadyExistsException" or f"{_ACTIVE} state" in message:
            raise _OvertakenError from error
        raise
    return watch


def deploy(
    config: Config,
    on_event: OnEvent = _ignore,
    *,
    target: Target | None = None,
    parameters: dict[str, str] | None = None,
    template: Path = TEMPLATE,
) -> dict[str, str]:
    """Uploads the code, then creates or updates the stack and waits until it rests.

    A stack left by a creation that failed is deleted first: CloudFormation cannot update it. What another client has
    begun on the stack is waited for.

    Args:
        config: the settings; `config.stack_name` names the stack.
        on_event: called with each resource event as it happens.
        target: where to; the emulator when left out.
        parameters: template parameters; those left out have the template's default.
        template: another template, for tests.

    Returns:
        The stack's outputs.

    Raises:
        StackFailedError: CloudFormation failed or rolled back; the message has the first resource that failed.
        DeployError: packaging or a call failed.
    """
    where = target or local(config)
    package(where)
    with reachable():
        cloudformation = where.client("cloudformation")
        request = {
            "StackName": where.stack_name,
            "TemplateBody": template.read_text(),
            "Capabilities": ["CAPABILITY_IAM"],
            "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in (parameters or {}).items()],
        }
        while True:
            stack = _settled(cloudformation, where.stack_name, on_event)
            if stack and stack["StackStatus"] in _MUST_GO:
                _delete(cloudformation, stack["StackId"], on_event)
                stack = None
            with suppress(_OvertakenError):
                watch = _start(cloudformation, stack, request)
                break
        if watch:
            _finish(watch, on_event)
        return _outputs(_describe(cloudformation, where.stack_name) or {})


def _settled(cloudformation: Any, name: str, on_event: OnEvent) -> dict[str, Any] | None:
    """The stack, once whatever another client started on it has ended."""
    stack = _describe(cloudformation, name)
    if stack and stack["StackStatus"].endswith(_ACTIVE) and stack["StackStatus"] not in _MUST_GO:
        watch = Watch(cloudformation, stack["StackId"])
        watch.new()
        for event in watch.until_done():
            on_event(event)
        stack = _describe(cloudformation, name)
    return stack


def _outputs(stack: dict[str, Any]) -> dict[str, str]:
    return {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", ())}


def outputs(config: Config, *, target: Target | None = None) -> dict[str, str]:
    """The stack's outputs.

    Raises:
        NoStackError: it was not deployed, or that failed or has not ended.
        UnreachableError: the endpoint does not answer.
    """
    where = target or local(config)
    with reachable():
        stack = _describe(where.client("cloudformation"), where.stack_name)
    if stack is None:
        raise NoStackError(f"There is no stack {where.stack_name}. Run ./rapid deploy.")
    found = _outputs(stack)
    if not found:
        raise NoStackError(f"The stack {where.stack_name} is {stack['StackStatus']}. Run ./rapid deploy.")
    return found


def _delete(cloudformation: Any, stack_id: str, on_event: OnEvent) -> None:
    watch = Watch(cloudformation, stack_id)
    watch.new()
    cloudformation.delete_stack(StackName=stack_id)
    _finish(watch, on_event)


def undeploy(config: Config, on_event: OnEvent = _ignore, *, target: Target | None = None) -> bool:
    """Deletes the stack with everything in it, data too, and waits.

    Returns:
        False if there was no stack.

    Raises:
        StackFailedError: a resource could not be deleted.
    """
    where = target or local(config)
    with reachable():
        cloudformation = where.client("cloudformation")
        stack = _settled(cloudformation, where.stack_name, on_event)
        if stack is None:
            return False
        _delete(cloudformation, stack["StackId"], on_event)
    return True
