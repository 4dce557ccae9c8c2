"""Runs jobs: from StartJobRun over the runner's events to a final state, with queueing and retries.

Every run has a thread that follows its event stream. States follow
https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html:

    WAITING ──▶ STARTING ──▶ RUNNING ──▶ SUCCEEDED | FAILED | TIMEOUT
       │            └────────────┴─────▶ STOPPING ──▶ STOPPED
       └──▶ STOPPED

After a restart `resume` asks the runner about every run that was in flight.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from rapid.emulator.glue import notices
from rapid.emulator.glue.errors import (
    ConcurrentRunsExceededException,
    EntityNotFoundException,
    InvalidInputException,
    RunnerUnavailableError,
    RunUnknownError,
)
from rapid.emulator.glue.models import JobRun, now
from rapid.emulator.glue.orders import Order, new_run
from rapid.emulator.glue.runner import Runner, RunStatus
from rapid.emulator.glue.scope import Scope
from rapid.emulator.state import mark_dirty, save

LOG = logging.getLogger(__name__)

ACTIVE = frozenset({"STARTING", "RUNNING", "STOPPING"})
FINAL = frozenset({"SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED", "ERROR"})
STATES = {"QUEUED": "STARTING"}
"""The runner's states that Glue names otherwise."""
PAUSES = (0.2, 1.0, 3.0)
"""Seconds before a runner that does not answer is asked again; after the last the run has failed."""
PAUSES_AT_START = (*PAUSES, 5.0, 10.0, 10.0)
"""The same after a restart of the emulator, when the runner may be starting too."""


