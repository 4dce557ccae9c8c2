"""Input transformers: a target's template with values of the event in its placeholders.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html (read 2026-11). A template that
is JSON stays JSON whatever the values hold: a number or false counts, quotes within a text are escaped, and a text or
object inside a longer text loses its own quotes. LocalStack's drops such events.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from localstack.services.events import target as stock
from localstack.services.events.utils import event_time_to_time_string
from localstack.utils.json import extract_jsonpath

_PLACEHOLDER = re.compile(r"<([\w.\-]+)>")


def values(transformer: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any]:
    """What the paths of an input transformer find in an event; an empty text where they find nothing."""
    found = {name: extract_jsonpath(event, path) for name, path in (transformer.get("InputPathsMap") or {}).items()}
    return {name: "" if value is None or value == [] else value for name, value in found.items()}


def fill(template: str, replacements: Mapping[str, Any]) -> Any:
    """A template with its placeholders filled in: an object or list if it is JSON, else a text.

    Raises:
        ValueError: a template that looks like an object or a list is no JSON.
    """
    text = template.strip()
    if not text.startswith(("{", "[")):
        lines = [line.strip() for line in text.splitlines()]
        bare = [_unquoted(line) for line in lines]
        return _PLACEHOLDER.sub(lambda found: _plain(replacements.get(found[1], "")), "\n".join(bare))
    made, quoted, last = "", False, 0
    for found in _PLACEHOLDER.finditer(text):
        before = text[last : found.start()]
        quoted ^= len(re.findall(r'(?<!\\)"', before)) % 2 == 1
        value = replacements.get(found[1], "")
        made += before + (json.dumps(_plain(value))[1:-1] if quoted else json.dumps(value, default=_plain))
        last = found.end()
    return json.loads(made + text[last:], strict=False)


def _unquoted(line: str) -> str:
    """What a line in quotes says: `\\"` within it is a quote."""
    if len(line) < 2 or not line[0] == line[-1] == '"':
        return line
    try:
        return str(json.loads(line, strict=False))
    except ValueError:
        return line[1:-1]


def _plain(value: Any) -> str:
    """A value as it stands in a text."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return str(event_time_to_time_string(value))
    text = json.dumps(value, separators=(",", ":"), default=_plain)
    return text.replace('"', "") if isinstance(value, dict | list) else text


def install() -> None:
    """Puts these in the place of LocalStack's."""
    stock.get_template_replacements = values
    stock.replace_template_placeholders = fill
