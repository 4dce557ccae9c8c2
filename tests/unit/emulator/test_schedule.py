"""AWS's schedule expressions.

Examples from https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html and
https://docs.aws.amazon.com/glue/latest/dg/monitor-data-warehouse-schedule.html.
"""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from rapid.emulator.schedule import Clock, ScheduleError, parse

START = datetime(2026, 1, 14, 9, 59, 30, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("cron(0 10 * * ? *)", "2026-01-14T10:00"),
        ("cron(15 12 * * ? *)", "2026-01-14T12:15"),
        ("cron(0 18 ? * MON-FRI *)", "2026-01-14T18:00"),
        ("cron(0 8 1 * ? *)", "2026-02-01T08:00"),
        ("cron(0/15 * * * ? *)", "2026-01-14T10:00"),
        ("cron(0/10 * ? * MON-FRI *)", "2026-01-14T10:00"),
        ("cron(0/5 8-17 ? * MON-FRI *)", "2026-01-14T10:00"),
        ("cron(0/30 20-2 ? * MON-FRI *)", "2026-01-14T20:00"),
        ("cron(0 0 ? * 1 *)", "2026-01-18T00:00"),
        ("cron(0 0 ? * SUN *)", "2026-01-18T00:00"),
        ("cron(0 0 ? * 7 *)", "2026-01-17T00:00"),
        ("cron(0 0 ? * FRI-MON *)", "2026-01-16T00:00"),
        ("cron(0 0 L * ? *)", "2026-01-31T00:00"),
        ("cron(0 0 LW * ? *)", "2026-01-30T00:00"),
        ("cron(0 0 17W * ? *)", "2026-01-16T00:00"),
        ("cron(0 0 ? * 6L *)", "2026-01-30T00:00"),
        ("cron(0 0 ? * 2#3 *)", "2026-01-19T00:00"),
        ("cron(0 0 ? * TUE#5 *)", "2026-03-31T00:00"),
        ("cron(0 0 29 2 ? *)", "2028-02-29T00:00"),
        ("cron(0 0 1 1 ? 2030)", "2030-01-01T00:00"),
        ("cron(0 0 1 JAN,jul ? *)", "2026-07-01T00:00"),
        ("cron(59 9 * * ? *)", "2026-01-15T09:59"),
    ],
)
def test_next(expression: str, wanted: str) -> None:
    assert parse(expression).next_after(START, START) == datetime.fromisoformat(wanted).replace(tzinfo=UTC)


def test_what_is_over_has_no_next() -> None:
    assert parse("cron(0 0 1 1 ? 2020)").next_after(START, START) is None


@pytest.mark.parametrize(
    ("expression", "interval"),
    [("rate(1 minute)", 60), ("rate(5 minutes)", 300), ("rate(1 hour)", 3600), ("rate(7 days)", 604800)],
)
def test_rate_counts_from_its_anchor(expression: str, interval: int) -> None:
    rate, step = parse(expression), timedelta(seconds=interval)
    assert rate.next_after(START, START) == START + step
    assert rate.next_after(START + step, START) == START + 2 * step
    assert rate.next_after(START + 2.5 * step, START) == START + 3 * step


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 minutes)",
        "rate(5 minute)",
        "rate(0 minutes)",
        "rate(5 weeks)",
        "cron(* * * * *)",
        "cron(0 0 1 * 1 *)",
        "cron(0 0 ? * ? *)",
        "cron(60 * * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 0 * 13 ? *)",
        "cron(0 0 ? * 8 *)",
        "cron(0 0 ? * 0 *)",
        "cron(x 0 * * ? *)",
        "0 10 * * ? *",
    ],
)
def test_refused(expression: str) -> None:
    with pytest.raises(ScheduleError):
        parse(expression)


def test_clock_calls_in_order_replaces_and_cancels() -> None:
    """All of it is arranged while the clock's thread is held up by a first call."""
    clock, seen, start = Clock("test"), list[str](), datetime.now(UTC)
    held, go, done = threading.Event(), threading.Event(), threading.Event()
    clock.at("first", start, lambda: (held.set(), go.wait()))
    held.wait()
    clock.at("late", start - timedelta(seconds=1), lambda: (seen.append("late"), done.set()))
    clock.at("replaced", start - timedelta(seconds=6), lambda: seen.append("wrong"))
    clock.at("replaced", start - timedelta(seconds=5), lambda: seen.append("right"))
    clock.at("cancelled", start - timedelta(seconds=4), lambda: seen.append("cancelled"))
    clock.at("failing", start - timedelta(seconds=3), lambda: 1 / 0)
    clock.cancel("cancelled")
    go.set()
    assert done.wait(60)
    assert seen == ["right", "late"]
