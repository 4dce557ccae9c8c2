"""Makes Spark ready in this process, and, for a warm one, loads beforehand what every job needs."""

import logging
import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from glue_runner import jars, jvm, spark_conf
from glue_runner.warm_context import WarmContext

LOG = logging.getLogger(__name__)

Step = Callable[[Any, Path], None]

_WATCHING = ("-javaagent", "-agent", "-XX:StartFlightRecording", "-XX:+FlightRecorder")
"""Java options of what looks at each class as it is loaded: Java 17 crashes where that class is in an archive."""


def start_spark(
    folder: Path,
    kept: Path,
    heap_mb: int,
    master: str,
    own: Mapping[str, str],
    archive: Path | None,
    groups: Sequence[str] = (),
) -> jvm.Starting:
    """Starts the JVM with default settings and a job's own on top. No Spark context yet.

    Args:
        folder: the job's own folder.
        kept: where the jars of jars.json are kept.
        heap_mb: the Java heap.
        master: Spark's master.
        own: the job's own settings.
        archive: a class archive, if there is one.
        groups: groups of jars that the job needs beside "core"; fetched now where they are missing.

    Raises:
        JarError: a jar cannot be had.
    """
    jars.fetch(kept, jars.missing(kept, *groups))
    conf = {**spark_conf.defaults(os.environ, master, folder, heap_mb), **own}
    if not master.startswith("local"):
        conf |= spark_conf.for_executors(jars.paths(kept, jars.CORE, *groups), conf)
    extra = shlex.split(conf.get("spark.driver.extraJavaOptions", ""))
    if any(option.startswith(_WATCHING) for option in extra):
        archive = None
    return jvm.start(conf, jvm.class_path(kept, *groups), heap_mb, folder, archive, extra)


def import_what_scripts_use() -> None:
    """Imports the modules that scripts import first. None of them starts a thread, so that a process may fork after."""
    import boto3  # noqa: F401
    import pyspark.sql  # noqa: F401

    import awsglue.context
    import awsglue.job
    import awsglue.transforms  # noqa: F401


def make_context(settings: Mapping[str, str]) -> tuple[Any, WarmContext]:
    """Creates the context that the script will find, and puts it under watch.

    Args:
        settings: Spark's settings beside those that the JVM began with, also for a context that the script makes anew.

    Returns:
        A session to warm up with, and the watch.
    """
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    SparkContext._ensure_initialized()  # noqa: SLF001 - connects to the JVM
    java: Any = SparkContext._jvm  # noqa: SLF001
    for name, value in settings.items():
        java.System.setProperty(name, value)
    session = SparkSession.builder.appName("glue").getOrCreate()
    warm = WarmContext(session)
    warm.install()
    return session, warm


def warm_up(session: Any, folder: Path, wanted: Callable[[], bool], steps: Sequence[Step]) -> None:
    """Runs small plans over local files and the S3 file system, so that their classes are loaded and compiled.

    Args:
        session: the ready session.
        folder: for the files.
        wanted: asked between steps; False ends the warm-up, because a job is waiting.
        steps: `ALL`, or `PER_CONTEXT` where another context of this JVM had all.
    """
    data = folder / "warmup"
    for step in steps:
        if not wanted():
            return
        step(session, data)


def _touch_s3(session: Any, _data: Path) -> None:
    """Creates the S3 client and asks for an object that is not there; without an endpoint there is nothing to ask."""
    java = session.sparkContext._jvm  # noqa: SLF001 - Hadoop's API has no other door
    path = java.org.apache.hadoop.fs.Path("s3://glue-runner-warm-up/none")
    try:
        path.getFileSystem(session._jsparkSession.sessionState().newHadoopConf()).exists(path)  # noqa: SLF001
    except Exception as error:  # no bucket, no endpoint: the classes are loaded all the same
        LOG.debug("S3 in warm-up: %s", error)


def _touch_json(session: Any, data: Path) -> None:
    (data / "json").mkdir(parents=True, exist_ok=True)
    (data / "json" / "part.json").write_text('{"a": 1, "b": "x", "c": 1.5, "d": {"e": [1]}}\n' * 3)
    df = session.read.json(str(data / "json"))
    df.selectExpr("cast(a as int) as a", "upper(b) as b", "d.e[0] as e").write.mode("append").parquet(
        str(data / "parquet")
    )
    session.read.parquet(str(data / "parquet")).filter("a > 0").count()


def _touch_frames(session: Any, _data: Path) -> None:
    """Compiles the Java of dynamic frames, which takes a second or two."""
    from awsglue.frame import jvm as java

    java.loader(session.sparkContext)


def _touch_shuffle(session: Any, data: Path) -> None:
    (data / "c.csv").write_text("a,b\n1,x\n2,y\n")
    right = session.read.option("header", "true").csv(str(data / "c.csv"))
    left = session.read.parquet(str(data / "parquet"))
    left.join(right, "b", "left").groupBy("b").count().orderBy("b").collect()


def _touch_python(session: Any, _data: Path) -> None:
    """Starts the daemon that Python workers come from."""
    import boto3

    boto3.client("s3")
    session.sparkContext.parallelize([1], 1).map(lambda x: x + 1).collect()


def _touch_commands(session: Any, data: Path) -> None:
    session.read.text(str(data / "json")).createOrReplaceTempView("glue_runner_warm_up")
    session.sql("select count(distinct value) as n from glue_runner_warm_up").collect()
    session.catalog.dropTempView("glue_runner_warm_up")


def _touch_catalog(session: Any, _data: Path) -> None:
    """Asks the metastore, if there is one, for databases that are not there: the classes of Hive's client are many."""
    context = session.sparkContext
    conf, java = context._jsc.sc().conf(), context._jvm  # noqa: SLF001 - Spark's client of Hive has no other door
    if not conf.contains("spark.hadoop.hive.metastore.uris"):
        return
    hive = getattr(getattr(java.org.apache.spark.sql.hive, "HiveUtils$"), "MODULE$")
    try:
        hive.newClientForMetadata(conf, context._jsc.sc().hadoopConfiguration()).listDatabases("glue_runner_warm_up")  # noqa: SLF001
    except Exception as error:  # no endpoint: the classes are loaded all the same
        LOG.debug("the metastore in warm-up: %s", error)


def _collect(session: Any, _data: Path) -> None:
    """Gives back the memory that the warm-up took."""
    session.sparkContext._jvm.System.gc()  # noqa: SLF001 - Java's API has no other door


ALL: Sequence[Step] = (
    *(_touch_s3, _touch_python, _touch_json, _touch_frames, _touch_shuffle, _touch_commands, _touch_catalog),
    _collect,
)
PER_CONTEXT: Sequence[Step] = (_touch_s3, _touch_frames)
