"""One run, as it is asked for. The HTTP body of `PUT /runs/{run_id}` and the first line on a job's standard input."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from glue_runner.arguments import of_script

COMMANDS = frozenset({"glueetl", "gluestreaming", "pythonshell", "session"})


class RequestError(Exception):
    """A run that cannot be understood."""


@dataclass(frozen=True)
class RunRequest:
    """What to run. `arguments` are merged by precedence already; `timeout_seconds` is None for no limit."""

    run_id: str
    job_name: str
    script_location: str
    command: str = "glueetl"
    arguments: Mapping[str, str] = field(default_factory=dict)
    attempt: int = 0
    timeout_seconds: float | None = None
    glue_version: str | None = None
    python_version: str | None = None
    workers: int | None = None
    log_group: str = "/aws-glue/jobs"
    idle_seconds: float | None = None
    """Of a session: how long it lives without a statement."""

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> "RunRequest":
        """Reads a JSON body. Keys that are not known are passed over.

        Raises:
            RequestError: a key is missing or has an unusable value.
        """
        missing = [name for name in ("run_id", "job_name", "script_location") if not body.get(name)]
        if missing:
            raise RequestError(f"A run needs {', '.join(missing)}.")
        known = {name: body[name] for name in cls.__dataclass_fields__ if body.get(name) is not None}
        request = cls(**known)
        if not re.fullmatch(r"[A-Za-z0-9_.-]{1,255}", request.run_id) or request.run_id.startswith("."):
            raise RequestError(f"run_id {request.run_id!r}: use letters, digits, '_', '-' and '.'.")
        if request.command not in COMMANDS:
            raise RequestError(f"command {request.command!r} is not one. Valid: {', '.join(sorted(COMMANDS))}.")
        return request

    @property
    def needs_spark(self) -> bool:
        return self.command != "pythonshell"

    def argv(self) -> list[str]:
        """What the script finds in `sys.argv` after its own name."""
        digest = hashlib.sha256(self.job_name.encode()).hexdigest()
        always = {"--JOB_NAME": self.job_name, "--JOB_ID": f"j_{digest}", "--JOB_RUN_ID": self.run_id}
        if not self.needs_spark or self.command == "session":
            always = {}
        return [part for pair in {**always, **of_script(self.arguments)}.items() for part in pair]
