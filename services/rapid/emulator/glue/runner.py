"""The Glue runner's HTTP API, as the emulator uses it. The runner runs scripts; what Glue decides is decided here."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests

from rapid.core.config import Config
from rapid.emulator.glue.errors import RunnerUnavailableError, RunUnknownError
from rapid.emulator.glue.models import Structure

CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 60.0
"""After this long without an event the stream is opened anew, so that a vanished host is noticed."""


@dataclass(frozen=True)
class RunStatus:
    """What the runner says of one run.

    Attributes:
        execution_seconds: None until the script has started.
        reports: what the run has reported since the status before: results of data quality, a session's statements.
    """

    state: str
    error_message: str | None
    execution_seconds: float | None
    reports: tuple[Structure, ...] = ()


def _status(text: str | bytes | Structure) -> RunStatus:
    found: dict[str, Any] = text if isinstance(text, dict) else json.loads(text)
    return RunStatus(
        found["state"], found.get("error_message"), found.get("execution_seconds"), tuple(found.get("reports", ()))
    )


class Runner:
    """A client of the Glue runner. Thread-safe: every call has a connection of its own.

    Raises:
        RunnerUnavailableError: from every method, when the runner does not answer, or answers with an error.
    """

    def __init__(self, config: Config) -> None:
        self.url = config.runner_url
        self._headers = {"Authorization": f"Bearer {config.runner_token}"}

    def _call(self, method: str, path: str, **options: Any) -> requests.Response:
        timeout = (CONNECT_SECONDS, options.pop("read_seconds", 30.0))
        try:
            response = requests.request(method, self.url + path, headers=self._headers, timeout=timeout, **options)
        except requests.RequestException as error:
            raise RunnerUnavailableError(
                f"The Glue runner at {self.url} cannot be reached ({type(error).__name__}). Start it with ./rapid up."
            ) from error
        if response.status_code >= 400 and response.status_code != 404:
            raise RunnerUnavailableError(
                f"The Glue runner at {self.url} refused {method} {path.split('/')[1]}: "
                f"{response.status_code} {response.text[:500]}"
            )
        return response

    def start(self, request: Structure) -> None:
        """Hands a run over; a run that the runner already has stays as it is."""
        if self._call("PUT", f"/runs/{request['run_id']}", json=request).status_code == 404:
            raise RunnerUnavailableError(f"What answers at {self.url} is not a Glue runner.")

    def stop(self, run_id: str) -> None:
        self._call("DELETE", f"/runs/{run_id}")

    def send(self, run_id: str, message: Structure) -> None:
        """Passes a message to a run that is alive: a session's statement."""
        if self._call("POST", f"/runs/{run_id}/messages", json=message).status_code == 404:
            raise RunUnknownError(f"The Glue runner does not know run {run_id}.")

    def events(self, run_id: str) -> Iterator[RunStatus]:
        """The state now, then every change. Ends after a terminal state, or quietly after a long silence.

        Raises:
            RunnerUnavailableError: also when the stream breaks.
        """
        with self._call("GET", f"/runs/{run_id}/events", stream=True, read_seconds=SILENCE_SECONDS) as response:
            if response.status_code == 404:
                raise RunUnknownError(f"The Glue runner does not know run {run_id}: what it did is not known.")
            try:
                for line in response.iter_lines(chunk_size=None):  # as it arrives: an event is a chunk
                    if line:
                        yield _status(line)
            except requests.ConnectionError as error:
                if "Read timed out" in str(error):
                    return
                raise RunnerUnavailableError(f"The Glue runner at {self.url} broke off while a job ran.") from error
            except requests.RequestException as error:
                raise RunnerUnavailableError(f"The Glue runner at {self.url} broke off while a job ran.") from error
