"""Evaluates the policy that a Lambda authorizer returns.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html (read 2026-11).
"""

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

ACTION = "execute-api:Invoke"


class Decision(Enum):
    """What a policy says of one method."""

    ALLOWED = "allowed"
    DENIED = "denied by a statement"
    NOT_ALLOWED = "allowed by no statement"


def evaluate(policy: Mapping[str, Any], method_arn: str) -> Decision:
    """Whether a policy lets its bearer invoke a method.

    Conditions are not evaluated: a Deny counts as if its conditions held, an Allow as if they did not.

    Raises:
        ValueError: it is not a policy document.
    """
    statements = _listed(policy.get("Statement"))
    if not statements or not all(isinstance(statement, Mapping) for statement in statements):
        raise ValueError("the policy has no statements")
    matching = [statement for statement in statements if _matches(statement, method_arn)]
    if any(statement["Effect"] == "Deny" for statement in matching):
        return Decision.DENIED
    if any(statement["Effect"] == "Allow" and not statement.get("Condition") for statement in matching):
        return Decision.ALLOWED
    return Decision.NOT_ALLOWED


def _matches(statement: Mapping[str, Any], method_arn: str) -> bool:
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise ValueError("a statement's Effect is Allow or Deny")
    actions = _any_like(_listed(statement.get("Action")), ACTION, re.IGNORECASE)
    return actions and _any_like(_listed(statement.get("Resource")), method_arn)


def _any_like(patterns: Iterable[str], value: str, flags: int = 0) -> bool:
    return any(re.fullmatch(_regex(pattern), value, flags | re.DOTALL) for pattern in patterns)


def _regex(pattern: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
