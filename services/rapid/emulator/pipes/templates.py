"""Input templates and dynamic parameters: what of an event goes where.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html and
eb-pipes-event-target.html (read 2026-11). `<$.body.a>` is a value of the event; a body or data that is JSON is read as
such on the way. `<aws.pipes.pipe-name>` and its like are of the pipe.
"""

import base64
import binascii
import json
import re
from typing import Any

_PLACE = re.compile(r"<\s*(\$[^<>]*|aws\.pipes\.[\w.-]+)\s*>")
_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]")
MISSING = object()


def rendered(template: str, event: Any, known: dict[str, Any]) -> Any:
    """What a template makes of an event: an object if it is JSON, else a text.

    Args:
        template: the text with places.
        event: what a place beginning with `$` is looked up in.
        known: values of the other places, by name.
    """
    text, begin = "", 0
    for place in _PLACE.finditer(template):
        text += template[begin : place.start()]
        begin = place.end()
        value = found(place[1], event) if place[1].startswith("$") else known.get(place[1], MISSING)
        if text.replace("\\\\", "").replace('\\"', "").count('"') % 2:  # within a text
            plain = "" if value is MISSING else value if isinstance(value, str) else json.dumps(value)
            text += json.dumps(plain)[1:-1]
        else:
            text += '""' if value is MISSING else json.dumps(value)
    text += template[begin:]
    try:
        return json.loads(text)
    except ValueError:
        return text


def dynamic(parameter: Any, event: Any) -> Any:
    """A target's parameter: as it is, or the event's value at its path."""
    if not isinstance(parameter, str) or not parameter.startswith("$."):
        return parameter
    value = found(parameter, event)
    return None if value is MISSING else value if isinstance(value, str) else json.dumps(value)


def found(path: str, event: Any) -> Any:
    """The value at a path as `$.body.orders[0].id`; MISSING where there is none."""
    value, name = event, ""
    for step in _STEP.finditer(path):
        if isinstance(value, str):
            value = _read(value, encoded=name == "data")
        name = step[1] or step[3] or ""
        if name:
            value = value.get(name, MISSING) if isinstance(value, dict) else MISSING
        else:
            index = int(step[2])
            value = value[index] if isinstance(value, list) and index < len(value) else MISSING
        if value is MISSING:
            return MISSING
    if name == "data" and isinstance(value, str):
        read = _read(value, encoded=True)
        return value if read is MISSING else read
    if name == "body" and isinstance(value, str):
        read = _read(value, encoded=False)
        return value if read is MISSING else read
    return value


def _read(text: str, *, encoded: bool) -> Any:
    """The JSON in a text, that of Kinesis in base64; MISSING if it is none."""
    try:
        return json.loads(base64.b64decode(text, validate=True) if encoded else text)
    except (ValueError, binascii.Error):
        return MISSING
