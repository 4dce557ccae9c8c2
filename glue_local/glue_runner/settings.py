"""What the runner is told by its environment. Nothing else in this package reads `os.environ` for settings.

GLUE_RUNNER_LISTEN    host:port of the API (127.0.0.1:4580)
GLUE_RUNNER_TOKEN     bearer token of the API; required by the server
GLUE_RUNNER_HOME      folder for run states, work folders and caches (a folder below the temporary one)
GLUE_RUNNER_JARS      folder with the jars of jars.json (~/.cache/rapid-analytics/jars)
GLUE_RUNNER_WARM      processes kept ready (1); 0 starts each job cold
GLUE_RUNNER_PARALLEL  jobs that run at once (3); more are queued
GLUE_RUNNER_HEAP_MB   Java heap of one job (1024)
GLUE_RUNNER_MASTER    local[*], local[N] or spark://host:port. On a cluster the driver runs here (client mode);
                      workers need Python 3.11 with this package's environment and reach the same AWS endpoint.
GLUE_RUNNER_LOG_LEVEL DEBUG, INFO (default), WARNING or ERROR: of the runner itself
AWS_ENDPOINT_URL, AWS_REGION, credentials: as for any AWS client
"""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PREFIX = "GLUE_RUNNER_"


class SettingsError(Exception):
    """A setting is missing or cannot be used."""


@dataclass(frozen=True)
class Settings:
    """The parsed environment."""

    host: str
    port: int
    token: str
    home: Path
    jars: Path
    warm: int
    parallel: int
    heap_mb: int
    master: str
    log_level: str

    @property
    def work(self) -> Path:
        """Work folders of living processes; emptied when the runner starts."""
        return self.home / "work"

    @property
    def cache(self) -> Path:
        """What later runs can use again: Python modules."""
        return self.home / "cache"

    @property
    def runs(self) -> Path:
        """One file per run."""
        return self.home / "runs"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Reads the environment.

    Raises:
        SettingsError: a value that cannot be used.
    """
    environ = os.environ if environ is None else environ

    def number(name: str, default: int, least: int) -> int:
        text = environ.get(PREFIX + name, str(default))
        if not text.isdigit() or int(text) < least:
            raise SettingsError(f"{PREFIX}{name}={text!r}: use a whole number from {least} up.")
        return int(text)

    host, colon, port = environ.get(PREFIX + "LISTEN", "127.0.0.1:4580").rpartition(":")
    if not colon or not port.isdigit():
        raise SettingsError(f"{PREFIX}LISTEN: use host:port, for example 127.0.0.1:4580.")
    return Settings(
        host=host,
        port=int(port),
        token=environ.get(PREFIX + "TOKEN", ""),
        home=Path(environ.get(PREFIX + "HOME") or Path(tempfile.gettempdir()) / f"glue-runner-{os.getuid()}"),
        jars=Path(environ.get(PREFIX + "JARS") or "~/.cache/rapid-analytics/jars").expanduser(),
        warm=number("WARM", 1, 0),
        parallel=number("PARALLEL", 3, 1),
        heap_mb=number("HEAP_MB", 1024, 256),
        master=environ.get(PREFIX + "MASTER") or "local[*]",
        log_level=environ.get(PREFIX + "LOG_LEVEL") or "INFO",
    )


def child_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a job: this one without the runner's own variables, its token among them."""
    return {name: value for name, value in environ.items() if not name.startswith(PREFIX)}
