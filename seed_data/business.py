"""The shop, its customers and web site, its sales team and its servers."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from seed_data import world
from seed_data.marketing import CUSTOMERS_PER_SCALE, customer_id
from seed_data.world import CAMPAIGNS, COUNTRIES, ORGANIC

SESSIONS_PER_SCALE = 4200
ORDERS_PER_SCALE = 1500
DEALS_PER_SCALE = 110
FIRST = ("Ana", "José", "Zoë", "Liam", "Noor", "Chloé", "Jürgen", "Mia", "李", "O'Neil", "Ravi", "Sofía")
LAST = ("Silva", "Müller", "Smith, Jr.", "Dupont", "García", "Brown", "Öz", "Nowak", "Lee", "Kaya")
OWNERS = ("Amara Okafor", "Ben Hughes", "Carla Rossi", "Dmitri Petrov", "Elif Demir")
STAGES = (("lead", 0.1), ("qualified", 0.25), ("proposal", 0.5), ("negotiation", 0.75))
COMPANIES = ("Northwind", "Contoso", "Fabrikam", "Tailspin", "Globex", "Initech", "Umbra", "Stark & Söhne")


def customers(seed: int, scale: int) -> Iterator[tuple[dict[str, Any], bool]]:
    """(record, changed): every customer once, and an eighth of them again with a later `updated_at`."""
    for number in range(CUSTOMERS_PER_SCALE * scale):
        random = world.rng(seed, "customer", number)
        country, _, cities, codes = world.pick(random, [(each, each[1]) for each in COUNTRIES])
        created = world.START - timedelta(seconds=random.randrange(3600, 300 * 86400))
        campaign = world.pick(random, [(each, each.share) for each in (*CAMPAIGNS, ORGANIC)])
        record = {
            "customer_id": customer_id(number),
            "name": f"{random.choice(FIRST)} {random.choice(LAST)}",
            "email": f"customer{number}@example.com",
            "country_code": country,
            "postal_code": codes[random.randrange(len(cities))],
            "segment": world.pick(random, [("consumer", 0.8), ("small_business", 0.15), ("enterprise", 0.05)]),
            "created_at": created,
            "updated_at": created,
            "acquisition_source": campaign.media_source,
            "acquisition_campaign": campaign.name,
            "marketing_consent": random.random() < 0.6,
        }
        yield record, False
        if number % 8 == 3:
            change = {"updated_at": world.moment(random, random.randrange(world.DAYS)), "segment": "small_business"}
            yield {**record, **change}, True


def sessions(seed: int, scale: int) -> Iterator[tuple[int, dict[str, Any], bool]]:
    """(day, record, late)."""
    number = 0
    pages = ("/", "/sale", "/c/shoes", "/c/bags", "/p/00017", "/blog/fit-guide")
    for day, count in enumerate(world.spread(SESSIONS_PER_SCALE * scale, world.WEEKDAYS)):
        for _ in range(count):
            random = world.rng(seed, "session", number)
            late = random.random() < 0.008
            time = world.moment(random, day)
            time = world.LATE_DAYS[number % 2] + (time - world.day(day)) if late else time
            campaign = world.pick(random, [(each, each.share) for each in CAMPAIGNS])
            paid = random.random() < 0.45
            views = 1 + int(random.expovariate(0.35))
            record: dict[str, Any] = {
                "session_id": f"s-{random.getrandbits(64):016x}",
                "visitor_id": f"v-{random.getrandbits(40):010x}",
                "started_at": time,
                "duration_seconds": int(views * random.uniform(8, 70)),
                "page_views": views,
                "landing_page": random.choice(pages),
                "referrer": "" if paid else random.choice(("https://www.google.com/", "https://t.co/x", "")),
                "device": world.pick(random, [("mobile", 0.62), ("desktop", 0.31), ("tablet", 0.07)]),
                "country_code": world.pick(random, [(each[0], each[1]) for each in COUNTRIES]),
                "converted": random.random() < min(0.2, 0.008 * views),
            }
            if paid:
                record |= {"utm_source": campaign.media_source, "utm_medium": "cpc", "utm_campaign": campaign.name}
            if random.random() < 0.3:
                record["customer_id"] = customer_id(random.randrange(CUSTOMERS_PER_SCALE * scale))
            yield day, record, late
            number += 1


def orders(seed: int, scale: int) -> Iterator[tuple[int, dict[str, Any], bool]]:
    """(day, record, late). A fifth of the customers places most of the orders; none while checkout is down."""
    number = 0
    for day, count in enumerate(world.spread(ORDERS_PER_SCALE * scale, world.WEEKDAYS)):
        for _ in range(count):
            random = world.rng(seed, "order", number)
            late = random.random() < 0.006
            time = world.moment(random, day)
            if day == 11 and 9 <= time.hour < 13:
                time += timedelta(hours=5)
            time = world.LATE_DAYS[number % 2] + (time - world.day(day)) if late else time
            items = 1 + int(random.expovariate(0.8))
            subtotal = world.money(sum(random.lognormvariate(3.2, 0.6) for _ in range(items)))
            discount = world.money(subtotal * 0.1) if random.random() < 0.18 else 0.0
            shipping = 0.0 if subtotal > 50 else 4.9
            record: dict[str, Any] = {
                "order_id": f"O{20260000 + number:09d}",
                "customer_id": customer_id(int(random.random() ** 2.5 * CUSTOMERS_PER_SCALE * scale)),
                "ordered_at": time,
                "status": world.pick(random, [("completed", 0.9), ("refunded", 0.06), ("cancelled", 0.04)]),
                "channel": "app" if random.random() < 0.55 else "web",
                "currency": "USD",
                "items": items,
                "subtotal": subtotal,
                "discount": discount,
                "shipping": shipping,
                "total": world.money(subtotal - discount + shipping),
            }
            if discount:
                record["coupon"] = random.choice(("AUTUMN10", "WELCOME", "0010"))
            yield day, record, late
            number += 1


def deals(seed: int, scale: int) -> Iterator[tuple[dict[str, Any], bool]]:
    """(record, last): every stage of every deal, in order of the deal. `last`: where the deal stands now."""
    for number in range(DEALS_PER_SCALE * scale):
        random = world.rng(seed, "deal", number)
        created = world.moment(random, random.randrange(0, 20))
        company = random.choice(COMPANIES)
        amount = world.money(random.lognormvariate(9.2, 0.8))
        base = {
            "deal_id": f"D-{number:06d}",
            "deal_name": f'{company} "{random.choice(("Pilot", "Rollout", "Renewal"))}"',
            "company": company,
            "owner": random.choice(OWNERS),
            "currency": "USD",
            "source": random.choice(("inbound", "outbound", "partner", "event")),
            "created_at": created,
        }
        stages = list(STAGES[: random.randrange(1, 5)])
        if len(stages) == 4 and random.random() < 0.8:
            stages.append(("won", 1.0) if random.random() < 0.45 else ("lost", 0.0))
        time = created
        for step, (stage, probability) in enumerate(stages):
            amount = world.money(amount * random.uniform(0.9, 1.15)) if step else amount
            closing = {"close_date": time.date()} if stage in {"won", "lost"} else {}
            record = {
                **base,
                "stage": stage,
                "amount": amount,
                "probability": probability,
                "updated_at": time,
                **closing,
            }
            yield record, step == len(stages) - 1
            time = min(
                time + timedelta(seconds=random.randrange(3600, 2 * 86400)),
                world.day(world.DAYS) - timedelta(hours=1) + timedelta(minutes=step),
            )


def probes(seed: int, scale: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """(day, record): one probe per service, instance and hour; outages as in `world.OUTAGES`."""
    for day in range(world.DAYS):
        for hour in range(24):
            for service in world.SERVICES:
                for instance in range(1, scale + 1):
                    random = world.rng(seed, "probe", day, hour, service, instance)
                    yield day, _probe(random, service, instance, day, hour)


def _probe(random: Any, service: str, instance: int, day: int, hour: int) -> dict[str, Any]:
    status = next((s for name, d, a, b, s in world.OUTAGES if name == service and d == day and a <= hour < b), "up")
    latency = random.lognormvariate(4.2, 0.35) * (1.6 if 17 <= hour <= 21 else 1.0)
    if status == "up" and random.random() < 0.004:
        status = "degraded"
    record: dict[str, Any] = {
        "service": service,
        "instance": f"{service}-{instance}",
        "checked_at": world.day(day) + timedelta(hours=hour, seconds=random.randrange(60)),
        "status": status,
        "status_code": 503 if status == "down" else 200,
        "latency_ms": round(latency * (8 if status == "degraded" else 1), 1),
    }
    if status == "down":
        record |= {"error": "upstream connect error, retry 1, 2", "latency_ms": 30000.0}
    return record
