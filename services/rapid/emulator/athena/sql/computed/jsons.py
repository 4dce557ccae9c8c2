"""JSON that DuckDB reads otherwise: canonical text, casts to rows, paths that a column holds, SQL/JSON paths.

https://trino.io/docs/current/functions/json.html (read 2026-11).
"""

import json
import re
from functools import lru_cache
from typing import Any

from rapid.emulator.athena.sql.computed.jsonpath import PathError, evaluate
from rapid.emulator.athena.sql.computed.registry import helper, refuse
from rapid.emulator.athena.sql.computed.written import java_double


def dumped(value: Any, ordered: bool = False) -> str:
    """Compact JSON with numbers as Java writes them; with `ordered`, members by name."""
    if isinstance(value, dict):
        items = sorted(value.items()) if ordered else value.items()
        return "{" + ",".join(f"{_text(k)}:{dumped(v, ordered)}" for k, v in items) + "}"
    if isinstance(value, list):
        return "[" + ",".join(dumped(v, ordered) for v in value) + "]"
    if isinstance(value, float):
        return java_double(value)
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


@helper("p_json_parse", "VARCHAR", "VARCHAR")
def parse(text: str) -> str:
    """Canonical: members sorted, numbers as Java reads them."""
    try:
        return dumped(json.loads(text), ordered=True)
    except (ValueError, RecursionError) as error:
        raise refuse(f"Cannot convert value to JSON: '{text}'") from error


_STEP = re.compile(
    r'\.([\w:$\-/@|# ]+)|\[(\d+)\]|\[\s*"((?:[^"\\]|\\.)*)"\s*\]|\[([A-Za-z_]\w*)\]|\[\'([^\']*)\'\]|\."([^"]*)"'
)


@lru_cache(1000)
def simple_path(text: str) -> tuple[str | int, ...]:
    """The steps of a path of `json_extract`: names and indexes, no wildcards.

    Raises:
        ValueError: INVALID_FUNCTION_ARGUMENT for what Trino does not take.
    """
    path = text.strip()
    if not path.startswith("$"):
        raise refuse(f"Invalid JSON path: '{text}'")
    steps: list[str | int] = []
    at = 1
    while at < len(path):
        match = _STEP.match(path, at)
        if not match:
            raise refuse(f"Invalid JSON path: '{text}'")
        if match[2] is not None:
            steps.append(int(match[2]))
        else:
            steps.append(re.sub(r"\\(.)", r"\1", next(g for g in match.groups() if g is not None)))
        at = match.end()
    return tuple(steps)


class _Exact(str):
    """A number as it was written."""


def _constant(name: str) -> Any:
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_float=_Exact, parse_int=_Exact, parse_constant=_constant)
_BLANKS = re.compile(r"[ \t\r\n]*")


def _after_blanks(document: str, at: int) -> int:
    match = _BLANKS.match(document, at)
    return match.end() if match else at


def _expect(document: str, at: int, mark: str) -> int:
    """Where what follows a mark begins."""
    at = _after_blanks(document, at)
    if not document.startswith(mark, at):
        raise LookupError(mark)
    return _after_blanks(document, at + 1)


def _item(document: str, at: int, index: int) -> int:
    at = _expect(document, at, "[")
    for _ in range(index):
        at = _expect(document, _DECODER.raw_decode(document, at)[1], ",")
    return at


def _member(document: str, at: int, name: str) -> int:
    at = _expect(document, at, "{")
    while True:
        key, end = _DECODER.raw_decode(document, at)
        at = _expect(document, end, ":")
        if key == name:
            return at
        at = _expect(document, _DECODER.raw_decode(document, at)[1], ",")


def _followed(document: str, path: str) -> tuple[bool, Any]:
    """Whether there is a value at a path, and the value. As in Trino, what comes after it need not be JSON."""
    steps = simple_path(path)
    at = _after_blanks(document, 0)
    try:
        for step in steps:
            if document.startswith("[", at) and str(step).isdigit():
                at = _item(document, at, int(step))
            else:
                at = _member(document, at, str(step))
        return True, _DECODER.raw_decode(document, at)[0]
    except (LookupError, ValueError, RecursionError):
        return False, None


