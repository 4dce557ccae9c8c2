"""Stacks that tests look at from outside."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def deployed(aws: Any, name: str, template: str) -> Iterator[dict[str, str]]:
    """A stack of a template: the values of its outputs. It is deleted in the end."""
    stacks = aws("cloudformation")
    capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
    stacks.create_stack(StackName=name, TemplateBody=template, Capabilities=capabilities)
    stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
    yield {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    stacks.delete_stack(StackName=name)
    stacks.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
