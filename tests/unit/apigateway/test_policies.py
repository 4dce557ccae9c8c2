"""Cases from https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html."""

from typing import Any

import pytest

from rapid.emulator.apigateway.policies import Decision, evaluate

ARN = "arn:aws:execute-api:us-east-1:000000000000:abc/prod/GET/pets/7"


def statement(effect: str, resource: Any, action: Any = "execute-api:Invoke", **rest: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **rest}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (statement("Allow", ARN), Decision.ALLOWED),
        ([statement("Allow", "*")], Decision.ALLOWED),
        ([statement("Allow", ["x", "arn:aws:execute-api:*:*:abc/*/GET/*"])], Decision.ALLOWED),
        ([statement("Allow", ARN[:-1] + "?")], Decision.ALLOWED),
        ([statement("Allow", ARN, "execute-api:*")], Decision.ALLOWED),
        ([statement("Allow", ARN, "s3:*")], Decision.NOT_ALLOWED),
        ([statement("Allow", ARN.replace("GET", "POST"))], Decision.NOT_ALLOWED),
        ([statement("Allow", "*"), statement("Deny", ARN)], Decision.DENIED),
        ([statement("Allow", "*", Condition={"IpAddress": {}})], Decision.NOT_ALLOWED),
        ([statement("Allow", "*"), statement("Deny", "*", Condition={"IpAddress": {}})], Decision.DENIED),
    ],
)
def test_decisions(statements: Any, expected: Decision) -> None:
    assert evaluate({"Version": "2012-10-17", "Statement": statements}, ARN) is expected


@pytest.mark.parametrize(
    "policy", [{}, {"Statement": []}, {"Statement": ["x"]}, {"Statement": statement("Maybe", "*")}]
)
def test_nonsense(policy: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"statement|Effect"):
        evaluate(policy, ARN)
