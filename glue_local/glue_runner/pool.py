"""Keeps processes ready, each with its JVM, its Spark context and its classes loaded, and lends one to each job."""

import asyncio
import itertools
import logging
import time
from collections.abc import Coroutine
from typing import Any

from glue_runner import installed, spark_conf
from glue_runner.fetch import listed
from glue_runner.process import JobProcess, first
from glue_runner.request import RunRequest
from glue_runner.settings import Settings

LOG = logging.getLogger(__name__)

LONG_SECONDS = 20.0
"""A lent process is expected back for so long, and is not replaced: its job has the machine to itself."""

FAILURES = 3
"""After so many warm processes that died unasked in a row, no more are made: jobs start cold and say what is wrong."""


class Pool:
    """The warm processes of one runner."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._warm: list[JobProcess] = []
        self._lent: dict[JobProcess, float] = {}
        """Those with a job in one of the parallel places, and since when."""
        self._names = itertools.count(1)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._failures = 0
        self._closed = False
        self._cold = 0
        self._clear = asyncio.Event()
        """Set while no cold process is starting: that has the machine to itself."""
        self._clear.set()

    @property
    def ready(self) -> int:
        """Processes that could take a job now."""
        return sum(process.ready.is_set() and process.alive for process in self._warm)

    def fill(self) -> None:
        """Starts what is missing, one after the other. Returns at once."""
        self._spawn(self._fill())

    async def _fill_beside(self, ended: asyncio.Event) -> None:
        """Starts what is missing beside a long job. After a short one `give_back` does."""
        try:
            await asyncio.wait_for(ended.wait(), LONG_SECONDS)
        except TimeoutError:
            await self._fill()

    @property
    def _enough(self) -> bool:
        """Whether as many processes as wanted, or as jobs could begin now, are here or soon will be."""
        begun = time.monotonic() - LONG_SECONDS
        soon = sum(process.kept and since > begun for process, since in self._lent.items())
        places = self.settings.parallel - len(self._lent)
        return len(self._warm) + soon >= self.settings.warm or len(self._warm) >= places

    async def _fill(self) -> None:
        while True:
            await self._clear.wait()
            if self._enough or self._closed or self._failures >= FAILURES:
                return
            process = JobProcess(self.settings, f"jvm-{next(self._names)}", kept=True, warm=True)
            self._warm.append(process)
            await process.start()
            self._spawn(self._watch(process))
            await first(process.ready, process.ended)
            if process.ready.is_set():
                self._failures = 0

    async def _watch(self, process: JobProcess) -> None:
        """Replaces a process that dies while it has no job."""
        await process.gone.wait()
        if process in self._warm:
            self._warm.remove(process)
            self._failures += 1
            code = await process.kill()
            said = process.before.decode(errors="replace").strip()
            LOG.warning("a process ended with code %s while it had no job: %s", code, said)
            await self._fill()

    async def take(self, request: RunRequest) -> JobProcess:
        """A process for a run: a warm one if any fits, even one that is still getting ready, else a cold one."""
        modules = listed(request.arguments.get("--additional-python-modules"))
        own = spark_conf.needs_own_jvm(request.arguments) or (modules and installed.replaces(modules))
        fits = request.needs_spark and not own
        alive = [process for process in self._warm if process.alive] if fits else []
        if alive:
            chosen = max(alive, key=lambda process: (process.ready.is_set(), process.served))
            self._warm.remove(chosen)
            self._lend(chosen, request)
            self._spawn(self._fill_beside(chosen.ended))
            return chosen
        return await self._start_cold(request, fits)

    def _lend(self, process: JobProcess, request: RunRequest) -> None:
        if request.command == "session":  # it has no place among the parallel ones, and never comes back
            self.fill()
        else:
            self._lent[process] = time.monotonic()

    def give_back(self, process: JobProcess) -> None:
        """Takes back the process of a run that is over, for the next if it may have one."""
        self._lent.pop(process, None)
        if process.again:
            process.renew()
            self._warm.append(process)
            self._spawn(self._end_surplus())
        self.fill()

    async def _end_surplus(self) -> None:
        """Ends a process if there are too many: one that is still warming up for its first job, if there is one."""
        if len(self._warm) <= self.settings.warm and not self._closed:
            return
        chosen = next((each for each in self._warm if not (each.served or each.ready.is_set())), self._warm[-1])
        self._warm.remove(chosen)
        await chosen.kill()

    async def _start_cold(self, request: RunRequest, kept: bool) -> JobProcess:
        """Starts a process for a run. What was still warming up makes way, and begins again once the script runs."""
        name = f"jvm-{next(self._names)}" if kept else request.run_id
        process = JobProcess(self.settings, name, kept=kept)
        self._lend(process, request)
        if request.needs_spark:
            self._cold += 1
            self._clear.clear()
            self._spawn(self._resume(process))
            starting = [each for each in self._warm if not each.ready.is_set()]
            self._warm = [each for each in self._warm if each.ready.is_set()]
            await asyncio.gather(*(each.kill() for each in starting))
        await process.start()
        if kept:
            self._spawn(self._watch(process))
        return process

    async def _resume(self, process: JobProcess) -> None:
        await first(process.running, process.ended)
        self._cold -= 1
        if not self._cold:
            self._clear.set()
        await self._fill_beside(process.ended)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            LOG.error("the pool: %s", error, exc_info=error)

    async def close(self) -> None:
        self._closed = True
        warm, self._warm = self._warm, []
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*(process.kill() for process in warm))
