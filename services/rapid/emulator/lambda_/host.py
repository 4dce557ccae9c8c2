"""What all execution environments of one emulator share: runtime folders, scratch space and the warden."""

import atexit
import os
import shutil
import subprocess
import sys
import threading
from functools import cache, cached_property
from importlib.metadata import distribution
from pathlib import Path

from rapid.core import config as configuration
from rapid.emulator.certificate import authority
from rapid.emulator.lambda_ import node_sdk
from rapid.emulator.lambda_.runtimes import OWN, Runtime, own_python
from rapid.emulator.lambda_.variables import AUTHORITY

FOLDER = Path(__file__).parent
INSIDE = FOLDER / "inside"
BUNDLED = (
    "awslambdaric",
    "boto3",
    "botocore",
    "dateutil",
    "jmespath",
    "runtime_client",
    "s3transfer",
    "simplejson",
    "six",
    "snapshot_restore_py",
    "urllib3",
)
"""Modules of AWS's Python image beside the standard library: the SDK, its dependencies and the runtime client.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html"""
DISTRIBUTIONS = (
    "awslambdaric", "boto3", "botocore", "jmespath", "python_dateutil", "s3transfer", "simplejson", "six",
    "snapshot_restore_py", "urllib3",
)  # fmt: skip
HIDDEN = ("/opt", "/tmp", "/var/task", "/var/runtime")  # noqa: S108 - what an environment's own folders hide


class Host:
    """The folders and the warden of this emulator process. Make it through `host()`."""

    def __init__(self, home: Path, cache: Path) -> None:
        """Begins with empty folders.

        Args:
            home: a folder of this emulator alone; leftovers of an earlier one in it are removed.
            cache: what outlives it.
        """
        self.cache = cache
        shutil.rmtree(home, ignore_errors=True)
        self.scratch = home / "environments"
        self.layers = home / "layers"
        self._runtimes = home / "runtimes"
        for folder in (self.scratch, self.layers, self._runtimes):
            folder.mkdir(parents=True)
        self._packages = Path(str(distribution("awslambdaric").locate_file(""))).resolve()
        self._lock = threading.Lock()
        self._warden: subprocess.Popen[bytes] | None = None
        self._warden_fd = -1

    def runtime_folder(self, runtime: Runtime) -> Path:
        """What is /var/runtime on AWS, made on first use."""
        folder = self._runtimes / f"{runtime.family}{runtime.version}"
        with self._lock:
            if not folder.exists():
                building = folder.with_name(f"{folder.name}.new")
                (building / "bin").mkdir(parents=True)
                shutil.copyfile(authority(), building / AUTHORITY)
                if runtime.family == "python":
                    self._fill_python(building, runtime)
                elif runtime.family == "nodejs":
                    shutil.copyfile(INSIDE / "client.mjs", building / "client.mjs")
                    (building / "node_modules").symlink_to(node_sdk.folder(self.cache))
                building.rename(folder)
        return folder

    def _fill_python(self, folder: Path, runtime: Runtime) -> None:
        for name in ("python", "python3", f"python{runtime.version}"):
            (folder / "bin" / name).symlink_to(runtime.program)
        compiled_here = runtime.version == OWN
        if not compiled_here:
            shutil.copyfile(INSIDE / "runtime_client.py", folder / "runtime_client.py")
        bundled = [name for name in BUNDLED if compiled_here or name != "runtime_client"]
        for pattern in [*(f"{n}-*.dist-info" for n in DISTRIBUTIONS), *bundled, *(f"{n}.*" for n in bundled)]:
            for found in self._packages.glob(pattern):
                (folder / found.name).symlink_to(found)

    def isolates(self, runtime: Runtime) -> bool:
        """Whether functions of a runtime get AWS's folders by their literal names: see `inside.isolation`."""
        needed = [own_python(), runtime.program, str(self._packages), str(INSIDE)]
        real = [os.path.realpath(path) for path in needed if path]
        return self._can_isolate and not any(path.startswith(f"{hidden}/") for path in real for hidden in HIDDEN)

    @cached_property
    def _can_isolate(self) -> bool:
        if not sys.platform.startswith("linux"):
            return False
        trial = [own_python(), "-S", str(INSIDE / "isolation.py"), str(self.scratch)]
        return subprocess.run(trial, capture_output=True, check=False).returncode == 0

    @property
    def warden_fd(self) -> int:
        """The write end of the warden's pipe; starts the warden on first use, and again if it was killed."""
        with self._lock:
            if self._warden is None or self._warden.poll() is not None:
                read_end, self._warden_fd = os.pipe()
                command = [sys.executable, str(FOLDER / "warden.py")]
                self._warden = subprocess.Popen(command, stdin=read_end, start_new_session=True)
                os.close(read_end)
            return self._warden_fd

    def close(self) -> None:
        """Removes the scratch folders; the warden ends with this process."""
        shutil.rmtree(self.scratch, ignore_errors=True)


@cache
def host() -> Host:
    """The one of this process."""
    config = configuration.load()
    made = Host(config.run / "lambda", config.cache)
    atexit.register(made.close)
    return made
