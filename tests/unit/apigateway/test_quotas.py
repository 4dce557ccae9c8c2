from datetime import date

import pytest

from rapid.emulator.apigateway.quotas import Quota, remaining

SUNDAY, WEDNESDAY = date(2026, 11, 22), date(2026, 11, 25)


@pytest.mark.parametrize(("period", "start"), [("DAY", WEDNESDAY), ("WEEK", SUNDAY), ("MONTH", date(2026, 11, 1))])
def test_where_a_period_begins(period: str, start: date) -> None:
    assert Quota.of({"limit": 1, "period": period}).start(WEDNESDAY) == start  # type: ignore[union-attr]


def test_a_week_sums_its_days() -> None:
    used = {"2026-11-21": 50, "2026-11-22": 3, "2026-11-25": 4, "2026-11-26": 9}
    assert remaining(Quota(10, "WEEK"), used, WEDNESDAY) == 3


def test_the_offset_counts_in_the_first_period_only() -> None:
    quota = Quota(10, "DAY", offset=4)
    assert remaining(quota, {"2026-11-25": 1}, WEDNESDAY) == 5
    assert remaining(quota, {"2026-11-24": 1, "2026-11-25": 1}, WEDNESDAY) == 9


def test_never_below_zero_and_grants_add() -> None:
    assert remaining(Quota(5, "DAY"), {"2026-11-25": 9}, WEDNESDAY) == 0
    assert remaining(Quota(5, "DAY"), {"2026-11-25": 5}, WEDNESDAY, granted=2) == 2


def test_no_quota() -> None:
    assert Quota.of(None) is None
    assert Quota.of({}) is None
