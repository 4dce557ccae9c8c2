"""AppsFlyer-shaped installs, in-app events and costs: the columns of its push API, https://support.appsflyer.com/hc/en-us/articles/208387843."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from seed_data import world
from seed_data.world import APP_NAME, APPS, CAMPAIGNS, ORGANIC, Campaign

INSTALLS_PER_SCALE = 2200
CUSTOMERS_PER_SCALE = 800
DEVICES = {"ios": ("iPhone 15", "iPhone 13", "iPad Air"), "android": ("Pixel 8", "SM-S921B", "Redmi Note 12")}


@dataclass(frozen=True)
class Install:
    """One install and what the rest of the data needs to know of it."""

    number: int
    day: int
    time: datetime
    late: bool
    campaign: Campaign
    record: dict[str, Any]


def push_time(time: datetime) -> str:
    """As in AppsFlyer's push API: UTC with milliseconds."""
    return f"{time:%Y-%m-%d %H:%M:%S}.{time.microsecond // 1000:03d}"


def installs(seed: int, scale: int) -> Iterator[Install]:
    """All installs in order of their day; a hundredth of them happened before the window and was reported late."""
    number = 0
    weighted = [(campaign, campaign.share) for campaign in (*CAMPAIGNS, ORGANIC)]
    for day, count in enumerate(world.spread(INSTALLS_PER_SCALE * scale, world.WEEKDAYS)):
        for _ in range(count):
            yield _install(seed, scale, number, day, weighted)
            number += 1


def _install(seed: int, scale: int, number: int, day: int, weighted: list[tuple[Campaign, float]]) -> Install:
    random = world.rng(seed, "install", number)
    campaign = world.pick(random, weighted)
    late = random.random() < 0.01
    time = world.moment(random, day)
    if late:
        past = world.LATE_DAYS[number % 2]
        time = past + (time - world.day(day))
    platform = "ios" if campaign.media_source == "Apple Search Ads" or random.random() < 0.45 else "android"
    country, _, cities, codes = world.pick(random, [(each, each[1]) for each in world.COUNTRIES])
    city = random.randrange(len(cities))
    record: dict[str, Any] = {
        "install_time": time,
        "event_time": time,
        "event_name": "install",
        "event_source": "SDK",
        "media_source": campaign.media_source,
        "country_code": country,
        "city": cities[city],
        "postal_code": codes[city],
        "ip": f"203.0.113.{random.randrange(1, 255)}",
        "wifi": random.random() < 0.6,
        "language": random.choice(("en-US", "en-GB", "de-DE", "fr-FR", "pt-BR")),
        "appsflyer_id": f"{1756684800000 + number * 977}-{random.randrange(10**18, 10**19)}",
        "platform": platform,
        "device_model": random.choice(DEVICES[platform]),
        "os_version": random.choice(("17.6", "18.1") if platform == "ios" else ("13", "14", "15")),
        "app_version": random.choice(("4.2.0", "4.2.1", "4.10.0")),
        "sdk_version": "v6.15.1",
        "app_id": APPS[platform],
        "app_name": APP_NAME,
        "is_retargeting": False,
    }
    if campaign is not ORGANIC:
        touch = time - timedelta(seconds=random.randrange(30, 86400))
        record |= {
            "attributed_touch_type": "impression" if random.random() < 0.15 else "click",
            "attributed_touch_time": touch,
            "af_channel": campaign.channel,
            "campaign": campaign.name,
            "af_c_id": campaign.id,
            "af_adset": f"{campaign.name}_set{1 + number % scale}",
            "af_cost_model": "CPI",
            "af_cost_value": world.money(campaign.cpi * random.uniform(0.8, 1.2)),
            "af_cost_currency": "USD",
        }
    if random.random() < 0.4:
        record["customer_user_id"] = customer_id(random.randrange(CUSTOMERS_PER_SCALE * scale))
    return Install(number, day, time, late, campaign, record)


def customer_id(number: int) -> str:
    return f"C{number:07d}"


FUNNEL = (
    ("af_complete_registration", 0.55),
    ("af_tutorial_completion", 0.7),
    ("af_content_view", 0.95),
    ("af_add_to_cart", 0.5),
)


def events(seed: int, install: Install) -> Iterator[tuple[dict[str, Any], bool]]:
    """(record, late) for what the user of an install did: a funnel, then purchases as the campaign's quality has it."""
    random = world.rng(seed, "events", install.number)
    quality = install.campaign.quality
    time = install.time
    for name, chance in FUNNEL:
        if random.random() > min(0.98, chance * (0.7 + 0.3 * quality)):
            break
        time += timedelta(seconds=random.randrange(20, 900))
        yield _event(install, name, time, None, random.randrange(1, 400)), install.late
    else:
        purchases = 0
        while purchases < 6 and random.random() < min(0.85, 0.45 * quality):
            purchases += 1
            time += timedelta(seconds=random.randrange(60, 2 * 86400) if purchases > 1 else random.randrange(60, 3600))
            if time >= world.day(world.DAYS):
                return
            revenue = world.money(min(900.0, random.lognormvariate(2.9, 0.7) * (0.6 + 0.4 * quality)))
            yield _event(install, "af_purchase", time, revenue, random.randrange(1, 400)), install.late


def _event(install: Install, name: str, time: datetime, revenue: float | None, product: int) -> dict[str, Any]:
    base = install.record
    record: dict[str, Any] = {
        key: base[key]
        for key in ("attributed_touch_type", "install_time", "event_source", "media_source", "af_channel", "campaign",
                    "af_c_id", "country_code", "appsflyer_id", "customer_user_id", "platform", "app_version", "app_id")
        if key in base
    }  # fmt: skip
    record |= {"event_time": time, "event_name": name}
    value: dict[str, Any] = {"af_content_id": f"P{product:05d}"}
    if revenue is not None:
        value |= {"af_revenue": revenue, "af_currency": "USD"}
        record |= {"event_revenue": revenue, "event_revenue_currency": "USD", "event_revenue_usd": revenue}
    record["event_value"] = json.dumps(value, separators=(",", ":"))
    return record


def costs(seed: int, scale: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """(day, record) per day, campaign, ad set and country."""
    for day in range(world.DAYS):
        season = world.WEEKDAYS[world.day(day).weekday()] * (1 + 0.01 * day)
        for campaign in CAMPAIGNS:
            for adset in range(1, scale + 1):
                for country, share, *_ in world.COUNTRIES[:3]:
                    random = world.rng(seed, "cost", day, campaign.id, adset, country)
                    installs = max(0, round(79 * campaign.share * share * season * random.uniform(0.7, 1.3)))
                    clicks = round((installs + 1) * random.uniform(9, 15))
                    yield (
                        day,
                        {
                            "date": world.day(day),
                            "app_id": APPS["ios" if campaign.media_source == "Apple Search Ads" else "android"],
                            "media_source": campaign.media_source,
                            "campaign": campaign.name,
                            "campaign_id": campaign.id,
                            "adset": f"{campaign.name}_set{adset}",
                            "geo": country,
                            "os": "ios" if campaign.media_source == "Apple Search Ads" else "android",
                            "currency": "USD",
                            "impressions": round(clicks / campaign.ctr * random.uniform(0.9, 1.1)) + clicks,
                            "clicks": clicks,
                            "installs": installs,
                            "cost": world.money((installs + 0.3) * campaign.cpi * random.uniform(0.85, 1.15)),
                        },
                    )