def _exactly(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{_text(k)}:{_exactly(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_exactly, value)) + "]"
    return str(value) if isinstance(value, _Exact) else dumped(value)


@helper("p_json_extract", "VARCHAR; VARCHAR", "VARCHAR", null=True)
def extract(document: str, path: str) -> str | None:
    found, value = _followed(document, path)
    return _exactly(value) if found else None


@helper("p_json_scalar", "VARCHAR; VARCHAR", "VARCHAR", null=True)
def scalar(document: str, path: str) -> str | None:
    found, value = _followed(document, path)
    if not found or value is None or isinstance(value, list | dict):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


@lru_cache(1000)
def _schema(text: str) -> Any:
    return json.loads(text)


@helper("p_json_shape", "VARCHAR; VARCHAR", "VARCHAR")
def shape(document: str, schema: str) -> str:
    """The document with its objects and arrays that stand for rows made to objects of exactly the row's fields.

    Args:
        document: JSON.
        schema: JSON: `["row", [[name, schema], …]]`, `["array", schema]`, `["map", schema]`, or null for anything else.
    """
    return dumped(_shaped(json.loads(document), _schema(schema)))


def _shaped(value: Any, schema: Any) -> Any:
    if schema is None or value is None:
        return value
    kind, inner = schema
    if kind == "array" and isinstance(value, list):
        return [_shaped(v, inner) for v in value]
    if kind == "map" and isinstance(value, dict):
        return {k: _shaped(v, inner) for k, v in value.items()}
    if kind == "row" and isinstance(value, list):
        if len(value) != len(inner):
            raise refuse(f"Cannot cast to row. Expected {len(inner)} fields, got {len(value)}", "INVALID_CAST_ARGUMENT")
        return {n: _shaped(v, s) for v, (n, s) in zip(value, inner, strict=True)}
    if kind == "row" and isinstance(value, dict):
        lowered = {k.lower(): v for k, v in value.items()}
        return {n: _shaped(lowered.get(n.lower()), s) for n, s in inner}
    raise refuse(f"Cannot cast to {kind}. Expected a json {'object' if kind != 'array' else 'array'}, but got {dumped(value)}", "INVALID_CAST_ARGUMENT")  # fmt: skip  # noqa: E501


# SQL/JSON: JSON_EXISTS, JSON_VALUE, JSON_QUERY

_RESULT = "STRUCT(state VARCHAR, value VARCHAR)"


_VALUE = "JSON_VALUE_RESULT_ERROR: cannot extract SQL scalar from JSON: "
_QUERY = "JSON_OUTPUT_CONVERSION_ERROR: conversion from JSON failed: "


def _items(document: str, path: str, passed: str) -> list[Any] | str:
    """What a path finds, or the failure that `ERROR ON ERROR` would show."""
    try:
        value = json.loads(document)
    except ValueError:
        return "JSON_INPUT_CONVERSION_ERROR: conversion to JSON failed: "
    try:
        return evaluate(value, path, json.loads(passed))
    except PathError as error:
        if error.code:
            raise refuse(str(error), error.code) from error
        return f"PATH_EVALUATION_ERROR: path evaluation failed: {error}"


def _state(name: str, text: str | None) -> dict[str, str | None]:
    return {"state": name, "value": text}


@helper("p_sqljson_exists", "VARCHAR; VARCHAR; VARCHAR", "VARCHAR")
def exists(document: str, path: str, passed: str) -> str:
    """`true`, `false` or a failure."""
    found = _items(document, path, passed)
    return found if isinstance(found, str) else str(bool(found)).lower()


@helper("p_sqljson_value", "VARCHAR; VARCHAR; VARCHAR", _RESULT)
def value(document: str, path: str, passed: str) -> dict[str, str | None]:
    """The one scalar that a path finds; `state` is ok, empty or error, and then `value` the failure."""
    found = _items(document, path, passed)
    if isinstance(found, str):
        return _state("error", found)
    if not found:
        return _state("empty", _VALUE + "JSON path found no items")
    if len(found) > 1:
        return _state("error", _VALUE + "JSON path found multiple items")
    one = found[0]
    if isinstance(one, list | dict):
        return _state("error", _VALUE + "JSON path found an item that cannot be converted to an SQL value")
    return _state("ok", one if one is None or isinstance(one, str) else dumped(one))


@helper("p_sqljson_query", "VARCHAR; VARCHAR; VARCHAR; VARCHAR; BOOLEAN", _RESULT)
def query(document: str, path: str, passed: str, wrapper: str, keep_quotes: bool) -> dict[str, str | None]:
    """The JSON that a path finds. `wrapper`: without, with (always an array) or conditional."""
    found = _items(document, path, passed)
    if isinstance(found, str):
        return _state("error", found)
    if not found:
        return _state("empty", _QUERY + "JSON path found no items")
    if wrapper == "with" or (wrapper == "conditional" and (len(found) > 1 or not isinstance(found[0], list | dict))):
        return _state("ok", dumped(found))
    if len(found) > 1:
        return _state("error", _QUERY + "JSON path found multiple items")
    if isinstance(found[0], str) and not keep_quotes:
        return _state("ok", found[0])
    return _state("ok", dumped(found[0]))
