"""What all execution environments of one emulator share: the runtime folder, scratch space and the warden."""

import atexit
import os
import shutil
import subprocess
import sys
import threading
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from rapid.core import config as configuration

FOLDER = Path(__file__).parent
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
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
SUPPORTED_RUNTIMES = ("python3.9", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14")
"""All of them run on the Python that the emulator has; `plugin` warns where that differs."""


class Host:
    """The folders and the warden of this emulator process. Make it through `host()`."""

    def __init__(self, home: Path) -> None:
        """Args: home: a folder of this emulator alone; leftovers of an earlier one in it are removed."""
        shutil.rmtree(home, ignore_errors=True)
        self.scratch = home / "environments"
        self.layers = home / "layers"
        self.runtime = home / "runtime"
        for folder in (self.scratch, self.layers, self.runtime / "bin"):
            folder.mkdir(parents=True)
        self.interpreter = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
        self._link_runtime()
        self._lock = threading.Lock()
        self._warden: subprocess.Popen[bytes] | None = None
        self._warden_fd = -1

    def _link_runtime(self) -> None:
        for name in ("python", "python3", f"python{PYTHON}"):
            (self.runtime / "bin" / name).symlink_to(self.interpreter)
        packages = Path(str(distribution("awslambdaric").locate_file("")))
        wanted = [*(f"{n}-*.dist-info" for n in DISTRIBUTIONS), *BUNDLED, *(f"{n}.*" for n in BUNDLED)]
        for pattern in wanted:
            for found in packages.glob(pattern):
                (self.runtime / found.name).symlink_to(found)

    @property
    def warden_fd(self) -> int:
        """The write end of the warden's pipe; starts the warden on first use, and again if it was killed."""
        with self._lock:
            if self._warden is None or self._warden.poll() is not None:
                read_end, self._warden_fd = os.pipe()
                command = [sys.executable, str(FOLDER / "warden.py"), str(self.runtime)]
                self._warden = subprocess.Popen(command, stdin=read_end, start_new_session=True)
                os.close(read_end)
            return self._warden_fd

    def close(self) -> None:
        """Removes the scratch folders; the warden ends with this process."""
        shutil.rmtree(self.scratch, ignore_errors=True)


@cache
def host() -> Host:
    """The one of this process."""
    made = Host(configuration.load().run / "lambda")
    atexit.register(made.close)
    return made
