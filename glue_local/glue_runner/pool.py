"""Keeps processes ready, each with its JVM, its Spark context and its classes loaded, and hands out one per job."""

import asyncio
import itertools
import logging
from collections.abc import Coroutine
from typing import Any

from glue_runner import installed, spark_conf
from glue_runner.fetch import listed
from glue_runner.process import JobProcess, first
from glue_runner.request import RunRequest
from glue_runner.settings import Settings

LOG = logging.getLogger(__name__)

REFILL_SECONDS = 4.0
"""A taken process is replaced when its job ends, so that the job has the machine to itself; after this long already
if no other is ready for the next job."""

FAILURES = 3
"""After so many warm processes that died unasked in a row, no more are made: jobs start cold and say what is wrong."""


class Pool:
    """The warm processes of one runner."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._warm: list[JobProcess] = []
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

    def fill_later(self, ended: asyncio.Event) -> None:
        self._spawn(self._fill_later(ended))

    async def _fill_later(self, ended: asyncio.Event) -> None:
        try:
            await asyncio.wait_for(ended.wait(), None if self.ready else REFILL_SECONDS)
        except TimeoutError:
            LOG.debug("a job takes its time; warming up beside it")
        await self._fill()

    async def _fill(self) -> None:
        while True:
            await self._clear.wait()
            if len(self._warm) >= self.settings.warm or self._closed or self._failures >= FAILURES:
                return
            process = JobProcess(self.settings, f"warm-{next(self._names)}", warm=True)
            self._warm.append(process)
            await process.start()
            self._spawn(self._watch(process))
            await first(process.ready, process.ended)
            if process.ready.is_set():
                self._failures = 0

    async def _watch(self, process: JobProcess) -> None:
        """Replaces a warm process that dies before it has a job."""
        await process.ended.wait()
        if process in self._warm:
            self._warm.remove(process)
            self._failures += 1
            code = await process.kill()
            said = process.before.decode(errors="replace").strip()
            LOG.warning("a warm process ended with code %s before it had a job: %s", code, said)
            await self._fill()

    async def take(self, request: RunRequest) -> JobProcess:
        """A process for a run: a warm one if any fits, even one that is still getting ready, else a cold one."""
        modules = listed(request.arguments.get("--additional-python-modules"))
        own = spark_conf.needs_own_jvm(request.arguments) or (modules and installed.replaces(modules))
        fits = request.needs_spark and not own
        alive = [process for process in self._warm if process.alive] if fits else []
        if alive:
            chosen = next((process for process in alive if process.ready.is_set()), alive[0])
            self._warm.remove(chosen)
            self.fill_later(chosen.ended)
            return chosen
        return await self._start_cold(request)

    async def _start_cold(self, request: RunRequest) -> JobProcess:
        """Starts a process for one run. What was still warming up makes way, and begins again once the script runs."""
        process = JobProcess(self.settings, request.run_id, warm=False)
        if request.needs_spark:
            self._cold += 1
            self._clear.clear()
            self._spawn(self._resume(process))
            starting = [each for each in self._warm if not each.ready.is_set()]
            self._warm = [each for each in self._warm if each.ready.is_set()]
            await asyncio.gather(*(each.kill() for each in starting))
        await process.start()
        return process

    async def _resume(self, process: JobProcess) -> None:
        await first(process.running, process.ended)
        self._cold -= 1
        if not self._cold:
            self._clear.set()
        await self._fill_later(process.ended)

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
