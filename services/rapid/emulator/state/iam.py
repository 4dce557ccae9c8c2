"""IAM without AWS's own 1,300 managed policies in every snapshot: they are code, 7 MB of it, and never change here."""

from typing import Any

from moto.iam.models import AWSManagedPolicy, IAMBackend, iam_backends

from rapid.emulator.state import containers, pickling

_COUNTS = "attachment counts of AWS managed policies"


def prepare() -> None:
    pickling.reducers[AWSManagedPolicy] = _reduce
    containers.packers[IAMBackend] = (_pack, _unpack)


def _pack(state: dict[str, Any]) -> dict[str, Any]:
    policies = state["managed_policies"]
    counts = {
        arn: policy.attachment_count
        for arn, policy in list(policies.items())
        if type(policy) is AWSManagedPolicy and policy.attachment_count
    }
    own = {arn: policy for arn, policy in list(policies.items()) if type(policy) is not AWSManagedPolicy}
    return {**state, "managed_policies": own, "aws_managed_policies": None, _COUNTS: counts}


def _unpack(saved: dict[str, Any], live: dict[str, Any]) -> dict[str, Any]:
    of_aws = {arn: policy for arn, policy in live["managed_policies"].items() if type(policy) is AWSManagedPolicy}
    for arn, count in saved[_COUNTS].items():
        of_aws[arn].attachment_count = count
    state = {name: value for name, value in saved.items() if name != _COUNTS}
    state["managed_policies"] = {**of_aws, **saved["managed_policies"]}
    state["aws_managed_policies"] = live["aws_managed_policies"]
    return state


def _reduce(policy: AWSManagedPolicy) -> tuple[Any, ...]:
    """A reference from a role or user to which it is attached."""
    return _find, (policy.account_id, policy.partition, policy.arn)


def _find(account: str, partition: str, arn: str) -> AWSManagedPolicy:
    return iam_backends[account][partition].managed_policies[arn]
