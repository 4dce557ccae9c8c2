"""What goes wrong on the way: records sent twice, torn, incomplete, of the wrong type, or nonsense.

Bad records are sent beside the good ones they were made from, so the truth about the good ones stays simple.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from seed_data import world
from seed_data.truth import Kind

Record = dict[str, Any]
Spoil = Callable[[Record], Record]
DUPLICATES, MALFORMED, QUALITY, TORN = 0.015, 0.008, 0.004, 0.25
LAG = 25
"""Records after which a duplicate follows its original."""


@dataclass(frozen=True)
class Sent:
    """One record as it will be sent. `torn`: only a part of its text arrives. `day` routes it to a file or the API."""

    kind: Kind
    day: int
    record: Record
    late: bool = False
    torn: bool = False


def drop(name: str) -> Spoil:
    return lambda record: {key: value for key, value in record.items() if key != name}


def put(name: str, value: Any) -> Spoil:
    return lambda record: {**record, name: value}


def shift(name: str, base: str, **by: int) -> Spoil:
    return lambda record: {**record, name: record[base] + timedelta(**by)}


MALFORMS: dict[str, tuple[Spoil, ...]] = {
    "installs": (drop("install_time"), put("platform", "windows"), put("af_cost_value", "n/a"), drop("appsflyer_id")),
    "in_app_events": (drop("event_time"), put("event_revenue_usd", "12,5O"), drop("appsflyer_id")),
    "costs": (put("clicks", "many"), drop("media_source"), put("cost", "1.234,50 €")),
    "web_sessions": (drop("started_at"), put("duration_seconds", -5), put("converted", "maybe")),
    "customers": (drop("email"), put("created_at", "yesterday"), put("segment", "whale")),
    "orders": (drop("order_id"), put("total", "12,50 EUR"), put("items", 0), put("ordered_at", "31.02.")),
    "deals": (put("stage", "maybe"), drop("owner"), put("probability", 7)),
    "service_health": (put("status", "sleepy"), drop("checked_at"), put("latency_ms", "fast")),
}
BREACHES: dict[str, tuple[Spoil, ...]] = {
    "installs": (shift("attributed_touch_time", "install_time", hours=1),),
    "in_app_events": (put("event_revenue_usd", -5.0),),
    "costs": (put("cost", -1.0), put("clicks", 10**9)),
    "web_sessions": (put("duration_seconds", 999_999),),
    "customers": (put("email", "nobody"),),
    "orders": (put("total", -9.99),),
    "deals": (put("amount", -1.0), shift("updated_at", "created_at", days=-1)),
    "service_health": (put("latency_ms", 99_999.0),),
}


def soil(seed: int, dataset: str, records: Iterable[tuple[int, Record, bool]]) -> Iterator[Sent]:
    """The records, (day, record, late) each, with dirt among them."""
    waiting: deque[tuple[int, Sent]] = deque()
    number = 0
    for number, (day, record, late) in enumerate(records):
        random = world.rng(seed, "dirt", dataset, number)
        good = Sent("valid", day, record, late)
        yield good
        if random.random() < DUPLICATES:
            waiting.append((number + LAG, Sent("duplicate", day, record)))
        if random.random() < MALFORMED:
            yield _malformed(random, dataset, day, record)
        if random.random() < QUALITY:
            yield Sent("quality", day, random.choice(BREACHES[dataset])(record))
        while waiting and waiting[0][0] <= number:
            yield waiting.popleft()[1]
    yield from (sent for _, sent in waiting)


def _malformed(random: Random, dataset: str, day: int, record: Record) -> Sent:
    if random.random() < TORN:
        return Sent("malformed", day, record, torn=True)
    return Sent("malformed", day, random.choice(MALFORMS[dataset])(record))
