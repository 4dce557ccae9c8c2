"""Turns dashboards into Superset's import format, as plain data: nothing is read, sent or remembered.

Every id is a UUID5 of the object's path, so importing twice changes nothing. What an author need not write is added
here: time filters reach every chart whose dataset has a time column, metrics carry their titles and formats.
The format is that of Superset 6.1's own exports (`superset/*/schemas.py`, ImportV1...Schema; read 2026-11).
"""

import io
import uuid
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import yaml

from rapid.dashboards.definitions import Chart, Dashboard, Dataset, Filter, Row

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://rapid-analytics.invalid/dashboards")
VERSION = "1.0.0"
COLOURS = "supersetColors"
ALL_TIME = "No filter"
_TIME_TYPES = ("date", "timestamp")
_TEXT_HEIGHT, _TEXT_WIDTH = 8, 12
_WHOLE, _HALF, _SMALL = 12, 6, 3
_PHONE_CSS = """
.header-with-actions .metadata-bar, .header-with-actions .fave-unfave-icon, .header-with-actions .refresh-button,
.header-with-actions .ant-tag, .header-with-actions .edit-dashboard-button { display: none !important }
.header-with-actions .title-panel { flex: 1 1 auto }
"""
"""Only a phone's width of Superset's header: the title and the menu."""
PHONE = "-phone"
"""End of the address of a dashboard's twin for phones; `superset/templates/head_custom_extra.html` leads to it."""

Files = dict[str, Any]
"""Path within the bundle to what the YAML file at that path holds."""


def identity(path: str) -> str:
    """The UUID of what is defined at `path`, such as `campaign_performance/charts/cost`."""
    return str(uuid.uuid5(NAMESPACE, path))


def build(dashboards: Iterable[Dashboard], database_uri: str, schema: str) -> Files:
    """The import bundle of all dashboards.

    Args:
        dashboards: checked ones, see `checks.check`.
        database_uri: SQLAlchemy address of Athena, without credentials.
        schema: Glue database that holds the datasets' tables.
    """
    dashboards = list(dashboards)
    owners = {name: dashboard.name for dashboard in dashboards for name in dashboard.datasets}
    datasets = {name: dataset for dashboard in dashboards for name, dataset in dashboard.datasets.items()}
    ids = {name: identity(f"{owner}/datasets/{name}") for name, owner in owners.items()}
    files: Files = {
        "metadata.yaml": {"version": VERSION},
        "databases/athena.yaml": _database(database_uri),
    }
    for name, dataset in datasets.items():
        files[f"datasets/athena/{name}.yaml"] = _dataset(name, dataset, ids[name], schema)
    for dashboard in dashboards:
        for name, chart in dashboard.charts.items():
            path = f"charts/{dashboard.name}/{name}.yaml"
            files[path] = _chart(dashboard.name, name, chart, datasets[chart.dataset], ids[chart.dataset])
        files[f"dashboards/{dashboard.name}.yaml"] = _dashboard(dashboard, ids)
        files[f"dashboards/{dashboard.name}{PHONE}.yaml"] = _phone(dashboard, ids)
    return files


def pack(files: Files) -> bytes:
    """The bundle as the ZIP file that Superset's import takes; the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(f"rapid/{path}"), yaml.safe_dump(content, sort_keys=False))
    return buffer.getvalue()


def _database(uri: str) -> dict[str, Any]:
    return {
        "database_name": "Athena",
        "sqlalchemy_uri": uri,
        "uuid": identity("databases/athena"),
        "expose_in_sqllab": True,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "extra": {},
        "version": VERSION,
    }


def _dataset(name: str, dataset: Dataset, identifier: str, schema: str) -> dict[str, Any]:
    return {
        "table_name": dataset.table or name,
        "schema": schema,
        "sql": dataset.sql or None,
        "description": dataset.description,
        "main_dttm_col": dataset.time_column or None,
        "columns": [
            {
                "column_name": column,
                "verbose_name": dataset.titles.get(column),
                "type": kind.upper(),
                "is_dttm": kind.lower().startswith(_TIME_TYPES),
                "groupby": True,
                "filterable": True,
                "is_active": True,
            }
            for column, kind in dataset.columns.items()
        ],
        "metrics": [
            {
                "metric_name": metric,
                "verbose_name": m.title,
                "expression": m.expression,
                "d3format": m.format,
                "description": m.description,
            }
            for metric, m in dataset.metrics.items()
        ],
        "uuid": identifier,
        "database_uuid": identity("databases/athena"),
        "version": VERSION,
    }


def _chart(dashboard: str, name: str, chart: Chart, dataset: Dataset, dataset_id: str) -> dict[str, Any]:
    settings: dict[str, Any] = {"color_scheme": COLOURS, **chart.settings, "viz_type": chart.type}
    if dataset.time_column:
        settings.setdefault("granularity_sqla", dataset.time_column)
        conditions = list(settings.get("adhoc_filters", ()))
        if not any(c.get("operator") == "TEMPORAL_RANGE" for c in conditions):
            conditions.append(_any_time(dataset.time_column))
        settings["adhoc_filters"] = conditions
    return {
        "slice_name": chart.title,
        "description": chart.description,
        "viz_type": chart.type,
        "params": settings,
        "uuid": identity(f"{dashboard}/charts/{name}"),
        "dataset_uuid": dataset_id,
        "version": VERSION,
    }


def _any_time(column: str) -> dict[str, Any]:
    """The condition that Superset fills in when the dashboard's time filter is set."""
    return {
        "clause": "WHERE",
        "expressionType": "SIMPLE",
        "operator": "TEMPORAL_RANGE",
        "subject": column,
        "comparator": ALL_TIME,
    }


