"""Calls of schedules that a kill cuts off."""

import pickle
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.scheduler.models import Schedule

from rapid.emulator.scheduler import running
from tests.waiting import until


def made(expression: str) -> Schedule:
    return Schedule(
        region="us-east-1", account_id="000000000000", description="", end_date=None,
        flexible_time_window={"Mode": "OFF"}, group_name="default", kms_key_arn="",
        name="s", schedule_expression=expression, schedule_expression_timezone="UTC", start_date=None,
        state="ENABLED", action_after_completion="DELETE",
        target={"Arn": "arn:aws:sqs:us-east-1:000000000000:q", "Input": "<aws.scheduler.execution-id>"},
    )  # fmt: skip


def test_a_call_that_a_kill_cuts_off_is_made_after_the_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = made(f"at({datetime.now(UTC) - timedelta(seconds=2):%Y-%m-%dT%H:%M:%S})")
    schedule.creation_date = schedule.last_modified_date = (datetime.now(UTC) - timedelta(seconds=30)).timestamp()
    on_disk: list[bytes] = []
    sent: list[str] = []
    cut_off = threading.Event()

    def send(_target: Any, text: str, _arn: str) -> None:
        sent.append(text)
        if len(sent) == 1:
            cut_off.wait(60)

    monkeypatch.setattr(running, "save", lambda _service: on_disk.append(pickle.dumps(schedule)))
    monkeypatch.setattr(running, "mark_dirty", lambda _service: None)
    monkeypatch.setattr(running.targets, "send", send)
    killed, ended = running.Running(lambda _schedule: None), list[Schedule]()
    killed.arrange(schedule)
    until(lambda: sent)

    loaded: Schedule = pickle.loads(on_disk[0])
    restarted = running.Running(ended.append)
    restarted.resume(loaded)
    restarted.arrange(loaded)
    assert until(lambda: ended)[0] is loaded
    assert len(sent) == 2
    assert sent[0] == sent[1]
    cut_off.set()
    for each in (killed, restarted):
        each.stop()
