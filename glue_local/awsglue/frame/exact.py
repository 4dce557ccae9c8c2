"""Fields whose names differ in case alone, such as `Host` and `host` in one record: Glue keeps them apart.

Spark looks names up without regard to case and refuses such fields as ambiguous. Frames name fields exactly as their
type has them, so for such a frame Spark is told to heed case while a step is built on it, and no longer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from pyspark.sql import DataFrame
from pyspark.sql import types as spark

_SETTING = "spark.sql.caseSensitive"
_lock = Lock()
_inside = 0
_before = "false"


def twins(kind: spark.DataType) -> bool:
    """Whether a type has, anywhere in it, fields beside one another whose names differ in case alone."""
    if isinstance(kind, spark.ArrayType):
        return twins(kind.elementType)
    if isinstance(kind, spark.MapType):
        return twins(kind.valueType)
    if not isinstance(kind, spark.StructType):
        return False
    return len({name.lower() for name in kind.names}) < len(kind.names) or any(twins(f.dataType) for f in kind.fields)


@contextmanager
def names(df: DataFrame) -> Iterator[None]:
    """Spark tells names apart by case meanwhile, if the frame has fields that need it."""
    if not twins(df.schema):
        yield
        return
    global _inside, _before  # noqa: PLW0603 - the setting is the session's, which all threads share
    conf = df.sparkSession.conf
    with _lock:
        if not _inside:
            _before = str(conf.get(_SETTING))
            conf.set(_SETTING, "true")
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                conf.set(_SETTING, _before)
