"""A script's function on each micro-batch of a stream.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-glue-context.html#aws-glue-api-crawler-pyspark-extensions-glue-context-forEachBatch
"""

import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from awsglue.errors import OptionError
from awsglue.frame.formats import flag

BatchFunction = Callable[..., Any]

RETRIES = 3
PAUSES_SECONDS = (1, 2, 5)
"""Before the first, second and any later retry of a batch."""
GRANULARITIES = ("year", "month", "day", "hour", "minute")


def for_each(frame: DataFrame, function: BatchFunction, options: Mapping[str, Any]) -> None:
    """Calls `function(data_frame, batch_id)` for every micro-batch that has records, until the job is stopped.

    Args:
        frame: a streaming DataFrame.
        function: the script's.
        options: windowSize (such as "100 seconds"), checkpointLocation, batchMaxRetries, persistDataFrame,
            storageLevel.

    Raises:
        OptionError: no windowSize, or the frame is no stream.
        pyspark.errors.StreamingQueryException: the function has failed, however often it was tried.
    """
    window = options.get("windowSize")
    if not window:
        raise OptionError("forEachBatch needs 'windowSize' in its options, for example '100 seconds'.")
    if not frame.isStreaming:
        raise OptionError("forEachBatch needs a streaming DataFrame, from create_data_frame of kinesis or kafka.")
    retries = int(str(options.get("batchMaxRetries", RETRIES)))
    keeps = flag(options, "persistDataFrame", default=True)
    level = getattr(StorageLevel, str(options.get("storageLevel") or "MEMORY_AND_DISK").upper())

    def run(batch: DataFrame, batch_id: int) -> None:
        if keeps:
            batch = batch.persist(level)
        try:
            if batch.take(1):
                _with_retries(function, batch, batch_id, retries)
        finally:
            if keeps:
                batch.unpersist()

    writer = frame.writeStream.foreachBatch(run).trigger(processingTime=str(window))
    if options.get("checkpointLocation"):
        writer = writer.option("checkpointLocation", str(options["checkpointLocation"]))
    writer.start().awaitTermination()


def _with_retries(function: BatchFunction, batch: DataFrame, batch_id: int, retries: int) -> None:
    for attempt in range(retries + 1):
        try:
            function(batch, batch_id)
        except Exception:  # the script's function may raise anything; after the last retry it ends the job
            if attempt == retries:
                raise
            traceback.print_exc()
            pause = PAUSES_SECONDS[min(attempt, len(PAUSES_SECONDS) - 1)]
            print(f"WARN batch {batch_id} is tried again in {pause} s.", file=sys.stderr)  # noqa: T201 - the error log
            time.sleep(pause)
        else:
            return


def in_session(batch: DataFrame, session: SparkSession) -> DataFrame:
    """A DataFrame of another session as one of this session, so that SQL of it finds the views that are made of it.

    A micro-batch belongs to a session of its stream. Scripts make a DynamicFrame of it, and a view of that frame's
    DataFrame, and merge it by the SQL of their own session.
    """
    if batch.isStreaming or batch.sparkSession._jsparkSession == session._jsparkSession:
        return batch
    spark: Any = session.sparkContext._jvm
    plan = batch._jdf.queryExecution().analyzed()
    return DataFrame(spark.org.apache.spark.sql.Dataset.ofRows(session._jsparkSession, plan), session)


def sample(frame: DataFrame, options: Mapping[str, Any], function: BatchFunction | None) -> DataFrame:
    """The records that a stream brings within a while, as a DataFrame of a batch.

    Args:
        frame: a streaming DataFrame.
        options: pollingTimeInMs (10000), recordPollingLimit (100) and windowSize.
        function: what the records go through, as in `for_each`; its result is taken if it returns a DataFrame.

    Raises:
        OptionError: the frame is no stream.
    """
    if not frame.isStreaming:
        raise OptionError("getSampleStreamingDynamicFrame needs a streaming DataFrame.")
    seconds = float(options.get("pollingTimeInMs") or 10_000) / 1000
    limit = int(options.get("recordPollingLimit") or 100)
    rows: list[Any] = []
    enough = threading.Event()

    def collect(batch: DataFrame, _batch_id: int) -> None:
        rows.extend(batch.limit(limit - len(rows)).collect())
        if len(rows) >= limit:
            enough.set()

    writer = frame.writeStream.foreachBatch(collect)
    if options.get("windowSize"):
        writer = writer.trigger(processingTime=str(options["windowSize"]))
    query = writer.start()
    enough.wait(seconds)
    query.stop()
    if query.exception() is not None:
        raise query.exception()
    found = frame.sparkSession.createDataFrame(rows, frame.schema)
    changed = function(found, 0) if function else None
    return changed if isinstance(changed, DataFrame) else found


def add_ingestion_time(frame: DataFrame, granularity: str) -> DataFrame:
    """The frame with columns for now: ingest_year, ingest_month, ... down to `granularity`.

    Args:
        frame: a DataFrame.
        granularity: day, hour or minute.

    Raises:
        OptionError: any other.
    """
    if granularity not in {"day", "hour", "minute"}:
        raise OptionError(f"timeGranularity {granularity!r} is not one. Valid: day, hour, minute.")
    now = datetime.now(UTC)
    names = GRANULARITIES[: GRANULARITIES.index(granularity) + 1]
    return frame.withColumns({f"ingest_{name}": F.lit(getattr(now, name)) for name in names})
