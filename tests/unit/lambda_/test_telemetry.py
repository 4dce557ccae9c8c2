"""Limits of PutLogEvents: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html"""

from typing import Any

from rapid.emulator.lambda_.output import LogEvent
from rapid.emulator.lambda_.telemetry import Account, Stream, Telemetry, batches, split


def test_batches_hold_at_most_ten_thousand_events() -> None:
    made = list(batches(LogEvent(1, f"{n}\n") for n in range(25_000)))
    assert [len(b) for b in made] == [10_000, 10_000, 5_000]
    assert [e["message"] for b in made for e in b] == [f"{n}\n" for n in range(25_000)]


def test_batches_hold_at_most_one_mebibyte() -> None:
    made = list(batches(LogEvent(1, "x" * 100_000) for _ in range(25)))
    assert all(sum(len(e["message"]) + 26 for e in b) <= 1_048_576 for b in made)
    assert sum(len(b) for b in made) == 25


def test_times_never_go_back() -> None:
    [batch] = batches([LogEvent(5, "a"), LogEvent(3, "b"), LogEvent(7, "c")])
    assert [e["timestamp"] for e in batch] == [5, 5, 7]


def test_long_messages_are_split_between_characters() -> None:
    message = "a" + "€" * 300_000
    pieces = list(split(message))
    assert "".join(pieces) == message
    assert all(len(p.encode()) <= 256 * 1024 - 26 for p in pieces)


class Kept:
    """A destination that keeps what it is sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.metrics: list[dict[str, Any]] = []

    def put_logs(self, stream: Stream, batch: list[dict[str, Any]]) -> None:
        self.sent += [event["message"] for event in batch]

    def put_metrics(self, account: Account, items: list[dict[str, Any]]) -> None:
        self.metrics += items


def test_close_sends_everything_in_order() -> None:
    kept = Kept()
    account = Account("000000000000", "us-east-1")
    telemetry = Telemetry(kept)
    for n in range(1000):
        telemetry.log(Stream(account, "g", "s"), [LogEvent(n, str(n))])
        telemetry.measure(account, "f", {"Errors": float(n % 2)})
    telemetry.close()
    assert kept.sent == [str(n) for n in range(1000)]
    statistics = [m["StatisticValues"] for m in kept.metrics]
    assert sum(v["SampleCount"] for v in statistics) == 1000
    assert sum(v["Sum"] for v in statistics) == 500
    assert {(v["Minimum"], v["Maximum"]) for v in statistics} <= {(0.0, 1.0), (0.0, 0.0), (1.0, 1.0)}
