"""What Athena must answer: marts agree with curated tables, and with the seed data's truth where only that is there."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

Query = Callable[[str], list[list[str | None]]]
"""Runs SQL in the stack's database and returns its rows as Athena's text."""

TOLERANCE = 0.005
"""Money is a sum of doubles: half a cent is no difference."""


@dataclass(frozen=True)
class Check:
    """One comparison of numbers."""

    name: str
    expected: float
    actual: float

    @property
    def ok(self) -> bool:
        return abs(self.expected - self.actual) <= TOLERANCE

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "ok": self.ok}


CONSISTENCY = {
    "cost: mart = curated": (
        "select sum(cost) from campaign_performance",
        "select sum(cost) from costs",
    ),
    "installs: mart = curated": (
        "select sum(installs) from campaign_performance",
        "select count(*) from installs",
    ),
    "order revenue: mart = curated": (
        "select sum(revenue) from daily_revenue",
        "select sum(total) from orders where status = 'completed'",
    ),
}
"""Per check: the mart's number, and the same number computed from curated tables."""


def consistency(query: Query) -> list[Check]:
    """Compares marts with curated tables; holds whatever else is in the lake."""
    return [Check(name, _number(query, curated), _number(query, mart)) for name, (mart, curated) in CONSISTENCY.items()]


def truth(query: Query, expected: dict[str, Any]) -> list[Check]:
    """Compares tables and marts with what was generated, exactly."""
    found = [
        Check(f"{dataset}: rows", counts["valid"], _number(query, f'select count(*) from "{dataset}"'))  # noqa: S608
        for dataset, counts in expected["datasets"].items()
    ]
    for mart, columns in (
        ("campaign_performance", ("impressions", "clicks", "installs", "cost", "revenue", "purchases")),
        ("daily_revenue", ("orders", "revenue")),
        ("customer_value", ("revenue",)),
    ):
        sums = ", ".join(f"sum({column})" for column in columns)
        (row,) = query(f"select {sums} from {mart}")  # noqa: S608 - names from above
        found += [
            Check(f"{mart}: {column}", expected["marts"][mart][column], float(value or 0))
            for column, value in zip(columns, row, strict=True)
        ]
    return found


def _number(query: Query, sql: str) -> float:
    ((value,),) = query(sql)
    return float(value or 0)
