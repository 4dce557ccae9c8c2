"""An emulator of its own beside a runner that does what the test says, and nothing by itself."""

import json
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from rapid.cli.services import spec as service_spec
from rapid.core import aws as aws_clients
from rapid.core.config import Config
from rapid.core.processes import Supervisor
from tests.conftest import free_port
from tests.waiting import SECONDS

TERMINAL = {"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT"}


@dataclass
class Run:
    request: dict[str, Any]
    states: list[dict[str, Any]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def say(self, state: str, message: str | None = None, seconds: float | None = None) -> None:
        with self.changed:
            status = {"run_id": self.request["run_id"], "job_name": self.request["job_name"], "state": state}
            self.states.append({**status, "error_message": message, "execution_seconds": seconds})
            self.changed.notify_all()


class FakeRunner:
    """The runner's HTTP contract. A run with the argument `--then STATE` ends so at once; any other waits for `say`."""

    def __init__(self, port: int, token: str) -> None:
        self.runs: dict[str, Run] = {}
        self.started: queue.Queue[Run] = queue.Queue()
        self.token = token
        self.port = port
        self.server: ThreadingHTTPServer | None = None

    def listen(self) -> None:
        handler = type("Handler", (_Handler,), {"runner": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        assert self.server
        self.server.shutdown()
        self.server.server_close()
        self.server = None

    def next_run(self, job: str = "") -> Run:
        """The next run that the emulator hands over, of a job with this in its name: other tests may have left some."""
        while job not in (run := self.started.get(timeout=SECONDS)).request["job_name"]:
            continue
        return run


class _Handler(BaseHTTPRequestHandler):
    runner: FakeRunner
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        pass

    def _answer(self, status: int, body: Any = None) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _run(self) -> Run | None:
        if self.headers["Authorization"] != f"Bearer {self.runner.token}":
            self._answer(401)
            return None
        run = self.runner.runs.get(self.path.split("/")[2])
        if run is None:
            self._answer(404)
        return run

    def do_PUT(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if request["run_id"] not in self.runner.runs:
            run = self.runner.runs[request["run_id"]] = Run(request)
            run.say("STARTING")
            run.say("RUNNING")
            if then := request["arguments"].get("--then"):
                run.say(then, "made to fail" if then == "FAILED" else None, 2.4)
            self.runner.started.put(run)
        self._answer(202, self.runner.runs[request["run_id"]].states[-1])

    def do_DELETE(self) -> None:
        if run := self._run():
            run.say("STOPPED", None, 1.0)
            self._answer(202)

    def do_GET(self) -> None:
        run = self._run()
        if run is None:
            return
        if not self.path.endswith("/events"):
            self._answer(200, run.states[-1])
            return
        self.send_response(200)
        self.send_header("Connection", "close")
        self.send_header("Transfer-Encoding", "chunked")  # an event is a chunk, as with the real one
        self.end_headers()
        position = len(run.states) - 1
        while True:
            with run.changed:
                while position >= len(run.states):
                    run.changed.wait(0.2)
                    if self.runner.server is None:
                        self.close_connection = True
                        return
                status = run.states[position]
            position += 1
            event = json.dumps(status).encode() + b"\n"
            self.wfile.write(b"%x\r\n%b\r\n" % (len(event), event))
            self.wfile.flush()
            if status["state"] in TERMINAL:
                self.wfile.write(b"0\r\n\r\n")
                self.close_connection = True
                return


@pytest.fixture(scope="module")
def own_config(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Config:
    home = tmp_path_factory.mktemp("glue")
    return replace(config, home=home, emulator_port=free_port(), runner_port=free_port())


@pytest.fixture(scope="module")
def fake(own_config: Config) -> Iterator[FakeRunner]:
    runner = FakeRunner(own_config.runner_port, own_config.runner_token)
    runner.listen()
    yield runner
    if runner.server:
        runner.close()


@dataclass
class Emulator:
    """The emulator under test, which a test may kill."""

    config: Config
    supervisor: Supervisor

    def start(self) -> None:
        spec = service_spec(self.config, "emulator")
        self.supervisor.start(spec)
        self.supervisor.wait(spec)

    def kill(self) -> None:
        process = self.supervisor.find("emulator")
        assert process
        process.kill()
        process.wait(60)

    def client(self, service: str) -> Any:
        return aws_clients.client(self.config, service)


@pytest.fixture(scope="module")
def machine(own_config: Config, fake: FakeRunner) -> Iterator[Emulator]:
    emulator = Emulator(own_config, Supervisor(own_config))
    emulator.start()
    yield emulator
    emulator.supervisor.stop(["emulator"])


@pytest.fixture
def glue(machine: Emulator) -> Any:
    return machine.client("glue")
