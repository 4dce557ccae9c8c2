"""A Spark standalone cluster of the same Spark, Java and jars: `python -m glue_runner.cluster master|worker [URL]`.

    master                     listens on 7077, its page on 8080 (SPARK_MASTER_PORT, SPARK_MASTER_WEBUI_PORT)
    worker spark://host:7077   offers this machine's cores and memory to a master

Point the runner at it with GLUE_RUNNER_MASTER=spark://host:7077. The driver runs beside the runner (client mode), so
workers must reach that machine, the AWS endpoint, and have Python and this package at the same paths, as the same
container image has. SPARK_WORKER_CORES and SPARK_WORKER_MEMORY are Spark's own variables too.
https://spark.apache.org/docs/3.5.6/spark-standalone.html
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from glue_runner import jvm, settings

HEAP_MB = 512


def command(arguments: Sequence[str], jars: Path, folder: Path, host: str) -> list[str]:
    """The Java command of a master or a worker.

    Raises:
        ValueError: the arguments are neither.
    """
    java = [str(jvm.java_home() / "bin" / "java"), "-cp", jvm.class_path(jars), *jvm.options(HEAP_MB, folder, None)]
    match list(arguments):
        case ["master"]:
            return [*java, "org.apache.spark.deploy.master.Master", "--host", host]
        case ["worker", url] if url.startswith("spark://"):
            return [*java, "org.apache.spark.deploy.worker.Worker", "--work-dir", str(folder / "work"), url]
    raise ValueError(f"{' '.join(arguments)!r}: use 'master', or 'worker spark://host:7077'.")


def main() -> None:
    """Becomes the Java process, so that signals and the exit code are its own."""
    folder = Path(tempfile.mkdtemp(prefix="spark-"))
    (folder / "tmp").mkdir()
    host = os.environ.get("SPARK_MASTER_HOST") or os.uname().nodename
    try:
        line = command(sys.argv[1:], settings.load().jars, folder, host)
    except (ValueError, settings.SettingsError, jvm.JvmError) as error:
        sys.exit(str(error))
    environment = {
        **settings.child_environment(os.environ),
        "SPARK_HOME": str(jvm.spark_home()),
        "PYSPARK_PYTHON": sys.executable,
        "JAVA_HOME": str(jvm.java_home()),
        "SPARK_SCALA_VERSION": "2.12",  # else Spark looks for a build tree to find it out
    }
    os.execve(line[0], line, environment)


if __name__ == "__main__":
    main()
