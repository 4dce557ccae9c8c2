"""Which files a path stands for: Glue's rules (recurse, exclusions) over Hadoop's file systems, S3 among them."""

import json
import os
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

from pyspark.sql import SparkSession

from awsglue.bookmarks.files import File
from awsglue.bucket_roots import absolute
from awsglue.errors import OptionError

FEW, PAGE_FOLDERS, REQUESTS = 16, 20, 16
"""Folders that are asked one by one; how many one page of a listing is worth; requests side by side."""

_HIDDEN = ("_", ".")
"""Files whose names begin so are no data, to Glue as to Spark."""


def existing(session: SparkSession, wanted: Iterable[str]) -> list[str]:
    """Those paths (globs too) that stand for something. Glue reads a path with nothing in it as an empty frame."""
    return [path for path in wanted if _glob(session, path)]


def occupied(session: SparkSession, folders: Sequence[str]) -> set[str]:
    """Those folders that hold something. Many in one bucket are not asked one by one, if their parent lists quickly."""
    if not _many(folders):
        return set(existing(session, folders))
    listed, prefixes = _below_parent(folders), {folder: _key(folder) for folder in folders}
    if listed is not None:
        parents = {parent for found in listed for parent in _parents(found["Key"])}
        return {folder for folder, prefix in prefixes.items() if prefix in parents}
    bucket = folders[0].split("/")[2]

    def holds(folder: str) -> bool:
        return bool(_client().list_objects_v2(Bucket=bucket, Prefix=prefixes[folder], MaxKeys=1).get("KeyCount"))

    with ThreadPoolExecutor(REQUESTS) as pool:
        return {folder for folder, there in zip(folders, pool.map(holds, folders), strict=True) if there}


def _many(folders: Sequence[str]) -> bool:
    """Whether these are more than a few folders of one bucket."""
    return len(folders) > FEW and all(map(_is_plain_s3, folders)) and len({each.split("/")[2] for each in folders}) == 1


def _key(folder: str) -> str:
    return "/".join(folder.split("/")[3:]).rstrip("/") + "/"


def _parents(key: str) -> Iterable[str]:
    parts = key.split("/")
    return ("/".join(parts[:depth]) + "/" for depth in range(1, len(parts)))


def _below_parent(folders: Sequence[str]) -> list[Any] | None:
    """The objects below the folders' common parent; None if most of what is there is not wanted."""
    parent = os.path.commonprefix([_key(folder) for folder in folders]).rpartition("/")[0]
    bucket, prefix = folders[0].split("/")[2], f"{parent}/" if parent else ""
    found: list[Any] = []
    for number, page in enumerate(_client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)):
        if number > len(folders) // PAGE_FOLDERS:
            return None
        found += page.get("Contents", [])
    return found


def files(session: SparkSession, wanted: Sequence[str], recurse: bool, exclusions: Sequence[str] = ()) -> list[str]:
    """The files under paths, by Glue's rules.

    Args:
        session: where to look.
        wanted: files, folders or globs.
        recurse: whether folders within folders count.
        exclusions: Unix globs over the whole path (`**`, `*`, `?`, `[a-z]`, `{a,b}`).
    """
    refused = [re.compile(glob_pattern(glob)) for glob in exclusions]
    found = [path for start in wanted for path in _walk(session, start, recurse)]
    return [path for path in found if not any(pattern.fullmatch(path) for pattern in refused)]


def details(session: SparkSession, start: str, recurse: bool, exclusions: Sequence[str] = ()) -> list[File]:
    """The same for one path, with each file's time and size."""
    refused = [re.compile(glob_pattern(glob)) for glob in exclusions]
    found = list(_objects(start, recurse) if _is_plain_s3(start) else _statuses(session, start, recurse))
    return [file for file in found if not any(pattern.fullmatch(file.path) for pattern in refused)]


def details_of(session: SparkSession, folders: Sequence[str], exclusions: Sequence[str]) -> dict[str, list[File]]:
    """The same for many folders, with all that is below them."""
    listed = _below_parent(folders) if _many(folders) else None
    if listed is None:
        with ThreadPoolExecutor(REQUESTS) as pool:
            found = pool.map(lambda folder: details(session, folder, True, exclusions), folders)
            return dict(zip(folders, found, strict=True))
    refused = [re.compile(glob_pattern(glob)) for glob in exclusions]
    by_key, made = {_key(folder): folder for folder in folders}, {folder: list[File]() for folder in folders}
    for each in listed:
        for folder in (by_key[parent] for parent in _parents(each["Key"]) if parent in by_key):
            start = "/".join(folder.split("/")[:3])
            made[folder] += [file for file in _data([each], start) if not any(p.fullmatch(file.path) for p in refused)]
    return made


