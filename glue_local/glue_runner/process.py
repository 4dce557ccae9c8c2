"""The runner's side of a job process: starting it, giving it an order, reading its output, ending it.

States: starting → (ready) → ordered → done | dead. A process with a keeper may be ready again after it is done; then
`renew` prepares this side for another order.
"""

import asyncio
import contextlib
import json
import logging
import os
import secrets
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

from glue_runner import folders, jvm
from glue_runner.killing import kill_session
from glue_runner.request import RunRequest
from glue_runner.sections import Sections
from glue_runner.settings import Settings, child_environment

LOG = logging.getLogger(__name__)

READ_BYTES = 65_536
BEFORE_BYTES = 4_096
REPORT_BYTES = 1 << 26
"""The longest line that a job may report: the output of one statement, the result of one ruleset."""
Sink = Callable[[bytes], Awaitable[None]]


class JobProcess:
    """One process of `glue_runner.keeper`, or of `glue_runner.job_process`."""

    def __init__(self, settings: Settings, name: str, kept: bool, warm: bool = False) -> None:
        """Describes it.

        Args:
            settings: the runner's.
            name: of its folder.
            kept: whether it has a keeper, whose JVM begins with default settings.
            warm: whether it warms up until there is an order.
        """
        self.settings, self.name, self.kept, self.warm = settings, name, kept, warm
        self.folder = settings.work / name
        self.gone = asyncio.Event()
        """The process is over."""
        self.before = b""
        """The last of what it printed while it had no job; it says why a warm process died."""
        self._marks = [f"\0{word} {secrets.token_hex(8)}\n" for word in ("begin", "end")]
        self._job: int | None = None
        """The process, and so the session, of the job that a keeper forked."""
        self.ready = asyncio.Event()
        self.renew()
        self.served = False
        """Whether it has had an order."""
        self._sinks: Mapping[str, Sink] = {}
        self._on_report: Callable[[dict[str, Any]], Awaitable[None]] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        over = self.gone.is_set() or self.ended.is_set()
        return self._process is not None and self._process.returncode is None and not over

    @property
    def lost(self) -> bool:
        """Whether this was a keeper's process that died before its order's script began."""
        return self.kept and self.ended.is_set() and not self.running.is_set() and not self.reported

    def renew(self) -> None:
        """Forgets the last order."""
        self.running = asyncio.Event()
        self.ended = asyncio.Event()
        """The script is over, or the process is."""
        self.result: str | None = None
        self.reported = False
        self.again = False
        """Whether another order may come."""
        self._died: int | None = None
        self._read_out = {name: asyncio.Event() for name in ("output", "error")}

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
            "marks": self._marks,
            "archive": str(jvm.archive_path(settings.jars)),
        }
        module = "keeper" if self.kept else "job_process"
        try:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", f"glue_runner.{module}", json.dumps(setup), str(writer)),
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
        self._sinks, self._on_report, self.served = sinks, on_report, True
        await self.send(asdict(request))

    async def send(self, message: dict[str, Any]) -> None:
        """Writes one line to its standard input: the order, then what a session is to do."""
        assert self._process  # noqa: S101 - started
        assert self._process.stdin  # noqa: S101
        with contextlib.suppress(ConnectionError):  # it died: `ended` says so
            self._process.stdin.write((json.dumps(message) + "\n").encode())
            await self._process.stdin.drain()

    async def _read(self, name: str, stream: asyncio.StreamReader) -> None:
        sections = Sections(*(mark.encode() for mark in self._marks))
        while data := await stream.read(READ_BYTES):
            for part in sections.feed(data):
                if not part.inside:
                    self.before = (self.before + part.data)[-BEFORE_BYTES:]
                elif sink := self._sinks.get(name):
                    await sink(part.data)
                if part.last:
                    self._read_out[name].set()
        rest, sink = sections.rest(), self._sinks.get(name)
        if rest and rest.inside and sink:
            await sink(rest.data)
        self._read_out[name].set()

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
                case "process":
                    self._job = report["pid"]
                case "ready":
                    self.ready.set()
                case "running":
                    self.running.set()
                case "report":
                    if self._on_report:
                        await self._on_report(report["report"])
                case "done":
                    self.reported, self.result, self.again = True, report["error"], report.get("again", False)
                    self.ready = asyncio.Event()
                    self.ended.set()
                case "died":
                    self._died = report["code"]
                    self.ended.set()
        transport.close()
        self.gone.set()
        self.ended.set()

    async def finish(self) -> str | None:
        """Waits for the script's end and for the last of its output, then removes everything that is not used again.

        Returns:
            The error message; None if the script succeeded.
        """
        await self.ended.wait()
        if self.again:
            await asyncio.gather(*(event.wait() for event in self._read_out.values()))
            return self.result
        code = await self.kill()
        if self.reported:
            return self.result
        code = code if self._died is None else self._died
        if code == 0 and self.running.is_set():  # the script's own os._exit(0)
            return None
        return death(code)

    async def kill(self) -> int:
        """Ends the process and all that it started, reads what they printed, removes the folder."""
        process = self._process
        if process is None:
            return 0
        if not self.reported and self._died is None:
            with contextlib.suppress(TimeoutError):  # it may be about to end by itself, with a code worth telling
                if self.ended.is_set():
                    await asyncio.wait_for(process.wait(), 0.5)
        leaders = [process.pid, *filter(None, [self._job])]
        kill_session(*leaders)
        code = await process.wait()
        kill_session(*leaders)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*self._tasks[:2], return_exceptions=True), 30)
        for task in self._tasks:
            task.cancel()
        self.gone.set()
        self.ended.set()
        self.again = False
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