def _phone(dashboard: Dashboard, dataset_ids: Mapping[str, str]) -> dict[str, Any]:
    """The same charts below each other, small ones in pairs: Superset's grid has twelve columns on any screen."""
    narrow = replace(dashboard, rows=tuple(_narrow_rows(dashboard.rows)))
    return {
        **_dashboard(narrow, dataset_ids),
        "dashboard_title": f"{dashboard.title} (phone)",
        "slug": f"{dashboard.slug}{PHONE}",
        "uuid": identity(f"{dashboard.name}/phone"),
        "css": f"{dashboard.css}\n{_PHONE_CSS}",
    }


def _narrow_rows(rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        small = [name for name, width in row.charts.items() if width <= _SMALL]
        if row.text:
            yield row
        for pair in _in_groups(small, 2):
            yield Row(row.height, dict.fromkeys(pair, _HALF))
        yield from (Row(row.height, {name: _WHOLE}) for name in row.charts if name not in small)


def _in_groups(names: list[str], size: int) -> Iterator[list[str]]:
    return (names[start : start + size] for start in range(0, len(names), size))


def _dashboard(dashboard: Dashboard, dataset_ids: Mapping[str, str]) -> dict[str, Any]:
    numbers = {name: number for number, name in enumerate(sorted(dashboard.charts), 1)}
    return {
        "dashboard_title": dashboard.title,
        "description": dashboard.description,
        "slug": dashboard.slug,
        "published": True,
        "css": dashboard.css,
        "uuid": identity(f"{dashboard.name}/dashboard"),
        "position": _position(dashboard, numbers),
        "metadata": {
            "color_scheme": COLOURS,
            "cross_filters_enabled": True,
            "refresh_frequency": 0,
            "filter_bar_orientation": "HORIZONTAL",
            "native_filter_configuration": [_filter(dashboard.name, f, dataset_ids) for f in dashboard.filters],
        },
        "version": VERSION,
    }


def _position(dashboard: Dashboard, numbers: Mapping[str, int]) -> dict[str, Any]:
    """Superset's layout tree: root, grid, rows, charts, each by an id of its own."""
    rows = {f"ROW-{number}": row for number, row in enumerate(dashboard.rows, 1)}
    tree: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "parents": ["ROOT_ID"], "children": list(rows)},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": dashboard.title}},
    }
    for row_id, row in rows.items():
        cells = _cells(dashboard, row_id, row, numbers)
        tree[row_id] = {
            "type": "ROW",
            "id": row_id,
            "parents": ["ROOT_ID", "GRID_ID"],
            "children": list(cells),
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        tree.update(cells)
    return tree


def _cells(dashboard: Dashboard, row_id: str, row: Row, numbers: Mapping[str, int]) -> dict[str, Any]:
    parents = ["ROOT_ID", "GRID_ID", row_id]
    if row.text:
        identifier = f"MARKDOWN-{row_id}"
        meta: dict[str, Any] = {"code": row.text, "width": _TEXT_WIDTH, "height": row.height or _TEXT_HEIGHT}
        return {identifier: {"type": "MARKDOWN", "id": identifier, "parents": parents, "children": [], "meta": meta}}
    cells = {}
    for name, width in row.charts.items():
        identifier = f"CHART-{name}"
        meta = {
            "uuid": identity(f"{dashboard.name}/charts/{name}"),
            "chartId": numbers[name],
            "sliceName": dashboard.charts[name].title,
            "width": width,
            "height": row.height,
        }
        cells[identifier] = {"type": "CHART", "id": identifier, "parents": parents, "children": [], "meta": meta}
    return cells


def _filter(dashboard: str, item: Filter, dataset_ids: Mapping[str, str]) -> dict[str, Any]:
    common = {
        "id": filter_id(dashboard, item.name),
        "type": "NATIVE_FILTER",
        "name": item.name,
        "description": item.description,
        "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
        "cascadeParentIds": [filter_id(dashboard, item.depends_on)] if item.depends_on else [],
    }
    if item.kind == "time":
        chosen = {"extraFormData": {"time_range": item.default}, "filterState": {"value": item.default}}
        return {
            **common,
            "filterType": "filter_time",
            "targets": [{}],
            "controlValues": {},
            "defaultDataMask": chosen if item.default else {},
        }
    values = item.default if isinstance(item.default, list) else [item.default]
    chosen = {
        "extraFormData": {"filters": [{"col": item.column, "op": "IN", "val": values}]},
        "filterState": {"value": values},
    }
    return {
        **common,
        "filterType": "filter_select",
        "targets": [{"datasetUuid": dataset_ids[item.dataset], "column": {"name": item.column}}],
        "controlValues": {"multiSelect": True, "enableEmptyFilter": False, "searchAllOptions": False},
        "defaultDataMask": chosen if item.default is not None else {},
    }


def filter_id(dashboard: str, name: str) -> str:
    """Superset's id of a filter, which is also the id of its input in the page."""
    return f"NATIVE_FILTER-{identity(f'{dashboard}/filters/{name}')}"
