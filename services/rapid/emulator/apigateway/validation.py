"""What is wrong with a request's body, in AWS's words: `$context.error.validationErrorString` of gateway responses.

AWS validates with a Java library, whose texts these are: https://github.com/java-json-tools/json-schema-validator, file
`validation.properties`, with the examples of
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-validation-set-up.html (read 2026-11).
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from localstack.services.apigateway.next_gen.execute_api.gateway_response import BadRequestBodyError


class InvalidBodyError(BadRequestBodyError):
    """The body does not fit its model."""

    def __init__(self, details: str) -> None:
        super().__init__(message="Invalid request body")
        self.details = details


def told(errors: Iterable[Any]) -> str:
    """All errors of one body: `jsonschema`'s, in a list."""
    return f"[{', '.join(dict.fromkeys(_text(error) for error in errors))}]"


def _text(error: Any) -> str:
    known = _TEXTS.get(str(error.validator))
    return known(error) if known else str(error.message)


def _kind(value: Any) -> str:
    kinds: list[tuple[type | tuple[type, ...], str]] = [
        (bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array"), (dict, "object"),
    ]  # fmt: skip
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _listed(value: Any) -> str:
    return _json(value if isinstance(value, list) else [value])


def _missing(error: Any) -> str:
    absent = sorted(name for name in error.validator_value if name not in error.instance)
    return f"object has missing required properties ({_json(absent)})"


def _unknown(error: Any) -> str:
    extra = sorted(error.instance.keys() - (error.schema.get("properties") or {}).keys())
    return f"object instance has properties which are not allowed by the schema: {_json(extra)}"


_TEXTS: dict[str, Callable[[Any], str]] = {
    "required": _missing,
    "additionalProperties": _unknown,
    "type": lambda e: (
        f"instance type ({_kind(e.instance)}) does not match any allowed primitive type "
        f"(allowed: {_listed(e.validator_value)})"
    ),
    "enum": lambda e: (
        f"instance value ({_json(e.instance)}) not found in enum (possible values: {_json(e.validator_value)})"
    ),
    "minimum": lambda e: (
        f"numeric instance is lower than the required minimum (minimum: {e.validator_value}, found: {e.instance})"
    ),
    "maximum": lambda e: (
        f"numeric instance is greater than the required maximum (maximum: {e.validator_value}, found: {e.instance})"
    ),
    "minLength": lambda e: (
        f"string {_json(e.instance)} is too short (length: {len(e.instance)}, required minimum: {e.validator_value})"
    ),
    "maxLength": lambda e: (
        f"string {_json(e.instance)} is too long (length: {len(e.instance)}, maximum allowed: {e.validator_value})"
    ),
    "pattern": lambda e: f"ECMA 262 regex {_json(e.validator_value)} does not match input string {_json(e.instance)}",
    "minItems": lambda e: (
        f"array is too short: must have at least {e.validator_value} elements "
        f"but instance has {len(e.instance)} elements"
    ),
    "maxItems": lambda e: (
        f"array is too long: must have at most {e.validator_value} elements but instance has {len(e.instance)} elements"
    ),
    "uniqueItems": lambda _: "array must not contain duplicate elements",
    "anyOf": lambda e: f"instance failed to match at least one required schema among {len(e.validator_value)}",
    "oneOf": lambda e: (
        "instance failed to match exactly one schema "
        f"(matched {len(e.validator_value) if not e.context else 0} out of {len(e.validator_value)})"
    ),
    "not": lambda _: "instance matched a schema which it should not have",
}
