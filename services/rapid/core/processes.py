"""Starts, finds and stops the processes of this project.

A service is described by `ServiceSpec`. A started one leaves a process file, `<run>/<name>.json`, holding its pid
and creation time, so that any later command finds it and never mistakes a recycled pid for it.
Each service leads a session of its own: stopping it stops everything it started.
"""

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from rapid.core.config import Config
from rapid.core.errors import ServiceError

STOP_SECONDS = 10.0
"""How long a service may take to stop by itself before it is killed."""

MINIMUM_FREE_BYTES = 1 << 30


@dataclass(frozen=True)
class ServiceSpec:
    """What is needed to run one service."""

    name: str
    title: str
    port: int
    url: str
    health_path: str
    command: list[str]
    environment: Mapping[str, str]
    port_setting: str
    ready_seconds: float = 180.0
    cwd: Path | None = None


@dataclass(frozen=True)
class ServiceStatus:
    """What one service is doing now. `state` is running, starting, dead (it was up and is gone) or stopped."""

    name: str
    state: str
    pid: int | None
    port: int
    url: str
    memory_mb: float | None = None
    uptime_seconds: float | None = None
    log: str = ""


@dataclass
class Supervisor:
    """Starts, watches and stops services for one `Config`."""

    config: Config
    started: list[str] = field(default_factory=list)

    def _file(self, name: str) -> Path:
        return self.config.run / f"{name}.json"

    def log_path(self, name: str) -> Path:
        return self.config.logs / f"{name}.log"

    def find(self, name: str) -> psutil.Process | None:
        """The living process of a service, or None."""
        try:
            entry = json.loads(self._file(name).read_text())
            process = psutil.Process(entry["pid"])
            same = abs(process.create_time() - entry["created"]) < 1.0
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except (OSError, ValueError, KeyError, psutil.Error):
            return None

    def died(self, name: str) -> bool:
        """Whether a service was started, not stopped, and is gone."""
        return self._file(name).exists() and not self.find(name)

    def start(self, spec: ServiceSpec) -> bool:
        """Starts a service unless it runs already. Does not wait until it answers: see `wait`.

        Returns:
            True if a process was started.

        Raises:
            ServiceError: its port is taken, its interpreter is missing, or the disk is full.
        """
        if self.find(spec.name):
            return False
        require_free_port(self.config.host, spec.port, spec.title, spec.port_setting)
        _require_disk(self.config.home)
        for folder in (self.config.run, self.config.logs, self.config.state):
            folder.mkdir(parents=True, exist_ok=True)
        with self.log_path(spec.name).open("ab") as log:
            try:
                process = subprocess.Popen(
                    spec.command,
                    env=dict(spec.environment),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    cwd=spec.cwd or self.config.home,
                )
            except FileNotFoundError as error:
                raise ServiceError(
                    f"{spec.title} cannot start: {error.filename} is missing. Run ./rapid doctor."
                ) from error
        entry = {"pid": process.pid, "created": psutil.Process(process.pid).create_time(), "port": spec.port}
        self._file(spec.name).write_text(json.dumps(entry))
        self.started.append(spec.name)
        return True

    def wait(self, spec: ServiceSpec, on_tick: Callable[[], None] | None = None) -> float:
        """Waits until a service answers its health check.

        Returns:
            Seconds waited.

        Raises:
            ServiceError: the process died, or did not answer within `spec.ready_seconds`; carries the log's end.
        """
        begin = time.monotonic()
        while not healthy(spec):
            if not self.find(spec.name):
                raise ServiceError(f"{spec.title} stopped while starting. {self._log_end(spec.name)}")
            if time.monotonic() - begin > spec.ready_seconds:
                raise ServiceError(
                    f"{spec.title} did not answer {spec.url}{spec.health_path} within {spec.ready_seconds:.0f} s. "
                    f"{self._log_end(spec.name)}"
                )
            if on_tick:
                on_tick()
            time.sleep(0.05)
        return time.monotonic() - begin

    def _log_end(self, name: str, lines: int = 8) -> str:
        path = self.log_path(name)
        end = path.read_text(errors="replace").splitlines()[-lines:] if path.is_file() else []
        return f"The end of {path}:\n" + "\n".join(end)

    def status(self, spec: ServiceSpec) -> ServiceStatus:
        process = self.find(spec.name)
        if process is None:
            state = "dead" if self.died(spec.name) else "stopped"
            return ServiceStatus(spec.name, state, None, spec.port, spec.url, log=str(self.log_path(spec.name)))
        return ServiceStatus(
            name=spec.name,
            state="running" if healthy(spec) else "starting",
            pid=process.pid,
            port=spec.port,
            url=spec.url,
            memory_mb=round(_tree_rss(process) / 2**20, 1),
            uptime_seconds=round(time.time() - process.create_time(), 1),
            log=str(self.log_path(spec.name)),
        )

    def stop(self, names: Iterable[str]) -> list[str]:
        """Stops services and everything they started: politely, then, after `STOP_SECONDS`, by SIGKILL.

        Returns:
            The names of those that were running.
        """
        stopped: list[str] = []
        processes: list[psutil.Process] = []
        for name in names:
            process = self.find(name)
            if process:
                stopped.append(name)
                processes.extend([*_children(process), process])
                process.terminate()
            processes.extend(_session_members(self._file(name)))
            self._file(name).unlink(missing_ok=True)
        leaders = [p for p in processes if _is_leader(p)]
        psutil.wait_procs(leaders, timeout=STOP_SECONDS)
        for process in processes:
            if process.is_running():
                _kill(process)
        psutil.wait_procs(processes, timeout=STOP_SECONDS)
        return stopped


