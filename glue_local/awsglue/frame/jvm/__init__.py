"""The few steps that run in the JVM as code of ours, because Spark has no function for them and Python is too slow.

They are Java sources beside this file, compiled when first needed by Janino, the compiler that Spark itself uses for
its generated code; `addJar` takes the classes to the executors, local or of a cluster. Nothing here is called per
record from Python.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from pyspark import SparkContext
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue import janino

_PACKAGE = "awsglue.frame"
_SPARKS_OWN = "org.apache.spark.sql.execution.datasources.SQLHadoopMapReduceCommitProtocol"
_PROTOCOL = "spark.sql.sources.commitProtocolClass"
_lock = Lock()
_writing = 0
_loaders: dict[str, Any] = {}
"""By Spark's own context, which a script takes over from the warm-up under another Python object."""


def create(session: SparkSession, name: str, *arguments: Any) -> Any:
    """An instance of a class whose source is `<name>.java` in this folder."""
    gateway: Any = session.sparkContext._gateway
    given = gateway.new_array(gateway.jvm.java.lang.Object, len(arguments))
    for i, argument in enumerate(arguments):
        given[i] = _array(gateway, argument) if isinstance(argument, list) else argument
    return loader(session.sparkContext).loadClass(f"{_PACKAGE}.{name}").getConstructors()[0].newInstance(given)


def current_session() -> SparkSession:
    """This thread's session; in a thread that the script started, for which Spark knows none, the job's."""
    return SparkSession.getActiveSession() or SparkSession.builder.getOrCreate()


def call(function: Any, column: Column, returns: spark.DataType) -> Column:
    """What one of our functions, a `UDF1`, makes of a column. No session need know it by a name."""
    session = current_session()
    kind = session._jsparkSession.parseDataType(returns.json())
    return Column(create(session, "OnColumn", function, kind).of(column._jc))


def per_partition(df: DataFrame, function: Any) -> list[str]:
    """What one of our functions, a `MapPartitionsFunction` of texts, says of each partition of a text column."""
    jvm: Any = df.sparkSession.sparkContext._jvm
    texts = df.where(F.col(df.columns[0]).isNotNull())._jdf
    strings = jvm.org.apache.spark.sql.Encoders.STRING()
    return list(getattr(texts, "as")(strings).mapPartitions(function, strings).collectAsList())


def loader(context: SparkContext) -> Any:
    """The class loader that has our classes; the first call for a context compiles them."""
    key = context._jsc._target_id
    if key not in _loaders:
        _loaders[key] = _compile(context)
    return _loaders[key]


def _array(gateway: Any, values: list[str]) -> Any:
    array = gateway.new_array(gateway.jvm.java.lang.String, len(values))
    for i, value in enumerate(values):
        array[i] = value
    return array


def _compile(context: SparkContext) -> Any:
    gateway: Any = context._gateway
    jar = janino.jar(context, Path(__file__).parent)
    context._jsc.addJar(jar)
    classes = gateway.jvm.org.apache.spark.util.Utils.getContextOrSparkClassLoader()  # spark-submit's, which can grow
    classes.addURL(gateway.jvm.java.io.File(jar).toURI().toURL())
    return classes


@contextmanager
def file_names(session: SparkSession) -> Iterator[None]:
    """While it lasts, Spark's writers name files as Glue's do, unless the script has a commit protocol of its own.

    Threads of a script may write at the same time: the first one in sets the protocol, the last one out resets it.
    """
    global _writing  # noqa: PLW0603 - one count per process, as there is one session
    loader(session.sparkContext)
    with _lock:
        ours = _writing > 0 or session.conf.get(_PROTOCOL) == _SPARKS_OWN
        if ours:
            _writing += 1
            session.conf.set(_PROTOCOL, f"{_PACKAGE}.RunFileNames")
    try:
        yield
    finally:
        with _lock:
            _writing -= ours
            if ours and not _writing:
                session.conf.unset(_PROTOCOL)
