"""An interactive session: statements one after another in one namespace, with their output.

A statement is reported as Glue's Statement structure: first in state RUNNING, then AVAILABLE or CANCELLED with its
Output (https://docs.aws.amazon.com/glue/latest/webapi/API_StatementOutput.html, read 2026-11). As in Apache Livy, which
Glue's sessions speak like, the text of an output is what was printed, then the value of a last expression.
"""

import ast
import contextlib
import io
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any, TextIO

from glue_runner import figures
from glue_runner.script import describe

FILE = "<stdin>"
NEVER_RAN = {"ErrorName": "KeyboardInterrupt", "ErrorValue": "Cancelled before it ran.", "Traceback": []}
"""The output of a statement that was cancelled while it waited: clients read an Output in every final state."""
INTERRUPT = signal.SIGUSR1
"""Not SIGINT, for which each new Spark context puts a handler of its own in place."""
AGAIN_SECONDS = 0.05
"""Between two interruptions of a statement."""
LATE_SECONDS = 1.0
LATE_TIMES = 60
"""Pause and number of cancellations after a statement's end: its last call in the JVM may submit a job only then."""
Tell = Callable[[dict[str, Any]], None]


class Session:
    """The statements of one session. They run on the main thread, which alone can be interrupted."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._waiting: queue.Queue[dict[str, Any]] = queue.Queue()
        self._cancelled: set[int] = set()
        self._lock = threading.Lock()
        self._current: int | None = None
        self._interruptible = False
        """Whether the main thread is in a statement's own code: nowhere else does an interruption raise anything."""
        self._names: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__}
        self._count = 0

    def take(self, message: dict[str, Any]) -> None:
        """Takes {"statement": {"id", "code"}} or {"cancel": id}, from any thread."""
        if "statement" in message:
            self._waiting.put(message["statement"])
            return
        with self._lock:
            self._cancelled.add(message["cancel"])
        threading.Thread(target=self._keep_interrupting, args=(message["cancel"],), daemon=True).start()

    def _keep_interrupting(self, number: int) -> None:
        """Interrupts a statement until it is over. All but one come to nothing, unless Python drops the exception."""
        with self._lock:
            if self._current != number:
                return
        while self._interrupt_once(number):
            _cancel_jobs(number)
            time.sleep(AGAIN_SECONDS)
        for _ in range(LATE_TIMES):
            _cancel_jobs(number)
            time.sleep(LATE_SECONDS)

    def _interrupt_once(self, number: int) -> bool:
        """Whether the statement still runs."""
        with self._lock:
            if self._current == number:
                os.kill(os.getpid(), INTERRUPT)
            return self._current == number

    def serve(self, idle_seconds: float | None) -> None:
        """Runs statements until none has come for so long."""
        signal.signal(INTERRUPT, self._interrupt)
        sys.unraisablehook = self._unraisable
        while True:
            try:
                statement = self._waiting.get(timeout=idle_seconds)
            except queue.Empty:
                return
            self._run(statement["id"], statement["code"])

    def _interrupt(self, _signal: int, _frame: object) -> None:
        """Raises in the statement's code, once: what that does to clean up is left alone."""
        if not self._interruptible:
            return
        self._interruptible = False
        raise KeyboardInterrupt

    def _unraisable(self, found: "sys.UnraisableHookArgs") -> None:
        """Lets the next interruption through where Python drops this one: in a finalizer, of which py4j has many."""
        if not issubclass(found.exc_type, KeyboardInterrupt):
            sys.__unraisablehook__(found)
        elif self._current is not None:
            self._interruptible = True

    def provide(self) -> str | None:
        """Makes `spark` and `sc`, which statements find. Returns the error message if that fails."""
        from pyspark.sql import SparkSession

        try:
            spark = SparkSession.builder.getOrCreate()
        except Exception as error:  # the edge: whatever Spark raises ends the session, with its reason
            traceback.print_exc()
            return describe(error)
        self._names |= {"spark": spark, "sc": spark.sparkContext}
        return None

    def _run(self, number: int, code: str) -> None:
        with self._lock:
            cancelled = number in self._cancelled
            self._current = None if cancelled else number
        started = int(time.time() * 1000)
        if cancelled:
            never = {"ExecutionCount": self._count, "Status": "error", **NEVER_RAN}
            self._report(number, "CANCELLED", StartedOn=started, CompletedOn=started, Output=never)
            return
        self._report(number, "RUNNING", StartedOn=started)
        printed = io.StringIO()
        code, pyplot = figures.split(code)
        with _tagged(number), contextlib.redirect_stdout(_Both(printed, sys.stdout)):
            error, picture = self._execute(number, code, pyplot)
        with self._lock:
            self._current = None
        state = "CANCELLED" if number in self._cancelled and isinstance(error, KeyboardInterrupt) else "AVAILABLE"
        output: dict[str, Any] = {"ExecutionCount": self._count, "Status": "ok" if error is None else "error"}
        self._count += 1
        text = printed.getvalue().rstrip("\n")
        if picture is not None:
            output["Data"] = {"MimeType": figures.MIME, "Result": picture, "StdOut": text}
        elif error is None:
            output["Data"] = {"TextPlain": text}
        else:
            frames = traceback.format_exception(type(error), error, _own(error))
            name, _, value = describe(error).partition(": ")
            output |= {"ErrorName": type(error).__name__, "ErrorValue": value or name, "Traceback": frames}
            if text:
                output["Data"] = {"TextPlain": text}
        self._report(number, state, StartedOn=started, CompletedOn=int(time.time() * 1000), Output=output)

    def _report(self, number: int, state: str, **more: Any) -> None:
        progress = 0.0 if state == "RUNNING" else 1.0
        self._tell({"statement": {"Id": number, "State": state, "Progress": progress, **more}})

    def _execute(self, number: int, code: str, pyplot: str | None) -> tuple[BaseException | None, str | None]:
        """Runs a statement; prints the value of a last expression, or draws the figure of `pyplot`.

        Returns:
            What it raised, and the picture.
        """
        try:
            self._interruptible = True
            if number in self._cancelled:  # a moment ago, when nothing would have been interrupted
                raise KeyboardInterrupt
            tree = ast.parse(code, FILE)
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, FILE, "exec"), self._names)  # noqa: S102 - running the statement is the point
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), FILE, "eval"), self._names)  # noqa: S307 - as above
                if value is not None:
                    self._names["_"] = value
                    print(repr(value))  # noqa: T201 - the statement's output
            if pyplot:
                return None, figures.draw(eval(pyplot, self._names))  # noqa: S307 - a name that the statement gives
        except BaseException as error:  # the edge: whatever a statement raises is its output
            self._interruptible = False
            traceback.print_exc()
            return error, None
        finally:
            self._interruptible = False
        return None, None


