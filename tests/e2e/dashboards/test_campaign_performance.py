"""A marketing lead opens "Campaign performance": every chart has rows, its numbers are Athena's, filters narrow it.

The browser's own requests are recorded, so what is compared is what the charts draw.
"""

import contextlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Response, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError
from pyathena import connect

from rapid.core import aws
from rapid.core.config import Config
from rapid.dashboards import definitions, start
from rapid.dashboards.bundle import filter_id
from rapid.dashboards.errors import DashboardError
from rapid.dashboards.importer import FOLDER, dashboard_urls, import_dashboards
from tests.waiting import SECONDS, until

pytestmark = pytest.mark.slow

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
(BOARD,) = [board for board in definitions.load(FOLDER) if board.name == "campaign_performance"]
CHARTS = len(BOARD.charts)
METRICS = set(BOARD.datasets["campaign_performance"].metrics)
DRAWN = """count => {
  const charts = [...document.querySelectorAll('[data-test-chart-name]')];
  return charts.length >= count && charts.every(c => c.querySelector('.slice_container') &&
    c.querySelector('.slice_container canvas, .slice_container table, .slice_container svg, [role=alert]'));
}"""
FIGURES = {
    "Cost": "SUM(cost)",
    "Revenue": "SUM(revenue)",
    "ROAS": "SUM(revenue) / SUM(cost)",
    "Installs": "SUM(installs)",
    "CPI": "SUM(cost) / SUM(installs)",
    "Purchases": "SUM(purchases)",
}
TABLES = {
    "Cost and revenue per day": "SELECT day, SUM(cost), SUM(revenue) FROM m GROUP BY 1",
    "Installs by media source": "SELECT media_source, day, SUM(installs) FROM m GROUP BY 1, 2",
    "Return on ad spend by media source": "SELECT media_source, SUM(revenue) / NULLIF(SUM(cost), 0) FROM m GROUP BY 1",
    "From impression to purchase": """
        SELECT 'Impressions', SUM(impressions) FROM m UNION ALL SELECT 'Clicks', SUM(clicks) FROM m
        UNION ALL SELECT 'Installs', SUM(installs) FROM m UNION ALL SELECT 'Purchases', SUM(purchases) FROM m""",
    "Campaigns": """
        SELECT media_source, campaign, SUM(cost), SUM(impressions), SUM(clicks),
               CAST(SUM(clicks) AS double) / NULLIF(SUM(impressions), 0), SUM(installs),
               SUM(cost) / NULLIF(SUM(installs), 0), SUM(purchases), SUM(revenue),
               SUM(revenue) / NULLIF(SUM(cost), 0) FROM m GROUP BY 1, 2""",
}
"""What each chart must show, as a query of its own over the mart `m`; columns in any order."""


@dataclass
class Visit:
    """An open dashboard and the answers that its charts got, by chart title."""

    page: Page
    titles: dict[int, str]
    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def record(self, response: Response) -> None:
        if "/api/v1/chart/data" in response.url and response.request.post_data_json.get("form_data", {}).get(
            "slice_id"
        ):
            title = self.titles.get(response.request.post_data_json["form_data"]["slice_id"])
            if title:
                self.answers[title] = response.json()["result"]

    def wait_for_answers(self) -> None:
        def answered() -> set[str]:
            self.page.wait_for_timeout(50)  # hands over to Playwright, which delivers the answers meanwhile
            return set(self.answers)

        until(answered, {*FIGURES, *TABLES}.__eq__)


@pytest.fixture(scope="module")
def superset_with_dashboards(superset: Config, lake: dict[str, str]) -> Config:
    import_dashboards(superset, lake)
    return superset


DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 1800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 4200},  # tall, so that every chart is drawn
    "screen": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}