class Engine:
    """Starts, follows and stops the runs of all accounts."""

    def __init__(self, runner: Runner, finished: Callable[[Scope, JobRun], None]) -> None:
        self.runner = runner
        self.lock = threading.RLock()
        self._finished = finished

    def start(self, scope: Scope, job_name: str, order: Order) -> JobRun:
        """Starts a run of a job.

        Raises:
            EntityNotFoundException: no such job.
            ConcurrentRunsExceededException: MaxConcurrentRuns are active and queuing is off.
            InvalidInputException: arguments that AWS would refuse.
        """
        with self.lock:
            store = scope.store
            if job_name not in store.jobs:
                raise EntityNotFoundException("Failed to start job run due to missing metadata")
            job = store.jobs[job_name]
            run = new_run(job, order)
            if self._busy(scope, job_name) >= job["ExecutionProperty"].get("MaxConcurrentRuns", 1):
                if not run.response.get("JobRunQueuingEnabled"):
                    raise ConcurrentRunsExceededException(f"Concurrent runs exceeded for {job_name}")
                run.update(JobRunState="WAITING", StateDetail="Concurrent runs exceeded for the job.")
            store.runs.setdefault(job_name, {})[run.id] = run
        mark_dirty("glue")
        if run.state != "WAITING":
            self._launch(scope, run)
        return run

    def stop(self, scope: Scope, run: JobRun) -> None:
        """Asks a run to stop; STOPPED follows when the script is gone."""
        with self.lock:
            waiting = run.state == "WAITING"
            run.stopping = True
            if not waiting:
                run.update(JobRunState="STOPPING", LastModifiedOn=now())
        mark_dirty("glue")
        if waiting:
            self._apply(scope, run, RunStatus("STOPPED", None, None))
        elif run.submitted:
            threading.Thread(target=self._ask_to_stop, args=(run,), daemon=True).start()

    def resume(self, scope: Scope) -> None:
        """Takes up the runs that were in flight when the emulator ended."""
        with self.lock:
            for job_name, runs in scope.store.runs.items():
                for run in runs.values():
                    if run.state in ACTIVE:
                        self._launch(scope, run, PAUSES_AT_START)
                self._start_waiting(scope, job_name)

    def _busy(self, scope: Scope, job_name: str) -> int:
        return sum(run.state in ACTIVE for run in scope.store.runs.get(job_name, {}).values())

    def _launch(self, scope: Scope, run: JobRun, pauses: Sequence[float] = PAUSES) -> None:
        name = f"glue-{run.id[:12]}"
        threading.Thread(target=self._follow, args=(scope, run, pauses), name=name, daemon=True).start()

    def _ask_to_stop(self, run: JobRun) -> None:
        try:
            self.runner.stop(run.id)
        except RunnerUnavailableError as error:
            LOG.warning("Run %s of %s: %s", run.id, run.response["JobName"], error)

    def _follow(self, scope: Scope, run: JobRun, pauses: Sequence[float]) -> None:
        """Hands the run over if that is still to be done, then follows it to its end."""
        try:
            self._follow_to_end(scope, run, pauses)
        except RunnerUnavailableError as error:
            self._apply(scope, run, RunStatus("FAILED", str(error), None))
        except Exception as error:  # the edge of this thread: the run must not stay RUNNING for ever
            LOG.exception("Following run %s failed", run.id)
            self._apply(scope, run, RunStatus("FAILED", f"The emulator failed to follow the run: {error}", None))

    def _follow_to_end(self, scope: Scope, run: JobRun, pauses: Sequence[float]) -> None:
        left = list(pauses)
        while run.state not in FINAL:
            try:
                self._hand_over(run)
                for status in self.runner.events(run.id):
                    left = list(PAUSES)
                    self._apply(scope, run, status)
            except RunUnknownError:
                raise
            except RunnerUnavailableError:
                if not left:
                    raise
                time.sleep(left.pop(0))  # the runner is away: there is no event to wait for

    def _hand_over(self, run: JobRun) -> None:
        if not run.submitted:
            self.runner.start(run.request)
            run.submitted = True
            save("glue")
        if run.stopping:
            self.runner.stop(run.id)

    def _apply(self, scope: Scope, run: JobRun, status: RunStatus) -> None:
        """Takes over a state; a final one also starts what follows from it."""
        state = STATES.get(status.state, status.state)
        with self.lock:
            if run.state in FINAL or (run.stopping and state not in FINAL):
                return
            moment = now()
            run.update("StateDetail", JobRunState=state, LastModifiedOn=moment)
            if status.execution_seconds is not None:
                run.update(ExecutionTime=round(status.execution_seconds))
            if state in FINAL:
                self._close(scope, run, status, moment)
        mark_dirty("glue")
        if state in FINAL:
            notices.job_state_change(scope, run)

    def _close(self, scope: Scope, run: JobRun, status: RunStatus, moment: datetime) -> None:
        run.update(CompletedOn=moment)
        if status.error_message:
            run.update(ErrorMessage=status.error_message)
        if run.response.get("ExecutionClass") == "FLEX" and status.execution_seconds is not None:
            run.update(DPUSeconds=status.execution_seconds * run.response["MaxCapacity"])
        if not (run.state == "FAILED" and run.retries > 0 and not run.stopping and self._retry(scope, run)):
            self._finished(scope, run)
        self._start_waiting(scope, run.response["JobName"])

    def _retry(self, scope: Scope, run: JobRun) -> bool:
        """Starts the next attempt. Jobs that reach their timeout are not retried, as on AWS."""
        order = Order({}, run.response.get("TriggerName"), run.group, run.workflow, previous=run)
        try:
            self.start(scope, run.response["JobName"], order)
        except (ConcurrentRunsExceededException, EntityNotFoundException, InvalidInputException) as error:
            LOG.warning("Run %s is not retried: %s", run.id, error)
            return False
        return True

    def _start_waiting(self, scope: Scope, job_name: str) -> None:
        """Starts queued runs, oldest first, as far as MaxConcurrentRuns allows."""
        job = scope.store.jobs.get(job_name)
        limit = job["ExecutionProperty"].get("MaxConcurrentRuns", 1) if job else 0
        for run in scope.store.runs.get(job_name, {}).values():
            if run.state == "WAITING" and self._busy(scope, job_name) < limit:
                run.update("StateDetail", JobRunState="STARTING", LastModifiedOn=now())
                self._launch(scope, run)
