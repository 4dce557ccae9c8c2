"""The AWS SDK for JavaScript v3, which AWS's Node.js runtimes carry: fetched for the first function that needs it.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-sdk-included (read 2026-11). npm installs it
by `inside/node/package-lock.json` into the cache folder, once for all checkouts. The clients there are those that
functions use most; a package that brings others wins. Without npm or its registry the function starts all the same, and
says what it cannot import, as it would on AWS for a module that is nowhere.
"""

import fcntl
import hashlib
import logging
import shutil
import subprocess
from pathlib import Path

LOG = logging.getLogger(__name__)

LOCK = Path(__file__).parent / "inside" / "node"
_SOURCES = ("*.js", "*.mjs", "*.cjs")
_MINUTES = 5


def needed(code: Path) -> bool:
    """Whether a package names the SDK and does not bring it."""
    if (code / "node_modules" / "@aws-sdk").exists():
        return False
    found = (path for pattern in _SOURCES for path in code.rglob(pattern) if "node_modules" not in path.parts)
    return any("@aws-sdk/" in path.read_text(errors="ignore") for path in found)


def folder(cache: Path) -> Path:
    """Where its modules are, or will be: each version of the lock has a folder of its own."""
    version = hashlib.sha256((LOCK / "package-lock.json").read_bytes()).hexdigest()[:12]
    return cache / "node-sdk" / version / "node_modules"


def fetch(cache: Path) -> None:
    """Installs it, unless it is there or cannot be had; the emulator's log then says why."""
    modules = folder(cache)
    if modules.exists():
        return
    npm = shutil.which("npm")
    if npm is None:
        LOG.warning("Functions get no AWS SDK for JavaScript: there is no `npm` on this machine's PATH.")
        return
    place = modules.parent
    place.parent.mkdir(parents=True, exist_ok=True)
    with (place.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another emulator may be at it
        if modules.exists():
            return
        building = place.with_name(f"{place.name}.new")
        shutil.rmtree(building, ignore_errors=True)
        shutil.copytree(LOCK, building)
        LOG.info("Fetching the AWS SDK for JavaScript, once: about 100 MB on disk")
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        try:
            subprocess.run(command, cwd=building, check=True, capture_output=True, text=True, timeout=_MINUTES * 60)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            LOG.warning("Functions get no AWS SDK for JavaScript: npm could not install it: %s", error.stderr or error)
            return
        building.rename(place)
