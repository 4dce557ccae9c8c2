"""The company behind the data: campaigns, countries, calendar, outages; and randomness that depends only on names."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

T = TypeVar("T")

START = datetime(2026, 9, 1, tzinfo=UTC)
DAYS = 28
LATE_DAYS = (START - timedelta(days=10), START - timedelta(days=3))
"""Days on which what arrives late had happened."""
FILE_DAYS = 21
"""Installs and events of the first three weeks come as exported files, later ones by API."""

APPS = {"ios": "id1527384950", "android": "com.rapid.shop"}
APP_NAME = "Rapid Shop"


@dataclass(frozen=True)
class Campaign:
    """A campaign: its share of installs, what an install costs, how often people click and how much they buy."""

    media_source: str
    channel: str
    name: str
    id: str
    share: float
    cpi: float
    ctr: float
    quality: float


CAMPAIGNS = (
    Campaign("googleadwords_int", "Search", "Brand_Search_2026", "18273645", 0.10, 1.60, 0.060, 1.7),
    Campaign("googleadwords_int", "ACI_Youtube", "UAC_Autumn_US", "18273646", 0.14, 2.40, 0.021, 1.1),
    Campaign("Facebook Ads", "Instagram", "Lookalike_Buyers_1pct", "2384701", 0.13, 3.10, 0.014, 1.4),
    Campaign("Facebook Ads", "Facebook", "Broad_Prospecting", "2384702", 0.12, 2.20, 0.011, 0.8),
    Campaign("tiktokglobal_int", "TikTok", "Creators_September", "77120031", 0.11, 1.30, 0.009, 0.6),
    Campaign("Apple Search Ads", "Search", "ASA_Category_Shopping", "5540012", 0.07, 2.90, 0.070, 1.5),
    Campaign("applovin_int", "Rewarded", "Rewarded_Tier1", "al-90081", 0.08, 0.90, 0.030, 0.3),
    Campaign("unityads_int", "Playable", "Playable_Spin", "un-5512", 0.05, 0.80, 0.034, 0.25),
    Campaign("snapchat_int", "Stories", "Stories_Students", "sc-88121", 0.04, 1.90, 0.012, 0.7),
)
ORGANIC = Campaign("organic", "", "", "", 0.16, 0.0, 0.0, 1.2)

COUNTRIES = (
    ("US", 0.46, ("New York", "Boston", "Chicago", "San José"), ("10001", "02139", "60601", "95112")),
    ("GB", 0.16, ("London", "Leeds", "Bristol"), ("EC1A 1BB", "LS1 4AP", "BS1 5TR")),
    ("DE", 0.16, ("Berlin", "Köln", "Dresden"), ("10115", "50667", "01067")),
    ("FR", 0.12, ("Paris", "Lyon", "Nîmes"), ("75001", "69001", "30000")),
    ("BR", 0.10, ("São Paulo", "Recife"), ("01310-100", "50010-000")),
)
WEEKDAYS = (0.95, 0.92, 0.94, 1.0, 1.12, 1.25, 1.18)
"""Monday to Sunday: a shop sells at weekends."""
BUSINESS_DAYS = (1.3, 1.35, 1.3, 1.2, 1.0, 0.08, 0.05)
"""Monday to Sunday: sales people do not."""
SERVICES = ("checkout", "catalog", "search", "accounts")
OUTAGES = (("checkout", 11, 9, 13, "down"), ("search", 18, 20, 24, "degraded"), ("catalog", 23, 2, 5, "down"))
"""Service, day, from hour, to hour, status."""


def rng(*names: object) -> random.Random:
    """A generator of its own for whatever the names name, the same on every machine."""
    return random.Random("/".join(map(str, names)))  # noqa: S311 - believable data, not secrets


def pick(random_: random.Random, weighted: Sequence[tuple[T, float]]) -> T:
    """One of the values, by weight."""
    at = random_.random() * sum(weight for _, weight in weighted)
    for value, weight in weighted:
        at -= weight
        if at <= 0:
            return value
    return weighted[-1][0]


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def spread(total: int, weekdays: Sequence[float], trend: float = 0.01) -> list[int]:
    """`total` over the days of the window, by weekday and a slow growth; the sum is exact."""
    weights = [weekdays[day(d).weekday()] * (1 + trend * d) for d in range(DAYS)]
    whole, counts, done = sum(weights), [], 0.0
    for weight in weights:
        before = round(total * done / whole)
        done += weight
        counts.append(round(total * done / whole) - before)
    return counts


def moment(random_: random.Random, number: int) -> datetime:
    """A time of day on day `number`, most in the evening; whole seconds."""
    hour = min(23.999, max(0.0, random_.gauss(17.5, 4.5)))
    return day(number) + timedelta(seconds=int(hour * 3600))


def money(value: float) -> float:
    return round(value, 2)
