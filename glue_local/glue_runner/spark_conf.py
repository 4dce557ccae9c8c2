"""Spark's settings for a job: what Glue sets, how S3 is reached, and what makes small jobs quick.

Sources: https://spark.apache.org/docs/3.5.6/configuration.html,
https://hadoop.apache.org/docs/r3.3.4/hadoop-aws/tools/hadoop-aws/index.html.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

_CREDENTIALS = ",".join(
    (
        "org.apache.hadoop.fs.s3a.TemporaryAWSCredentialsProvider",
        "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
        "com.amazonaws.auth.DefaultAWSCredentialsProviderChain",
    )
)

_FOR_EXECUTORS = frozenset(
    {
        *("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION"),
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
    }
)

FORMATS = ("hudi", "delta", "iceberg")
"""What --datalake-formats may name: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-datalake-native-frameworks.html."""

_CATALOG = "spark.sql.catalogImplementation"
_EXECUTORS_MODULES = "spark.executorEnv.PYTHONPATH"
_SOURCE = Path(__file__).parents[1]
_EXECUTORS_CLASSES = "spark.executor.extraClassPath"
_CLIENT_FACTORY = "hive.metastore.client.factory.class"

_LIVE = ("spark.sql.", "spark.hadoop.", "spark.app.", "spark.delta.", "spark.databricks.", "spark.hoodie.")
"""Beginnings of names that are read when a session is made, or later; others when the context is."""

_OF_THE_JVM = (
    *("spark.driver.memory", "spark.driver.extra", "spark.driver.defaultJavaOptions"),
    *("spark.jars", "spark.submit.", "spark.files", "spark.archives"),
)
"""Beginnings of names that are read when the JVM starts."""


_HOW_S3_IS_REACHED = (
    *("fs.s3.impl", "fs.s3n.impl", "fs.s3a.impl", "fs.s3a.endpoint", "fs.s3a.path.style.access"),
    *("fs.s3a.connection.ssl.enabled", "fs.s3a.aws.credentials.provider"),
)
"""Settings that say where a job runs (EMRFS, an instance's role, a region's endpoint). Where that is, is known here."""


class ConfError(Exception):
    """A job argument that changes Spark's settings cannot be used."""


def s3(environ: Mapping[str, str]) -> dict[str, str]:
    """Settings of S3A, for s3://, s3a:// and s3n:// alike.

    Commit is Hadoop's v2 algorithm: a task's files are moved once, not twice, and appends, dynamic partition
    overwrites and every format work, which S3A's own committers do not offer together in 3.3.4.
    """
    endpoint = environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL", "")
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    values = {
        "fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "fs.s3n.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "fs.s3a.endpoint.region": region,
        "fs.s3a.aws.credentials.provider": _CREDENTIALS,
        "fs.s3a.directory.marker.retention": "keep",
        "fs.s3a.fast.upload.buffer": "bytebuffer",
        "fs.s3a.multipart.size": "32M",
        "fs.s3a.block.size": "64M",
        "fs.s3a.experimental.input.fadvise": "normal",
        "fs.s3a.readahead.range": "256K",
        "fs.s3a.connection.maximum": "64",
        "fs.s3a.threads.max": "32",
        "fs.s3a.attempts.maximum": "5",
        "fs.s3a.retry.limit": "4",
        "fs.s3a.bucket.probe": "0",
        "fs.s3a.change.detection.mode": "none",
        "mapreduce.fileoutputcommitter.algorithm.version": "2",
        "mapreduce.fileoutputcommitter.cleanup-failures.ignored": "true",
    }
    if endpoint:
        values |= {
            "fs.s3a.endpoint": endpoint,
            "fs.s3a.path.style.access": "true",
            "fs.s3a.connection.ssl.enabled": str(endpoint.startswith("https")).lower(),
        }
    return {f"spark.hadoop.{name}": value for name, value in values.items()}


def defaults(environ: Mapping[str, str], master: str, folder: Path, heap_mb: int) -> dict[str, str]:
    """Settings of a job that brings none of its own.

    Args:
        environ: where the AWS endpoint and region come from.
        master: Spark's master.
        folder: the job's own folder.
        heap_mb: the driver's heap, which is all of the job's on a local master.
    """
    local = master.startswith("local")
    values = {
        "spark.master": master,
        "spark.driver.memory": f"{heap_mb}m",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
        "spark.sql.parquet.output.committer.class": "org.apache.parquet.hadoop.ParquetOutputCommitter",
        "spark.hadoop.parquet.summary.metadata.level": "NONE",
        # Hadoop's own for .zst wants a native library; this one is Java, and with Spark already.
        "spark.hadoop.io.compression.codecs": "io.airlift.compress.zstd.ZstdCodec",
        "spark.sql.sources.parallelPartitionDiscovery.parallelism": "16",
        "spark.sql.session.timeZone": "UTC",
        "spark.python.worker.reuse": "true",
        "spark.python.daemon.module": "glue_runner.python_daemon",
        # S3A has no FileContext that knows s3://; Spark would try it, and warn, at each file of a checkpoint.
        "spark.sql.streaming.checkpointFileManagerClass": (
            "org.apache.spark.sql.execution.streaming.FileSystemBasedCheckpointFileManager"
        ),
        "spark.shuffle.service.enabled": "false",
        "spark.hadoop.hive.exec.scratchdir": str(folder / "hive"),
        **s3(environ),
    }
    if not local:
        values |= {
            "spark.executor.memory": f"{heap_mb}m",
            _EXECUTORS_MODULES: str(_SOURCE),
            **{f"spark.executorEnv.{name}": value for name, value in environ.items() if name in _FOR_EXECUTORS},
        }
    if local:
        values |= {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.shuffle.partitions": "16",
            "spark.shuffle.compress": "false",
            "spark.shuffle.spill.compress": "true",
            "spark.broadcast.compress": "false",
            "spark.databricks.delta.snapshotPartitions": "2",
        }
    return values


