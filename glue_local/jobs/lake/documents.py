"""JSON documents as JSON Lines."""

import json
import re
from collections.abc import Generator, Iterator
from typing import Any

from lake import sniff


def json_lines(text: str) -> Iterator[str]:
    """The records of JSON documents as JSON Lines, with their own spelling of numbers.

    Takes an array, several documents one after the other, and envelopes (see `sniff.records_of`). Where a document
    breaks off, everything from there on is one last line, which the job then finds malformed.
    """
    text = text.lstrip("\ufeff")
    decoder = json.JSONDecoder()
    at, end = _skip(text, 0), len(text)
    while at < end:
        if text[at] == "[":
            at = yield from _elements(text, at, decoder)
            continue
        try:
            document, stop = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            yield _line(text[at:])
            return
        member = sniff.records_of(document)
        if member is None:
            yield _line(text[at:stop])
        else:
            for record in document[member]:
                yield _line(json.dumps(record, ensure_ascii=False))
        at = _skip(text, stop)
        at = _skip(text, at + 1) if at < end and text[at] == "," else at


def _elements(text: str, at: int, decoder: json.JSONDecoder) -> Generator[str, None, int]:
    """Yields the elements of the array that starts at `at`; returns where the text goes on after it.

    Rows below a row of names, as services answer with to save space, get these names.
    """
    at = _skip(text, at + 1)
    names: list[str] = []
    while at < len(text) and text[at] != "]":
        try:
            element, stop = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            yield _line(text[at:])
            return len(text)
        if names and isinstance(element, list) and len(element) == len(names):
            yield _line(json.dumps(dict(zip(names, element, strict=True)), ensure_ascii=False))
        elif not names and _are_names(element):
            names = element
        else:
            yield _line(text[at:stop])
        at = _skip(text, stop)
        if at < len(text) and text[at] == ",":
            at = _skip(text, at + 1)
        elif at < len(text) and text[at] != "]":
            yield _line(text[at:])
            return len(text)
    if at >= len(text):
        yield _line("] missing: the array does not end")
    return _skip(text, at + 1)


def _are_names(element: Any) -> bool:
    return (
        isinstance(element, list)
        and all(isinstance(each, str) for each in element)
        and len(set(element)) > 1
        and len(set(element)) == len(element)
    )


_SPACE = re.compile(r"[ \t\r\n]*")


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _line(record: str) -> str:
    """One record on one line: line ends in JSON only stand between tokens."""
    flat = record.replace("\r", " ").replace("\n", " ")
    return flat + "\n"
