"""--additional-python-modules: installed once per list, kept in the cache, linked into the job's path.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-libraries.html#addl-python-modules-support
"""

import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from glue_runner import installed
from glue_runner.fetch import FetchError, fetch

INSTALL_SECONDS = 600
REASON_LENGTH = 4000
MESSAGE = (
    "LAUNCH ERROR | Python Module Installer indicates modules that failed to install, check logs from the "
    "PythonModuleInstaller. Please refer logs for details."
)
"""What AWS says; the reason is in the run's error log."""


def install(wanted: Sequence[str], extra: str, cache: Path, folder: Path, downloads: Path) -> Path:
    """Makes modules importable from a folder. Returns where in the cache they are.

    Args:
        wanted: requirements as pip takes them, or s3:// locations of wheels.
        extra: `--python-modules-installer-option`, further options of the installer.
        cache: where installed lists are kept.
        folder: on the path of the driver and of Python workers.
        downloads: for wheels from S3.

    Raises:
        FetchError: the installer failed; carries its reason.
    """
    local = [str(fetch(item, downloads)) if item.startswith("s3") and "://" in item else item for item in wanted]
    pins = installed.pins(local)
    key = hashlib.sha256("\0".join([sys.version, extra, *map(_identity, local), *pins]).encode()).hexdigest()[:24]
    target = cache / "modules" / key
    if not target.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=target.parent))
        _install([*shlex.split(extra), *local], pins, fresh)
        installed.drop_copies(fresh)
        try:
            fresh.rename(target)
        except OSError:  # another run was first
            shutil.rmtree(fresh)
    for entry in target.iterdir():
        link = folder / entry.name
        if not link.exists():
            link.symlink_to(entry)
    return target


def packed(target: Path) -> Path:
    """Installed modules as an archive, made once, for the workers of a cluster."""
    archive = target.with_suffix(".tar.gz")
    if not archive.is_file():
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            made = Path(shutil.make_archive(str(Path(folder) / "modules"), "gztar", target))
            made.replace(archive)
    return archive


def _identity(item: str) -> str:
    path = Path(item)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else item


def _installer() -> list[str]:
    if importlib.util.find_spec("uv"):
        return [sys.executable, "-m", "uv", "pip", "install", "--python", sys.executable]
    if shutil.which("uv"):
        return ["uv", "pip", "install", "--python", sys.executable]
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
    raise FetchError("--additional-python-modules: neither uv nor pip is installed beside the Glue runner.")


def _install(arguments: list[str], pins: Sequence[str], target: Path) -> None:
    """Installs with what is here already, or, where modules do not go with that, with what they need."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as constraints:
        constraints.write("\n".join(pins))
        constraints.flush()
        reason = _run_installer(["--constraint", constraints.name, *arguments], target)
    reason = reason and _run_installer(arguments, target)
    if reason:
        shutil.rmtree(target, ignore_errors=True)
        print(f"PythonModuleInstaller: {reason[-REASON_LENGTH:]}", file=sys.stderr, flush=True)  # noqa: T201 - the log
        raise FetchError(MESSAGE)


def _run_installer(arguments: list[str], target: Path) -> str | None:
    """Runs the installer. Returns what it says if it fails."""
    index = os.environ.get("PIP_INDEX_URL")
    if index and "UV_DEFAULT_INDEX" not in os.environ:  # uv does not read pip's variables
        arguments = ["--default-index", index, *arguments]
    command = [*_installer(), "--target", str(target), *arguments]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False, env=dict(os.environ)
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {INSTALL_SECONDS} s"
    return None if done.returncode == 0 else done.stderr.strip() or done.stdout.strip() or "no reason given"
