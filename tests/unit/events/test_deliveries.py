"""https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html"""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from rapid.emulator.events.retries import error_code, worth_retrying


def client_error(code: str, status: int) -> ClientError:
    response: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "Publish")


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        (client_error("ResourceNotFoundException", 404), False),
        (client_error("AccessDeniedException", 403), False),
        (client_error("TooManyRequestsException", 429), True),
        (client_error("ThrottlingException", 400), True),
        (client_error("ServiceException", 500), True),
        (EndpointConnectionError(endpoint_url="http://x"), True),
        (NotImplementedError("no"), False),
    ],
)
def test_worth_retrying(error: Exception, wanted: bool) -> None:
    assert worth_retrying(error) is wanted


def test_error_code() -> None:
    assert error_code(client_error("AccessDeniedException", 403)) == "AccessDeniedException"
    assert error_code(ValueError()) == "ValueError"
