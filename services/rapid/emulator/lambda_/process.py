"""One runtime process: AWS's runtime client in a subprocess, and the Runtime API it talks to.

The thread that invokes does everything itself in one loop over the API's sockets, the output pipe, the clock and the
memory measurement, so a warm invocation costs two small HTTP exchanges and no thread. Nothing is read between
invocations: what a background thread of the function writes then is read at the next one, as after AWS's freeze.
Runtime API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html (read 2026-11).
"""

import base64
import contextlib
import fcntl
import json
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from pathlib import Path

from rapid.emulator.lambda_ import memory
from rapid.emulator.lambda_.http import Connection, Request, Sink
from rapid.emulator.lambda_.warden import MARK, kill_group, kill_marked

TICK_SECONDS = 0.02
"""How often memory is measured while a function runs."""
OUTPUT_SECONDS = 0.005
"""How long output may gather in the pipe: reading every write by itself would cost a wake-up per line."""
PIPE_BYTES = 1 << 20
MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100
"""6 MB and what AWS adds: its own error message names 6291556 bytes."""
STREAM_MODE = "lambda-runtime-function-response-mode"
StreamSink = Callable[[str, bytes], None]
"""Takes the content type and the next piece of what a function streams."""
_PREFIX = "/2018-06-01/runtime/"
_READ = select.POLLIN | select.POLLHUP | select.POLLERR


class Kind(Enum):
    """What can end a wait."""

    NEXT = auto()  # the runtime asks for an event
    RESPONSE = auto()  # the handler returned
    ERROR = auto()  # the handler raised
    INIT_ERROR = auto()  # the module could not be loaded
    TOO_LARGE = auto()  # the handler returned more than 6 MB
    EXITED = auto()  # the process ended
    OUT_OF_MEMORY = auto()  # its processes hold more than the function's memory size
    DEADLINE = auto()  # time is up


@dataclass(frozen=True)
class Outcome:
    """The end of a wait, with the body the runtime sent and the error type it named."""

    kind: Kind
    body: bytes = b""
    error_type: str = ""


@dataclass(frozen=True)
class Launch:
    """What is needed to start a runtime process. `environment` lacks only the API's address, known at the start.

    `isolated`: it makes namespaces of its own, which a process after it can join.
    """

    command: list[str]
    environment: dict[str, str]
    cwd: Path
    memory_bytes: int
    warden_fd: int
    isolated: bool = False


