"""https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html"""

from datetime import UTC, datetime

import pytest

from rapid.emulator.schedule import ScheduleError
from rapid.emulator.scheduler.timing import parse

BEGIN = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "zone", "expected"),
    [
        ("at(2026-03-02T09:00:05)", "UTC", "2026-03-02T09:00:05"),
        ("at(2026-03-02T09:00:05)", "Europe/Berlin", "2026-03-02T08:00:05"),
        ("at(2026-02-02T09:00:05)", "UTC", None),
        ("rate(5 minutes)", "Europe/Berlin", "2026-03-01T12:05:30"),
        ("cron(0 9 * * ? *)", "UTC", "2026-03-02T09:00:00"),
        ("cron(0 9 * * ? *)", "America/New_York", "2026-03-01T14:00:00"),
        ("cron(0 9 10 3 ? 2026)", "America/New_York", "2026-03-10T13:00:00"),
    ],
)
def test_the_first_instant_after_a_moment(expression: str, zone: str, expected: str | None) -> None:
    found = parse(expression, zone)(BEGIN, BEGIN)
    assert (found and found.strftime("%Y-%m-%dT%H:%M:%S")) == expected


@pytest.mark.parametrize(
    ("expression", "zone"),
    [("every day", "UTC"), ("at(2026-13-01T00:00:00)", "UTC"), ("rate(1 minutes)", "UTC"), ("rate(1 day)", "Nowhere")],
)
def test_what_is_refused(expression: str, zone: str) -> None:
    with pytest.raises(ScheduleError):
        parse(expression, zone)
