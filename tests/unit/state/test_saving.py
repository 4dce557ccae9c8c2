"""Work that waits until a service's stores are on disk."""

from pathlib import Path
from typing import Any

import pytest

from rapid.emulator.state import snapshots
from rapid.emulator.state.errors import StateError
from rapid.emulator.state.snapshots import Snapshots


@pytest.fixture
def current(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    made = Snapshots(tmp_path)
    monkeypatch.setattr(snapshots, "_current", made)
    yield made
    made.stop()


def test_what_waits_for_a_save_goes_on_after_it(current: Snapshots, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(current, "save", lambda name: done.append(f"saved {name}"))
    snapshots.when_saved("glue", lambda: done.append("first"))
    snapshots.when_saved("glue", lambda: done.append("second"))
    current.stop()
    assert done.index("saved glue") < done.index("first") < done.index("second")


def test_what_the_disk_did_not_take_is_not_called_saved(current: Snapshots, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_name: str) -> None:
        raise StateError("the disk is full")

    done: list[str] = []
    monkeypatch.setattr(current, "save", full)
    snapshots.when_saved("glue", lambda: done.append("called"))
    current.stop()
    assert done == []


def test_without_durable_state_nothing_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "_current", None)
    done: list[str] = []
    snapshots.when_saved("glue", lambda: done.append("called"))
    assert done == ["called"]
