"""https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-validation-set-up.html"""

from typing import Any

import jsonschema
import pytest

from rapid.emulator.apigateway.validation import told

SCHEMA = {
    "type": "object",
    "required": ["id", "type"],
    "properties": {
        "id": {"type": "integer"},
        "type": {"type": "string", "enum": ["dog", "cat"]},
        "price": {"type": "number", "minimum": 25.0, "maximum": 500},
        "name": {"type": "string", "minLength": 2, "maxLength": 3, "pattern": "^a"},
        "tags": {"type": "array", "minItems": 1, "maxItems": 2, "uniqueItems": True},
        "either": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
    },
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({}, '[object has missing required properties (["id","type"])]'),
        (
            {"id": "1", "type": "dog"},
            '[instance type (string) does not match any allowed primitive type (allowed: ["integer"])]',
        ),
        (
            {"id": 1, "type": "bird", "price": 5},
            '[instance value ("bird") not found in enum (possible values: ["dog","cat"]), '
            "numeric instance is lower than the required minimum (minimum: 25.0, found: 5)]",
        ),
        (
            {"id": 1, "type": "cat", "price": 501},
            "[numeric instance is greater than the required maximum (maximum: 500, found: 501)]",
        ),
        (
            {"id": 1, "type": "cat", "name": "b"},
            '[string "b" is too short (length: 1, required minimum: 2), '
            'ECMA 262 regex "^a" does not match input string "b"]',
        ),
        ({"id": 1, "type": "cat", "name": "abcd"}, '[string "abcd" is too long (length: 4, maximum allowed: 3)]'),
        (
            {"id": 1, "type": "cat", "tags": []},
            "[array is too short: must have at least 1 elements but instance has 0 elements]",
        ),
        (
            {"id": 1, "type": "cat", "tags": [1, 1, 1]},
            "[array is too long: must have at most 2 elements but instance has 3 elements, "
            "array must not contain duplicate elements]",
        ),
        ({"id": 1, "type": "cat", "either": []}, "[instance failed to match exactly one schema (matched 0 out of 2)]"),
        (
            {"id": 1, "type": "cat", "z": 1},
            '[object instance has properties which are not allowed by the schema: ["z"]]',
        ),
        ([], '[instance type (array) does not match any allowed primitive type (allowed: ["object"])]'),
    ],
)
def test_what_is_wrong_with_a_body(body: Any, wanted: str) -> None:
    assert told(jsonschema.Draft4Validator(SCHEMA).iter_errors(body)) == wanted
