"""Lets a script begin as on AWS, with no Spark context yet, although this process has one ready.

`SparkContext()`, `SparkContext.getOrCreate(conf)` and `SparkSession.builder.config(...).getOrCreate()` take over the
ready context the first time. If they bring settings that only a new context can honour, the ready one is stopped and
a new one is made in the same JVM. After that PySpark is untouched: a second `SparkContext()` fails as it should.
Of sessions there is none yet, whatever the warm-up made: the script's first has a catalog and settings of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pyspark import SparkConf, SparkContext
from pyspark.sql import SparkSession

from glue_runner import spark_conf


class WarmContext:
    """The ready context of this process, until a script claims it."""

    def __init__(self, session: SparkSession) -> None:
        self._context: SparkContext | None = session.sparkContext
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

    def adopt(self, settings: Mapping[str, str], jars: Sequence[str] = ()) -> None:
        """Takes the settings that a job brings by its arguments, before its script begins.

        Args:
            settings: Spark's settings.
            jars: paths of jars that join the driver's class path.
        """
        context = self._context
        if context is None or not (settings or jars):
            return
        java: Any = context._jvm  # noqa: SLF001
        for name, value in settings.items():  # where a context that the script makes anew finds them
            java.System.setProperty(name, value)
        for jar in jars:
            _append(java, context._gateway, jar)  # noqa: SLF001
        if _fixed(context, settings):
            _end(context)
            self.release()
        else:
            _settle(context, settings)

    def release(self) -> None:
        """Ends the watch of a script that never asked for a context."""
        if self._context is not None:
            self._context = None
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
        context.__dict__.update(ready.__dict__)
        SparkContext._active_spark_context = context  # noqa: SLF001

    def _claim(self, wanted: Mapping[str, str], usable: bool = True) -> SparkContext | None:
        """Ends the watch. Returns the ready context, or None if it had to be stopped."""
        context, self._context = self._context, None
        self._remove()
        if context is None:
            return None
        wanted = spark_conf.of_aws(wanted)
        if usable and not _fixed(context, wanted):
            _settle(context, wanted)
            return context
        _end(context)
        return None


def _append(java: Any, gateway: Any, jar: str) -> None:
    """Adds a jar to the class path, as a Java agent would: to Avro and Hive, a child's classes are not there."""
    loader, text = java.ClassLoader.getSystemClassLoader(), java.Class.forName("java.lang.String")
    kinds, values = gateway.new_array(java.Class, 1), gateway.new_array(java.Object, 1)
    kinds[0], values[0] = text, jar
    method = loader.getClass().getDeclaredMethod("appendToClassPathForInstrumentation", kinds)
    method.setAccessible(True)
    method.invoke(loader, values)


def _pairs(conf: SparkConf | None) -> dict[str, str]:
    return dict(conf.getAll()) if conf is not None else {}


def _fixed(context: SparkContext, wanted: Mapping[str, str]) -> list[str]:
    """Settings that differ from a context's and cannot be changed in it."""
    now = dict(context._conf.getAll())  # noqa: SLF001 - `getConf` begins with the system properties, which `adopt` sets
    return [
        name
        for name, value in wanted.items()
        if not (name == "spark.master" or now.get(name) == value or spark_conf.live(name))
    ]


def _settle(context: SparkContext, wanted: Mapping[str, str]) -> None:
    """Gives a running context other settings, and forgets its session: the next one is new and follows them."""
    settings: Any = context._jsc.sc().conf()  # noqa: SLF001
    for name, value in wanted.items():
        if name != "spark.master":
            settings.set(name, value)
        if name.startswith("spark.hadoop."):
            context._jsc.hadoopConfiguration().set(name.removeprefix("spark.hadoop."), value)  # noqa: SLF001
    _forget_session(context._jvm)  # noqa: SLF001


def _end(context: SparkContext) -> None:
    """Ends a context, and forgets its session, which would be taken for the next context's."""
    java = context._jvm  # noqa: SLF001
    context.stop()
    _forget_session(java)


def _forget_session(java: Any) -> None:
    java.SparkSession.clearActiveSession()
    java.SparkSession.clearDefaultSession()
    SparkSession._instantiatedSession = None  # noqa: SLF001
