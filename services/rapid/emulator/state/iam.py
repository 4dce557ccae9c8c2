"""IAM without AWS's own 1,300 managed policies in every snapshot: they are code, 7 MB of it, and never change here."""

from typing import Any

from moto.iam.models import AWSManagedPolicy, iam_backends

from rapid.emulator.state import pickling


def prepare() -> None:
    pickling.reducers[AWSManagedPolicy] = _reduce


def _reduce(policy: AWSManagedPolicy) -> tuple[Any, ...]:
    return _find, (policy.account_id, policy.partition, policy.arn, policy.attachment_count)


def _find(account: str, partition: str, arn: str, attachment_count: int) -> AWSManagedPolicy:
    policy = iam_backends[account][partition].managed_policies[arn]
    policy.attachment_count = attachment_count
    return policy