@pytest.fixture
def page(superset_with_dashboards: Config, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A browser that is logged in: a desktop's, or what the test's parameter says."""
    if not CHROMIUM:
        pytest.skip("chromium is not installed: install the package chromium to run the browser tests")
    config = superset_with_dashboards
    user, password = start.login(config)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(**getattr(request, "param", DESK))
        page.set_default_timeout(SECONDS * 1000)
        until(lambda: logged_in(page, config.superset_url, user, password))
        yield page
        browser.close()


def logged_in(page: Page, url: str, user: str, password: str) -> bool:
    """Logs in by the form. False where that led nowhere: a form that is drawn anew forgets what was typed into it."""
    page.goto(f"{url}/login/")
    if "/login" in page.url:
        page.fill("#username", user)
        page.fill("#password", password)
        page.click("button[type=submit]")
        with contextlib.suppress(PlaywrightTimeoutError):
            page.wait_for_url("**/superset/welcome/**", wait_until="commit", timeout=60_000)
    return "/login" not in page.url


@pytest.fixture
def visit(page: Page, superset_with_dashboards: Config) -> Visit:
    config = superset_with_dashboards
    listing = page.request.get(f"{config.superset_url}/api/v1/dashboard/campaign-performance/charts")
    visit = Visit(page, {chart["id"]: chart["slice_name"] for chart in listing.json()["result"]})
    page.on("response", visit.record)
    page.goto(dashboard_urls(config)["Campaign performance"])
    page.wait_for_function(DRAWN, arg=CHARTS)
    visit.wait_for_answers()
    return visit


def ask(config: Config, lake: dict[str, str], sql: str) -> list[tuple[Any, ...]]:
    connection = connect(
        work_group=lake["AthenaWorkGroup"],
        schema_name=lake["GlueDatabase"],
        region_name=config.region,
        endpoint_url=config.emulator_url,
        aws_access_key_id=aws.ACCESS_KEY,
        aws_secret_access_key=aws.SECRET_KEY,
        poll_interval=0.05,
    )
    with connection.cursor() as cursor:
        return list(cursor.execute(sql.replace("FROM m", "FROM campaign_performance")).fetchall())


def comparable(rows: list[tuple[Any, ...]]) -> list[list[str]]:
    """Rows in an order, and cells in a form, that do not depend on who answered."""

    def cell(value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, int | float):
            return f"{value:.9g}"
        return str(value)

    return sorted(sorted(cell(value) for value in row) for row in rows)


def drawn(result: dict[str, Any]) -> list[tuple[Any, ...]]:
    """A chart's rows, with days for milliseconds, and a row per series where the chart has a column per series."""
    rows = [dict(row) for row in result["data"]]
    for row in rows:
        if "day" in row:
            row["day"] = datetime.fromtimestamp(row["day"] / 1000, UTC).date()
    series = [name for name in result["colnames"] if name not in {"day", *METRICS}]
    if "day" not in result["colnames"] or not series:
        return [tuple(row.values()) for row in rows]
    return [(name, row["day"], row[name]) for row in rows for name in series]


def test_every_chart_draws_athenas_numbers(
    visit: Visit, superset_with_dashboards: Config, lake: dict[str, str], tmp_path: Path
) -> None:
    visit.page.screenshot(path=tmp_path / "campaign_performance.png")
    alerts = visit.page.locator("[role=alert]").all_inner_texts()
    assert alerts == []
    assert all(result["rowcount"] for answer in visit.answers.values() for result in answer)

    config = superset_with_dashboards
    for title, expression in FIGURES.items():
        (expected,) = ask(config, lake, f"SELECT {expression} FROM m")
        figure = visit.answers[title][-1]["data"][0]
        assert comparable([tuple(figure.values())]) == comparable([expected]), title
        per_day = ask(config, lake, f"SELECT day, {expression} FROM m GROUP BY 1")
        assert comparable(drawn(visit.answers[title][0])) == comparable(per_day), title
    for title, sql in TABLES.items():
        assert comparable(drawn(visit.answers[title][0])) == comparable(ask(config, lake, sql)), title


def test_athenas_numbers_are_the_files(emulator: Config, lake: dict[str, str], mart_rows: list[dict[str, Any]]) -> None:
    (athena,) = ask(emulator, lake, "SELECT COUNT(*), SUM(installs), SUM(cost) FROM m")
    installs, cost = (sum(row[name] for row in mart_rows) for name in ("installs", "cost"))
    assert athena == (len(mart_rows), installs, pytest.approx(cost))


def test_a_filter_narrows_every_chart(
    visit: Visit, superset_with_dashboards: Config, lake: dict[str, str], tmp_path: Path
) -> None:
    page = visit.page
    visit.answers.clear()
    page.locator(f"#{filter_id('campaign_performance', 'Media source')}").click()
    page.locator("[role=option][title='Facebook Ads']").click()
    page.keyboard.press("Escape")
    page.locator("[data-test=filter-bar__apply-button]").click()
    visit.wait_for_answers()
    page.screenshot(path=tmp_path / "facebook.png")
    where = "FROM m WHERE media_source = 'Facebook Ads'"
    for title, expression in FIGURES.items():
        expected = ask(superset_with_dashboards, lake, f"SELECT {expression} {where}")
        assert comparable([tuple(visit.answers[title][-1]["data"][0].values())]) == comparable(expected), title
    funnel = ask(superset_with_dashboards, lake, TABLES["From impression to purchase"].replace("FROM m", where))
    assert comparable(drawn(visit.answers["From impression to purchase"][0])) == comparable(funnel)


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_a_phone_is_led_to_a_page_of_its_width(page: Page, superset_with_dashboards: Config, tmp_path: Path) -> None:
    page.goto(dashboard_urls(superset_with_dashboards)["Campaign performance"])
    page.wait_for_url("**/superset/dashboard/campaign-performance-phone/**")
    page.wait_for_function(DRAWN, arg=CHARTS)
    page.screenshot(path=tmp_path / "phone.png")
    assert page.locator("[role=alert]").all_inner_texts() == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    charts = page.locator("[data-test-chart-name]")
    widths = [box["width"] for box in (chart.bounding_box() for chart in charts.all()) if box]
    assert len(widths) == CHARTS
    assert min(widths) > 390 / 3, "two small charts beside each other at most"


def test_importing_again_changes_nothing(superset_with_dashboards: Config, lake: dict[str, str], page: Page) -> None:
    def everything() -> str:
        found = {}
        for kind in ("dashboard", "chart", "dataset", "database"):
            listing = page.request.get(
                f"{superset_with_dashboards.superset_url}/api/v1/{kind}/?q=(page_size:100)"
            ).json()
            found[kind] = sorted((item["id"], item["uuid"]) for item in listing["result"])
        return json.dumps(found)

    before = everything()
    assert import_dashboards(superset_with_dashboards, lake) == list(dashboard_urls(superset_with_dashboards).values())
    assert everything() == before


def test_a_mart_without_the_columns_is_named(superset: Config, lake: dict[str, str], aws: Callable[[str], Any]) -> None:
    aws("glue").create_database(DatabaseInput={"Name": "other_lake"})
    columns = [{"Name": name, "Type": "bigint"} for name in ("clicks", "installs")]
    table = {"Name": "campaign_performance", "StorageDescriptor": {"Columns": columns, "Location": "s3://b/x/"}}
    aws("glue").create_table(DatabaseName="other_lake", TableInput=table)
    with pytest.raises(DashboardError, match=r"table other_lake\.campaign_performance has no campaign, cost, cpc"):
        import_dashboards(superset, {**lake, "GlueDatabase": "other_lake"})


def test_a_stack_without_the_outputs_is_named(config: Config) -> None:
    with pytest.raises(DashboardError, match=r"no output AthenaWorkGroup\. Run \./rapid deploy"):
        import_dashboards(config, {"GlueDatabase": "lake"})
