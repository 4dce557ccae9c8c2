"""Runs scripts on a real runner, over its HTTP API."""

import io
import json
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from glue_runner import jars
from rapid.core.config import Config
from rapid.runner import token
from tests.waiting import SECONDS, until

BUCKET = "glue-runner-wire"


@dataclass
class Outcome:
    """A run that is over."""

    run_id: str
    states: list[str] = field(default_factory=list)
    error: str | None = None
    seconds: float = 0.0


@dataclass
class Client:
    """Talks to the runner as the Glue API does."""

    config: Config
    s3: Any
    logs_client: Any

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token(self.config)}"}
        return requests.request(method, self.config.runner_url + path, headers=headers, timeout=SECONDS, **options)

    def wait_for_warm(self) -> None:
        """Waits until a JVM is ready for a job."""
        until(lambda: self.call("GET", "/health").json()["warm"])

    def put(self, script: str, arguments: dict[str, str] | None = None, **more: Any) -> str:
        """Uploads a script and starts it. Returns the run's id."""
        run_id = f"jr_{uuid.uuid4().hex}"
        self.s3.put_object(Bucket=BUCKET, Key=f"scripts/{run_id}.py", Body=script.encode())
        body = {
            "job_name": "wire",
            "command": "glueetl",
            "script_location": f"s3://{BUCKET}/scripts/{run_id}.py",
            "arguments": arguments or {},
            **more,
        }
        answer = self.call("PUT", f"/runs/{run_id}", json=body)
        assert answer.status_code == 202, answer.text
        return run_id

    def wait(self, run_id: str, until: str = "") -> Outcome:
        """Follows a run to its end, or to a state."""
        outcome = Outcome(run_id)
        with self.call("GET", f"/runs/{run_id}/events", stream=True) as answer:
            for line in answer.iter_lines(chunk_size=1):
                status = json.loads(line)
                outcome.states.append(status["state"])
                outcome.error, outcome.seconds = status["error_message"], status["execution_seconds"]
                if status["state"] == until:
                    break
        return outcome

    def run(self, script: str, arguments: dict[str, str] | None = None, **more: Any) -> Outcome:
        return self.wait(self.put(script, arguments, **more))

    def logs(self, run_id: str, kind: str = "output") -> list[str]:
        pages = self.logs_client.get_paginator("filter_log_events").paginate(
            logGroupName=f"/aws-glue/jobs/{kind}", logStreamNames=[run_id]
        )
        return [event["message"] for page in pages for event in page["events"]]


def bring_jars(config: Config, group: str) -> None:
    """Fetches a group of jars, or skips the test on a machine that cannot."""
    kept = config.cache / "jars"
    try:
        jars.fetch(kept, jars.missing(kept, group))
    except jars.JarError as error:
        pytest.skip(f"no network: {error}")


def wheel(name: str, code: str) -> bytes:
    """A wheel of one module."""
    info, buffer = f"{name}-1.0.dist-info", io.BytesIO()
    files = {
        f"{name}.py": code,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def jobs(runner: Config, aws: Callable[[str], Any]) -> Client:
    aws("s3").create_bucket(Bucket=BUCKET)
    return Client(runner, aws("s3"), aws("logs"))
