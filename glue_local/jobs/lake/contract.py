"""endpoints.yaml as the jobs need it: what a record of a dataset must look like. The file's head explains its terms."""

from dataclasses import dataclass, field
from typing import Any

import yaml

TYPES = {
    "string": "string",
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
    "timestamp": "timestamp",
    "date": "date",
    "json": "string",
}
"""Type in endpoints.yaml → type in the catalog."""


@dataclass(frozen=True)
class Field:
    """One configured field."""

    name: str
    type: str
    required: bool = False
    enum: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A quality rule: `check` is a Spark SQL condition that good records satisfy."""

    name: str
    check: str


@dataclass(frozen=True)
class Contract:
    """What endpoints.yaml says of one dataset; empty for a dataset that it does not name."""

    dataset: str
    fields: tuple[Field, ...] = ()
    primary_key: tuple[str, ...] = ()
    event_time: str | None = None
    rules: tuple[Rule, ...] = ()

    @property
    def configured(self) -> bool:
        return bool(self.fields)


@dataclass(frozen=True)
class Contracts:
    """All of endpoints.yaml."""

    by_dataset: dict[str, Contract] = field(default_factory=dict)

    def of(self, dataset: str) -> Contract:
        return self.by_dataset.get(dataset, Contract(dataset))


def _field(dataset: str, name: str, entry: dict[str, Any]) -> Field:
    kind = entry.get("type", "string")
    if kind not in TYPES:
        raise ValueError(f"endpoints.yaml: {dataset}.{name} has type {kind!r}; use one of {', '.join(TYPES)}.")
    return Field(
        name=name,
        type=kind,
        required=bool(entry.get("required", False)),
        enum=tuple(str(value) for value in entry.get("enum", ())),
        min=entry.get("min"),
        max=entry.get("max"),
        aliases=tuple(entry.get("aliases", ())),
    )


def _contract(dataset: str, entry: dict[str, Any]) -> Contract:
    fields = tuple(_field(dataset, name, spec or {}) for name, spec in entry.get("schema", {}).items())
    names = {each.name for each in fields}
    key = tuple(entry.get("primary_key") or ())
    event_time = entry.get("event_time")
    unknown = sorted({*key, *([event_time] if event_time else [])} - names)
    if unknown:
        raise ValueError(f"endpoints.yaml: {dataset} uses {', '.join(unknown)}, which its schema does not have.")
    rules = tuple(Rule(rule["name"], rule["check"]) for rule in entry.get("quality") or ())
    return Contract(dataset, fields, key, event_time, rules)


def parse(text: str) -> Contracts:
    """Reads endpoints.yaml.

    Raises:
        ValueError: a type, key or event time that makes no sense; the message says where.
    """
    document = yaml.safe_load(text) or {}
    return Contracts({name: _contract(name, entry) for name, entry in (document.get("datasets") or {}).items()})
