"""Amazon Ion that anyone may have put into a bucket."""

from decimal import Decimal
from random import Random

import pytest
from amazon.ion import simpleion

from rapid.emulator.ion_values import BrokenIonError, values

RECORDS = [{"a": n, "l": [1, [2, {"k": b"ab"}]], "d": Decimal("1.5"), "n": None, "b": True} for n in range(10)]


@pytest.mark.parametrize("binary", [True, False])
def test_values_before_the_broken_one_are_given(binary: bool) -> None:
    made = simpleion.dumps(RECORDS, binary=binary, sequence_as_stream=True)
    body = made if isinstance(made, bytes) else made.encode()
    assert [v["a"] for v in values(body)] == list(range(10))
    found = values(body[:-1])
    assert [next(found)["a"] for _ in range(9)] == list(range(9))
    with pytest.raises(BrokenIonError):
        next(found)


@pytest.mark.parametrize(
    "body", [b"\xe0\x01\x00\xea\xde\xff\xff", b"\xe0\x01\x00\xea\xbe\x8f", b"{a: ", b"[" * 100_000]
)
def test_what_never_ends_is_broken(body: bytes) -> None:
    with pytest.raises(BrokenIonError):
        list(values(body))


def test_bytes_at_random_end_no_process() -> None:
    random = Random(5)
    good = simpleion.dumps(RECORDS, binary=True, sequence_as_stream=True)
    for _ in range(200):
        body = bytearray(good)
        for _ in range(4):
            body[random.randrange(len(body))] = random.randrange(256)
        try:
            list(values(bytes(body)))
        except BrokenIonError:
            continue
