"""What DescribeStacks tells of a stack beside what LocalStack knows, and whom its events are sent to.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html (read 2026-11)
"""

import logging
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from localstack.services.cloudformation.v2.entities import Stack

from rapid.emulator.telling import Scope, publish

LOG = logging.getLogger(__name__)
KEPT = ("NotificationARNs", "RoleARN")
"""Members of requests that a stack keeps until another request changes them."""
Structure = dict[str, Any]


def with_facts(stack: Stack, described: Structure) -> Structure:
    """The description with the times of the stack's operations, and what its requests said."""
    told: Structure = {**described, "DisableRollback": bool(stack.request_payload.get("DisableRollback"))}
    for name in (*KEPT, "TimeoutInMinutes"):
        if value := stack.request_payload.get(name):
            told[name] = value
    for name, status in (("LastUpdatedTime", "UPDATE_IN_PROGRESS"), ("DeletionTime", "DELETE_IN_PROGRESS")):
        told[name] = _begun(stack, status)  # None is left out of the answer
    return told


def _begun(stack: Stack, status: str) -> datetime | None:
    own = (e for e in stack.events if e["PhysicalResourceId"] == stack.stack_id and e["ResourceStatus"] == status)
    newest = next(own, None)
    return newest["Timestamp"] if newest else None


def keep(stack: Stack, request: Structure) -> None:
    """Takes over what a request says for this operation and later ones."""
    stack.request_payload = {**stack.request_payload, **{name: request[name] for name in KEPT if name in request}}


def _announce(stack: Stack, event: Structure) -> None:
    """Publishes a status of the stack or of one of its resources.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-bus-events.html (read 2026-11)
    """
    status = {"status": str(event["ResourceStatus"]), "status-reason": event.get("ResourceStatusReason") or ""}
    detail: Structure = {"stack-id": stack.stack_id, "status-details": status, "client-request-token": ""}
    own = event.get("PhysicalResourceId") == stack.stack_id
    if not own:
        detail |= {
            "logical-resource-id": event["LogicalResourceId"],
            "physical-resource-id": event.get("PhysicalResourceId") or "",
            "resource-type": event["ResourceType"],
        }
    kind = f"CloudFormation {'Stack' if own else 'Resource'} Status Change"
    place = Scope(stack.account_id, stack.region_name)
    publish(place, "aws.cloudformation", kind, detail, [stack.stack_id], event["Timestamp"])


_store_event = Stack._store_event  # noqa: SLF001 - where all events of a stack are made


def store_event(self: Stack, *given: Any, **named: Any) -> None:
    """Notes an event, and sends it to the event bus and the stack's topics.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html (NotificationARNs)
    """
    _store_event(self, *given, **named)
    _announce(self, self.events[0])
    topics = self.request_payload.get("NotificationARNs") or ()
    if topics:
        message = _message(self, self.events[0])
        client = Scope(self.account_id, self.region_name).client("sns")
        for topic in topics:
            try:
                client.publish(TopicArn=topic, Subject="AWS CloudFormation Notification", Message=message)
            except (ClientError, BotoCoreError) as error:
                LOG.error("An event of the stack %s was not sent to %s: %s", self.stack_name, topic, error)


def _message(stack: Stack, event: Structure) -> str:
    """An event as AWS writes it in mails: a line for each member."""
    members = {
        "StackId": event["StackId"],
        "Timestamp": event["Timestamp"].strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "EventId": event["EventId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Namespace": stack.account_id,
        "PhysicalResourceId": event.get("PhysicalResourceId") or "",
        "ResourceProperties": "null",
        "ResourceStatus": str(event["ResourceStatus"]),
        "ResourceStatusReason": event.get("ResourceStatusReason") or "",
        "ResourceType": event["ResourceType"],
        "StackName": event["StackName"],
        "ClientRequestToken": "null",
    }
    return "".join(f"{name}='{value}'\n" for name, value in members.items())
