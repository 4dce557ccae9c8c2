"""Whether dashboards hang together: every reference, column, metric and chart type exists, every name is unique.

Superset answers an import that fails with "unknown reason", and draws a chart of a missing column as an error:
so all of it is checked here, before anything is sent, and all problems are told at once.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rapid.dashboards.definitions import Chart, Dashboard, Dataset, Filter
from rapid.dashboards.errors import DashboardError

COLUMNS = 12
"""Width of Superset's grid."""

_CHART_TYPES = """
big_number big_number_total pop_kpi box_plot bubble bubble_v2 bullet cal_heatmap cartodiagram chord compare country_map
echarts_area echarts_timeseries echarts_timeseries_bar echarts_timeseries_line echarts_timeseries_scatter
echarts_timeseries_smooth echarts_timeseries_step funnel gantt_chart gauge_chart graph_chart handlebars heatmap_v2
histogram_v2 horizon mixed_timeseries paired_ttest para partition pie pivot_table_v2 radar rose sankey_v2 sunburst_v2
table time_pivot time_table tree_chart treemap_v2 waterfall word_cloud world_map deck_scatter deck_multi deck_geojson
deck_polygon
"""
CHART_TYPES = frozenset(_CHART_TYPES.split())
"""The chart types that Superset 6.1 registers (found in its front end, 2026-11)."""

_METRICS = {
    *("metric", "metrics", "metrics_b", "metric_2", "secondary_metric", "percent_metrics", "size"),
    "timeseries_limit_metric",
}
_COLUMNS = {
    *("x_axis", "y_axis", "groupby", "groupby_b", "groupbyRows", "groupbyColumns", "columns", "all_columns", "column"),
    *("entity", "series", "source", "target", "granularity_sqla", "start_time", "end_time", "latCol", "lonCol"),
}


def check(dashboards: Iterable[Dashboard]) -> None:
    """Checks every reference in and between dashboards.

    Raises:
        DashboardError: what is wrong, all of it.
    """
    dashboards = list(dashboards)
    datasets = {name: dataset for d in dashboards for name, dataset in d.datasets.items()}
    problems = [*_duplicates(dashboards)]
    for dashboard in dashboards:
        for name, dataset in dashboard.datasets.items():
            problems += (f"{dashboard.name}/datasets/{name}: {p}" for p in dataset_problems(dataset))
        for name, chart in dashboard.charts.items():
            problems += (f"{dashboard.name}/charts/{name}: {p}" for p in chart_problems(chart, datasets))
        problems += (f"{dashboard.name}/dashboard: {p}" for p in _layout_problems(dashboard))
        problems += (f"{dashboard.name}/dashboard: {p}" for p in _filter_problems(dashboard.filters, datasets))
    if problems:
        raise DashboardError("Dashboards with mistakes:\n" + "\n".join(f"  {p}" for p in problems))


def _duplicates(dashboards: Iterable[Dashboard]) -> Iterator[str]:
    """Superset's metadata has one name space of datasets: two dashboards share one, or name theirs apart."""
    owners: dict[str, list[str]] = {}
    for dashboard in dashboards:
        for name in dashboard.datasets:
            owners.setdefault(name, []).append(dashboard.name)
    for name, names in owners.items():
        if len(names) > 1:
            yield f"dataset {name} is defined by {' and '.join(names)}; define it once, each may use it"


def dataset_problems(dataset: Dataset) -> Iterator[str]:
    """What is wrong within one dataset, its metrics' SQL included."""
    import sqlglot
    from sqlglot import exp

    if bool(dataset.table) == bool(dataset.sql):
        yield "give either table or sql"
    if dataset.time_column and dataset.time_column not in dataset.columns:
        yield f"time_column {dataset.time_column} is not among its columns"
    yield from (f"titles names {c}, which is not among its columns" for c in dataset.titles if c not in dataset.columns)
    for name, metric in dataset.metrics.items():
        try:
            tree = sqlglot.parse_one(metric.expression, read="athena")
        except sqlglot.errors.ParseError as error:
            yield f"metric {name}: {error.errors[0]['description']} in {metric.expression!r}"
            continue
        unknown = sorted({c.name for c in tree.find_all(exp.Column)} - dataset.columns.keys())
        yield from (f"metric {name} uses column {c}, which the dataset does not have" for c in unknown)


def chart_problems(chart: Chart, datasets: Mapping[str, Dataset]) -> Iterator[str]:
    """What is wrong within one chart: its type, its dataset, and the metrics and columns that it names."""
    if chart.type not in CHART_TYPES:
        yield f"no such chart type: {chart.type} (valid: {', '.join(sorted(CHART_TYPES))})"
    dataset = datasets.get(chart.dataset)
    if dataset is None:
        yield f"no such dataset: {chart.dataset} (valid: {', '.join(sorted(datasets))})"
        return
    for key, value in chart.settings.items():
        for name in _names(value):
            if key in _METRICS and name not in dataset.metrics:
                yield f"{key}: no such metric: {name} (valid: {', '.join(dataset.metrics)})"
            elif key in _COLUMNS and name not in dataset.columns:
                yield f"{key}: no such column: {name} (valid: {', '.join(dataset.columns)})"
    for condition in chart.settings.get("adhoc_filters", ()):
        subject = condition.get("subject")
        if condition.get("expressionType") == "SIMPLE" and subject not in dataset.columns:
            yield f"adhoc_filters: no such column: {subject} (valid: {', '.join(dataset.columns)})"


def _names(value: Any) -> list[str]:
    """The names in a setting that holds one or several; ad-hoc metrics and columns (mappings) bring their own SQL."""
    values = value if isinstance(value, list) else [value]
    return [v for v in values if isinstance(v, str)]


def _layout_problems(dashboard: Dashboard) -> Iterator[str]:
    if not dashboard.rows:
        yield "it has no rows"
    placed = Counter(name for row in dashboard.rows for name in row.charts)
    for number, row in enumerate(dashboard.rows, 1):
        if bool(row.charts) == bool(row.text):
            yield f"row {number}: give either charts or text"
        if bad := [name for name, width in row.charts.items() if not isinstance(width, int) or width < 1]:
            yield f"row {number}: the width of {', '.join(bad)} is not a whole number from 1 to {COLUMNS}"
        elif sum(row.charts.values()) > COLUMNS:
            yield f"row {number} is {sum(row.charts.values())} columns wide; the grid has {COLUMNS}"
    for name in sorted(placed.keys() | dashboard.charts.keys()):
        if name not in dashboard.charts:
            yield f"no such chart: {name} (valid: {', '.join(dashboard.charts)})"
        elif placed[name] != 1:
            yield f"chart {name} is placed {placed[name]} times; place it once"


def _filter_problems(filters: tuple[Filter, ...], datasets: Mapping[str, Dataset]) -> Iterator[str]:
    names = [f.name for f in filters]
    yield from (f"{count} filters are named {name}" for name, count in Counter(names).items() if count > 1)
    for item in filters:
        if item.depends_on and item.depends_on not in names:
            yield f"filter {item.name} depends on {item.depends_on}, which is no filter (valid: {', '.join(names)})"
        if item.kind not in {"time", "values"}:
            yield f"filter {item.name}: no such kind: {item.kind} (valid: time, values)"
        elif item.kind == "values" and item.dataset not in datasets:
            yield f"filter {item.name}: no such dataset: {item.dataset} (valid: {', '.join(sorted(datasets))})"
        elif item.kind == "values" and item.column not in datasets[item.dataset].columns:
            yield f"filter {item.name}: {item.dataset} has no column {item.column}"
