"""Starts the Python workers of Spark: `python -m glue_runner.python_daemon`, Spark's `spark.python.daemon.module`.

Spark's own daemon, with less to do at each task. Spark puts its core jar on the workers' module path, and a worker
forgets before each task what it knows of the path (`importlib.invalidate_caches`); since Python 3.10 that reads the
whole directory of each archive there again, which takes 0.1 s for that jar. Nothing of Python is in it.
"""

import gc
import os
import sys
from pathlib import Path


def leave_archives_of_spark(home: Path) -> None:
    """Takes the archives of a Spark installation, in which this interpreter has its PySpark, off the module path."""
    sys.path[:] = [entry for entry in sys.path if not (Path(entry).is_file() and Path(entry).is_relative_to(home))]
    sys.path_importer_cache.clear()


def main() -> None:
    """Serves Spark until it closes standard input."""
    leave_archives_of_spark(Path(os.environ["SPARK_HOME"]))
    from pyspark import daemon, worker  # noqa: F401 - the worker's modules are here before it is forked

    gc.freeze()  # what all workers share is not looked through after each task
    daemon.manager()


if __name__ == "__main__":
    main()