def healthy(spec: ServiceSpec) -> bool:
    """Whether the service answers its health check with a status below 400."""
    connection = http.client.HTTPConnection(*_address(spec), timeout=2)
    try:
        connection.request("GET", spec.health_path)
        return connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _address(spec: ServiceSpec) -> tuple[str, int]:
    host = spec.url.split("//", 1)[1].rsplit(":", 1)[0]
    return ("127.0.0.1" if host == "0.0.0.0" else host, spec.port)  # noqa: S104


def require_free_port(host: str, port: int, title: str, setting: str) -> None:
    """Makes sure that a server can have its port.

    Raises:
        ServiceError: it is taken, by whom, and what to choose another with.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ServiceError(
                f"{title} cannot start: port {port} is taken{_port_owner(port)}. "
                f"Stop that process, or choose another port with {setting}."
            ) from error


def _port_owner(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.laddr and connection.laddr.port == port and connection.pid:
                return f" by pid {connection.pid} ({psutil.Process(connection.pid).name()})"
    except psutil.Error:
        return ""
    return ""


def _require_disk(folder: Path) -> None:
    existing = next(p for p in (folder, *folder.parents) if p.exists())
    free = shutil.disk_usage(existing).free
    if free < MINIMUM_FREE_BYTES:
        raise ServiceError(
            f"The disk of {existing} has {free / 2**20:.0f} MiB left; 1 GiB is needed. "
            "Free some space, or set RAPID_HOME to a folder on a larger disk."
        )


def _session_members(entry: Path) -> list[psutil.Process]:
    """Processes left in the session of a service whose leader may be gone (it was killed).

    There are none if the pid in a file that was left behind is another's by now.
    """
    try:
        read = json.loads(entry.read_text())
        leader, created = int(read["pid"]), float(read["created"])
    except (OSError, ValueError, KeyError):
        return []
    with contextlib.suppress(psutil.NoSuchProcess):
        if abs(psutil.Process(leader).create_time() - created) >= 1.0:
            return []
    if created < psutil.boot_time():
        return []
    members = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == leader:
                members.append(process)
        except (psutil.Error, OSError):
            continue
    return members


def _is_leader(process: psutil.Process) -> bool:
    try:
        return os.getsid(process.pid) == process.pid
    except (psutil.Error, OSError):
        return False


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


def _tree_rss(process: psutil.Process) -> int:
    total = 0
    for member in [process, *_children(process)]:
        try:
            total += member.memory_info().rss
        except psutil.Error:
            continue
    return total
