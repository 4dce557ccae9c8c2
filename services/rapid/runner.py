"""How the Glue runner process is started: its command and its environment.

The runner lives in `glue_local/` and knows nothing of this package; it is told everything by its environment.
"""

import contextlib
import os
import secrets
import subprocess
import tempfile
from collections.abc import Callable

from rapid.core import aws
from rapid.core.config import ROOT, Config

_SOURCE = str(ROOT / "glue_local")


def command(config: Config) -> list[str]:
    return [str(config.python("glue")), "-m", "glue_runner.server"]


def environment(config: Config) -> dict[str, str]:
    """The variables of the runner's contract, see `glue_local/glue_runner/__init__.py`."""
    installer = {k: v for k, v in os.environ.items() if k.startswith(("UV_", "PIP_"))}  # --additional-python-modules
    return {
        **installer,
        **aws.environment(config),
        "PYTHONPATH": _SOURCE,
        "GLUE_RUNNER_LISTEN": f"{config.host}:{config.runner_port}",
        "GLUE_RUNNER_TOKEN": token(config),
        "GLUE_RUNNER_HOME": str(config.state / "glue"),
        "GLUE_RUNNER_JARS": str(config.cache / "jars"),
        "GLUE_RUNNER_WARM": str(config.glue_warm),
        "GLUE_RUNNER_PARALLEL": str(config.glue_parallel),
        "GLUE_RUNNER_HEAP_MB": str(config.glue_memory_mb),
        "GLUE_RUNNER_MASTER": config.spark_master,
        "GLUE_RUNNER_LOG_LEVEL": config.log_level,
    }


def prepare(config: Config, report: Callable[[str], None]) -> None:
    """Makes the class archive, from which each job's JVM starts, unless it is there. Jobs run without it, too."""
    command = [str(config.python("glue")), "-m", "glue_runner.archive"]
    own = {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": _SOURCE,
        "GLUE_RUNNER_JARS": str(config.cache / "jars"),
    }
    with tempfile.TemporaryFile("w+") as said:
        with subprocess.Popen(command, env=own, stdout=subprocess.PIPE, stderr=said, text=True) as process:
            for line in process.stdout or ():
                report(line.strip())
        if process.returncode:
            said.seek(0)
            reason = said.read().strip().splitlines()
            unknown = f"the class archive could not be made (exit code {process.returncode}): jobs start slower"
            report(reason[-1] if reason else unknown)


def token(config: Config) -> str:
    """The runner's bearer token: as configured, else generated once per RAPID_HOME and kept readable by its owner."""
    if config.runner_token:
        return config.runner_token
    path = config.run / "runner-token"
    if not path.exists():
        config.run.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=config.run) as draft:  # mode 0600
            draft.write(secrets.token_urlsafe(32))
            draft.flush()
            # Whoever links first decides: emulator and runner start side by side and must agree.
            with contextlib.suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_text()
