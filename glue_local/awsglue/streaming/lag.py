"""`emitConsumerLagMetrics`: how long the oldest record of each micro-batch has waited, in CloudWatch.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-kinesis-home.html (read 2026-11).
"""

import sys
import uuid
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from awsglue import run
from awsglue.frame.formats import flag
from awsglue.streaming import progress

METRIC = "glue.driver.streaming.maxConsumerLagInMs"


def observed(df: DataFrame, arrived: str, options: Mapping[str, Any]) -> DataFrame:
    """The same stream; its lag is told if its options ask for it.

    Args:
        df: a raw stream.
        arrived: the column with a record's time of arrival.
        options: the stream's.
    """
    if not (df.isStreaming and flag(options, "emitConsumerLagMetrics")):
        return df
    name = f"lag-{uuid.uuid4().hex}"
    progress.watch(df.sparkSession, partial(_tell, name))
    return df.observe(name, F.unix_millis(F.min(arrived)).alias("oldest"))


def _tell(name: str, batch: Any) -> None:
    """Hears of each batch of every stream, and tells of those in which `name` was observed."""
    found = batch.observedMetrics.get(name)
    if found is not None and found.oldest is not None:
        put(max(_milliseconds(batch.timestamp) - found.oldest, 0))


def _milliseconds(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def put(lag: int) -> None:
    """Puts one value, for the run and for all runs of the job. A CloudWatch that refuses is told, nothing else."""
    import boto3

    job, this = run.argument("--JOB_NAME"), run.argument("--JOB_RUN_ID")
    values = run.metric_data(METRIC, float(lag), "gauge", job, this, Unit="Milliseconds")
    try:
        boto3.client("cloudwatch").put_metric_data(Namespace=run.NAMESPACE, MetricData=values)
    except (BotoCoreError, ClientError) as error:
        print(f"WARN {METRIC} was not put: {error}", file=sys.stderr)  # noqa: T201 - the error log
