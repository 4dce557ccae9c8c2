"""Jars from Maven Central, by the exact versions and SHA-256 of jars.json, kept in one folder and fetched once.

An entry of jars.json is {"coordinate": "group:artifact:version", "sha256", "size" in bytes, "group"}. The jars of group
"core" are fetched at set-up and are on the class path of every job; those of another group ("iceberg", ...) are fetched
when the first job asks for them ("kafka-broker": the first test). Standard library and Python 3.9 only: the bootstrap
`rapid` uses this module too.
"""

import contextlib
import fcntl
import hashlib
import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

MAVEN = "https://repo1.maven.org/maven2"
LIST = Path(__file__).resolve().parents[1] / "jars.json"
CORE = "core"
ATTEMPTS = 4
BLOCK_BYTES = 1 << 18

Jar = dict[str, Any]


class JarError(Exception):
    """A jar cannot be had; the message says what to do."""


def listed(*groups: str) -> list[Jar]:
    """The entries of these groups, in the list's order."""
    return [jar for jar in json.loads(LIST.read_text()) if jar["group"] in groups]


def path(jar: Jar, folder: Path) -> Path:
    _, artifact, version = jar["coordinate"].split(":")
    return folder / f"{artifact}-{version}.jar"


def paths(folder: Path, *groups: str) -> list[str]:
    """Where the jars of these groups are; no others that happen to lie in the folder."""
    return [str(path(jar, folder)) for jar in listed(*groups)]


def missing(folder: Path, *groups: str) -> list[Jar]:
    """Jars that are not there in full. Their hashes were checked when they were fetched."""
    wanted = [(jar, path(jar, folder)) for jar in listed(*groups)]
    return [jar for jar, place in wanted if not place.is_file() or place.stat().st_size != jar["size"]]


def fetch(folder: Path, wanted: Iterable[Jar], progress: Callable[[int], None] = lambda _bytes: None) -> None:
    """Fetches jars, four at a time. One process does it at once; others wait and find them there.

    Args:
        folder: where they are kept; made if it is not there.
        wanted: entries of jars.json.
        progress: told the number of bytes that each block brought.

    Raises:
        JarError: a jar cannot be had.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lock").open("w") as lock, ThreadPoolExecutor(4) as pool:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for future in [pool.submit(_fetch, jar, folder, progress) for jar in wanted]:
                future.result()
    except OSError as error:
        raise JarError(
            f"Jars cannot be kept in {folder}: {error.strerror}. Set RAPID_CACHE to a folder that can be written."
        ) from error


def _fetch(jar: Jar, folder: Path, progress: Callable[[int], None]) -> None:
    """Downloads one jar, going on where an earlier try stopped, and keeps it only if its SHA-256 is the listed one."""
    target = path(jar, folder)
    if target.is_file() and target.stat().st_size == jar["size"]:
        return
    group, artifact, version = jar["coordinate"].split(":")
    url = f"{MAVEN}/{group.replace('.', '/')}/{artifact}/{version}/{target.name}"
    part = target.with_suffix(".part")
    for attempt in range(1, ATTEMPTS + 1):
        try:
            _download(url, part, progress if attempt == 1 else lambda _bytes: None)
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
            if (
                isinstance(error, urllib.error.HTTPError)
                and error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
            ):
                part.unlink()
            if attempt == ATTEMPTS:
                raise JarError(f"{url} could not be fetched: {error}. Run it again: it resumes.") from error
            time.sleep(attempt)
            continue
        if hashlib.sha256(part.read_bytes()).hexdigest() == jar["sha256"]:
            part.replace(target)
            return
        part.unlink()
    raise JarError(f"{url} does not have the SHA-256 that {LIST.name} lists. Not kept.")


def _download(url: str, part: Path, progress: Callable[[int], None]) -> None:
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310 - MAVEN is https
    with contextlib.closing(urllib.request.urlopen(request, timeout=60)) as reply:  # noqa: S310
        resumed = reply.status == http.HTTPStatus.PARTIAL_CONTENT
        progress(have if resumed else 0)
        with part.open("ab" if resumed else "wb") as out:
            for block in iter(lambda: reply.read(BLOCK_BYTES), b""):
                out.write(block)
                progress(len(block))
