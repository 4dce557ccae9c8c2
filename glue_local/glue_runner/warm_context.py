"""Lets a script begin as on AWS, with no Spark context yet, although this process has one ready.

`SparkContext()`, `SparkContext.getOrCreate(conf)` and `SparkSession.builder.config(...).getOrCreate()` take over the
ready context the first time. If they bring settings that only a new context can honour, the ready one is stopped and
a new one is made in the same JVM. After that PySpark is untouched: a second `SparkContext()` fails as it should.
"""

from collections.abc import Callable
from typing import Any

from pyspark import SparkConf, SparkContext
from pyspark.sql import SparkSession


class WarmContext:
    """The ready context of this process, until a script claims it."""

    def __init__(self, session: SparkSession) -> None:
        self._session: SparkSession | None = session
        self._init: Callable[..., None] = SparkContext.__init__
        self._get_context: Any = SparkContext.__dict__["getOrCreate"].__func__
        self._get_session: Callable[..., SparkSession] = SparkSession.Builder.getOrCreate

    def install(self) -> None:
        """Puts the three ways of a script to a context under watch."""
        warm = self

        def __init__(self: SparkContext, *args: Any, **kwargs: Any) -> None:  # noqa: N807
            warm._new(self, *args, **kwargs)

        def get_context(cls: type[SparkContext], conf: SparkConf | None = None) -> SparkContext:
            warm._claim(_pairs(conf))
            return warm._get_context(cls, conf)

        def get_session(builder: Any) -> SparkSession:
            warm._claim({str(k): str(v) for k, v in builder._options.items()})  # noqa: SLF001
            return warm._get_session(builder)

        SparkContext.__init__ = __init__
        SparkContext.getOrCreate = classmethod(get_context)
        SparkSession.Builder.getOrCreate = get_session

    def release(self) -> None:
        """Ends the watch of a script that never asked for a context."""
        if self._session is not None:
            self._session = None
            self._remove()

    def _remove(self) -> None:
        SparkContext.__init__ = self._init
        SparkContext.getOrCreate = classmethod(self._get_context)
        SparkSession.Builder.getOrCreate = self._get_session

    def _new(self, context: SparkContext, *args: Any, **kwargs: Any) -> None:
        """`SparkContext(...)`: the new object becomes the ready context, or is made for real."""
        names = ("master", "appName", "sparkHome", "pyFiles", "environment", "batchSize", "serializer", "conf")
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        conf = given.pop("conf", None)
        simple = not any(given.get(name) for name in given if name not in {"master", "appName", "gateway"})
        ready = self._claim(_pairs(conf), usable=simple)
        if ready is None:
            self._init(context, *args, **kwargs)
            return
        context.__dict__.update(ready.sparkContext.__dict__)
        SparkContext._active_spark_context = context  # noqa: SLF001
        ready._sc = context  # noqa: SLF001

    def _claim(self, wanted: dict[str, str], usable: bool = True) -> SparkSession | None:
        """Ends the watch. Returns the ready session, or None if it had to be stopped."""
        session, self._session = self._session, None
        self._remove()
        if session is None:
            return None
        if usable and not _static(session, wanted):
            for name, value in wanted.items():
                if name.startswith("spark.sql."):
                    session.conf.set(name, value)
            return session
        session.stop()
        return None


def _pairs(conf: SparkConf | None) -> dict[str, str]:
    return dict(conf.getAll()) if conf is not None else {}


def _static(session: SparkSession, wanted: dict[str, str]) -> list[str]:
    """Settings that differ from the ready context's and cannot be changed in it."""
    now = dict(session.sparkContext.getConf().getAll())
    fixed = []
    for name, value in wanted.items():
        if name in {"spark.app.name", "spark.master"} or now.get(name) == value or name.startswith("spark.app."):
            continue
        if not (name.startswith("spark.sql.") and session.conf.isModifiable(name)):
            fixed.append(name)
    return fixed
