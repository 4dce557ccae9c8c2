"""Marks in a stream, however it is cut."""

import pytest

from glue_runner.sections import Sections

STREAM = b"warming <B>one\ntwo<E>between<B><E><B>last <"


@pytest.mark.parametrize("size", range(1, len(STREAM) + 1))
def test_what_lies_between_the_marks(size: int) -> None:
    sections, jobs, outside = Sections(b"<B>", b"<E>"), [b""], b""
    for start in range(0, len(STREAM), size):
        for part in sections.feed(STREAM[start : start + size]):
            if part.inside:
                jobs[-1] += part.data
            else:
                outside += part.data
            if part.last:
                jobs.append(b"")
    rest = sections.rest()
    assert rest is not None
    assert rest.inside
    assert [*jobs[:-1], jobs[-1] + rest.data] == [b"one\ntwo", b"", b"last <"]
    assert outside == b"warming between"
