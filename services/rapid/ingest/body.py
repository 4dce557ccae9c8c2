"""From the bytes of a request to its records."""

import csv
import io
import json
import math
import zlib
from dataclasses import dataclass
from typing import Any

from rapid.ingest.endpoints import Endpoint

MAX_TEXT = 32 * 2**20
"""Largest body after decompression, in bytes: what the function's memory holds as records."""
_LINES = {"application/x-ndjson", "application/jsonl", "application/jsonlines", "application/x-jsonlines"}
_JSON = {"application/json", "text/json", ""}
_CSV = {"text/csv", "application/csv"}
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Unreadable:
    """A record that cannot be parsed: its text, and why."""

    text: str
    reason: str


class BodyError(Exception):
    """The whole body is refused. `status` is the HTTP status, `details` are further members of the answer."""

    def __init__(self, status: int, message: str, **details: int) -> None:
        super().__init__(message)
        self.status, self.message, self.details = status, message, details


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text} is too large")
    return value


def _constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_constant)


def _inflate(data: bytes) -> bytes:
    stream = zlib.decompressobj(wbits=31)
    try:
        text = stream.decompress(data, MAX_TEXT + 1)
    except zlib.error as error:
        raise BodyError(400, f"The body is not valid gzip: {error}.") from error
    if len(text) > MAX_TEXT:
        raise BodyError(413, f"The body has more than {MAX_TEXT} bytes after decompression.")
    if not stream.eof:
        raise BodyError(400, "The gzip body ends too early.")
    return text


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BodyError(400, f"The body is not UTF-8 at byte {error.start}.", position=error.start) from error


def _line(text: str) -> Any:
    """The record of one line, or `Unreadable`."""
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        return Unreadable(text, f"malformed JSON: {error.msg} at column {error.colno}")
    except (ValueError, RecursionError) as error:
        return Unreadable(text, f"malformed JSON: {error}")


def _lines(text: str) -> list[Any]:
    return [_line(line) for line in text.split("\n") if line.strip()]


def _document(text: str) -> list[Any]:
    """The records of a JSON document. Several lines of which the first is an object on its own are JSON Lines."""
    try:
        document = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        first, _, rest = text.strip().partition("\n")
        if rest and isinstance(_line(first), dict):
            return _lines(text)
        where = {"position": error.pos, "line": error.lineno, "column": error.colno}
        reason = f"Malformed JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        raise BodyError(400, reason, **where) from error
    except (ValueError, RecursionError) as error:
        raise BodyError(400, f"Malformed JSON: {error}.") from error
    return document if isinstance(document, list) else [document]


def _rows(text: str) -> list[Any]:
    """The records of CSV with a heading line (RFC 4180); every value is text."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records: list[Any] = []
    try:
        headings = next(reader, [])
        for row in reader:
            if len(row) == len(headings):
                records.append(dict(zip(headings, row, strict=True)))
            elif row:
                reason = f"line {reader.line_num} has {len(row)} values, the heading line has {len(headings)}"
                records.append(Unreadable(",".join(row), reason))
    except csv.Error as error:
        raise BodyError(400, f"Malformed CSV at line {reader.line_num}: {error}.", line=reader.line_num) from error
    if len(set(headings)) != len(headings):
        raise BodyError(400, "Malformed CSV: two columns have the same heading.", line=1)
    return records


def records(endpoint: Endpoint, data: bytes, content_type: str, encoding: str) -> list[Any]:
    """The records in a body: parsed JSON values, or `Unreadable` for single lines that are not.

    Args:
        endpoint: what may be sent, and how much.
        data: the body as sent.
        content_type: the header, with or without parameters; empty means JSON.
        encoding: the Content-Encoding header; a gzip body is also known by its first bytes.

    Raises:
        BodyError: nothing in it can be read, it is too large, or it is of a kind that the endpoint does not take.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if len(data) > endpoint.max_bytes:
        raise BodyError(413, f"The body has {len(data)} bytes; {endpoint.path} takes {endpoint.max_bytes}.")
    if encoding.strip().lower() not in ("", "identity", "gzip", "x-gzip"):
        raise BodyError(415, f"Content-Encoding {encoding} is not understood; use gzip or none.")
    if not (kind in _JSON | _LINES or (kind in _CSV and "csv" in endpoint.formats)):
        taken = "application/json, application/x-ndjson" + (", text/csv" if "csv" in endpoint.formats else "")
        raise BodyError(415, f"Content-Type {kind} is not taken by {endpoint.path}; use {taken}.")
    text = _text(_inflate(data) if data.startswith(_GZIP) or "gzip" in encoding.lower() else data)
    if not text.strip():
        raise BodyError(400, "The body is empty.", position=0)
    found = _rows(text) if kind in _CSV else _lines(text) if kind in _LINES else _document(text)
    if not found:
        raise BodyError(400, "The body has no records.", position=0)
    return found
