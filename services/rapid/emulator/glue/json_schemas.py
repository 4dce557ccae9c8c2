"""JSON Schema: whether one schema takes everything that another one allows.

Decided on the structure: types, properties, what is required, enumerations, bounds, items. A property that one schema
adds and does not require is no break, as in AWS's table of
https://docs.aws.amazon.com/glue/latest/dg/schema-registry.html#schema-registry-compatibility (read 2026-11).
"""

from typing import Any

LOWEST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
HIGHEST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")


def check(schema: Any) -> None:
    """Refuses what is no JSON Schema.

    Raises:
        ValueError: it says why.
    """
    from jsonschema import SchemaError  # type: ignore[import-untyped]
    from jsonschema.validators import validator_for  # type: ignore[import-untyped]

    if not isinstance(schema, dict | bool):
        raise ValueError("a JSON Schema is an object.")
    try:
        validator_for(schema).check_schema(schema)
    except SchemaError as error:
        raise ValueError(error.message) from error


def reads(reader: Any, writer: Any) -> bool:
    """Whether all that `writer` allows is valid under `reader`."""
    return _takes(_resolved(reader, reader), _resolved(writer, writer), reader, writer)


def _takes(reader: Any, writer: Any, readers: Any, writers: Any) -> bool:
    reader, writer = _resolved(reader, readers), _resolved(writer, writers)
    if reader is True or reader == {} or writer is False:
        return True
    if reader is False or writer is True:
        return False
    for key in ("anyOf", "oneOf"):
        if key in writer:
            return all(_takes(reader, branch, readers, writers) for branch in writer[key])
        if key in reader:
            return any(_takes(branch, writer, readers, writers) for branch in reader[key])
    return (
        _types(reader, writer)
        and _values(reader, writer)
        and _bounds(reader, writer)
        and _properties(reader, writer, readers, writers)
        and ("items" not in reader or _takes(reader["items"], writer.get("items", True), readers, writers))
    )


def _resolved(schema: Any, root: Any) -> Any:
    """The schema behind references into the same document."""
    seen = 0
    while isinstance(schema, dict) and str(schema.get("$ref", "")).startswith("#") and seen < 50:
        target: Any = root
        for part in schema["$ref"].removeprefix("#").strip("/").split("/"):
            target = target.get(part.replace("~1", "/").replace("~0", "~"), {}) if part else target
        schema, seen = target, seen + 1
    return schema


def _types(reader: dict[str, Any], writer: dict[str, Any]) -> bool:
    if "type" not in reader:
        return True
    taken = set(reader["type"] if isinstance(reader["type"], list) else [reader["type"]])
    if "number" in taken:
        taken.add("integer")
    if "type" not in writer:
        return "enum" in writer or "const" in writer
    return set(writer["type"] if isinstance(writer["type"], list) else [writer["type"]]) <= taken


def _values(reader: dict[str, Any], writer: dict[str, Any]) -> bool:
    allowed = [reader["const"]] if "const" in reader else reader.get("enum")
    given = [writer["const"]] if "const" in writer else writer.get("enum")
    if allowed is not None:
        return given is not None and all(value in allowed for value in given)
    same = ("pattern", "format", "multipleOf", "uniqueItems")
    return all(reader[key] == writer.get(key) for key in same if key in reader)


def _bounds(reader: dict[str, Any], writer: dict[str, Any]) -> bool:
    lows = all(key in writer and writer[key] >= reader[key] for key in LOWEST if key in reader)
    return lows and all(key in writer and writer[key] <= reader[key] for key in HIGHEST if key in reader)


def _properties(reader: dict[str, Any], writer: dict[str, Any], readers: Any, writers: Any) -> bool:
    if not set(reader.get("required") or ()) <= set(writer.get("required") or ()):
        return False
    known, given = reader.get("properties") or {}, writer.get("properties") or {}
    if any(not _takes(known[name], given[name], readers, writers) for name in known.keys() & given.keys()):
        return False
    rest = reader.get("additionalProperties", True)
    if any(not _takes(rest, given[name], readers, writers) for name in given.keys() - known.keys()):
        return False
    return rest is not False or writer.get("additionalProperties", True) is False
