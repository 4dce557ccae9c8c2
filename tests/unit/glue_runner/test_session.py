"""Statements of a session, without Spark."""

import base64
import signal
import threading
from typing import Any

import pytest

from glue_runner.session import Session


@pytest.fixture
def told() -> Any:
    """Runs statements to their end and returns what was told of each."""

    def run(*statements: str, cancel: tuple[int, ...] = ()) -> dict[int, list[dict[str, Any]]]:
        found: dict[int, list[dict[str, Any]]] = {}
        session = Session(lambda report: found.setdefault(report["statement"]["Id"], []).append(report["statement"]))
        for number, code in enumerate(statements):
            session.take({"statement": {"id": number, "code": code}})
        for number in cancel:
            session.take({"cancel": number})
        before = signal.getsignal(signal.SIGINT)
        try:
            session.serve(0.01)
        finally:
            signal.signal(signal.SIGINT, before)
        return found

    return run


def test_a_statement_is_running_then_available(told: Any) -> None:
    states = told("x = 2", "print('a'); x + 1", "None")
    assert [s["State"] for s in states[1]] == ["RUNNING", "AVAILABLE"]
    assert [states[n][-1]["Output"]["Data"]["TextPlain"] for n in range(3)] == ["", "a\n3", ""]
    assert [states[n][-1]["Output"]["ExecutionCount"] for n in range(3)] == [0, 1, 2]


def test_what_a_statement_raises_is_its_output(told: Any) -> None:
    output = told("def f():\n    raise ValueError('no')\n", "f()")[1][-1]["Output"]
    assert (output["Status"], output["ErrorName"], output["ErrorValue"]) == ("error", "ValueError", "no")
    assert output["Traceback"][0].startswith("Traceback")
    assert told("raise SystemExit(3)", "1")[1][-1]["Output"]["Data"]["TextPlain"] == "1"


def test_a_statement_that_waits_can_be_cancelled(told: Any) -> None:
    states = told("1", "2", cancel=(1,))
    assert [s["State"] for s in states[1]] == ["CANCELLED"]
    assert states[1][0]["Output"]["Status"] == "error"  # the kernel of aws-glue-sessions reads an Output in any case


def test_a_statement_that_runs_can_be_cancelled(told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    take = Session.take

    def cancel_soon(self: Session, message: dict[str, Any]) -> None:
        take(self, message)
        threading.Timer(0.2, take, (self, {"cancel": 0})).start()

    monkeypatch.setattr(Session, "take", cancel_soon)
    assert told("import time\nwhile True:\n    time.sleep(0.01)")[0][-1]["State"] == "CANCELLED"


PLOT = """
import types
figure = types.SimpleNamespace(savefig=lambda target, **options: target.write(b"a picture"))
plt = types.SimpleNamespace(gcf=lambda: figure, close=lambda: None)
"""


def test_a_figure_is_the_result(told: Any) -> None:
    """As the kernel of aws-glue-sessions reads it."""
    states = told(PLOT, "print('drawn')\n%matplot plt\n", "%matplot nope", "'%matplot plt'")
    data = states[1][-1]["Output"]["Data"]
    assert (data["MimeType"], base64.b64decode(data["Result"])) == ("image/png;base64", b"a picture")
    assert data["StdOut"] == "drawn"
    assert states[2][-1]["Output"]["ErrorName"] == "NameError"
    assert states[3][-1]["Output"]["Data"] == {"TextPlain": "'%matplot plt'"}