class RuntimeProcess:
    """Started by its constructor; `wait` until something happens, `deliver` an event, `kill` in the end.

    Only one thread at a time may wait or deliver. `kill` may be called from any other.
    """

    def __init__(self, launch: Launch, on_output: Callable[[bytes], None], namespaces: Sequence[int] = ()) -> None:
        """Starts it.

        Args:
            launch: what, and how.
            on_output: gets what it writes.
            namespaces: those of an earlier process, to join.
        """
        self.namespaces = list(namespaces)
        """Descriptors that keep its namespaces, and so its /tmp, when it is gone. Empty until it speaks."""
        self._launch = launch
        self._on_output = on_output
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self._connections: dict[int, Connection] = {}
        self._waiting: Connection | None = None  # whose GET /next is unanswered
        self._request_id = ""
        self._sink: StreamSink | None = None
        self._killed = self._frozen = False
        self.peak_bytes = 0
        self._output, write_end = os.pipe()
        os.set_blocking(self._output, False)
        if hasattr(fcntl, "F_SETPIPE_SZ"):
            with contextlib.suppress(OSError):
                fcntl.fcntl(self._output, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self._output_due: float | None = None  # when to read what has gathered
        host, port = self._listener.getsockname()
        try:
            self._popen = subprocess.Popen(
                [*launch.command, *map(str, namespaces)],
                env={
                    **launch.environment,
                    "AWS_LAMBDA_RUNTIME_API": f"{host}:{port}",
                    "_LAMBDA_TELEMETRY_LOG_FD": str(write_end),
                },
                cwd=launch.cwd,
                stdin=subprocess.DEVNULL,
                stdout=write_end,
                stderr=write_end,
                pass_fds=(write_end, launch.warden_fd, *namespaces),
                start_new_session=True,
            )
        finally:
            os.close(write_end)
        self._poll = select.poll()
        for descriptor in (self._listener.fileno(), self._output):
            self._poll.register(descriptor, _READ)

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._popen.poll()

    def deliver(self, request_id: str, event: bytes, headers: dict[str, str], sink: StreamSink | None = None) -> None:
        """Answers the runtime's waiting request with an event. `wait` must have returned NEXT before.

        Args:
            sink: gets what the function streams, if it does; else that is the outcome's body.
        """
        if self._waiting is None:
            raise RuntimeError("The runtime has not asked for an event.")
        self.thaw()
        self._request_id, self._sink = request_id, sink
        waiting, self._waiting = self._waiting, None
        waiting.answer("200 OK", event, headers)

    def wait(self, deadline: float) -> Outcome:
        """Serves the Runtime API and reads output until something ends the wait.

        Args:
            deadline: on the clock of `time.monotonic`.
        """
        if self._waiting is not None:
            return Outcome(Kind.NEXT if self.exit_code is None else Kind.EXITED)
        measured = time.monotonic()
        while True:
            now = time.monotonic()
            if now >= deadline:
                return Outcome(Kind.DEADLINE)
            pause = OUTPUT_SECONDS if self._output_due else TICK_SECONDS
            for descriptor, _ in self._poll.poll(min(deadline - now, pause) * 1000):
                outcome = self._ready(descriptor)
                if outcome:
                    return outcome
            if self._output_due and time.monotonic() >= self._output_due:
                self._gather()
            if self.exit_code is not None:
                self.drain()
                return Outcome(Kind.EXITED)
            if time.monotonic() - measured >= TICK_SECONDS:
                measured = time.monotonic()
                self._measure(memory.resident(self.pid))
                if self.peak_bytes > self._launch.memory_bytes:
                    return Outcome(Kind.OUT_OF_MEMORY)

    def freeze(self) -> None:
        """Has the process and its group stand still."""
        self._frozen = not self._killed
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Has them go on."""
        if self._frozen:
            self._frozen = False
            self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if not self._killed:  # else the group may be another's
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    def drain(self) -> None:
        """Reads all output that is there now."""
        while self._read_output():
            continue

    def kill(self) -> None:
        """Kills the process and all it started, once: afterwards its pid may be another's."""
        if self._killed:
            return
        self._killed = True
        self._measure(memory.peak(self.pid))
        kill_group(self.pid)
        kill_marked({self._launch.environment[MARK]})
        self._popen.wait()

    def close(self) -> None:
        """Kills it, reads its last output and frees its descriptors."""
        self.kill()
        self.drain()
        with contextlib.suppress(OSError):
            os.write(self._launch.warden_fd, b"-%d\n" % self.pid)
        for connection in self._connections.values():
            connection.sock.close()
        self._listener.close()
        os.close(self._output)

    def _measure(self, resident: int) -> None:
        self.peak_bytes = max(self.peak_bytes, resident)

    def _ready(self, descriptor: int) -> Outcome | None:
        if descriptor == self._output:
            self._poll.unregister(self._output)
            self._output_due = time.monotonic() + OUTPUT_SECONDS
            return None
        if descriptor == self._listener.fileno():
            sock, _ = self._listener.accept()
            if self._launch.isolated and not self.namespaces:
                self._keep_namespaces()
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections[sock.fileno()] = Connection(sock, MAX_RESPONSE_BYTES, self._sink_of)
            self._poll.register(sock.fileno(), _READ)
            return None
        connection = self._connections[descriptor]
        connection.receive()
        request = connection.take()
        if connection.closed:
            self._poll.unregister(descriptor)
            self._connections.pop(descriptor).sock.close()
            return None
        return self._handle(connection, request) if request else None

    def _keep_namespaces(self) -> None:
        with contextlib.suppress(OSError):  # it is gone already
            self.namespaces += [
                os.open(f"/proc/{self.pid}/ns/{name}", os.O_RDONLY | os.O_CLOEXEC) for name in ("user", "mnt")
            ]

    def _sink_of(self, path: str, headers: dict[str, str]) -> Sink | None:
        sink = self._sink
        if (
            sink is None
            or headers.get(STREAM_MODE) != "streaming"
            or not path.endswith(f"/{self._request_id}/response")
        ):
            return None
        return partial(sink, headers.get("content-type", ""))

    def _gather(self) -> None:
        """Reads what has gathered, and looks at the pipe again unless its last writer is gone."""
        self._output_due = None
        data = self._read_output()
        while data:
            data = self._read_output()
        if data is None:
            self._poll.register(self._output, _READ)

    def _read_output(self) -> bytes | None:
        """Reads a piece of output. None if there is none now, empty if there will never be."""
        try:
            data = os.read(self._output, PIPE_BYTES)
        except BlockingIOError:
            return None
        if data:
            self._on_output(data)
        return data

    def _handle(self, connection: Connection, request: Request) -> Outcome | None:
        """Answers one request of the Runtime API, and says whether it ends the wait."""
        path = request.path.removeprefix(_PREFIX)
        error_type = request.headers.get("lambda-runtime-function-error-type", "")
        if request.method == "GET" and path == "invocation/next":
            self.drain()
            if self.exit_code is not None:
                return Outcome(Kind.EXITED)  # it asked, then was killed
            self._waiting = connection
            if not self.peak_bytes:
                self._measure(memory.resident(self.pid))
            return Outcome(Kind.NEXT)
        if request.method == "POST" and path == "init/error":
            connection.answer("202 Accepted", b'{"status":"OK"}')
            return Outcome(Kind.INIT_ERROR, request.body, error_type)
        if request.method == "POST" and path == f"invocation/{self._request_id}/response":
            return self._responded(connection, request)
        if request.method == "POST" and path == f"invocation/{self._request_id}/error":
            self.drain()
            self._measure(memory.peak(self.pid))
            connection.answer("202 Accepted", b'{"status":"OK"}')
            return Outcome(Kind.ERROR, request.body, error_type)
        known = path.startswith("invocation/") and request.method == "POST"
        status, kind = ("400 Bad Request", "InvalidRequestID") if known else ("404 Not Found", "UnknownOperation")
        connection.answer(status, json.dumps({"errorType": kind, "errorMessage": f"No {request.path} here."}).encode())
        return None

    def _responded(self, connection: Connection, request: Request) -> Outcome:
        self.drain()  # what the handler wrote before it returned belongs before END
        self._measure(memory.peak(self.pid))
        if self.peak_bytes > self._launch.memory_bytes:
            return Outcome(Kind.OUT_OF_MEMORY)  # between two measurements, but it did
        streamed = self._sink is not None and request.headers.get(STREAM_MODE) == "streaming"
        if request.length > MAX_RESPONSE_BYTES and not streamed:
            message = f"Exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."
            body = {"errorMessage": message, "errorType": "RequestEntityTooLarge"}
            connection.answer("413 Request Entity Too Large", json.dumps(body).encode())
            return Outcome(Kind.TOO_LARGE)
        connection.answer("202 Accepted", b'{"status":"OK"}')
        if error_type := request.headers.get("lambda-runtime-function-error-type", ""):  # in the middle of a stream
            cause = base64.b64decode(request.headers.get("lambda-runtime-function-error-body", ""))
            return Outcome(Kind.ERROR, cause, error_type)
        return Outcome(Kind.RESPONSE, request.body)
