"""What is installed beside the runner, and how modules that a job brings live with it.

As on AWS, where pip installs into Glue's own environment, a job's module takes the libraries that are there: another
NumPy beside one that Spark has already loaded would break both.
"""

import re
from collections.abc import Iterable, Sequence
from importlib.metadata import Distribution, distributions
from pathlib import Path


def normal(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements: Iterable[str]) -> set[str]:
    """The distributions that requirements name: `pandas==2.1`, `/tmp/mine-1.0-py3-none-any.whl`, ..."""
    found = set()
    for item in requirements:
        if match := re.match(r"[A-Za-z0-9][A-Za-z0-9._]*(?:-(?!\d)[A-Za-z0-9._]+)*", Path(item).name):
            found.add(normal(match[0]))
    return found


def versions() -> dict[str, str]:
    """Every distribution of this environment with its version."""
    return {normal(found.name): found.version for found in distributions() if found.name}


def pins(requirements: Sequence[str]) -> list[str]:
    """Constraints that keep this environment's versions, but for what is asked for by name."""
    wanted = names(requirements)
    return sorted(f"{name}=={version}" for name, version in versions().items() if name not in wanted)


def replaces(requirements: Sequence[str]) -> bool:
    """Whether a job asks by name for something that is installed, so that a process that has loaded it will not do."""
    return not names(requirements).isdisjoint(versions())


def drop_copies(target: Path) -> None:
    """Removes from a folder of new modules those that this environment has in the same version."""
    here = versions()
    for found in list(distributions(path=[str(target)])):
        if here.get(normal(found.name)) == found.version:
            _remove(found, target)


def _remove(distribution: Distribution, target: Path) -> None:
    folders: set[Path] = set()
    for file in distribution.files or ():
        path = target / file
        if path.resolve().is_relative_to(target.resolve()):
            path.unlink(missing_ok=True)
            folders.update(parent for parent in path.parents if parent != target and parent.is_relative_to(target))
    for folder in sorted(folders, key=lambda folder: len(folder.parts), reverse=True):
        compiled = folder / "__pycache__"
        if compiled.is_dir() and not any(compiled.iterdir()):
            compiled.rmdir()
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
