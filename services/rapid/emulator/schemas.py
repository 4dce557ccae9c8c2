"""AWS's resource schemas: what a CloudFormation type takes, and how its properties become arguments of an operation."""

import importlib.util
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

Model = dict[str, Any]
"""The properties of a resource as in the template, all references resolved, plus `Ref` once it exists."""


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{name} is not installed: it carries AWS's resource schemas.", name=name)
    return Path(spec.origin).parent


@cache
def schema(type_name: str) -> Model:
    """AWS's resource schema of a type, https://github.com/aws-cloudformation/cloudformation-cli (read from cfn-lint).

    Importing cfn-lint takes seconds, so its data files are read as files.
    """
    folder = _package("cfnlint") / "data" / "schemas"
    index = (folder / "providers" / "us_east_1.py").read_text()
    found = re.search(rf'"{re.escape(type_name)}": "(\w+)"', index)
    if found is None:
        raise KeyError(f"cfn-lint knows no schema of {type_name}.")
    loaded: Model = json.loads((folder / "resources" / f"{found[1]}.json").read_text())
    return loaded


def problems(value: Any, part: Model, root: Model, path: str = "#") -> Iterator[str]:
    """What CloudFormation would refuse in `value`: other kinds of values, unknown and missing keys, unlisted values.

    The wording is CloudFormation's own, from its "Properties validation failed" messages.
    """
    if "$ref" in part:
        part = root["definitions"][part["$ref"].rpartition("/")[2]]
    if (expected := _expected(value, part)) is not None:
        yield f"{path}: expected type: {expected}, found: {_KINDS[_kind(value)]}"
        return
    if isinstance(value, dict) and "properties" in part:
        known = part["properties"]
        if part.get("additionalProperties") is False and not part.get("patternProperties"):
            yield from (f"{path}: extraneous key [{key}] is not permitted" for key in value if key not in known)
        yield from (f"{path}: required key [{key}] not found" for key in part.get("required", ()) if key not in value)
        for key in value.keys() & known.keys():
            yield from problems(value[key], known[key], root, f"{path}/{key}")
    elif isinstance(value, list) and isinstance(part.get("items"), dict):
        for number, item in enumerate(value):
            yield from problems(item, part["items"], root, f"{path}/{number}")
    elif isinstance(value, str) and "enum" in part and value not in part["enum"]:
        yield f"{path}: {value} is not a valid enum value"


_KINDS = {
    "string": "String",
    "integer": "Integer",
    "number": "Number",
    "boolean": "Boolean",
    "object": "JSONObject",
    "array": "JSONArray",
}


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    kinds: dict[type, str] = {str: "string", int: "integer", float: "number", dict: "object", list: "array"}
    return kinds.get(type(value), "string")


def _expected(value: Any, part: Model) -> str | None:
    """The kind that a schema wants where a value cannot be taken for it; None where it can.

    CloudFormation takes scalars for one another where their text allows it, and a text of JSON for what it says.
    """
    given = part.get("type")
    wanted = given if isinstance(given, list) else [given] if given else []
    kind = _kind(value)
    if not wanted or value is None or kind in wanted:
        return None
    if kind in ("object", "array") or set(wanted) <= {"object", "array"}:
        fits = kind == "string" and value.lstrip()[:1] in ("{", "[")
    elif "string" in wanted:
        fits = True
    elif "boolean" in wanted:
        fits = str(value).lower() in ("true", "false")
    else:
        fits = kind in ("integer", "number") or (kind == "string" and _NUMBER.fullmatch(value) is not None)
    return None if fits else _KINDS[wanted[0]]


_NUMBER = re.compile(r"\s*[-+]?\d+(\.\d*)?([eE][-+]?\d+)?\s*")


def fit(value: Any, shape: Shape) -> Any:  # noqa: PLR0911 - one return per kind of shape
    """`value` as an argument of `shape`: keys in the service's case, unknown keys left out, scalars converted."""
    if isinstance(value, str) and isinstance(shape, StructureShape | MapShape | ListShape):
        value = json.loads(value)
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        names = {name.lower(): name for name in shape.members}
        pairs = ((names[key.lower()], item) for key, item in value.items() if key.lower() in names)
        return {name: fit(item, shape.members[name]) for name, item in pairs if item is not None}
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {str(key): fit(item, shape.value) for key, item in value.items() if item is not None}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [fit(item, shape.member) for item in value if item is not None]
    if isinstance(value, bool):
        return str(value).lower() if shape.type_name == "string" else value
    match shape.type_name:
        case "string":
            return json.dumps(value) if isinstance(value, dict | list) else str(value)
        case "integer" | "long":
            return int(float(value))
        case "double" | "float":
            return float(value)
        case "boolean":
            return str(value).lower() == "true"
        case _:
            return value
