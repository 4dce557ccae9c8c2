"""What runs a function: an interpreter of its version, Node.js, or the function's own `bootstrap`.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html (read 2026-11). Where this machine has no Python of
the version, the emulator's runs it, with a warning; another Node.js than asked for runs it, too. Java, .NET and Ruby,
and container images, are refused by name.
"""

import logging
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LOG = logging.getLogger(__name__)

OWN = f"{sys.version_info.major}.{sys.version_info.minor}"
PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
TOO_OLD = frozenset({"3.9"})
"""Of which AWS's current SDK and runtime client make no use any more."""
NODES = ("18", "20", "22", "24")
SUPPORTED = (
    *(f"python{version}" for version in PYTHONS), *(f"nodejs{version}.x" for version in NODES),
    "provided.al2", "provided.al2023",
)  # fmt: skip
BLOCKED = frozenset({
    "nodejs", "nodejs4.3", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x", "nodejs16.x",
    "python2.7", "python3.6", "python3.7", "python3.8", "dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1",
    "dotnetcore3.1", "dotnet5.0", "dotnet6", "ruby2.5", "ruby2.7", "go1.x", "java8", "provided",
})  # fmt: skip
"""With which AWS makes and updates no functions any more.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html#runtimes-deprecated (read 2026-11)"""


class UnsupportedRuntimeError(Exception):
    """The function cannot run on this machine; the message says why."""


@dataclass(frozen=True)
class Runtime:
    """`family` is python, nodejs or provided. `version` is what really runs; `program` is it (none for provided)."""

    family: str
    version: str
    program: str


@cache
def find(name: str) -> Runtime:
    """What runs functions of a runtime.

    Raises:
        UnsupportedRuntimeError: nothing does.
    """
    if name not in SUPPORTED:
        raise UnsupportedRuntimeError(f"Runtime {name} cannot run here; supported: {', '.join(SUPPORTED)}.")
    if name.startswith("python"):
        return _python(name.removeprefix("python"))
    return _node(name) if name.startswith("nodejs") else Runtime("provided", name.removeprefix("provided."), "")


def own_python() -> str:
    """The interpreter below the emulator's environment."""
    return str(getattr(sys, "_base_executable", sys.executable))


def _python(version: str) -> Runtime:
    if version == OWN:
        return Runtime("python", OWN, own_python())
    if version in TOO_OLD:
        LOG.warning("The SDK that is here does not run on Python %s: its functions run on %s.", version, OWN)
        return Runtime("python", OWN, own_python())
    from uv import find_uv_bin

    asked = [find_uv_bin(), "python", "find", version, "--system", "--no-project", "--no-python-downloads"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    places = [found.stdout.strip()] if found.returncode == 0 else []
    places += map(str, sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"), reverse=True))
    if places:
        return Runtime("python", version, places[0])
    LOG.warning("There is no Python %s on this machine: its functions run on %s.", version, OWN)
    return Runtime("python", OWN, own_python())


def _node(name: str) -> Runtime:
    program = shutil.which("node")
    if program is None:
        raise UnsupportedRuntimeError(f"Runtime {name} needs Node.js, and there is no `node` on this machine's PATH.")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    version = said.strip().removeprefix("v").partition(".")[0]
    if name != f"nodejs{version}.x":
        LOG.warning("The machine's Node.js is %s: functions of %s run on it.", said.strip(), name)
    return Runtime("nodejs", version, program)
