"""Keeps one JVM and runs one job after another on it: `python -m glue_runner.keeper`, started by the runner.

    runner ── orders ──▶ keeper ── orders ──▶ job, forked: a fresh process, in a session of its own
           ◀─ reports ──        ◀─ reports ──  │ Py4J
                           └─ starts ──▶ JVM ◀─┘

A job finds nothing of the one before: its process is a new copy of this one, which never ran any code but ours; what
that one left in the JVM is cleared first (`reuse`); its folder is emptied. A JVM goes on to the next job only if the
one before ended by itself and cannot have reached what is not cleared. Else everything here ends with that job.

Protocol: that of `job_process`, and {"event": "process", "pid": n} for each job's process, {"event": "died", "code": n}
for one that ended without a report, and "again" in "done": whether another order may come.
"""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import traceback
from typing import Any

from glue_runner import prepare, priority
from glue_runner.job_process import Job, java_end, start_java, write_all
from glue_runner.jvm import JvmError, die_with_parent
from glue_runner.killing import kill_session

JAVA_SECONDS = 1.0
"""How often a keeper whose job waits for an order looks whether its JVM is still there."""

JOBS = 50
"""After so many jobs a JVM is replaced: what nobody knows to clear must not add up."""


class Keeper:
    """One JVM and the job on it."""

    def __init__(self, setup: dict[str, Any], report: int) -> None:
        self._setup, self._report = setup, report
        self._java: subprocess.Popen[bytes] | None = None
        self._running = False
        """Whether the script of the job here has begun."""

    def run(self) -> None:
        """Runs job after job, while the JVM is fit for another.

        Raises:
            JvmError: Java did not come up, or ended while no job was on it.
        """
        starting = start_java(self._setup, {})
        prepare.import_what_scripts_use()
        self._java = starting.wait()
        for number in range(1, JOBS + 1):
            if not self._run_one(first=number == 1, last=number == JOBS):
                return

    def _run_one(self, first: bool, last: bool) -> bool:
        """Runs one job. Returns whether there may be another."""
        (orders, to_job), (from_job, reports) = os.pipe(), os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(to_job)
            os.close(from_job)
            self._become_job(orders, reports, first)
        os.close(orders)
        os.close(reports)
        self._tell({"event": "process", "pid": pid})
        try:
            done = self._attend(to_job, from_job)
        finally:
            os.close(to_job)
            os.close(from_job)
            kill_session(pid)
            _, status = os.waitpid(pid, 0)
        fit = bool(done and done.pop("fit")) and not last
        message = java_end(self._java, self._setup["master"], 0 if fit else 0.05)
        if done is None:
            died = {"event": "died", "code": os.waitstatus_to_exitcode(status)}
            done = {"event": "done", "error": message} if message and self._running else died
            fit = False
        elif message:
            done["error"], fit = message, False
        priority.of_session(priority.BACKGROUND)
        if fit:
            for stream in (1, 2):
                os.write(stream, self._setup["marks"][1].encode())
        self._tell({**done, "again": fit})
        return fit

    def _attend(self, to_job: int, from_job: int) -> dict[str, Any] | None:
        """Passes orders and reports on until the job is done. Returns its last report, None if there is none."""
        ordered, kept, self._running = False, b"", False
        with selectors.DefaultSelector() as ready:
            ready.register(sys.stdin.fileno(), selectors.EVENT_READ)
            ready.register(from_job, selectors.EVENT_READ)
            while True:
                found = {key.fd for key, _ in ready.select(JAVA_SECONDS)}
                if not ordered and self._java and self._java.poll() is not None:
                    raise JvmError(f"The Java process ended with {self._java.returncode} while it waited for a job.")
                if sys.stdin.fileno() in found:
                    data = os.read(sys.stdin.fileno(), 1 << 20)
                    if not data:  # the runner is gone
                        raise SystemExit(137)
                    if not ordered:
                        priority.of_session(priority.NORMAL)
                    ordered = True
                    _write(to_job, data)
                if from_job in found:
                    data = os.read(from_job, 1 << 20)
                    if not data:
                        return None
                    *lines, kept = (kept + data).split(b"\n")
                    for line in lines:
                        report: dict[str, Any] = json.loads(line)
                        if report["event"] == "done":
                            return report
                        self._running |= report["event"] == "running"
                        _write(self._report, line + b"\n")

    def _become_job(self, orders: int, reports: int, first: bool) -> None:
        """In the forked process: carries out one order, and ends."""
        os.setsid()
        die_with_parent()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if numpy := sys.modules.get("numpy.random"):
            numpy.seed()  # as Python's own generator does by itself after a fork
        os.dup2(orders, sys.stdin.fileno())
        os.close(orders)
        os.close(self._report)
        assert self._java  # noqa: S101 - started
        assert self._java.stdin  # noqa: S101 - its end is the JVM's, and up to the keeper
        os.close(self._java.stdin.fileno())
        job = Job(self._setup, reports)
        try:
            if self._setup["warm"]:
                priority.of_session(priority.BACKGROUND)  # until there is an order
            job.start_listening()
            job.get_ready(first)
            message = job.run()
        except BaseException:  # the process edge: what is below belongs to the keeper
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        job.leave()
        job.tell("done", error=message, fit=job.leaves_java_clean())
        os._exit(0)

    def _tell(self, report: dict[str, Any]) -> None:
        _write(self._report, (json.dumps(report) + "\n").encode())


def _write(descriptor: int, data: bytes) -> None:
    """Writes all of it; a reader that is gone shows elsewhere."""
    with contextlib.suppress(BrokenPipeError):
        write_all(descriptor, data)


def main() -> None:
    """Runs the process: `keeper SETUP_JSON REPORT_FD`."""
    die_with_parent()
    setup, report = json.loads(sys.argv[1]), int(sys.argv[2])
    os.set_inheritable(report, False)
    if setup["warm"]:
        priority.of_session(priority.BACKGROUND)
    try:
        Keeper(setup, report).run()
    except JvmError as error:
        print(error, file=sys.stderr, flush=True)  # noqa: T201 - the runner's log
    finally:
        kill_session(os.getpid())


if __name__ == "__main__":
    main()