def parse_conf(text: str) -> dict[str, str]:
    """The values of a `--conf` argument, which may hold several: `k=v --conf k2=v2`.

    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html

    Raises:
        ConfError: a part that is no key=value.
    """
    found = {}
    for part in text.split("--conf"):
        entry = part.strip()
        if not entry:
            continue
        name, equals, value = entry.partition("=")
        if not equals or not name.strip():
            raise ConfError(f"--conf: expected key=value, found {entry!r}.")
        found[name.strip()] = value.strip()
    return found


def of_arguments(arguments: Mapping[str, str], jars: Sequence[Path]) -> dict[str, str]:
    """Settings that a job brings by its arguments.

    Args:
        arguments: the job's arguments.
        jars: its --extra-jars, on this machine by now.

    Raises:
        ConfError: an argument that cannot be honoured.
    """
    values = of_aws(parse_conf(arguments.get("--conf", "")))
    if arguments.get("--enable-glue-datacatalog", "false").strip().lower() in {"", "true"}:
        values.setdefault(_CATALOG, "hive")
    if jars:
        listed = ",".join(f"file://{jar}" for jar in jars)
        values["spark.jars"] = f"{values['spark.jars']},{listed}" if "spark.jars" in values else listed
    return values


def of_aws(values: Mapping[str, str]) -> dict[str, str]:
    """Settings made for AWS, as they are meant here.

    AWS's factory for Hive's client stands for Hive's catalog: the only metastore here is Glue's. How S3 is reached
    is up to the environment, where that names an endpoint.
    """
    factory = any(name.endswith(_CLIENT_FACTORY) and "glue" in value.lower() for name, value in values.items())
    kept = {n: v for n, v in values.items() if n.removeprefix("spark.hadoop.") not in _HOW_S3_IS_REACHED}
    local = bool(os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT_URL_S3"))
    return {**({_CATALOG: "hive"} if factory else {}), **(kept if local else values)}


def for_executors(paths: Sequence[str], own: Mapping[str, str]) -> dict[str, str]:
    """Settings by which the executors of a cluster have the driver's jars, with a job's own ones after them.

    They are on the executors' class path where the workers have them at the same place: Avro, which is Spark's, finds
    a table format's classes only beside itself, and remembers for ever that it did not. Other workers fetch them from
    the driver, into the class loader of the application.

    Args:
        paths: the jars on this machine.
        own: the job's settings so far.
    """
    own_jars, own_classes = own.get("spark.jars"), own.get(_EXECUTORS_CLASSES)
    return {
        "spark.jars": ",".join([*(f"file://{jar}" for jar in paths), *filter(None, [own_jars])]),
        _EXECUTORS_CLASSES: ":".join([*paths, *filter(None, [own_classes])]),
    }


def with_modules(archive: Path, own: Mapping[str, str]) -> dict[str, str]:
    """Settings by which the executors of a cluster have a job's Python modules: Spark unpacks them where they work.

    Args:
        archive: the modules.
        own: the job's settings so far.
    """
    path = filter(None, ["job_modules", own.get(_EXECUTORS_MODULES), str(_SOURCE)])
    return {
        "spark.archives": ",".join(filter(None, [f"{archive}#job_modules", own.get("spark.archives")])),
        _EXECUTORS_MODULES: ":".join(path),
    }


def jar_groups(arguments: Mapping[str, str]) -> list[str]:
    """Groups of jars.json, beside "core", that a job asks for by its arguments: `--datalake-formats iceberg,delta`.

    Raises:
        ConfError: a table format that Glue does not have.
    """
    wanted = [name.strip().lower() for name in arguments.get("--datalake-formats", "").split(",") if name.strip()]
    for name in wanted:
        if name not in FORMATS:
            raise ConfError(f"--datalake-formats: {name!r} is not one. Valid: {', '.join(FORMATS)}.")
    return wanted


def live(name: str) -> bool:
    """Whether a running context can take a setting, for the sessions that are made in it from then on."""
    return name.startswith(_LIVE) or not name.startswith("spark.")


def needs_own_jvm(arguments: Mapping[str, str]) -> bool:
    """Whether a job's arguments change the JVM itself, so that no warm process fits."""
    try:
        names = parse_conf(arguments.get("--conf", ""))
    except ConfError:  # its process says so
        return True
    return bool(arguments.get("--extra-jars")) or any(name.startswith(_OF_THE_JVM) for name in names)
