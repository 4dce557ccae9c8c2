"""Writes everything that is to be sent, and the truth about it. Memory does not grow with the scale."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from seed_data import business, marketing, render
from seed_data.dirt import Record, Sent, soil
from seed_data.totals import Totals
from seed_data.truth import Truth
from seed_data.world import DAYS, FILE_DAYS

Sink = Any  # render.Api or render.Drop: add(Sent), close(), deliveries
Route = Callable[[Sent], Sink]

INSTALL_HEADINGS = {
    "attributed_touch_type": "Attributed Touch Type", "attributed_touch_time": "Attributed Touch Time",
    "install_time": "Install Time", "event_time": "Event Time", "event_name": "Event Name",
    "event_source": "Event Source", "media_source": "Media Source", "af_channel": "Channel", "campaign": "Campaign",
    "af_c_id": "Campaign ID", "af_adset": "Adset", "af_cost_model": "Cost Model", "af_cost_value": "Cost Value",
    "af_cost_currency": "Cost Currency", "country_code": "Country Code", "city": "City", "postal_code": "Postal Code",
    "ip": "IP", "wifi": "WIFI", "language": "Language", "appsflyer_id": "AppsFlyer ID",
    "customer_user_id": "Customer User ID", "platform": "Platform", "device_model": "Device Model",
    "os_version": "OS Version", "app_version": "App Version", "sdk_version": "SDK Version", "app_id": "App ID",
    "app_name": "App Name", "is_retargeting": "Is Retargeting",
}  # fmt: skip
COST_FIELDS = (
    "date", "app_id", "media_source", "campaign", "campaign_id", "adset", "geo", "os", "currency",
    "impressions", "clicks", "installs", "cost",
)  # fmt: skip
CUSTOMER_FIELDS = (
    "customer_id", "name", "email", "country_code", "postal_code", "segment", "created_at", "updated_at",
    "acquisition_source", "acquisition_campaign", "marketing_consent",
)  # fmt: skip
PROBE_FIELDS = ("service", "instance", "checked_at", "status", "status_code", "latency_ms", "error")


def generate(out_dir: Path | str, scale: int = 1, seed: int = 42) -> Truth:
    """Writes `api/`, `files/`, `truth.json` and `plan.json` under `out_dir`, which is emptied of them first.

    The same seed and scale give the same bytes. Scale 1 is about 5,000 records by API and 15,000 in files.
    """
    root = Path(out_dir)
    if scale < 1:
        raise ValueError(f"scale is a whole number from 1, not {scale}")
    for name in ("api", "files"):
        shutil.rmtree(root / name, ignore_errors=True)
    root.mkdir(parents=True, exist_ok=True)
    truth, totals = Truth(seed, scale), Totals()
    for make in (_customers, _costs, _installs, _in_app_events, _web_sessions, _orders, _deals, _service_health):
        make(root, truth, totals)
    truth.marts = totals.marts()
    truth.save(root / "truth.json")
    (root / "plan.json").write_text(json.dumps([asdict(each) for each in truth.deliveries], indent=1) + "\n")
    return truth


def _send(truth: Truth, totals: Totals, dataset: str, sent: Iterator[Sent], sinks: list[Sink], route: Route) -> None:
    for each in sent:
        sink = route(each)
        sink.add(each)
        truth.add("api" if isinstance(sink, render.Api) else "file", dataset, each.kind, each.late)
        if each.kind == "valid":
            totals.add(dataset, each.record)
    for sink in sinks:
        sink.close()
        truth.deliveries += sink.deliveries


def _installs(root: Path, truth: Truth, totals: Totals) -> None:
    def records() -> Iterator[tuple[int, Record, bool]]:
        for each in marketing.installs(truth.seed, truth.scale):
            # Drift: the last days' records have a field that nobody announced.
            extra = {"att_status": "authorized"} if each.day >= 24 and each.record["platform"] == "ios" else {}
            yield each.day, {**each.record, **extra}, each.late

    table = partial(render.Table, root, "installs", headings=INSTALL_HEADINGS)
    weeks = [
        table("installs_2026-09-01_2026-09-07.csv", time_text=render.plain),
        table("installs_2026-09-08_2026-09-14.csv", time_text=render.american),
        table("installs_2026-09-15_2026-09-21.csv.gz", time_text=render.plain),
    ]
    api = render.Api(root, "installs")
    route = lambda each: weeks[each.day // 7] if each.day < FILE_DAYS else api  # noqa: E731
    _send(truth, totals, "installs", soil(truth.seed, "installs", records()), [*weeks, api], route)


def _in_app_events(root: Path, truth: Truth, totals: Totals) -> None:
    def records() -> Iterator[tuple[int, Record, bool]]:
        for install in marketing.installs(truth.seed, truth.scale):
            for record, late in marketing.events(truth.seed, install):
                yield install.day, record, late

    weeks = [render.Lines(root, "in_app_events", f"events_week{n}.jsonl.gz", marketing.push_time) for n in (1, 2, 3)]
    api = render.Api(root, "in_app_events", lines=True)
    route = lambda each: weeks[each.day // 7] if each.day < FILE_DAYS else api  # noqa: E731
    _send(truth, totals, "in_app_events", soil(truth.seed, "in_app_events", records()), [*weeks, api], route)


def _costs(root: Path, truth: Truth, totals: Totals) -> None:
    records = (
        (day, {**record, "reattributions": day % 3}, False) for day, record in marketing.costs(truth.seed, truth.scale)
    )
    plain = {name: name for name in COST_FIELDS}
    # Drift: from the third week there is a column more, and the order is another.
    later = {name: name for name in (*COST_FIELDS[:9], "reattributions", *reversed(COST_FIELDS[9:]))}
    weeks = [
        render.Table(root, "costs", "cost_week1.csv", render.day_iso, plain),
        render.Table(root, "costs", "cost_week2.csv", render.day_iso, plain),
        render.Table(root, "costs", "cost_week3.csv", render.day_iso, later),
        render.Table(root, "costs", "cost_week4.csv", render.day_american, later),
    ]
    _send(truth, totals, "costs", soil(truth.seed, "costs", records), weeks, lambda each: weeks[each.day // 7])


def _web_sessions(root: Path, truth: Truth, totals: Totals) -> None:
    def records() -> Iterator[tuple[int, Record, bool]]:
        for day, record, late in business.sessions(truth.seed, truth.scale):
            # Drift: a new tracker writes numbers as text and has a field more.
            newer = {"page_views": str(record["page_views"]), "consent": "granted"} if day >= DAYS // 2 else {}
            yield day, {**record, **newer}, late

    halves = [
        render.Lines(root, "web_sessions", "sessions_2026-09_a.jsonl.gz", render.iso),
        render.Lines(root, "web_sessions", "sessions_2026-09_b.jsonl.gz", render.iso),
    ]
    sent = soil(truth.seed, "web_sessions", records())
    _send(truth, totals, "web_sessions", sent, halves, lambda each: halves[each.day >= DAYS // 2])


def _customers(root: Path, truth: Truth, totals: Totals) -> None:
    records = ((0, record, False) for record, _ in business.customers(truth.seed, truth.scale))
    headings = {name: name for name in CUSTOMER_FIELDS}
    table = render.Table(root, "customers", "customers.csv", render.plain, headings, bom=True)
    _send(truth, totals, "customers", soil(truth.seed, "customers", records), [table], lambda _: table)


def _orders(root: Path, truth: Truth, totals: Totals) -> None:
    api = render.Api(root, "orders", render.iso)
    sent = soil(truth.seed, "orders", business.orders(truth.seed, truth.scale))

    def drifted() -> Iterator[Sent]:
        for each in sent:
            newer: Record = {"payment_method": "card"} if each.day >= DAYS // 2 else {}
            yield Sent(each.kind, each.day, {**each.record, **newer}, each.late, each.torn)

    _send(truth, totals, "orders", drifted(), [api], lambda _: api)


def _deals(root: Path, truth: Truth, totals: Totals) -> None:
    api = render.Api(root, "deals", render.berlin)

    def records() -> Iterator[tuple[int, Record, bool]]:
        for record, last in business.deals(truth.seed, truth.scale):
            if last:
                totals.deal_stands(record)
            yield 0, record, False

    _send(truth, totals, "deals", soil(truth.seed, "deals", records()), [api], lambda _: api)


def _service_health(root: Path, truth: Truth, totals: Totals) -> None:
    records = (
        (day, {**record, "region": "eu-central-1"}, False) for day, record in business.probes(truth.seed, truth.scale)
    )
    halves = [
        render.Table(root, "service_health", "probes_a.csv", render.iso, {name: name for name in PROBE_FIELDS}),
        render.Table(
            root, "service_health", "probes_b.tsv", render.iso, {n: n for n in (*PROBE_FIELDS, "region")}, "\t"
        ),
    ]
    sent = soil(truth.seed, "service_health", records)
    _send(truth, totals, "service_health", sent, halves, lambda each: halves[each.day >= DAYS // 2])
