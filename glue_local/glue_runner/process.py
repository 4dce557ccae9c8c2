"""The runner's side of a job process: starting it, giving it an order, reading its output, ending it.

States: starting → (ready) → ordered → done | dead. A process takes one order and is thrown away.
"""

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from glue_runner import folders, jvm
from glue_runner.request import RunRequest
from glue_runner.settings import Settings, child_environment

LOG = logging.getLogger(__name__)

READ_BYTES = 65_536
BEFORE_BYTES = 4_096
REPORT_BYTES = 1 << 26
"""The longest line that a job may report: the output of one statement, the result of one ruleset."""
Sink = Callable[[bytes], Awaitable[None]]


class JobProcess:
    """One process of `glue_runner.job_process`."""

    def __init__(self, settings: Settings, name: str, warm: bool) -> None:
        self.settings, self.name, self.warm = settings, name, warm
        self.folder = settings.work / name
        self.ready = asyncio.Event()
        self.running = asyncio.Event()
        self.ended = asyncio.Event()
        """The script is over, or the process is."""
        self.result: str | None = None
        self.reported = False
        self.before = b""
        """The last of what it printed before it had a job; it says why a warm process died."""
        self._sinks: Mapping[str, Sink] = {}
        self._on_report: Callable[[dict[str, Any]], Awaitable[None]] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None and not self.ended.is_set()

    @property
    def lost(self) -> bool:
        """Whether this was a warm process that died before its order's script began."""
        return self.warm and self.ended.is_set() and not self.running.is_set() and not self.reported

    async def start(self) -> None:
        """Starts it, in a session and folder of its own."""
        folders.make(self.folder)
        settings, (reader, writer) = self.settings, os.pipe()
        setup = {
            "folder": str(self.folder),
            "jars": str(settings.jars),
            "cache": str(settings.cache),
            "heap_mb": settings.heap_mb,
            "master": settings.master,
            "warm": self.warm,
            "archive": str(jvm.archive_path(settings.jars)),
        }
        try:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "glue_runner.job_process", json.dumps(setup), str(writer)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                pass_fds=(writer,),
                start_new_session=True,
                cwd=self.folder,
                env={**child_environment(os.environ), **folders.environment(self.folder, settings.master)},
            )
        finally:
            os.close(writer)
        assert self._process.stdout  # noqa: S101 - asked for above
        assert self._process.stderr  # noqa: S101
        self._tasks = [
            asyncio.create_task(self._read("output", self._process.stdout)),
            asyncio.create_task(self._read("error", self._process.stderr)),
            asyncio.create_task(self._listen(reader)),
        ]

    async def order(
        self, request: RunRequest, sinks: Mapping[str, Sink], on_report: Callable[[dict[str, Any]], Awaitable[None]]
    ) -> None:
        """Gives it its run.

        Args:
            request: the run.
            sinks: take what it prints from now on ("output" and "error").
            on_report: takes what it reports beside its state.
        """
        self._sinks, self._on_report = sinks, on_report
        await self.send(asdict(request))

    async def send(self, message: dict[str, Any]) -> None:
        """Writes one line to its standard input: the order, then what a session is to do."""
        assert self._process  # noqa: S101 - started
        assert self._process.stdin  # noqa: S101
        with contextlib.suppress(ConnectionError):  # it died: `ended` says so
            self._process.stdin.write((json.dumps(message) + "\n").encode())
            await self._process.stdin.drain()

    async def _read(self, name: str, stream: asyncio.StreamReader) -> None:
        while data := await stream.read(READ_BYTES):
            sink = self._sinks.get(name)
            if sink:
                await sink(data)
            else:
                self.before = (self.before + data)[-BEFORE_BYTES:]

    async def _listen(self, descriptor: int) -> None:
        """Follows the report pipe to its end, which is the end of the process too, however that came."""
        reader = asyncio.StreamReader(limit=REPORT_BYTES)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb")
        )
        while line := await reader.readline():
            report: dict[str, Any] = json.loads(line)
            match report["event"]:
                case "ready":
                    self.ready.set()
                case "running":
                    self.running.set()
                case "report":
                    if self._on_report:
                        await self._on_report(report["report"])
                case "done":
                    self.reported, self.result = True, report["error"]
                    break
        transport.close()
        self.ended.set()

    async def finish(self) -> str | None:
        """Waits for the script's end and for the last of its output, then removes everything.

        Returns:
            The error message; None if the script succeeded.
        """
        await self.ended.wait()
        code = await self.kill()
        if self.reported:
            return self.result
        if code == 0 and self.running.is_set():  # the script's own os._exit(0)
            return None
        return death(code)

    async def kill(self) -> int:
        """Ends the process and all that it started, reads what they printed, removes the folder."""
        process = self._process
        if process is None:
            return 0
        if not self.reported:
            with contextlib.suppress(TimeoutError):  # it may be about to end by itself, with a code worth telling
                if self.ended.is_set():
                    await asyncio.wait_for(process.wait(), 0.5)
        kill_session(process.pid)
        code = await process.wait()
        kill_session(process.pid)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*self._tasks[:2], return_exceptions=True), 30)
        for task in self._tasks:
            task.cancel()
        self.ended.set()
        await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)
        return code


async def first(*events: asyncio.Event) -> None:
    """Waits for any of these."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when="FIRST_COMPLETED")
    finally:
        for task in waiting:
            task.cancel()


def death(code: int) -> str:
    """What is said of a process that ended without a report."""
    if code < 0:
        name = signal.Signals(-code).name
        return f"Command failed with exit code {128 - code} (the job's process was killed by {name})."
    return f"Command failed with exit code {code}"


def kill_session(leader: int) -> None:
    """Kills every process of a session: the driver, its JVM, Python workers, what the script started."""
    if Path("/proc/self").exists():
        members = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    else:
        import psutil

        members = psutil.pids()
    for pid in sorted(members, key=lambda pid: pid == leader):
        with contextlib.suppress(OSError):
            if os.getsid(pid) == leader:
                os.kill(pid, signal.SIGKILL)
