"""JSON documents as JSON Lines: no record lost, no number respelled."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lake.documents import json_lines

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.lists(st.dictionaries(st.text(), VALUES, max_size=4), max_size=6)


@given(RECORDS, st.sampled_from([None, 1]))
def test_an_array_gives_its_elements(records: list[object], indent: int | None) -> None:
    lines = list(json_lines(json.dumps(records, indent=indent)))
    assert [json.loads(line) for line in lines] == records
    assert all(line.count("\n") == 1 for line in lines)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('{"a":1.10}{"a":2}', ['{"a":1.10}', '{"a":2}']),
        ('{"a":12345678901234567890.5}', ['{"a":12345678901234567890.5}']),
        ('{"type":"FeatureCollection","meta":{},"features":[{"id":1},{"id":2}]}', ['{"id": 1}', '{"id": 2}']),
        ('{"data":[{"a":1},{"a":2}]}', ['{"a": 1}', '{"a": 2}']),
        ('{"order":7,"lines":[{"a":1},{"a":2}]}', ['{"order":7,"lines":[{"a":1},{"a":2}]}']),
        ('[{"a":1},{"a":2},{"a":', ['{"a":1}', '{"a":2}', '{"a":']),
        ('[{"a":1} {"a":2}]', ['{"a":1}', '{"a":2}]']),
        ('[{"a":1}', ['{"a":1}', "] missing: the array does not end"]),
        ("[]", []),
        ('{"meta":{"page":1},"records":[{"a":1},{"a":2}]}', ['{"a": 1}', '{"a": 2}']),
        ('{"records":[{"a":1}],"errors":[{"b":1}]}', ['{"records":[{"a":1}],"errors":[{"b":1}]}']),
        ('[["id","n"],[1,"x"],[2,null]]', ['{"id": 1, "n": "x"}', '{"id": 2, "n": null}']),
        ('[["id","n"],[1]]', ["[1]"]),
        ('[1, "x", null]', ["1", '"x"', "null"]),
    ],
)
def test_documents(text: str, lines: list[str]) -> None:
    assert [line.removesuffix("\n") for line in json_lines(text)] == lines
