"""Dashboards as their authors write them: YAML files, read into dataclasses.

    dashboards/<name>/dashboard.yaml      title, filters, rows of charts
    dashboards/<name>/charts/*.yaml       title, dataset, type, and Superset's own settings of that chart type
    dashboards/<name>/datasets/*.yaml     table or SQL, columns, metrics

A file's name is the object's name: charts are named within their dashboard, datasets across all dashboards.
An unknown key is an error, never ignored. What the files say about each other is checked by `checks`.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, get_origin

import yaml

from rapid.dashboards.errors import DashboardError

T = TypeVar("T")
NOT_DASHBOARDS = {"superset"}
"""Folders of `dashboards/` that hold something else."""


@dataclass(frozen=True)
class Metric:
    """A number computed over rows: `expression` is Athena SQL, `format` one of d3, such as `$,.0f` or `.1%`."""

    title: str
    expression: str
    format: str = ",.0f"
    description: str = ""


@dataclass(frozen=True)
class Dataset:
    """A table of the data lake, or a query over it. `columns` maps each name to its Athena type."""

    columns: Mapping[str, str]
    table: str = ""
    sql: str = ""
    time_column: str = ""
    description: str = ""
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Chart:
    """One chart: `type` is Superset's viz_type, `settings` what its chart builder would save for it."""

    title: str
    dataset: str
    type: str
    settings: Mapping[str, Any]
    description: str = ""


@dataclass(frozen=True)
class Filter:
    """A control above the dashboard. `kind` is time or values; values are those of `column` in `dataset`."""

    name: str
    kind: str
    dataset: str = ""
    column: str = ""
    default: Any = None
    depends_on: str = ""
    description: str = ""


@dataclass(frozen=True)
class Row:
    """One row of the grid: charts and the columns of 12 that each spans, or a text in Markdown. Height in 8 pixels."""

    height: int
    charts: Mapping[str, int] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True)
class Dashboard:
    """One folder of `dashboards/`."""

    name: str
    title: str
    rows: tuple[Row, ...]
    filters: tuple[Filter, ...]
    charts: Mapping[str, Chart]
    datasets: Mapping[str, Dataset]
    description: str = ""
    css: str = ""

    @property
    def slug(self) -> str:
        """The last part of its address."""
        return self.name.replace("_", "-")


def load(folder: Path) -> list[Dashboard]:
    """Reads every dashboard below `folder`, sorted by name.

    Raises:
        DashboardError: files that are not what this module describes; names all of them, not the first only.
    """
    if not folder.is_dir():
        raise DashboardError(f"There is no folder of dashboards at {folder}.")
    reader = _Reader()
    names = sorted(p.name for p in folder.iterdir() if p.is_dir() and p.name not in NOT_DASHBOARDS)
    found = [reader.dashboard(folder / name) for name in names if not name.startswith((".", "_"))]
    if reader.problems:
        raise DashboardError("Dashboards that cannot be read:\n" + "\n".join(f"  {p}" for p in reader.problems))
    return [dashboard for dashboard in found if dashboard]


class _Reader:
    """Turns files into dataclasses, collecting what is wrong with them in `problems`."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def dashboard(self, folder: Path) -> Dashboard | None:
        path = folder / "dashboard.yaml"
        raw = self._mapping(path)
        if raw is None:
            return None
        parts = {
            "rows": self._many(Row, raw.get("rows", []), path, "rows"),
            "filters": self._many(Filter, raw.get("filters", []), path, "filters"),
            "charts": self._folder(Chart, folder / "charts"),
            "datasets": self._datasets(folder / "datasets"),
        }
        return self._make(Dashboard, {**raw, **parts, "name": folder.name}, path)

    def _datasets(self, folder: Path) -> Mapping[str, Dataset]:
        found = {}
        for path in sorted(folder.glob("*.yaml")):
            raw = self._mapping(path)
            if raw is None:
                continue
            metrics = raw.get("metrics", {})
            items = metrics.items() if isinstance(metrics, dict) else ()
            made = {n: self._make(Metric, m, f"{path}: metric {n}") for n, m in items}
            dataset = self._make(Dataset, {**raw, "metrics": {n: m for n, m in made.items() if m}}, path)
            if dataset:
                found[path.stem] = dataset
        return found

    def _folder(self, kind: type[T], folder: Path) -> dict[str, T]:
        made = {p.stem: self._make(kind, self._mapping(p), p) for p in sorted(folder.glob("*.yaml"))}
        return {name: item for name, item in made.items() if item}

    def _many(self, kind: type[T], raw: Any, path: Path, key: str) -> tuple[T, ...]:
        if not isinstance(raw, list):
            self.problems.append(f"{path}: {key} must be a list")
            return ()
        made = (self._make(kind, item, f"{path}: {key}[{i}]") for i, item in enumerate(raw))
        return tuple(item for item in made if item)

    def _mapping(self, path: Path) -> dict[str, Any] | None:
        try:
            raw = yaml.safe_load(path.read_text())
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            self.problems.append(f"{path}: {error}")
            return None
        if not isinstance(raw, dict):
            self.problems.append(f"{path}: expected a mapping of names to values")
            return None
        return raw

    def _make(self, kind: type[T], raw: Any, where: Path | str) -> T | None:
        if raw is None:
            return None
        if not isinstance(raw, dict):
            self.problems.append(f"{where}: expected a mapping, found {raw!r}")
            return None
        known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
        required = {n for n, f in known.items() if f.default is MISSING and f.default_factory is MISSING}
        missing, unknown = sorted(required - raw.keys()), sorted(raw.keys() - known.keys())
        if missing:
            self.problems.append(f"{where}: {', '.join(missing)} missing")
        if unknown:
            self.problems.append(f"{where}: no such key: {', '.join(unknown)} (valid: {', '.join(known)})")
        wrong = [n for n in sorted(raw.keys() & known.keys()) if not _fits(raw[n], known[n].type)]
        self.problems += [f"{where}: {n} cannot be {raw[n]!r}" for n in wrong]
        return None if missing or unknown or wrong else kind(**raw)


def _fits(value: Any, annotation: Any) -> bool:
    kind = get_origin(annotation) or annotation
    return kind is Any or (isinstance(value, kind) and not (kind is int and isinstance(value, bool)))
