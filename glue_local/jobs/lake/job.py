"""What both jobs do first: arguments, Spark settings, and whether another run of the job is alive."""

import logging
import sys
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import boto3
from pyspark.sql import SparkSession

ENDED = {"STOPPED", "SUCCEEDED", "FAILED", "TIMEOUT", "ERROR", "EXPIRED"}

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",  # JSON may have both "Id" and "id"
    "spark.sql.ansi.enabled": "false",  # a text that does not fit is null, and then judged
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
    "spark.sql.csv.parser.columnPruning.enabled": "false",  # with it, rows of the wrong width go unnoticed
    "spark.sql.parquet.inferTimestampNTZ.enabled": "false",
    "spark.sql.files.openCostInBytes": "262144",
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "256",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "20000",
}

LITTLE_PLANNING = {
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.optimizer.dynamicPartitionPruning.enabled": "false",
    "spark.sql.ui.explainMode": "simple",
}
"""Where there is little data, a plan costs more than its work: what makes it better, or shows it, is left out."""

WHOLE_STAGE, COMPILED = 64 << 20, 3 << 20


def arguments(required: Iterable[str], optional: Iterable[str]) -> dict[str, str]:
    """The job's arguments; optional ones are there if they were given.

    `getResolvedOptions` fails for every name that is absent, so only those on the command line are asked for.
    """
    from awsglue.utils import getResolvedOptions

    given = {each.split("=", 1)[0].removeprefix("--") for each in sys.argv if each.startswith("--")}
    return dict(getResolvedOptions(sys.argv, [*required, *(name for name in optional if name in given)]))


def session(raw_bytes: int) -> SparkSession:
    """The job's Spark session with the settings above, for a data set of this size.

    Compiling a query costs one to three seconds of a small job, and planning it anew after each stage some more:
    that pays only where there is much to run it on.
    """
    from pyspark.context import SparkContext

    from awsglue.context import GlueContext

    spark: SparkSession = GlueContext(SparkContext.getOrCreate()).spark_session
    for name, value in SETTINGS.items():
        spark.conf.set(name, value)
    spark.conf.set("spark.sql.shuffle.partitions", str(max(1, min(400, -(-raw_bytes // (32 << 20))))))
    spark.conf.set("spark.sql.adaptive.enabled", str(raw_bytes > WHOLE_STAGE).lower())
    spark.conf.set("spark.sql.codegen.wholeStage", str(raw_bytes > WHOLE_STAGE).lower())
    spark.conf.set("spark.sql.codegen.factoryMode", "FALLBACK" if raw_bytes > COMPILED else "NO_CODEGEN")
    for name, value in LITTLE_PLANNING.items() if raw_bytes <= COMPILED else ():
        spark.conf.set(name, value)
    return spark


def run_id(options: dict[str, Any]) -> str:
    """This run's id: Glue's, or one of its own where the script runs outside of Glue."""
    return str(options.get("JOB_RUN_ID") or f"local_{uuid.uuid4().hex}")


def is_alive(job_name: str | None, own_run: str) -> Callable[[str], bool]:
    """A function that tells of a run id whether that run of this job is still going on."""
    glue: Any = boto3.client("glue")

    def alive(run: str) -> bool:
        if run == own_run or job_name is None or not run.startswith("jr_"):
            return False
        try:
            state = glue.get_job_run(JobName=job_name, RunId=run)["JobRun"]["JobRunState"]
        except glue.exceptions.EntityNotFoundException:
            return False
        return state not in ENDED

    return alive


def configure_logging() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stdout)
    for noisy in ("py4j", "botocore", "boto3", "urllib3", "s3transfer"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
