"""Bytes to records."""

import gzip
import json
from typing import Any

import pytest

from rapid.ingest import body, endpoints

ENDPOINT = endpoints.Endpoint("t", "/ingest/t", "POST", "api_key", ("json", "csv"), 1000, 1, 1, ())
JSON = "application/json"


def read(data: bytes | str, kind: str = JSON, encoding: str = "") -> list[Any]:
    return body.records(ENDPOINT, data.encode() if isinstance(data, str) else data, kind, encoding)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('[{"a": 1}, {"a": 2}]', JSON),
        ('\ufeff[{"a": 1}, {"a": 2}]', "application/json; charset=utf-8"),
        ('{"a": 1}\n{"a": 2}\n', JSON),
        ('{"a": 1}\r\n\r\n{"a": 2}', "application/x-ndjson"),
        ('[\n {"a": 1},\n {"a": 2}\n]', ""),
    ],
)
def test_arrays_and_lines(text: str, kind: str) -> None:
    assert read(text, kind) == [{"a": 1}, {"a": 2}]


def test_a_pretty_printed_object_is_one_record() -> None:
    assert read(json.dumps({"a": [1, 2]}, indent=2)) == [{"a": [1, 2]}]


@pytest.mark.parametrize("encoding", ["gzip", ""])
def test_gzip_is_known_by_header_or_by_its_first_bytes(encoding: str) -> None:
    assert read(gzip.compress(b'{"a": 1}', mtime=0), encoding=encoding) == [{"a": 1}]


def test_csv_values_are_text_and_quotes_may_hold_lines() -> None:
    assert read('a,b\n1,"x\ny"\n', "text/csv") == [{"a": "1", "b": "x\ny"}]


def test_one_bad_line_does_not_take_the_others_with_it() -> None:
    first, bad, last = read('{"a": 1}\n{"a": \n{"a": 2}')
    assert (first, last) == ({"a": 1}, {"a": 2})
    assert bad.text == '{"a": '
    assert "column" in bad.reason


def test_a_csv_row_of_another_length_is_one_bad_record() -> None:
    good, bad = read("a,b\n1,2\n3\n", "text/csv")
    assert good == {"a": "1", "b": "2"}
    assert bad.reason == "line 3 has 1 values, the heading line has 2"


@pytest.mark.parametrize(
    ("data", "kind", "encoding", "status"),
    [
        (b"x" * 1001, JSON, "", 413),
        (gzip.compress(b" " * 101, mtime=0), JSON, "gzip", 413),
        (b"<a/>", "application/xml", "", 415),
        (b"{}", JSON, "br", 415),
        (b"", JSON, "", 400),
        (b"[]", JSON, "", 400),
        (b"\xff{}", JSON, "", 400),
        (b"not gzip", JSON, "gzip", 400),
        (gzip.compress(b'{"a": 1}', mtime=0)[:-9], JSON, "gzip", 400),
        (b'[{"a": NaN}]', JSON, "", 400),
        (b'[{"a": 1e999}]', JSON, "", 400),
        (b"[" * 900, JSON, "", 400),
        (b'a,b\n1,"2', "text/csv", "", 400),
        (b"a,a\n1,2", "text/csv", "", 400),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_body_that_cannot_be_read_is_refused_with_its_status(
    data: bytes, kind: str, encoding: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if status == 413 and encoding:
        monkeypatch.setattr(body, "MAX_TEXT", 100)
    with pytest.raises(body.BodyError) as caught:
        read(data, kind, encoding)
    assert caught.value.status == status


def test_malformed_json_says_where() -> None:
    with pytest.raises(body.BodyError, match="line 2, column 3") as caught:
        read('[{"a": 1},\n  x]')
    assert caught.value.details == {"position": 13, "line": 2, "column": 3}
