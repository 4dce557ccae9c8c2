"""Leaving a JVM that ends before this process does: PySpark's threads would print its end as errors.

One reads what Spark's accumulators say; another tells the JVM of objects that Python has let go of.
"""

import threading


def from_java() -> None:
    """Ends what this process has to say to the JVM, and makes it deaf to the JVM's end. Spark is not used after it."""
    from py4j import clientserver  # type: ignore[import-untyped]
    from pyspark import SparkContext

    context, gateway = SparkContext._active_spark_context, SparkContext._gateway  # noqa: SLF001 - no public names
    if context and context._accumulatorServer:  # noqa: SLF001
        context._accumulatorServer.handle_error = lambda *_: None  # noqa: SLF001
    if gateway is None:
        return
    client = gateway._gateway_client  # noqa: SLF001
    client.is_connected = False
    client.finalizer_deque.appendleft(clientserver.SHUTDOWN_FINALIZER_WORKER)
    for thread in threading.enumerate():
        if isinstance(thread, clientserver.FinalizerWorker):
            thread.join()
