"""What `EntityDetector` does with the sensitive data that it finds.

https://docs.aws.amazon.com/glue/latest/dg/sensitive-data-fine-grained-actions.html and
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-sensitive-data-example.html (read 2026-11).
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyspark.sql import types as spark

from awsglue.errors import OptionError
from awsglueml import entities

FOUND = spark.MapType(
    spark.StringType(),
    spark.ArrayType(
        spark.StructType()
        .add("entityType", spark.StringType())
        .add("actionUsed", spark.StringType())
        .add("start", spark.IntegerType())
        .add("end", spark.IntegerType())
    ),
)
"""The audit log of a record: by column, what was found where, and what was done about it."""

Edit = Callable[[str], str]


@dataclass(frozen=True)
class Rule:
    """A kind to look for, what to do about it, and in which columns. `edit` makes what stands there from then on."""

    entity: entities.Entity
    action: str = "DETECT"
    edit: Edit | None = None
    columns: frozenset[str] | None = None
    but: frozenset[str] = field(default_factory=frozenset)

    def covers(self, column: str) -> bool:
        return column not in self.but and (self.columns is None or column in self.columns)


def rules(wanted: Sequence[str] | Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Rule]:
    """Rules from a list of kinds, which are only detected, or from `detectionParameters`.

    Raises:
        OptionError: an action that there is not, or that lacks an option.
        NotSupportedError: see `entities.of`.
    """
    found = dict(zip(wanted, entities.of(list(wanted)), strict=True))
    if not isinstance(wanted, Mapping):
        return [Rule(entity) for entity in found.values()]
    return [_rule(found[name], action) for name, actions in wanted.items() for action in actions]


def _rule(entity: entities.Entity, given: Mapping[str, Any]) -> Rule:
    action, options = str(given.get("action")), given.get("actionOptions") or {}
    if action not in _ACTIONS:
        raise OptionError(f"{entity.name}: action is {', '.join(_ACTIONS)}; found {action!r}.")
    columns = given.get("sourceColumns")
    but = frozenset(given.get("sourceColumnsToExclude") or ())
    edit = _ACTIONS[action](options)
    return Rule(entity, action, edit, frozenset(columns) if columns else None, but)


def _sha256(_options: Mapping[str, Any]) -> Edit:
    return lambda text: hashlib.sha256(text.encode()).hexdigest()


def _redact(options: Mapping[str, Any]) -> Edit:
    if "redactText" not in options:
        raise OptionError("The action REDACT needs 'redactText' in its actionOptions.")
    new = str(options["redactText"])
    return lambda _text: new


def _partial(options: Mapping[str, Any]) -> Edit:
    left, right = (int(options.get(name) or 0) for name in ("numLeftCharsToExclude", "numRightCharsToExclude"))
    char, pattern = str(options.get("redactChar") or "*"), re.compile(str(options.get("matchPattern") or "."), re.S)

    def edit(text: str) -> str:
        end = max(len(text) - right, left)
        return text[:left] + pattern.sub(lambda m: char * len(m.group()), text[left:end]) + text[end:]

    return edit


_ACTIONS: dict[str, Callable[[Mapping[str, Any]], Edit | None]] = {
    "DETECT": lambda _options: None,
    "SHA256_HASH": _sha256,
    "REDACT": _redact,
    "PARTIAL_REDACT": _partial,
}


def inspect(rules: Sequence[Rule], column: str, text: str) -> tuple[str, list[dict[str, Any]]]:
    """A column's text after all actions, and its part of the audit log. Of edits that overlap the first counts."""
    found: list[dict[str, Any]] = []
    edits: dict[tuple[int, int], Edit] = {}
    for rule in rules:
        for start, end in rule.entity.found(column, text) if rule.covers(column) else ():
            found.append({"entityType": rule.entity.name, "actionUsed": rule.action, "start": start, "end": end})
            if rule.edit and not any(a < end and start < b for a, b in edits):
                edits[start, end] = rule.edit
    for (start, end), edit in sorted(edits.items(), key=lambda item: item[0], reverse=True):
        text = text[:start] + edit(text[start:end]) + text[end:]
    return text, found
