"""`pip` as a job sees it: what its script installs goes into the job's own folder, and is gone after it.

On AWS, too, it ends with the machine. Published scripts run `[sys.executable, "-m", "pip", "install", ...]`, `pip` by a
shell, or `pip.main`. What is here already in another version is kept, as for `--additional-python-modules`.
"""

import importlib
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from glue_runner.fetch import FetchError
from glue_runner.modules import install

LOOKS = frozenset({"list", "freeze", "show", "check"})
PASSED_OVER = frozenset({
    *("--user", "-q", "--quiet", "-v", "--verbose", "--no-cache-dir", "--disable-pip-version-check", "--no-input"),
    *("--no-warn-script-location", "--break-system-packages", "--force-reinstall", "--ignore-installed", "-I", "-U"),
    *("--upgrade", "--root-user-action=ignore"),
})  # fmt: skip
"""Flags without a meaning in a folder that was empty before."""
WITH_VALUE = frozenset({
    *("-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-f", "--find-links"),
    *("--no-binary", "--only-binary", "--python-version"),
})  # fmt: skip
TARGET = frozenset({"-t", "--target"})
IGNORED_WITH_VALUE = frozenset({"--trusted-host", "--timeout", "--retries", "--progress-bar", "--cache-dir", "--proxy"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Does what `pip` with these arguments would do. Returns its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    command = words[0] if words else ""
    if command in LOOKS:
        return subprocess.call([sys.executable, "-m", "uv", "pip", *words])
    if command != "install":
        print(f"pip {command}: not in a job here; there are install, {', '.join(sorted(LOOKS))}.", file=sys.stderr)  # noqa: T201
        return 0 if command in {"--version", "-V"} else 2
    folder = Path(os.environ["GLUE_INSTALLATION"])
    wanted, options, target = parsed(words[1:])
    downloads = folder.parent / "downloads"
    try:
        if wanted or options:
            install(wanted, shlex.join(options), downloads, Path(target) if target else folder, downloads)
    except FetchError:
        return 1  # the reason is told already
    importlib.invalidate_caches()
    print(f"Successfully installed {' '.join(wanted)}")  # noqa: T201 - as pip does
    return 0


def parsed(words: Sequence[str]) -> tuple[list[str], list[str], str | None]:
    """What is to be installed (`pip` itself is not), the installer's options, and the folder if one is named."""
    wanted: list[str] = []
    options: list[str] = []
    target, rest = None, iter(words)
    for word in rest:
        name, _, value = word.partition("=")
        if name in TARGET:
            target = value or next(rest, None)
        elif name in IGNORED_WITH_VALUE:
            value or next(rest, None)
        elif word in WITH_VALUE:
            options += [word, next(rest, "")]
        elif word.startswith("-"):
            options += [] if word in PASSED_OVER else [word]
        elif word.lower() != "pip":
            wanted.append(word)
    return wanted, options, target
