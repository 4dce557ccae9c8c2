"""Runs and their states.

    QUEUED ─▶ STARTING ─▶ RUNNING ─▶ SUCCEEDED | FAILED | TIMEOUT
       └──────────┴──────────┴─▶ STOPPING ─▶ STOPPED

A terminal state is announced when the output is in CloudWatch Logs, the processes are gone and the state is on disk.
"""

import asyncio
import contextlib
import logging
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from glue_runner import store
from glue_runner.logs import Logs
from glue_runner.pool import Pool
from glue_runner.process import JobProcess
from glue_runner.request import RunRequest
from glue_runner.settings import Settings
from glue_runner.store import RunStatus

LOG = logging.getLogger(__name__)


class Run:
    """One run: its state, its listeners, the task that carries it out."""

    def __init__(self, request: RunRequest, runner: "Runner") -> None:
        self.request, self._runner = request, runner
        self.status = RunStatus(request.run_id, request.job_name, "QUEUED", started_on=time.time())
        self.changed = asyncio.Condition()
        self._process: JobProcess | None = None
        self._stop = asyncio.Event()
        self._began: float | None = None
        self.task = asyncio.create_task(self._carry_out())

    async def _set(self, state: str, error: str | None = None) -> None:
        now = time.time()
        done = state in store.TERMINAL
        seconds = round(now - self._began, 3) if self._began is not None else (0.0 if done else None)
        self.status = replace(
            self.status,
            state=state,
            error_message=error,
            completed_on=now if done else None,
            execution_seconds=seconds,
        )
        await asyncio.to_thread(store.save, self._runner.settings.runs, self.status)
        LOG.info("%s %s %s%s", self.status.job_name, self.status.run_id, state, f": {error}" if error else "")
        async with self.changed:
            self.changed.notify_all()

    async def _report(self, report: dict[str, Any]) -> None:
        """Keeps and announces what the job reported. A session's statements end with it and are not kept on disk."""
        self.status = replace(self.status, reports=(*self.status.reports, report))
        if self.request.command != "session":
            await asyncio.to_thread(store.save, self._runner.settings.runs, self.status)
        async with self.changed:
            self.changed.notify_all()

    async def send(self, message: dict[str, Any]) -> bool:
        """Passes a message to the job's process. False if there is none any more, or not yet."""
        if self._process is None or not self._process.alive:
            return False
        await self._process.send(message)
        return True

    async def _carry_out(self) -> None:
        try:
            await asyncio.to_thread(store.save, self._runner.settings.runs, self.status)
            if self.request.command == "session":  # it waits for people most of the time: jobs need not wait for it
                await self._run()
                return
            async with self._runner.slot(self._stop) as free:
                if free:
                    await self._run()
                else:
                    await self._set("STOPPED")
        except Exception as error:  # the process edge: a fault of the runner fails the run, it never hangs
            LOG.exception("run %s", self.request.run_id)
            if self._process:
                await self._process.kill()
                self._runner.pool.give_back(self._process)
            await self._set("FAILED", f"The Glue runner failed: {type(error).__name__}: {error}")

    async def _run(self) -> None:
        self._began = time.time()
        await self._set("STARTING")
        logs = Logs(self.request, self._runner.settings.home / "unsent")
        process, state = await self._begin(logs)
        if state is None and process.lost:
            LOG.warning("%s died before it began; %s gets another process", process.name, self.request.run_id)
            await process.kill()
            self._runner.pool.give_back(process)
            process, state = await self._begin(logs)
        message = await process.finish() if state is None else None
        if state is not None:
            await self._set_if(state == "STOPPED", "STOPPING")
            await process.kill()
        self._process = None
        self._runner.pool.give_back(process)
        await logs.close()
        if state is None:
            state = "SUCCEEDED" if message is None else "FAILED"
        elif state == "TIMEOUT":
            message = f"Job run exceeded its timeout of {self.request.timeout_seconds:g} seconds."
        await self._set(state, message)

    async def _begin(self, logs: Logs) -> tuple[JobProcess, str | None]:
        """Gives the order to a process. Returns it with what `_until_end` says, once it is over."""
        process = self._process = await self._runner.pool.take(self.request)
        await process.order(self.request, logs.feed, self._report)
        return process, await self._until_end(process)

    async def _set_if(self, wanted: bool, state: str) -> None:
        if wanted:
            await self._set(state)

    async def _until_end(self, process: JobProcess) -> str | None:
        """Waits for whatever ends the run. Returns STOPPED or TIMEOUT, None if the script ended."""
        limit = self.request.timeout_seconds
        deadline = None if limit is None else asyncio.get_running_loop().time() + limit
        ended, stop = asyncio.create_task(process.ended.wait()), asyncio.create_task(self._stop.wait())
        running = asyncio.create_task(process.running.wait())
        waiting: set[asyncio.Task[bool]] = {ended, stop, running}
        try:
            while True:
                left = None if deadline is None else max(deadline - asyncio.get_running_loop().time(), 0)
                done, _ = await asyncio.wait(waiting, timeout=left, return_when="FIRST_COMPLETED")
                if ended in done:
                    return None
                if stop in done:
                    return "STOPPED"
                if not done:
                    return "TIMEOUT"
                waiting.discard(running)
                await self._set("RUNNING")
        finally:
            for task in (ended, stop, running):
                task.cancel()

    def stop(self) -> None:
        self._stop.set()

    async def kill(self) -> None:
        """Ends the run's processes because the runner itself ends."""
        self.task.cancel()
        if self._process:
            await self._process.kill()


