"""The CSV classifiers, built-in and custom.

https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html#classifier-builtin-rules and
https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html#custom-classifier-csv (read 2026-11). The built-in one
knows bigint, double, boolean and string; dates stay strings, as tables of AWS's crawlers show.
"""

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterable

from rapid.emulator.glue.crawling.found import Found
from rapid.emulator.glue.crawling.schema import BIGINT_RANGE, Schema, unique
from rapid.emulator.glue.crawling.texts import MOST_RECORDS, Sample
from rapid.emulator.glue.models import Structure

DELIMITERS = (",", "|", "\t", ";", "\x01")
LONGEST_NAME = 150
CUSTOM_TYPES = {"INT": "int", "LONG": "bigint", "SHORT": "smallint"}
"""Custom datatypes that the catalog names otherwise; the others only lose their capitals."""
_NAME = re.compile("[\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff\t]*")
_INTEGER = re.compile(r"[+-]?\d{1,19}")
_DOUBLE = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?|[+-]?(?:NaN|Infinity)")

Rows = list[list[str]]


def built_in(sample: Sample) -> Found | None:
    """The schema of delimited text with at least two columns and two rows; None of any other."""
    found = {d: _rows(sample, d, '"') for d in DELIMITERS if d in sample.text[:65536]}
    found = {d: rows for d, rows in found.items() if len(rows) >= 2 and _width(rows) >= 2}
    if not found:
        return None
    delimiter, rows = max(found.items(), key=lambda one: _fit(one[1]))
    width = _width(rows)
    header = _has_header(rows, width)
    names = rows[0] if header else [f"col{i}" for i in range(width)]
    body = rows[1:] if header else rows
    schema: Schema = dict(zip(unique(_padded(names, width)), _types(body, width), strict=True))
    return _found(sample, schema, rows, delimiter, header=header)


def _fit(rows: Rows) -> tuple[bool, float]:
    """How well a delimiter splits a file: the first row like the others, then many columns in many rows.

    Numbers with decimal commas are in columns that a semicolon separates, and the header has no comma.
    """
    width = _width(rows)
    if width == 0:
        return False, 0.0
    return len(rows[0]) == width, width * sum(len(row) == width for row in rows) / len(rows)


def custom(sample: Sample, given: Structure) -> Found | None:
    """What a custom CSV classifier makes of a file."""
    delimiter, quote = given.get("Delimiter") or _likely(sample), given.get("QuoteSymbol")
    rows = _rows(sample, delimiter, quote or '"')
    width = _width(rows)
    declared = list(given.get("Header") or ())
    if not rows or (width < 2 and not given.get("AllowSingleColumn")):
        return None
    trim = not given.get("DisableValueTrimming")
    if trim:
        rows = [[value.strip() for value in row] for row in rows]
    header = _custom_header(rows, width, given.get("ContainsHeader") or "UNKNOWN", declared)
    if header is None:
        return None
    names = declared or (rows[0] if header else [])
    width = len(names) or width
    names = unique(_padded(list(names), width) if names else [f"col{i}" for i in range(width)])
    types = _custom_types(given) or _types(rows[1:] if header else rows, width)
    schema: Schema = dict(zip(names, itertools.chain(types, itertools.repeat("string")), strict=False))
    serde = {"OpenCSVSerDe": "opencsv", "LazySimpleSerDe": "csv"}.get(given.get("Serde") or "None")
    quoted = quote is not None or '"' in sample.text[:65536]
    serde = serde or ("opencsv" if quote is not None and quoted else "csv")
    return _found(sample, schema, rows, delimiter, header=header, serde=serde, quote=quote)


def _custom_header(rows: Rows, width: int, contains: str, declared: list[str]) -> bool | None:
    """Whether the first row is a header; None if the classifier's own header does not fit the file."""
    first = [value.strip().lower() for value in rows[0]]
    if declared and contains == "PRESENT":
        return True
    if declared:
        if len(declared) < width:
            return None
        return contains == "UNKNOWN" and first == [name.strip().lower() for name in declared]
    return contains == "PRESENT" or (contains == "UNKNOWN" and _has_header(rows, width))


def _custom_types(given: Structure) -> list[str]:
    if not given.get("CustomDatatypeConfigured"):
        return []
    return [CUSTOM_TYPES.get(kind.upper(), kind.lower()) for kind in given.get("CustomDatatypes") or ()]


def _found(
    sample: Sample, schema: Schema, rows: Rows, delimiter: str, *, header: bool, serde: str = "csv",
    quote: str | None = None,
) -> Found:  # fmt: skip
    lines = min(len(sample.lines), len(rows)) if len(rows) < MOST_RECORDS else len(sample.lines)
    records, average = sample.size(max(0, lines - header))
    parameters = {
        "areColumnsQuoted": "true" if quote else "false",
        "columnsOrdered": "true",
        "delimiter": delimiter,
        **({"skip.header.line.count": "1"} if header else {}),
    }
    if serde == "opencsv":
        serde_parameters = {"separatorChar": delimiter, "quoteChar": quote or '"'}
    else:
        serde_parameters = {"field.delim": delimiter}
    return Found(
        "csv", schema, serde, serde_parameters, parameters, by_position=True, records=records, average=average,
        compression=sample.compression,
    )  # fmt: skip


def _rows(sample: Sample, delimiter: str, quote: str) -> Rows:
    body = sample.text if sample.complete else sample.text[: sample.text.rfind("\n") + 1]
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, quotechar=quote)
    rows: Rows = []
    try:
        for row in reader:
            if row:
                rows.append(row)
            if len(rows) > MOST_RECORDS:
                break
    except csv.Error:
        return []
    return rows


def _width(rows: Rows) -> int:
    """Columns that nearly all rows have; 0 if they do not agree."""
    if not rows:
        return 0
    width, count = Counter(len(row) for row in rows).most_common(1)[0]
    return width if count >= 0.9 * len(rows) or count == len(rows) - 1 else 0


def _likely(sample: Sample) -> str:
    return max(DELIMITERS, key=lambda delimiter: _fit(_rows(sample, delimiter, '"')))


def _padded(names: list[str], width: int) -> list[str]:
    return [*names[:width], *[""] * (width - len(names))]


def _has_header(rows: Rows, width: int) -> bool:
    first = rows[0]
    if len(first) != width or len(rows) < 2:
        return False
    for index, name in enumerate(first):
        last = index == width - 1
        if (not name.strip() and not last) or (len(name) >= LONGEST_NAME and not last):
            return False
        if type_of([name]) not in ("string", None) or not _NAME.fullmatch(name):
            return False
    return any(kind not in ("string", None) for kind in _inferred(rows[1:], width))


def _types(rows: Rows, width: int) -> list[str]:
    return [kind or "string" for kind in _inferred(rows, width)]


def _inferred(rows: Rows, width: int) -> list[str | None]:
    columns = itertools.zip_longest(*(row[:width] for row in rows), fillvalue="")
    found = [type_of(column) for column in columns]
    return found + [None] * (width - len(found))


def type_of(values: Iterable[str]) -> str | None:
    """The type that all values have; None if all are empty."""
    given = {text for value in values if (text := value.strip())}
    if not given:
        return None
    if all(_INTEGER.fullmatch(v) and int(v) in BIGINT_RANGE for v in given):
        return "bigint"
    if all(_DOUBLE.fullmatch(v) for v in given):
        return "double"
    if all(v.lower() in ("true", "false") for v in given):
        return "boolean"
    return "string"
