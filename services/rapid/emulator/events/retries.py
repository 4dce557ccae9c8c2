"""What becomes of a call of a target that failed: another attempt by its retry policy, or its dead-letter queue.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html (read 2026-11)
"""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.api import ServiceException
from localstack.aws.connect import connect_to

_ATTEMPTS = 185
_AGE_SECONDS = 86400
_LONGEST_PAUSE_SECONDS = 300.0
_THROTTLED = frozenset({"ThrottlingException", "TooManyRequestsException", "ThrottledException", "SlowDown"})


def worth_retrying(error: Exception) -> bool:
    """Whether AWS would try again: not after a refusal by the target, such as a missing resource or permission."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        return status >= 500 or status == 429 or error.response["Error"].get("Code") in _THROTTLED
    return not isinstance(error, ServiceException | NotImplementedError)


def error_code(error: Exception) -> str:
    if isinstance(error, ClientError):
        return str(error.response["Error"].get("Code", ""))
    return str(getattr(error, "code", type(error).__name__))


def end(policy: Mapping[str, Any], error: Exception, retries: int, accepted: datetime) -> str | None:
    """Why a call is not tried again; None if it is.

    Args:
        policy: the target's RetryPolicy.
        error: of the last attempt.
        retries: attempts after the first.
        accepted: since when the call is due.

    Returns:
        The condition of the policy that is exhausted, or nothing where the error is not worth another attempt.
    """
    if not worth_retrying(error):
        return ""
    if retries >= int(policy.get("MaximumRetryAttempts", _ATTEMPTS)):
        return "MaximumRetryAttempts"
    if (datetime.now(UTC) - accepted).total_seconds() >= int(policy.get("MaximumEventAgeInSeconds", _AGE_SECONDS)):
        return "MaximumEventAgeInSeconds"
    return None


def next_attempt(retries: int) -> datetime:
    """When to try again after so many retries: pauses double, and are spread."""
    pause = min(2.0**retries, _LONGEST_PAUSE_SECONDS) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
    return datetime.now(UTC) + timedelta(seconds=pause)


def hand_over(queue: str, body: str, attributes: Mapping[str, str]) -> None:
    """Sends what was not delivered to the dead-letter queue of this ARN; attributes without a value are left out."""
    _, _, _, region, account, name = queue.split(":", 5)
    sqs = connect_to(aws_access_key_id=account, region_name=region).sqs
    sqs.send_message(
        QueueUrl=sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"],
        MessageBody=body,
        MessageAttributes={k: {"DataType": "String", "StringValue": v} for k, v in attributes.items() if v},
    )