class Runner:
    """All runs of one runner process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        shutil.rmtree(settings.work, ignore_errors=True)
        settings.work.mkdir(parents=True, mode=0o700)
        self.pool = Pool(settings)
        self._slots = asyncio.Semaphore(settings.parallel)
        self._finished = store.load(settings.runs, time.time())
        self._runs: dict[str, Run] = {}

    @contextlib.asynccontextmanager
    async def slot(self, stop: asyncio.Event) -> AsyncIterator[bool]:
        """Waits for one of the parallel places, first come, first served. Yields False if stopped while waiting."""
        place, stopped = asyncio.create_task(self._slots.acquire()), asyncio.create_task(stop.wait())
        await asyncio.wait([place, stopped], return_when="FIRST_COMPLETED")
        stopped.cancel()
        if not place.done():
            place.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                if await place:
                    self._slots.release()
            yield False
            return
        try:
            yield not stop.is_set()
        finally:
            self._slots.release()

    @property
    def started(self) -> int:
        """Runs taken since the runner began."""
        return len(self._runs)

    def submit(self, request: RunRequest) -> RunStatus:
        """Takes a run; one of the same id that is known already stays as it is."""
        known = self.status(request.run_id)
        if known:
            return known
        run = self._runs[request.run_id] = Run(request, self)
        return run.status

    def status(self, run_id: str) -> RunStatus | None:
        run = self._runs.get(run_id)
        return run.status if run else self._finished.get(run_id)

    def statuses(self) -> list[RunStatus]:
        return [*self._finished.values(), *(run.status for run in self._runs.values())]

    async def send(self, run_id: str, message: dict[str, Any]) -> bool:
        """Passes a message to a run's process. False if there is none."""
        run = self._runs.get(run_id)
        return run is not None and await run.send(message)

    def stop(self, run_id: str) -> RunStatus | None:
        if run_id in self._runs:
            self._runs[run_id].stop()
        return self.status(run_id)

    async def events(self, run_id: str) -> AsyncIterator[RunStatus]:
        """The state now, then each change up to the terminal one. A report is in one of them, the next after it."""
        run = self._runs.get(run_id)
        if run is None:
            status = self._finished.get(run_id)
            if status:
                yield status
            return
        told: RunStatus | None = None
        seen = 0
        while told is None or not told.terminal:
            async with run.changed:
                await run.changed.wait_for(lambda: run.status is not told)  # noqa: B023 - evaluated in this turn
                told = run.status
            new, seen = told.reports[seen:], len(told.reports)
            yield replace(told, reports=new)

    def count(self, *states: str) -> int:
        return sum(run.status.state in states for run in self._runs.values())

    async def close(self) -> None:
        """Ends every process. Runs that were alive are FAILED when the runner starts again."""
        await asyncio.gather(self.pool.close(), *(run.kill() for run in self._runs.values() if not run.status.terminal))
        await asyncio.to_thread(shutil.rmtree, self.settings.work, ignore_errors=True)
