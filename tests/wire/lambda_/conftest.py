"""Helpers for Lambda's wire tests: make a function, invoke it, read its logs."""

import base64
import io
import itertools
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from rapid.cli.services import spec as service_spec
from rapid.core import aws as aws_clients
from rapid.core.config import Config
from rapid.core.processes import Supervisor

ROLE = "arn:aws:iam::000000000000:role/lambda"
_numbers = itertools.count()


def archive_of(files: dict[str, str]) -> bytes:
    """A zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


@dataclass(frozen=True)
class Answer:
    """What one invocation answered. `log` is the decoded LogResult."""

    status: int
    error: str | None
    payload: Any
    log: str
    version: str


def until(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Waits for a truthy value; the time limit only bounds a failing test."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.05)


@dataclass
class Functions:
    """Functions of one test; deleted after it."""

    aws: Callable[[str], Any]
    names: list[str] = field(default_factory=list)

    def create(self, source: str = "", files: dict[str, str] | None = None, **options: Any) -> str:
        name = f"f{next(_numbers)}-{time.time_ns()}"
        defaults = {"Runtime": "python3.11", "Handler": "index.handler", "Role": ROLE, "Timeout": 10}
        code = {"ZipFile": archive_of(files or {"index.py": source})}
        self.aws("lambda").create_function(FunctionName=name, Code=code, **{**defaults, **options})
        self.names.append(name)
        self.settle(name)
        return name

    def settle(self, name: str) -> dict[str, Any]:
        """Waits until the function is neither being made nor updated; returns its configuration."""

        def settled() -> Any:
            config = self.aws("lambda").get_function_configuration(FunctionName=name)
            return config["State"] != "Pending" and config.get("LastUpdateStatus") != "InProgress" and config

        return until(settled)

    def update(self, name: str, **changes: Any) -> None:
        self.aws("lambda").update_function_configuration(FunctionName=name, **changes)
        self.settle(name)

    def replace_code(self, name: str, source: str) -> None:
        self.aws("lambda").update_function_code(FunctionName=name, ZipFile=archive_of({"index.py": source}))
        self.settle(name)

    def invoke(self, name: str, event: Any = None, **options: Any) -> Answer:
        payload = json.dumps({} if event is None else event)
        response = self.aws("lambda").invoke(FunctionName=name, Payload=payload, **{"LogType": "Tail", **options})
        body = response["Payload"].read()
        log = base64.b64decode(response.get("LogResult", "")).decode(errors="replace")
        return Answer(
            response["StatusCode"],
            response.get("FunctionError"),
            json.loads(body) if body else None,
            log,
            response.get("ExecutedVersion", ""),
        )

    def events(self, name: str, group: str | None = None) -> list[str]:
        """All messages in the function's log group, in order."""
        logs = self.aws("logs")
        group = group or f"/aws/lambda/{name}"
        try:
            pages = logs.get_paginator("describe_log_streams").paginate(logGroupName=group)
            streams = [s["logStreamName"] for page in pages for s in page["logStreams"]]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [m for stream in sorted(streams) for m in self._stream(group, stream)]

    def reported(self, name: str, reports: int = 1, group: str | None = None) -> list[str]:
        """As `events`, once they hold so many REPORT lines (or platform.report)."""

        def found() -> list[str]:
            events = self.events(name, group)
            enough = sum(e.startswith("REPORT") or '"platform.report"' in e for e in events) >= reports
            return events if enough else []

        return list(until(found))

    def _stream(self, group: str, stream: str) -> Iterator[str]:
        arguments = {"logGroupName": group, "logStreamName": stream, "startFromHead": True}
        token = None
        while True:
            page = self.aws("logs").get_log_events(**arguments, **({"nextToken": token} if token else {}))
            yield from (event["message"] for event in page["events"])
            if not page["events"] or page["nextForwardToken"] == token:
                return
            token = page["nextForwardToken"]

    def close(self) -> None:
        for name in self.names:
            self.aws("lambda").delete_function(FunctionName=name)


@pytest.fixture
def functions(aws: Callable[[str], Any]) -> Iterator[Functions]:
    made = Functions(aws)
    yield made
    made.close()


@pytest.fixture
def zipped() -> Callable[[dict[str, str]], bytes]:
    return archive_of


@pytest.fixture
def other_emulator(
    config: Config, tmp_path: Any, request: pytest.FixtureRequest, free_ports: Callable[[], int]
) -> Iterator[tuple[Supervisor, Config]]:
    """An emulator of the test's own, with the LocalStack settings that the test gives as its parameter."""
    own = replace(config, home=tmp_path / "home", emulator_port=free_ports())
    spec = service_spec(own, "emulator")
    spec = replace(spec, environment={**spec.environment, **getattr(request, "param", {})})
    supervisor = Supervisor(own)
    supervisor.start(spec)
    try:
        supervisor.wait(spec)
        yield supervisor, own
    finally:
        supervisor.stop(["emulator"])


@pytest.fixture
def free_ports() -> Callable[[], int]:
    import socket

    def port() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    return port


@pytest.fixture
def other_functions(other_emulator: tuple[Supervisor, Config]) -> Functions:
    """Functions in `other_emulator`."""
    return Functions(lambda service: aws_clients.client(other_emulator[1], service))
