"""The change sets of a stack: their names, which of them wait, and when they go.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html (read 2026-11)
"""

from typing import Any

from localstack.aws.api.cloudformation import AlreadyExistsException, ChangeSetSummary, ExecutionStatus
from localstack.services.cloudformation.v2.entities import ChangeSet, Stack

_WAITING = {ExecutionStatus.AVAILABLE, ExecutionStatus.UNAVAILABLE}
"""Of change sets that were not executed."""


def claim_name(store: Any, stack: Stack, name: str) -> None:
    """A change set that was executed gives its name to a new one, and is found by its ARN alone.

    Raises:
        AlreadyExistsException: one that was not executed has it; AWS's words, https://github.com/saksdirect/nova/issues/10.
    """
    for change_set in [store.change_sets[i] for i in stack.change_set_ids]:
        if change_set.change_set_name == name:
            if change_set.execution_status in _WAITING:
                raise AlreadyExistsException(
                    f"ChangeSet {name} cannot be created due to a mismatch with existing attribute Template"
                )
            stack.change_set_ids.discard(change_set.change_set_id)


def forget_waiting(store: Any, stack: Stack) -> None:
    """Removes those that were not executed: they were made for a template that the stack has no more."""
    for change_set_id in list(stack.change_set_ids):
        if store.change_sets[change_set_id].execution_status in _WAITING:
            stack.change_set_ids.discard(change_set_id)
            del store.change_sets[change_set_id]


def summaries(store: Any, stack: Stack) -> list[ChangeSetSummary]:
    """Those that can be executed or have failed, in the order of their creation."""
    found = sorted((store.change_sets[i] for i in stack.change_set_ids), key=lambda one: one.creation_time)
    return [_summary(one) for one in found if one.execution_status in _WAITING]


def _summary(change_set: ChangeSet) -> ChangeSetSummary:
    summary = ChangeSetSummary(
        StackId=change_set.stack.stack_id,
        StackName=change_set.stack.stack_name,
        ChangeSetId=change_set.change_set_id,
        ChangeSetName=change_set.change_set_name,
        ExecutionStatus=change_set.execution_status,
        Status=change_set.status,
        CreationTime=change_set.creation_time,
        IncludeNestedStacks=False,
    )
    for name, value in (("StatusReason", change_set.status_reason), ("Description", change_set.description)):
        if value:
            summary[name] = value
    return summary
