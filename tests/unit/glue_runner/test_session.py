"""Statements of a session, without Spark."""

import base64
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pyspark import SparkContext

from glue_runner import session as session_module
from glue_runner.session import INTERRUPT, Session


@pytest.fixture
def served() -> Iterator[Callable[[Session], None]]:
    """Serves a session to its end, and puts back what that changes of the process."""
    handler, hook = signal.getsignal(INTERRUPT), sys.unraisablehook
    yield lambda session: session.serve(0.01)
    signal.signal(INTERRUPT, handler)
    sys.unraisablehook = hook


@pytest.fixture
def told(served: Callable[[Session], None]) -> Any:
    """Runs statements to their end and returns what was told of each."""

    def run(*statements: str, cancel: tuple[int, ...] = ()) -> dict[int, list[dict[str, Any]]]:
        found: dict[int, list[dict[str, Any]]] = {}
        session = Session(lambda report: found.setdefault(report["statement"]["Id"], []).append(report["statement"]))
        for number, code in enumerate(statements):
            session.take({"statement": {"id": number, "code": code}})
        for number in cancel:
            session.take({"cancel": number})
        served(session)
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


IN_FINALIZER = """
class Slow:
    def __del__(self):
        cancel()
        while interruptible():
            pass
Slow()
while True:
    pass
"""


def test_a_cancellation_that_python_drops_in_a_finalizer_is_not_lost(served: Any) -> None:
    states: list[str] = []
    session = Session(lambda report: states.append(report["statement"]["State"]))
    session._names |= {"cancel": lambda: session.take({"cancel": 0}), "interruptible": lambda: session._interruptible}
    session.take({"statement": {"id": 0, "code": IN_FINALIZER}})
    served(session)
    assert states == ["RUNNING", "CANCELLED"]


def test_a_cancellation_between_the_start_and_the_first_line_is_not_lost(served: Any) -> None:
    states: list[str] = []

    def tell(report: dict[str, Any]) -> None:
        states.append(report["statement"]["State"])
        if states == ["RUNNING"]:
            session.take({"cancel": 0})

    session = Session(tell)
    session.take({"statement": {"id": 0, "code": "while True:\n    pass"}})
    session.take({"statement": {"id": 1, "code": "1"}})
    served(session)
    assert states == ["RUNNING", "CANCELLED", "RUNNING", "AVAILABLE"]


class Spark:
    """A context that takes note of what it is asked."""

    def __init__(self) -> None:
        self.tags: set[str] = set()
        self.seen: list[set[str]] = []
        self.cancelled: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.addJobTag, self.removeJobTag, self.cancelJobsWithTag = self.tags.add, self.tags.discard, self.cancelled.put
        self.setInterruptOnCancel = lambda _: None


def test_jobs_that_a_cancelled_statement_submits_late_are_cancelled_and_no_others(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its last call goes on in the JVM, and may come to Spark's scheduler when the next statement runs."""
    spark = Spark()
    monkeypatch.setattr(SparkContext, "_active_spark_context", spark)
    monkeypatch.setattr(session_module, "LATE_SECONDS", 0.01)
    states: list[str] = []
    session = Session(lambda report: states.append(report["statement"]["State"]))
    session._names |= {
        "cancel": lambda: session.take({"cancel": 0}),
        "tags": lambda: spark.seen.append(set(spark.tags)),
        "late": lambda: [spark.cancelled.get() for _ in range(session_module.LATE_TIMES)],
    }
    session.take({"statement": {"id": 0, "code": "tags()\ncancel()\nwhile True:\n    pass"}})
    session.take({"statement": {"id": 1, "code": "tags()\nset(late())"}})
    served(session)
    assert states == ["RUNNING", "CANCELLED", "RUNNING", "AVAILABLE"]
    assert spark.seen == [{"statement-0"}, {"statement-1"}]
    assert spark.cancelled.empty() or spark.cancelled.get() == "statement-0"


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
