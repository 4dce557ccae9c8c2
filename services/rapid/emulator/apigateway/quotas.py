"""Quotas of usage plans: how much an API key has left. No clock and no store: days come in, numbers go out.

https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html (read 2026-11).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

Period = Literal["DAY", "WEEK", "MONTH"]


@dataclass(frozen=True)
class Quota:
    """`limit` requests per period; `offset` of them are taken off in the first period."""

    limit: int
    period: Period
    offset: int = 0

    @staticmethod
    def of(settings: Mapping[str, Any] | None) -> "Quota | None":
        """From a usage plan's `quota`, None if it has none."""
        if not settings or not settings.get("limit"):
            return None
        return Quota(int(settings["limit"]), settings.get("period") or "DAY", int(settings.get("offset") or 0))

    def start(self, day: date) -> date:
        """The first day of the period that contains `day`. Weeks begin on Sunday."""
        if self.period == "MONTH":
            return day.replace(day=1)
        return day - timedelta(days=(day.weekday() + 1) % 7) if self.period == "WEEK" else day


def remaining(quota: Quota, used: Mapping[str, int], day: date, granted: int = 0) -> int:
    """How many requests were left at the end of `day`, never below 0.

    Args:
        used: requests per ISO date.
        granted: what UpdateUsage added to this period.
    """
    start = quota.start(day).isoformat()
    spent = sum(count for each, count in used.items() if start <= each <= day.isoformat())
    first_period = not any(each < start for each in used)
    return max(0, quota.limit - (quota.offset if first_period else 0) + granted - spent)
