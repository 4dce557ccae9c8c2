"""Stops that come at the very moment of a start or an end: neither is written over, and nothing stays half stopped."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from rapid.emulator.glue import column_tasks, engine, notices
from rapid.emulator.glue.models import JobRun, Session, glue_stores, now
from rapid.emulator.glue.runner import RunStatus
from rapid.emulator.glue.scope import Scope

SCOPE = Scope("111111111111", "us-east-1")


class Follower:
    """Takes note of what would be handed to the runner."""

    def __init__(self, _runner: Any = None) -> None:
        self.launched: list[str] = []

    def launch(self, run: JobRun, *_: Any) -> None:
        self.launched.append(run.id)


@pytest.fixture(autouse=True)
def store() -> Iterator[Any]:
    yield SCOPE.store
    glue_stores.reset()


@pytest.fixture
def jobs(store: Any, monkeypatch: pytest.MonkeyPatch) -> engine.Engine:
    monkeypatch.setattr(engine, "Follower", Follower)
    monkeypatch.setattr(notices, "job_state_change", lambda *_: None)
    store.jobs["j"] = {"Name": "j", "ExecutionProperty": {"MaxConcurrentRuns": 1}}
    return engine.Engine(None, lambda *_: None)  # type: ignore[arg-type]


def run_of(store: Any, name: str, state: str) -> JobRun:
    run = JobRun({"Id": name, "JobName": "j", "JobRunState": state, "StartedOn": now()}, {"arguments": {}})
    store.runs.setdefault("j", {})[name] = run
    return run


def test_a_job_run_that_has_just_ended_keeps_its_state(jobs: engine.Engine, store: Any) -> None:
    run = run_of(store, "r", "SUCCEEDED")
    jobs.stop(SCOPE, run)
    assert (run.state, run.stopping) == ("SUCCEEDED", False)


def test_a_queued_run_that_is_stopped_never_starts(
    jobs: engine.Engine, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run before it may end while it is being stopped."""
    before, queued = run_of(store, "before", "RUNNING"), run_of(store, "queued", "WAITING")
    ending = threading.Thread(target=jobs._apply, args=(SCOPE, before, RunStatus("SUCCEEDED", None, 1.0)))

    def end_meanwhile(_service: str) -> None:
        monkeypatch.setattr(engine, "mark_dirty", lambda _service: None)
        ending.start()
        ending.join(0.2)  # it may have to wait until the stop is through

    monkeypatch.setattr(engine, "mark_dirty", end_meanwhile)
    jobs.stop(SCOPE, queued)
    ending.join()
    assert queued.state == "STOPPED"
    assert jobs.follower.launched == []  # type: ignore[attr-defined]


def test_a_session_that_ends_while_it_is_stopped_has_ended() -> None:
    session = Session({"Id": "s", "Status": "READY"}, {"run_id": "r"})
    session.follow("FAILED")
    assert not session.begin_to_stop()
    assert session.state == "FAILED"


def test_a_session_that_stops_shows_nothing_but_its_end() -> None:
    session = Session({"Id": "s", "Status": "PROVISIONING"}, {"run_id": "r"})
    assert session.begin_to_stop()
    session.follow("READY")
    assert session.state == "STOPPING"
    session.follow("STOPPED")
    assert session.state == "STOPPED"


def test_column_statistics_that_are_stopped_before_they_begin_are_not_computed(
    store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(column_tasks, "compute", lambda *_: pytest.fail("computed"))
    store.column_tasks["t"] = {"Status": "STARTING"}
    assert column_tasks._advance(SCOPE, "t", Status="STOPPED")
    column_tasks._run(SCOPE, "t")
    assert store.column_tasks["t"]["Status"] == "STOPPED"


def test_column_statistics_that_are_stopped_at_their_end_are_stopped(
    store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(column_tasks, "compute", lambda *_: column_tasks._advance(SCOPE, "t", Status="STOPPED"))
    store.column_tasks["t"] = {"Status": "STARTING"}
    column_tasks._run(SCOPE, "t")
    assert store.column_tasks["t"]["Status"] == "STOPPED"
