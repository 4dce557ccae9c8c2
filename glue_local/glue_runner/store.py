"""Run states on disk: one small file per run, replaced whole, so that a restarted runner still answers for them."""

import json
import os
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

TERMINAL = frozenset({"STOPPED", "SUCCEEDED", "FAILED", "TIMEOUT"})
KEPT = 5000
"""Finished runs that are remembered; the oldest go first."""


@dataclass(frozen=True)
class RunStatus:
    """What is known of a run. Times are seconds since the epoch."""

    run_id: str
    job_name: str
    state: str
    error_message: str | None = None
    started_on: float | None = None
    completed_on: float | None = None
    execution_seconds: float | None = None
    reports: tuple[dict[str, Any], ...] = ()
    """What the run told beside its state, in order: {"data_quality": ...}, {"statement": ...}, ..."""

    @property
    def terminal(self) -> bool:
        return self.state in TERMINAL


def save(folder: Path, status: RunStatus) -> None:
    """Writes one state; a reader sees the old one or the new one, never half."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "w") as file:
        json.dump(asdict(status), file)
    Path(name).replace(folder / f"{status.run_id}.json")


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return {**found, "reports": tuple(found.get("reports", ()))}


def load(folder: Path, now: float) -> dict[str, RunStatus]:
    """All runs of before. Those that were alive are FAILED: their processes ended with the runner."""
    found: list[RunStatus] = []
    for path in folder.glob("*.json"):
        try:
            found.append(RunStatus(**_read(path)))
        except (ValueError, TypeError):
            path.unlink()
    found.sort(key=lambda status: status.started_on or 0)
    for status in found[:-KEPT]:
        (folder / f"{status.run_id}.json").unlink(missing_ok=True)
    kept = {}
    for status in found[-KEPT:]:
        if not status.terminal:
            status = replace(  # noqa: PLW2901
                status, state="FAILED", error_message="The Glue runner restarted while the job ran.", completed_on=now
            )
            save(folder, status)
        kept[status.run_id] = status
    return kept
