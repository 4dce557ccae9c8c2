"""The JSON and XML classifiers.

https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html (read 2026-11). Without a JSON path a whole array is
one record with the column `array`; attributes of XML are named `_name`, text beside them `_VALUE`.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, cast
from xml.etree import ElementTree as ET

from rapid.emulator.glue.crawling.delimited import type_of
from rapid.emulator.glue.crawling.found import Found
from rapid.emulator.glue.crawling.schema import INT_RANGE, Array, Schema, Struct, Type, merge, merge_schemas, of_record
from rapid.emulator.glue.crawling.texts import MOST_RECORDS, Sample


def json_file(sample: Sample, path: str | None = None) -> Found | None:
    """The schema of JSON Lines, of JSON documents one after another, or of what a JSON path finds in them."""
    if sample.text.lstrip()[:1] not in ("{", "["):
        return None
    values, count = _values(sample)
    if not values and not sample.complete:
        sample = sample.longer()
        values, count = _values(sample)
    records = list(_records(values, path)) if count else []
    if not records:
        return None
    schema: Schema = {}
    for record in records[:MOST_RECORDS]:
        schema = merge_schemas(schema, of_record(record))
    count, average = sample.size(max(count, len(records)))
    serde_parameters = {"jsonPath": path} if path else {}
    return Found(
        "json", schema, "json", serde_parameters, {}, records=count, average=average, compression=sample.compression
    )


def _values(sample: Sample) -> tuple[list[Any], int]:
    """The first JSON values of a sample and how many it has; none if anything else is in it (but a last one cut off).

    Once the first lines are values of their own, the others are taken to be so too: that is what makes a crawl fast.
    """
    try:
        return [json.loads(line) for line in sample.lines[:MOST_RECORDS]], len(sample.lines)
    except ValueError:
        found, whole = _stream(sample.text)
        return found, len(found) if whole or not sample.complete else 0


def _stream(text: str) -> tuple[list[Any], bool]:
    decoder, position, found = json.JSONDecoder(), 0, list[Any]()
    while position < len(text):
        if text[position] in " \t\r\n,":
            position += 1
            continue
        try:
            value, position = decoder.raw_decode(text, position)
        except ValueError:
            return found, False
        found.append(value)
    return found, True


def _records(values: list[Any], path: str | None) -> Iterator[dict[str, Any]]:
    if path:
        from jsonpath_ng.ext import parse  # type: ignore[import-untyped]

        expression = parse(path)
        values = [match.value for value in values for match in expression.find(value)]
    for value in values:
        if isinstance(value, dict):
            yield value
        elif isinstance(value, list) and not path:
            yield {"array": value}


def xml_file(sample: Sample, row_tag: str | None = None) -> Found | None:
    """The schema of the elements of an XML document that are its rows: those named, or the commonest below the root."""
    if not sample.text.lstrip().startswith("<"):
        return None
    parser: ET.XMLPullParser[Any] = ET.XMLPullParser(["start", "end"])
    try:
        parser.feed(sample.head)
        rows, tag = _rows_of(parser, row_tag)
    except ET.ParseError:
        return None
    if not rows or tag is None:
        return None
    kind: Type = None
    for row in rows[:MOST_RECORDS]:
        kind = merge(kind, _element(row))
    fields = kind.fields if isinstance(kind, Struct) else (("_VALUE", kind),)
    schema: Schema = {}
    for name, inner in fields:
        schema[name.lower()] = merge(schema.get(name.lower()), inner)
    count, average = sample.size(len(rows))
    return Found("xml", schema, "", {"rowTag": tag}, {}, records=count, average=average, compression=sample.compression)


def _rows_of(parser: "ET.XMLPullParser[Any]", tag: str | None) -> tuple[list[Any], str | None]:
    depth, rows, children = 0, list[Any](), list[Any]()
    root: Any = None
    for event, element in cast("Iterator[tuple[str, Any]]", parser.read_events()):
        if event == "start":
            root = element if root is None else root
            depth += 1
            continue
        depth -= 1
        if tag is not None and _local(element.tag) == tag:
            rows.append(element)
        elif tag is None and depth == 1:
            children.append(element)
    if tag is None and children:
        tag = Counter(_local(child.tag) for child in children).most_common(1)[0][0]
        rows = [child for child in children if _local(child.tag) == tag]
    if not rows and tag is None and root is not None:
        return [root], _local(root.tag)
    return rows, tag


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _element(element: Any) -> Type:
    """Attributes, then children (an array if one repeats); the text alone if there are none."""
    fields: dict[str, Type] = {f"_{_local(name)}": _text(value) for name, value in element.attrib.items()}
    repeated = Counter(_local(child.tag) for child in element)
    for child in element:
        name = _local(child.tag)
        kind = _element(child)
        if repeated[name] > 1:
            before = fields.get(name)
            kind = Array(merge(before.item if isinstance(before, Array) else None, kind))
        fields[name] = kind
    text = (element.text or "").strip()
    if not fields:
        return _text(text)
    if text:
        fields["_VALUE"] = _text(text)
    return Struct(tuple(fields.items()))


def _text(text: str) -> Type:
    kind = type_of([text])
    return "int" if kind == "bigint" and int(text) in INT_RANGE else kind
