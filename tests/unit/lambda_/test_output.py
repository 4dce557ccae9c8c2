"""Cutting a function's output into events. Frames as awslambdaric's FramedTelemetryLogSink writes them."""

import random

import pytest

from rapid.emulator.lambda_.output import OutputParser


def frame(message: str, milliseconds: int = 1_700_000_000_000) -> bytes:
    data = message.encode()
    return b"\xa5\x5a\x00\x0f" + len(data).to_bytes(4, "big") + (milliseconds * 1000).to_bytes(8, "big") + data


def parse(*pieces: bytes) -> list[str]:
    parser = OutputParser()
    events = [e.message for piece in pieces for e in parser.feed(piece)]
    return events + [e.message for e in parser.flush()]


@pytest.mark.parametrize(
    ("data", "events"),
    [
        (b"", []),
        (b"a\nb\n", ["a\n", "b\n"]),
        (b"a", ["a\n"]),
        (b"\n\n", ["\n", "\n"]),
        (frame("one\ntwo"), ["one\ntwo\n"]),
        (frame("x\n") + b"y\n" + frame("z"), ["x\n", "y\n", "z\n"]),
        (b"open" + frame("f") + b"end\n", ["open\n", "f\n", "end\n"]),
        (frame("cut short")[:-3], ["cut sh\n"]),
        (frame("x")[:9], ["\n"]),
        ("ü€😀\n".encode(), ["ü€😀\n"]),
        (b"\xff\xfe\n", ["��\n"]),
        (frame(""), ["\n"]),
    ],
)
def test_events(data: bytes, events: list[str]) -> None:
    assert parse(data) == events


@pytest.mark.parametrize("seed", range(20))
def test_events_do_not_depend_on_where_the_bytes_are_cut(seed: int) -> None:
    rng = random.Random(seed)
    data = b"".join(rng.choice([b"text\n", b"more", frame("fr\name"), "ü\n".encode()]) for _ in range(50))
    cuts = sorted(rng.choices(range(len(data)), k=30))
    pieces = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    assert parse(*pieces) == parse(data)


def test_a_frame_carries_its_time() -> None:
    [event] = OutputParser().feed(frame("x", 1_700_000_000_123))
    assert event.milliseconds == 1_700_000_000_123


def test_a_line_waits_for_its_end() -> None:
    parser = OutputParser()
    assert list(parser.feed(b"half")) == []
    assert [e.message for e in parser.feed(b" whole\n")] == ["half whole\n"]
