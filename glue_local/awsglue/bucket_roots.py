"""A whole bucket as a path: `s3://bucket`, as scripts write it.

Hadoop's S3 client (3.3.4, Spark 3.5's) takes `s3://bucket/` alone: without the slash its path is empty, and is refused
("path must be absolute") or found to hold nothing. AWS's client takes both, so Spark's readers and writers do here.
"""

import functools
import re
from collections.abc import Callable
from typing import Any

from pyspark import SparkContext
from pyspark.sql import DataFrameReader, DataFrameWriter

_ROOT = re.compile(r"s3[an]?://[^/,]+")
_PATHS = frozenset({"path", "paths", "location"})
_METHODS: dict[type, tuple[str, ...]] = {
    DataFrameReader: ("load", "json", "parquet", "text", "csv", "orc", "option", "options"),
    DataFrameWriter: ("save", "json", "parquet", "text", "csv", "orc", "option", "options", "saveAsTable"),
    SparkContext: ("textFile", "wholeTextFiles", "binaryFiles"),
}


def absolute(path: Any) -> Any:
    """A path, or a list of them, with the slash that a bucket's root needs; anything else as it is."""
    if isinstance(path, list | tuple):
        return type(path)(absolute(part) for part in path)
    return f"{path}/" if isinstance(path, str) and _ROOT.fullmatch(path) else path


def install() -> None:
    """Makes Spark's readers and writers take such paths. Called when `awsglue` is imported, and by its runner."""
    for owner, names in _METHODS.items():
        for name in names:
            method = getattr(owner, name)
            if not hasattr(method, "__wrapped__"):
                setattr(owner, name, _taking(method))


def _taking(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        given = {name: absolute(value) if name in _PATHS else value for name, value in kwargs.items()}
        return method(self, *map(absolute, args), **given)

    return call
