"""Runs jobs: from StartJobRun over the runner's events to a final state, with queueing and retries.

States follow
https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html:

    WAITING ──▶ STARTING ──▶ RUNNING ──▶ SUCCEEDED | FAILED | TIMEOUT
       │            └────────────┴─────▶ STOPPING ──▶ STOPPED
       └──▶ STOPPED

After a restart `resume` asks the runner about every run that was in flight.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from rapid.emulator import schedule
from rapid.emulator.glue import data_quality_results, notices
from rapid.emulator.glue.errors import (
    ConcurrentRunsExceededException,
    EntityNotFoundException,
    InvalidInputException,
)
from rapid.emulator.glue.following import PAUSES, PAUSES_AT_START, Follower
from rapid.emulator.glue.models import FINAL, JobRun, now
from rapid.emulator.glue.orders import Order, new_run
from rapid.emulator.glue.runner import Runner, RunStatus
from rapid.emulator.glue.scope import Scope
from rapid.emulator.state import mark_dirty

LOG = logging.getLogger(__name__)

ACTIVE = frozenset({"STARTING", "RUNNING", "STOPPING"})
STATES = {"QUEUED": "STARTING"}
"""The runner's states that Glue names otherwise."""


class Engine:
    """Starts, follows and stops the runs of all accounts."""

    def __init__(self, runner: Runner, finished: Callable[[Scope, JobRun], None]) -> None:
        self.follower = Follower(runner)
        self.lock = threading.RLock()
        self._finished = finished
        self._delays = schedule.Clock("glue-delays")

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
        """Asks a run to stop, unless it has just ended; STOPPED follows when the script is gone."""
        with self.lock:
            if run.ended:
                return
            run.stopping = True
            if run.state == "WAITING":
                self._apply(scope, run, RunStatus("STOPPED", None, None))
                return
            run.update(JobRunState="STOPPING", LastModifiedOn=now())
        mark_dirty("glue")
        if run.submitted:
            threading.Thread(target=self.follower.stop, args=(run,), daemon=True).start()

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
        self.follower.launch(run, partial(self._apply, scope), pauses)
        if (minutes := (run.response.get("NotificationProperty") or {}).get("NotifyDelayAfter")) and not run.told:
            late = run.response["StartedOn"] + timedelta(minutes=minutes)
            self._delays.at(run.id, late, partial(self._tell_of_delay, scope, run, minutes))

    def _tell_of_delay(self, scope: Scope, run: JobRun, minutes: int) -> None:
        """NotifyDelayAfter has passed; once per run."""
        if run.state in ACTIVE:
            run.told = True
            mark_dirty("glue")
            notices.job_run_status(scope, run, minutes)

    def _apply(self, scope: Scope, run: JobRun, status: RunStatus) -> None:
        """Takes over a state; a final one also starts what follows from it."""
        data_quality_results.keep(scope, status.reports, JobName=run.response["JobName"], JobRunId=run.id)
        state = STATES.get(status.state, status.state)
        with self.lock:
            if run.ended or (run.stopping and state not in FINAL):
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
        scaling = str(run.request["arguments"].get("--enable-auto-scaling", "")).lower() == "true"
        if (scaling or run.response.get("ExecutionClass") == "FLEX") and status.execution_seconds is not None:
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
