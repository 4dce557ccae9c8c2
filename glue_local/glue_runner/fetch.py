"""Brings what a job names in S3 to its own folder: the script, Python files, jars, other files."""

import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlparse

BUILTIN = "builtin:"
"""Begins the location of a script of ours, in the folder `tasks`."""


class FetchError(Exception):
    """A file that a job needs cannot be had. The message is the run's error message."""


def fetch(location: str, folder: Path) -> Path:
    """Copies one file to a folder.

    Args:
        location: s3://bucket/key (s3a too), builtin:name for a script of ours, or a path on this machine, for runs in
            the foreground.
        folder: it is made if it is not there.

    Raises:
        FetchError: there is no such file, or it must not be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if location.startswith(BUILTIN):
        location = str(Path(__file__).parent / "tasks" / f"{location.removeprefix(BUILTIN)}.py")
    scheme, _, rest = location.partition("://")
    if scheme not in {"s3", "s3a", "s3n"}:
        source = Path(unquote(urlparse(location).path)) if scheme == "file" else Path(location)
        if not source.is_file():
            raise FetchError(f"LAUNCH ERROR | File Not Found: {location}")
        return Path(shutil.copy2(source, folder))
    bucket, _, key = rest.partition("/")
    target = folder / (Path(key).name or "script")
    _download(bucket, key, target)
    return target


def _download(bucket: str, key: str, target: Path) -> None:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        body = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"]
        with target.open("wb") as file:
            shutil.copyfileobj(body, file)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in {"NoSuchKey", "404", "NoSuchBucket"}:
            raise FetchError(f"LAUNCH ERROR | File Not Found: s3://{bucket}/{key} ({code})") from error
        raise FetchError(f"LAUNCH ERROR | s3://{bucket}/{key}: {error}") from error
    except BotoCoreError as error:
        raise FetchError(f"LAUNCH ERROR | s3://{bucket}/{key}: {error}") from error


_STUDIO = "s3://aws-glue-studio-transforms-"
"""AWS's buckets with Glue Studio's ready-made transforms (gs_now.py, ...), which `awsglue.studio` has instead."""


PROVIDED = frozenset({"s3://crawler-public/json/serde/json-serde.jar"})
"""Jars that AWS offers to everyone, whose classes are on every job's class path here (jars.json)."""


def extra_jars(text: str | None, folder: Path) -> list[Path]:
    """The jars of --extra-jars, on this machine.

    Raises:
        FetchError: one of them cannot be had.
    """
    return [fetch(location, folder) for location in listed(text) if location not in PROVIDED]


def listed(text: str | None) -> list[str]:
    """The parts of a comma-separated argument."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def python_files(locations: Iterable[str], folder: Path, downloads: Path) -> list[Path]:
    """Puts --extra-py-files on the path: modules as they are, archives (zip, whl, egg, jar) unpacked.

    Args:
        locations: where they are.
        folder: a folder that is on the path of the driver and of Python workers.
        downloads: where to keep the files themselves.

    Returns:
        The files, for executors elsewhere.

    Raises:
        FetchError: a file cannot be had, or is none of these.
    """
    found = []
    for location in locations:
        if location.startswith(_STUDIO):
            continue
        file = fetch(location, downloads)
        found.append(file)
        if file.suffix == ".py":
            shutil.copy2(file, folder)
        elif file.suffix in {".zip", ".whl", ".egg", ".jar"} and zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                archive.extractall(folder)
        else:
            raise FetchError(f"LAUNCH ERROR | --extra-py-files: {location} is no .py, .zip, .whl, .egg or .jar file.")
    return found


def python_in_jars(jars: Iterable[str], folder: Path) -> None:
    """Puts Python modules that jars carry (Delta's `delta.tables`) on the path."""
    for jar in jars:
        with zipfile.ZipFile(jar) as archive:
            archive.extractall(folder, [name for name in archive.namelist() if name.endswith(".py")])
