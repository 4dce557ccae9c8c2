"""The endpoints that the function serves, from endpoints.json: endpoints.yaml as `package` converts it.

The terms are explained at the head of endpoints.yaml.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("endpoints.json")
TYPES = ("string", "integer", "number", "boolean", "timestamp", "date", "json")
FORMATS = ("json", "csv")


@dataclass(frozen=True)
class Field:
    """One field of a record. `min` and `max` are limits of its value."""

    name: str
    type: str
    required: bool = False
    enum: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Endpoint:
    """One dataset's endpoint. `max_bytes` limits the body as sent."""

    dataset: str
    path: str
    method: str
    auth: str
    formats: tuple[str, ...]
    max_bytes: int
    rate: float
    burst: int
    fields: tuple[Field, ...]


def _field(dataset: str, name: str, entry: dict[str, Any]) -> Field:
    allowed = Field.__dataclass_fields__.keys() - {"name"}
    if unknown := sorted(entry.keys() - allowed):
        raise ValueError(f"{dataset}.{name}: no such rule: {', '.join(unknown)}. Valid: {', '.join(sorted(allowed))}.")
    if entry.get("type") not in TYPES:
        raise ValueError(f"{dataset}.{name}: type {entry.get('type')!r} is none of {', '.join(TYPES)}.")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    return Field(name=name, **values)


def _endpoint(dataset: str, entry: dict[str, Any]) -> Endpoint:
    if unknown := sorted(set(entry["formats"]) - set(FORMATS)):
        raise ValueError(f"{dataset}: format {', '.join(unknown)} is none of {', '.join(FORMATS)}.")
    if entry["auth"] != "api_key":
        raise ValueError(f"{dataset}: auth {entry['auth']!r} is not api_key.")
    return Endpoint(
        dataset=dataset,
        path=entry["path"],
        method=entry["method"],
        auth=entry["auth"],
        formats=tuple(entry["formats"]),
        max_bytes=entry["max_bytes"],
        rate=entry["rate_limit"]["rate"],
        burst=entry["rate_limit"]["burst"],
        fields=tuple(_field(dataset, name, spec) for name, spec in entry["schema"].items()),
    )


def parse(document: dict[str, Any]) -> dict[str, Endpoint]:
    """The endpoints by path.

    Args:
        document: endpoints.yaml, loaded.

    Raises:
        ValueError: a rule, type, format or kind of authorization that does not exist; the message says where.
        KeyError: an entry without a path, schema or the like.
    """
    defaults = document.get("defaults", {})
    found = (_endpoint(dataset, {**defaults, **entry}) for dataset, entry in document["datasets"].items())
    return {endpoint.path: endpoint for endpoint in found}


@cache
def load(file: Path = FILE) -> dict[str, Endpoint]:
    """The endpoints by path, read once per environment."""
    return parse(json.loads(file.read_text()))
