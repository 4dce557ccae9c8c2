"""--enable-spark-ui: the event log of a run in S3, from which Spark's history server makes its pages.

https://docs.aws.amazon.com/glue/latest/dg/monitor-spark-ui-jobs.html (read 2026-11). Spark writes the log to the job's
own folder and it is uploaded when the script is over: an object in S3 cannot grow.
"""

import logging
import sys
from collections.abc import Mapping
from pathlib import Path

from glue_runner.arguments import on
from glue_runner.spark_conf import ConfError

LOG = logging.getLogger(__name__)


def wanted(arguments: Mapping[str, str]) -> bool:
    """Whether a job asks for its event log.

    Raises:
        ConfError: it does, and does not say where to.
    """
    if not on(arguments, "--enable-spark-ui"):
        return False
    location = arguments.get("--spark-event-logs-path", "")
    if not location.startswith(("s3://", "s3a://")):
        raise ConfError("--enable-spark-ui needs --spark-event-logs-path s3://bucket/prefix/.")
    return True


def conf(arguments: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Spark's settings for the event log of a job that asks for it."""
    if not wanted(arguments):
        return {}
    place = folder / "event-logs"
    place.mkdir(exist_ok=True)
    return {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": place.as_uri(),
        "spark.eventLog.overwrite": "true",
        "spark.eventLog.buffer.kb": "16k",
    }


def upload(arguments: Mapping[str, str], folder: Path, run_id: str) -> None:
    """Ends the Spark application, so that its log is whole, and brings it to S3. A failure is told, nothing else."""
    if not wanted(arguments):
        return
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError
    from py4j.protocol import Py4JError  # type: ignore[import-untyped]
    from pyspark import SparkContext

    try:
        if SparkContext._active_spark_context:  # noqa: SLF001 - PySpark's own way to ask
            SparkContext._active_spark_context.stop()  # noqa: SLF001
    except (Py4JError, OSError) as error:
        LOG.warning("Spark did not end: %s", error)
    bucket, _, prefix = arguments["--spark-event-logs-path"].partition("://")[2].partition("/")
    for number, file in enumerate(sorted((folder / "event-logs").iterdir())):
        name = run_id if number == 0 else f"{run_id}-{number}"
        key = "/".join(filter(None, [prefix.strip("/"), name + file.suffix]))
        try:
            with file.open("rb") as body:  # in one request: the script is over, no thread can be started any more
                boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
        except (BotoCoreError, ClientError, OSError) as error:
            print(f"The event log was not uploaded: {error}", file=sys.stderr)  # noqa: T201 - the run's error log
