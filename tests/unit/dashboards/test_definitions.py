"""What an author writes, and what is said when it does not hang together."""

from pathlib import Path

import pytest
import yaml

from rapid.dashboards import checks, definitions
from rapid.dashboards.errors import DashboardError
from rapid.dashboards.importer import FOLDER

DATASET = {
    "table": "orders",
    "time_column": "day",
    "columns": {"day": "date", "country": "varchar", "amount": "double"},
    "metrics": {"total": {"title": "Total", "expression": "SUM(amount)"}},
}
CHART = {"title": "Total", "dataset": "orders", "type": "big_number_total", "settings": {"metric": "total"}}
DASHBOARD = {"title": "Orders", "rows": [{"height": 20, "charts": {"total": 12}}]}


def write(folder: Path, dashboard: object = DASHBOARD, chart: object = CHART, dataset: object = DATASET) -> Path:
    for path, content in {
        "dashboard.yaml": dashboard,
        "charts/total.yaml": chart,
        "datasets/orders.yaml": dataset,
    }.items():
        file = folder / "orders" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(content))
    return folder


def test_reads_a_folder(tmp_path: Path) -> None:
    (board,) = definitions.load(write(tmp_path))
    checks.check([board])
    assert (board.name, board.slug, board.title) == ("orders", "orders", "Orders")
    assert board.datasets["orders"].metrics["total"].expression == "SUM(amount)"
    assert board.rows[0].charts == {"total": 12}


def test_the_projects_own_dashboards_hold_together() -> None:
    boards = definitions.load(FOLDER)
    checks.check(boards)
    assert "campaign_performance" in {b.name for b in boards}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"chart": {**CHART, "colour": "red"}}, "charts/total.yaml: no such key: colour"),
        ({"chart": {"title": "Total"}}, "charts/total.yaml: dataset, settings, type missing"),
        ({"chart": ["a", "list"]}, "charts/total.yaml: expected a mapping"),
        ({"dashboard": {**DASHBOARD, "rows": {"height": 1}}}, "dashboard.yaml: rows must be a list"),
        ({"dashboard": {**DASHBOARD, "rows": [{"height": "tall"}]}}, "rows[0]: height cannot be 'tall'"),
        ({"dataset": {**DATASET, "metrics": {"total": {"title": "T"}}}}, "metric total: expression missing"),
    ],
)
def test_unreadable_files_are_named(tmp_path: Path, change: dict[str, object], message: str) -> None:
    with pytest.raises(DashboardError) as error:
        definitions.load(write(tmp_path, **change))
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"chart": {**CHART, "dataset": "sales"}}, "no such dataset: sales (valid: orders)"),
        ({"chart": {**CHART, "type": "piechart"}}, "no such chart type: piechart"),
        ({"chart": {**CHART, "settings": {"metric": "sum"}}}, "metric: no such metric: sum (valid: total)"),
        ({"chart": {**CHART, "settings": {"groupby": ["city"]}}}, "groupby: no such column: city"),
        ({"dataset": {**DATASET, "time_column": "when"}}, "time_column when is not among its columns"),
        ({"dataset": {**DATASET, "sql": "SELECT 1"}}, "give either table or sql"),
        (
            {"dataset": {**DATASET, "metrics": {"total": {"title": "T", "expression": "SUM(price)"}}}},
            "metric total uses column price",
        ),
        (
            {"dataset": {**DATASET, "metrics": {"total": {"title": "T", "expression": "SUM(amount"}}}},
            "metric total: Expecting )",
        ),
        ({"dashboard": {**DASHBOARD, "rows": [{"height": 9, "charts": {"total": 13}}]}}, "row 1 is 13 columns wide"),
        ({"dashboard": {**DASHBOARD, "rows": [{"height": 9, "charts": {"total": "wide"}}]}}, "the width of total"),
        ({"dashboard": {**DASHBOARD, "rows": [{"height": 9, "text": "hello"}]}}, "chart total is placed 0 times"),
        ({"dashboard": {**DASHBOARD, "rows": [{"height": 9, "charts": {"totals": 3}}]}}, "no such chart: totals"),
        ({"dashboard": {**DASHBOARD, "filters": [{"name": "A", "kind": "slider"}]}}, "no such kind: slider"),
        (
            {"dashboard": {**DASHBOARD, "filters": [{"name": "A", "kind": "time", "depends_on": "B"}]}},
            "filter A depends on B, which is no filter",
        ),
        (
            {
                "dashboard": {
                    **DASHBOARD,
                    "filters": [{"name": "A", "kind": "values", "dataset": "orders", "column": "city"}],
                }
            },
            "filter A: orders has no column city",
        ),
    ],
)
def test_mistakes_are_named(tmp_path: Path, change: dict[str, object], message: str) -> None:
    boards = definitions.load(write(tmp_path, **change))
    with pytest.raises(DashboardError) as error:
        checks.check(boards)
    assert message in str(error.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    chart = {**CHART, "type": "piechart", "settings": {"metric": "sum", "groupby": ["city"]}}
    with pytest.raises(DashboardError) as error:
        checks.check(definitions.load(write(tmp_path, chart=chart)))
    assert len(str(error.value).splitlines()) == 4


def test_two_dashboards_cannot_define_one_dataset(tmp_path: Path) -> None:
    (board,) = definitions.load(write(tmp_path))
    other = definitions.Dashboard("other", "Other", (), (), {}, board.datasets)
    with pytest.raises(DashboardError, match="dataset orders is defined by orders and other"):
        checks.check([board, other])