def _context() -> Any:
    from pyspark import SparkContext

    return SparkContext._active_spark_context  # noqa: SLF001 - PySpark's own way to ask


@contextlib.contextmanager
def _tagged(number: int) -> Iterator[None]:
    """Tags Spark's jobs of a statement, and lets their tasks end with them.

    Each time: both belong to a thread of the JVM, and an interruption leaves Python with a new one.
    """
    _ask_spark(lambda context: (context.setInterruptOnCancel(True), context.addJobTag(f"statement-{number}")))
    yield
    _ask_spark(lambda context: context.removeJobTag(f"statement-{number}"))


def _cancel_jobs(number: int) -> None:
    _ask_spark(lambda context: context.cancelJobsWithTag(f"statement-{number}"))


def _ask_spark(ask: Callable[[Any], object]) -> None:
    """Does something with the Spark context, if there is one and its JVM lives: else the statement will tell."""
    if (context := _context()) is not None:
        from py4j.protocol import Py4JError  # type: ignore[import-untyped]

        with contextlib.suppress(Py4JError, OSError, AttributeError):  # AttributeError: it is just being stopped
            ask(context)


def _own(error: BaseException) -> Any:
    """The traceback from the statement's own first line on."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename != FILE:
        frames = frames.tb_next
    return frames


class _Both(io.TextIOBase):
    """Writes to two places: the statement's output and the session's log."""

    def __init__(self, *targets: TextIO) -> None:
        self._targets = targets

    def write(self, text: str) -> int:
        for target in self._targets:
            target.write(text)
        return len(text)

    def flush(self) -> None:
        for target in self._targets:
            target.flush()
