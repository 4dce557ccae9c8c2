"""--enable-metrics: what Spark and its JVM measured, in CloudWatch under the names that Glue gives them.

https://docs.aws.amazon.com/glue/latest/dg/monitoring-awsglue-with-cloudwatch-metrics.html (read 2026-11): every 30 s
and at the end; counts are those since the report before. Only what is measured here is there.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from py4j.protocol import Py4JError  # type: ignore[import-untyped]

LOG = logging.getLogger(__name__)

SECONDS = 30.0
STAGES: Mapping[str, Callable[[Any], float]] = {
    "glue.driver.aggregate.bytesRead": lambda stage: stage.inputBytes(),
    "glue.driver.aggregate.recordsRead": lambda stage: stage.inputRecords(),
    "glue.driver.aggregate.shuffleBytesWritten": lambda stage: stage.shuffleWriteBytes(),
    "glue.driver.aggregate.shuffleLocalBytesRead": lambda stage: stage.shuffleLocalBytesRead(),
    "glue.driver.aggregate.numCompletedTasks": lambda stage: stage.numCompleteTasks(),
    "glue.driver.aggregate.numFailedTasks": lambda stage: stage.numFailedTasks(),
    "glue.driver.aggregate.numCompletedStages": lambda stage: float(str(stage.status()) == "COMPLETE"),
    "glue.driver.aggregate.elapsedTime": lambda stage: stage.executorRunTime(),
}
"""Sums over the stages of a run; times in milliseconds."""
BATCHES: Mapping[str, Callable[[Any], float]] = {
    "glue.driver.streaming.numRecords": lambda batch: batch.numInputRows,
    "glue.driver.streaming.batchProcessingTimeInMs": lambda batch: batch.batchDuration,
}
"""Of each micro-batch of a stream."""


class Metrics:
    """The metrics of one run."""

    def __init__(self, job_name: str, run_id: str) -> None:
        self._job_name = job_name
        self._run_id = run_id
        self._told: dict[str, float] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()

    def start(self) -> None:
        """Reports from now on, by a thread, and before a Spark context that the script stops is gone."""
        from pyspark import SparkContext

        stop = SparkContext.stop

        def report_and_stop(context: Any) -> None:
            self.report()
            stop(context)

        SparkContext.stop = report_and_stop
        self._watch_streams()
        threading.Thread(target=self._keep_reporting, name="metrics", daemon=True).start()

    def _watch_streams(self) -> None:
        """Puts the metrics of each micro-batch, whoever starts the stream."""
        from pyspark.sql.streaming import DataStreamWriter

        from awsglue.streaming import progress

        start, watched = DataStreamWriter.start, set()

        def watch_and_start(writer: Any, *args: Any, **kwargs: Any) -> Any:
            session = writer._spark  # noqa: SLF001 - the writer has no other door
            if session not in watched:
                watched.add(session)
                progress.watch(session, self._put_batch)
            return start(writer, *args, **kwargs)

        DataStreamWriter.start = watch_and_start

    def _put_batch(self, batch: Any) -> None:
        try:
            self._put({name: (float(read(batch)), "count") for name, read in BATCHES.items()}, {})
        except (BotoCoreError, ClientError, OSError) as error:
            LOG.warning("Metrics of %s: %s", self._run_id, error)

    def finish(self) -> None:
        """Reports the rest."""
        self._over.set()
        self.report()

    def _keep_reporting(self) -> None:
        while not self._over.wait(SECONDS):
            self.report()

    def report(self) -> None:
        """Puts what there is now. CloudWatch or a JVM that does not answer is told, nothing else."""
        from pyspark import SparkContext

        context = SparkContext._active_spark_context  # noqa: SLF001 - PySpark's own way to ask
        if context is None or context._jsc is None:  # noqa: SLF001
            return
        try:
            with self._lock:
                totals, gauges = _stages(context), _jvm(context)
                counts = {name: value - self._told.get(name, 0.0) for name, value in totals.items()}
                self._told = totals
            self._put({name: (value, "count") for name, value in counts.items()}, gauges)
        except (Py4JError, BotoCoreError, ClientError, OSError) as error:
            LOG.warning("Metrics of %s: %s", self._run_id, error)

    def _put(self, counts: Mapping[str, tuple[float, str]], gauges: Mapping[str, float]) -> None:
        import boto3

        from awsglue.run import NAMESPACE, metric_data

        values = {**counts, **{name: (value, "gauge") for name, value in gauges.items()}}
        data = [
            one
            for name, (value, kind) in values.items()
            for one in metric_data(name, value, kind, self._job_name, self._run_id)
        ]
        boto3.client("cloudwatch").put_metric_data(Namespace=NAMESPACE, MetricData=data)


def _stages(context: Any) -> dict[str, float]:
    gateway = context._gateway  # noqa: SLF001 - Spark's status store has no other door
    nothing, no_quantiles = gateway.jvm.java.util.ArrayList(), gateway.new_array(gateway.jvm.double, 0)
    stages = context._jsc.sc().statusStore().stageList(None, False, False, no_quantiles, nothing)  # noqa: SLF001
    found = [stages.apply(index) for index in range(stages.size())]
    return {name: float(sum(read(stage) for stage in found)) for name, read in STAGES.items()}


def _jvm(context: Any) -> dict[str, float]:
    factory = context._jvm.java.lang.management.ManagementFactory  # noqa: SLF001
    heap, system = factory.getMemoryMXBean().getHeapMemoryUsage(), factory.getOperatingSystemMXBean()
    load = system.getSystemLoadAverage() / system.getAvailableProcessors()
    used, most = float(heap.getUsed()), float(heap.getMax())
    return {
        "glue.driver.jvm.heap.used": used,
        "glue.driver.jvm.heap.usage": used / most,
        "glue.driver.system.cpuSystemLoad": min(max(load, 0.0), 1.0),
    }
