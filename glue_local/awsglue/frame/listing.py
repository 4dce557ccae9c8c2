"""Which files a path stands for: Glue's rules (recurse, exclusions) over Hadoop's file systems, S3 among them."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from pyspark.sql import SparkSession

from awsglue.errors import OptionError


def existing(session: SparkSession, wanted: Iterable[str]) -> list[str]:
    """Those paths (globs too) that stand for something. Glue reads a path with nothing in it as an empty frame."""
    return [path for path in wanted if _glob(session, path)]


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
    hadoop_path = jvm.org.apache.hadoop.fs.Path(path)
    return hadoop_path.getFileSystem(session._jsparkSession.sessionState().newHadoopConf()), hadoop_path


def _glob(session: SparkSession, path: str) -> list[Any]:
    system, hadoop_path = file_system(session, path)
    return list(system.globStatus(hadoop_path) or [])


def _list(session: SparkSession, hadoop_path: Any) -> list[Any]:
    system, _ = file_system(session, hadoop_path.toString())
    return list(system.listStatus(hadoop_path))


def _walk(session: SparkSession, start: str, recurse: bool) -> Iterable[str]:
    for status in _glob(session, start):
        if not status.isDirectory():
            yield status.getPath().toString()
            continue
        system, _ = file_system(session, start)
        found = system.listFiles(status.getPath(), recurse)
        while found.hasNext():
            path = found.next().getPath()
            if not path.getName().startswith(("_", ".")):
                yield path.toString()
