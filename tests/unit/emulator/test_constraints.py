"""Requests against botocore's models, refused in AWS's words."""

from typing import Any

import botocore.session
import pytest

from rapid.emulator.constraints import refusal

MODEL = botocore.session.get_session().get_service_model("athena")


@pytest.mark.parametrize(
    ("operation", "request_", "expected"),
    [
        ("GetWorkGroup", {"WorkGroup": "fine.name-1"}, None),
        ("GetWorkGroup", {}, "Value null at 'workGroup' failed to satisfy constraint: Member must not be null"),
        (
            "ListWorkGroups",
            {"MaxResults": 99},
            "Value '99' at 'maxResults' failed to satisfy constraint: Member must have",
        ),
        (
            "UpdateWorkGroup",
            {"WorkGroup": "a", "State": "OFF"},
            "Member must satisfy enum value set: [DISABLED, ENABLED]",
        ),
        ("BatchGetNamedQuery", {"NamedQueryIds": []}, "Member must have length greater than or equal to 1"),
        ("BatchGetNamedQuery", {"NamedQueryIds": ["a b"]}, "at 'namedQueryIds.1.member' failed"),
        ("StartQueryExecution", {"QueryString": "x" * 262145}, "Value at 'queryString' failed to satisfy constraint"),
        ("CreateDataCatalog", {"Name": "ü 😀", "Type": "GLUE"}, None),
        ("CreateDataCatalog", {"Name": "n", "Type": "GLUE", "Parameters": {"k": "v" * 51201}}, "'parameters.k.member'"),
    ],
)
def test_refusals(operation: str, request_: dict[str, Any], expected: str | None) -> None:
    message = refusal(MODEL.operation_model(operation).input_shape, request_)
    assert message is None if expected is None else message is not None and expected in message
