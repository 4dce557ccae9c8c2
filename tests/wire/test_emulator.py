"""The emulator process answers, and says so where it does not support an operation."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


def test_unwritten_operation_answers_501_and_names_itself(aws: Callable[[str], Any]) -> None:
    with pytest.raises(ClientError, match=r"does not support glue\.ListBlueprints") as caught:
        aws("glue").list_blueprints()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
