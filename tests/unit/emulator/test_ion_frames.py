"""Binary Ion that is cut off: https://amazon-ion.github.io/ion-docs/docs/binary.html."""

from amazon.ion import simpleion
from hypothesis import given
from hypothesis import strategies as st

from rapid.emulator.ion_frames import MARKER, whole

RECORDS = [{"a": 1, "b": None, "c": "x" * 40}, {"flag": True, "l": [1.5, 2]}, {}]


def test_whole_values_are_left() -> None:
    body = simpleion.dumps(RECORDS, binary=True, sequence_as_stream=True)
    assert whole(body) == body
    assert whole(b"{a: 1") == b"{a: 1", "text is not looked into"
    kept = whole(body[:-1])
    assert len(kept) < len(body)
    assert len(simpleion.loads(kept, single_value=False)) == len(RECORDS) - 1


@given(st.binary(max_size=60))
def test_anything_is_walked_through(tail: bytes) -> None:
    kept = whole(MARKER + tail)
    assert (MARKER + tail).startswith(kept)
    assert whole(kept) == kept
