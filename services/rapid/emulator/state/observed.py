"""Services whose resources change state in threads of their own: CloudFormation stacks and Lambda functions.

Each change marks the service dirty, so that a kill finds on disk what was there a moment ago; and what a kill
interrupts is told as AWS tells a failure, since nobody works on it any more.
"""
# ruff: noqa: SLF001 - one place tells of every stack event

from collections.abc import Callable
from typing import Any

from rapid.emulator.state.snapshots import mark_dirty

_INTERRUPTED = "The emulator stopped while this operation ran."


def _then_dirty(original: Callable[..., Any], service: str) -> Callable[..., Any]:
    def changed(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        mark_dirty(service)
        return result

    return changed


def prepare_cloudformation() -> None:
    from localstack.services.cloudformation.v2.entities import ChangeSet, Stack

    Stack._store_event = _then_dirty(Stack._store_event, "cloudformation")
    for name in ("set_change_set_status", "set_execution_status", "set_update_model"):
        setattr(ChangeSet, name, _then_dirty(getattr(ChangeSet, name), "cloudformation"))


def wake_cloudformation() -> None:
    """Fails the stack operations that the end of the process interrupted."""
    from localstack.services.cloudformation.stores import cloudformation_stores

    for _, _, store in cloudformation_stores.iter_stores():
        for stack in store.stacks_v2.values():
            if stack.status.endswith("_IN_PROGRESS") and stack.status != "REVIEW_IN_PROGRESS":
                stack.set_stack_status(_failed(stack.status), _INTERRUPTED)


def _failed(status: str) -> str:
    """The end state of an interrupted operation: from these AWS lets a stack be updated again or deleted.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html#cfn-console-view-stack-data-resources-status-codes
    """
    operation = status.removesuffix("_IN_PROGRESS").removesuffix("_CLEANUP").removesuffix("_COMPLETE")
    return f"{operation}_FAILED"


def prepare_lambda() -> None:
    from localstack.services.lambda_.invocation.lambda_service import LambdaService

    LambdaService.update_version_state = _then_dirty(LambdaService.update_version_state, "lambda")