def stored(
    session: SparkSession, start: str, recurse: bool, exclusions: Sequence[str], spared: frozenset[str]
) -> list[str]:
    """The files under one path, without objects of some storage classes of S3."""
    if not _is_plain_s3(start):
        return files(session, [start], recurse, exclusions)
    refused = [re.compile(glob_pattern(glob)) for glob in exclusions]
    found = [file.path for file in _objects(start, recurse, spared)]
    return [path for path in found if not any(pattern.fullmatch(path) for pattern in refused)]


def has_folders(session: SparkSession, wanted: Iterable[str]) -> bool:
    """Whether any of the paths is a folder that holds folders."""
    for path in wanted:
        for status in _glob(session, path):
            if status.isDirectory() and any(s.isDirectory() for s in _list(session, status.getPath())):
                return True
    return False


def parse_exclusions(text: str) -> list[str]:
    """The `exclusions` option: JSON text holding a list of globs.

    Raises:
        OptionError: it is something else.
    """
    try:
        globs = json.loads(text) if isinstance(text, str) else text
    except ValueError as error:
        raise OptionError(f"exclusions must be a JSON list of globs; found {text!r}.") from error
    if not isinstance(globs, list):
        raise OptionError(f"exclusions must be a JSON list of globs; found {text!r}.")
    return [str(glob) for glob in globs]


def glob_pattern(glob: str) -> str:
    """A glob as a regular expression over a whole path.

    The rules are those of https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html#crawler-data-stores-exclude.
    """
    out, i, depth = "", 0, 0
    while i < len(glob):
        char = glob[i]
        if glob.startswith("**", i):
            out, i = out + ".*", i + 1
        elif char == "*":
            out += "[^/]*"
        elif char == "?":
            out += "[^/]"
        elif char == "{":
            out, depth = out + "(?:", depth + 1
        elif char == "}" and depth:
            out, depth = out + ")", depth - 1
        elif char == "," and depth:
            out += "|"
        elif char == "[" and "]" in glob[i + 1 :]:
            end = glob.index("]", i + 1)
            out, i = out + "[" + glob[i + 1 : end].replace("!", "^", 1) + "]", end
        else:
            out += re.escape(char)
        i += 1
    return out


def file_system(session: SparkSession, path: str) -> tuple[Any, Any]:
    """Hadoop's file system of a path, and the path as Hadoop writes it."""
    jvm: Any = session.sparkContext._jvm
    hadoop_path = jvm.org.apache.hadoop.fs.Path(absolute(path))
    return hadoop_path.getFileSystem(session._jsparkSession.sessionState().newHadoopConf()), hadoop_path


def _glob(session: SparkSession, path: str) -> list[Any]:
    system, hadoop_path = file_system(session, path)
    return list(system.globStatus(hadoop_path) or [])


def _list(session: SparkSession, hadoop_path: Any) -> list[Any]:
    system, _ = file_system(session, hadoop_path.toString())
    return list(system.listStatus(hadoop_path))


def _walk(session: SparkSession, start: str, recurse: bool) -> Iterable[str]:
    return (file.path for file in _statuses(session, start, recurse))


def _statuses(session: SparkSession, start: str, recurse: bool) -> Iterable[File]:
    for status in _glob(session, start):
        if not status.isDirectory():
            yield _file(status)
            continue
        system, _ = file_system(session, start)
        found = system.listFiles(status.getPath(), recurse)
        while found.hasNext():
            below = found.next()
            if not below.getPath().getName().startswith(_HIDDEN):
                yield _file(below)


def _file(status: Any) -> File:
    return File(status.getPath().toString(), status.getModificationTime(), status.getLen())


def _is_plain_s3(start: str) -> bool:
    return start.startswith(("s3://", "s3a://", "s3n://")) and not any(char in start for char in "*?[{")


@lru_cache(maxsize=1)
def _client() -> Any:
    import boto3

    return boto3.client("s3")


def _objects(start: str, recurse: bool, spared: frozenset[str] = frozenset()) -> Iterable[File]:
    """Objects by S3's own listing: a thousand at a time, where Hadoop's statuses come one by one."""
    scheme, _, rest = start.partition("://")
    bucket, _, key = rest.partition("/")
    folder = f"{key.rstrip('/')}/" if key.strip("/") else ""
    delimiter = {} if recurse else {"Delimiter": "/"}
    pages = _client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder, **delimiter)
    listed = [found for page in pages for found in page.get("Contents", [])]
    if not listed and key != folder:  # no folder: the path may be an object's own
        first = _client().list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents", [])
        listed = [found for found in first if found["Key"] == key]
    yield from _data(listed, f"{scheme}://{bucket}", spared)


def _data(listed: Iterable[Any], start: str, spared: frozenset[str] = frozenset()) -> Iterable[File]:
    """The listed objects that are data; `start` is s3://bucket."""
    for found in listed:
        name = found["Key"].rsplit("/", 1)[-1]
        if name and not name.startswith(_HIDDEN) and found.get("StorageClass", "STANDARD") not in spared:
            yield File(f"{start}/{found['Key']}", round(found["LastModified"].timestamp() * 1000), found["Size"])
