"""Helpers for Lambda's wire tests: make a function, invoke it, read its logs."""

import base64
import io
import itertools
import json
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from rapid.cli.services import spec as service_spec
from rapid.core import aws as aws_clients
from rapid.core.config import Config
from rapid.core.processes import Supervisor
from tests.conftest import free_port
from tests.waiting import until

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


HOLD = """
import os, time, urllib.error, urllib.request

def hold(bucket):
    while True:
        try:
            urllib.request.urlopen(f"{os.environ['AWS_ENDPOINT_URL']}/{bucket}/open")
        except urllib.error.HTTPError:
            time.sleep(0.05)
        else:
            return
"""


@dataclass(frozen=True)
class Gate:
    """What a function stands before, with `hold(event)`, until the test opens it. `source` defines `hold`."""

    s3: Any
    name: str
    source: str = HOLD

    def open(self) -> None:
        self.s3.put_object(Bucket=self.name, Key="open", Body=b"")


@pytest.fixture
def gate(aws: Callable[[str], Any]) -> Gate:
    made = Gate(aws("s3"), f"gate-{uuid.uuid4().hex}")
    made.s3.create_bucket(Bucket=made.name)
    return made


@pytest.fixture
def other_emulator(
    config: Config, tmp_path: Any, request: pytest.FixtureRequest
) -> Iterator[tuple[Supervisor, Config]]:
    """An emulator of the test's own, with the LocalStack settings that the test gives as its parameter."""
    own = replace(config, home=tmp_path / "home", emulator_port=free_port())
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
def other_functions(other_emulator: tuple[Supervisor, Config]) -> Functions:
    """Functions in `other_emulator`."""
    return Functions(lambda service: aws_clients.client(other_emulator[1], service))
