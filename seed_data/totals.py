"""Expected totals of the marts, added up while the records are made; sizes depend on days and campaigns only."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from seed_data.dirt import Record

NO_CAMPAIGN = "(none)"


class Totals:
    """Takes every valid record once."""

    def __init__(self) -> None:
        self.campaigns: dict[tuple[str, str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
        self.days: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        self.stages: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        self.services: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        self.customers = 0
        self.app_revenue = 0.0

    def add(self, dataset: str, record: Record) -> None:
        take = getattr(self, f"_{dataset}", None)
        if take:
            take(record)

    def _cell(self, time: datetime, record: Record) -> dict[str, float]:
        day = time.astimezone(UTC).date().isoformat()
        return self.campaigns[day, record["media_source"], record.get("campaign") or NO_CAMPAIGN]

    def _installs(self, record: Record) -> None:
        self._cell(record["install_time"], record)["installs"] += 1

    def _in_app_events(self, record: Record) -> None:
        cell = self._cell(record["event_time"], record)
        cell["purchases"] += record["event_name"] == "af_purchase"
        cell["revenue"] += record.get("event_revenue_usd", 0.0)
        if "customer_user_id" in record:
            self.app_revenue += record.get("event_revenue_usd", 0.0)

    def _costs(self, record: Record) -> None:
        cell = self._cell(record["date"], record)
        for name in ("impressions", "clicks", "cost"):
            cell[name] += record[name]

    def _orders(self, record: Record) -> None:
        day = self.days[record["ordered_at"].astimezone(UTC).date().isoformat()]
        day["orders"] += 1
        day[f"{record['status']}_orders"] += 1
        day["revenue"] += record["total"] if record["status"] == "completed" else 0.0

    def _customers(self, record: Record) -> None:
        self.customers += record["updated_at"] == record["created_at"]

    def deal_stands(self, record: Record) -> None:
        stage = self.stages[record["stage"]]
        stage["deals"] += 1
        stage["amount"] += record["amount"]

    def _service_health(self, record: Record) -> None:
        service = self.services[record["service"]]
        service["checks"] += 1
        service["up"] += record["status"] != "down"

    def marts(self) -> dict[str, Any]:
        measures = ("impressions", "clicks", "installs", "cost", "revenue", "purchases")
        performance = {name: _sum(self.campaigns.values(), name) for name in measures}
        by_campaign: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for (_, source, campaign), cell in self.campaigns.items():
            for name in measures:
                by_campaign[f"{source} / {campaign}"][name] += cell[name]
        orders = {name: _sum(self.days.values(), name) for name in ("orders", "completed_orders", "revenue")}
        return {
            "campaign_performance": {
                "rows": len(self.campaigns),
                **performance,
                "by_campaign": {name: _rounded(cell) for name, cell in sorted(by_campaign.items())},
            },
            "daily_revenue": {"rows": len(self.days), **orders},
            "customer_value": {
                "rows": self.customers,
                "revenue": orders["revenue"],
                "app_revenue": round(self.app_revenue, 2),
            },
            "sales_pipeline": {
                "deals": _sum(self.stages.values(), "deals"),
                "amount": _sum(self.stages.values(), "amount"),
                "by_stage": {name: _rounded(cell) for name, cell in sorted(self.stages.items())},
            },
            "service_availability": {
                "checks": _sum(self.services.values(), "checks"),
                "by_service": {name: _rounded(cell) for name, cell in sorted(self.services.items())},
            },
        }


def _tidy(value: float) -> float | int:
    rounded = round(value, 2)
    return int(rounded) if rounded == int(rounded) else rounded


def _sum(cells: Any, name: str) -> float | int:
    return _tidy(sum(cell[name] for cell in cells))


def _rounded(cell: dict[str, float]) -> dict[str, float | int]:
    return {name: _tidy(value) for name, value in sorted(cell.items())}
