"""Exports in use: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html.

The words of a cancelled deletion as users quote them: https://github.com/aws-samples/iam-identity-center-team/pull/474.
"""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.listing import listed
from tests.wire.stacks.test_outcomes import queue, wait

Aws = Callable[[str], Any]


@pytest.fixture
def name() -> str:
    return f"i{uuid.uuid4().hex[:10]}"


def exporting(name: str, value: str | None) -> str:
    outputs = {"Out": {"Value": value, "Export": {"Name": f"{name}-x"}}} if value else {}
    return json.dumps({"Resources": {"Q": queue(f"{name}-q")}, "Outputs": outputs})


def importing(name: str, export: str) -> str:
    made = queue(f"{name}-r", Tags=[{"Key": "from", "Value": {"Fn::ImportValue": {"Fn::Sub": export}}}])
    return json.dumps({"Resources": {"R": made}})


def test_an_export_in_use_stays_as_it_is(aws: Aws, name: str) -> None:
    cloudformation = aws("cloudformation")
    user = f"{name}-user"
    stack = cloudformation.create_stack(StackName=name, TemplateBody=exporting(name, "one"))["StackId"]
    assert wait(cloudformation, name) == "CREATE_COMPLETE"
    cloudformation.create_stack(StackName=user, TemplateBody=importing(name, f"{name}-x"))
    assert wait(cloudformation, user) == "CREATE_COMPLETE"
    assert cloudformation.list_imports(ExportName=f"{name}-x")["Imports"] == [user]

    cloudformation.delete_stack(StackName=name)
    described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    assert described["StackStatus"] == "CREATE_COMPLETE"
    wanted = f"Delete canceled. Cannot delete export {name}-x as it is in use by {user}."
    assert described["StackStatusReason"] == wanted

    for value, verb in (("two", "updated"), (None, "deleted")):
        cloudformation.update_stack(StackName=name, TemplateBody=exporting(name, value))
        assert wait(cloudformation, name) == "UPDATE_ROLLBACK_COMPLETE"
        events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        reasons = [event.get("ResourceStatusReason", "") for event in events]
        assert any(f"Export {name}-x cannot be {verb} as it is in use by {user}" in reason for reason in reasons)
    exports = listed(cloudformation, "list_exports", "Exports[].[Name, Value]")
    assert [f"{name}-x", "one"] in exports

    user_id = cloudformation.describe_stacks(StackName=user)["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName=user)
    assert wait(cloudformation, user_id) == "DELETE_COMPLETE"
    with pytest.raises(ClientError, match="is not imported by any stack"):
        cloudformation.list_imports(ExportName=f"{name}-x")
    cloudformation.delete_stack(StackName=name)
    assert wait(cloudformation, stack) == "DELETE_COMPLETE"


def test_an_import_of_nothing_fails(aws: Aws, name: str) -> None:
    cloudformation = aws("cloudformation")
    stack = cloudformation.create_stack(StackName=name, TemplateBody=importing(name, f"{name}-none"))["StackId"]
    assert wait(cloudformation, stack) == "ROLLBACK_COMPLETE"
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    reasons = [event.get("ResourceStatusReason", "") for event in events]
    assert any(f"No export named {name}-none found." in reason for reason in reasons)
    assert aws("sqs").list_queues(QueueNamePrefix=name).get("QueueUrls", []) == []
    cloudformation.delete_stack(StackName=stack)


def test_a_protected_stack_is_not_deleted(aws: Aws, name: str) -> None:
    cloudformation = aws("cloudformation")
    cloudformation.create_stack(StackName=name, TemplateBody=exporting(name, "one"), EnableTerminationProtection=True)
    assert wait(cloudformation, name) == "CREATE_COMPLETE"
    with pytest.raises(ClientError, match="cannot be deleted while TerminationProtection is enabled"):
        cloudformation.delete_stack(StackName=name)
    cloudformation.update_termination_protection(StackName=name, EnableTerminationProtection=False)
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName=name)
    assert wait(cloudformation, stack) == "DELETE_COMPLETE"
