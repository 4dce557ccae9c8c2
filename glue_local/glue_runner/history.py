"""Spark's own history server over event logs in S3: `python -m glue_runner.history LOCATION [PORT]`.

LOCATION is a job's --spark-event-logs-path. The page is on the loopback interface, and needs no Spark job to run.
https://docs.aws.amazon.com/glue/latest/dg/monitor-spark-ui.html
"""

import os
import sys
import tempfile
from pathlib import Path

from glue_runner import jvm, settings, spark_conf

PORT = 18080
HEAP_MB = 512


def command(location: str, port: int, jars: Path, folder: Path) -> list[str]:
    """The Java command of the history server.

    Args:
        location: where the event logs are, s3://bucket/prefix or a folder.
        port: of its page.
        jars: the folder with the jars of jars.json.
        folder: for its files.
    """
    conf = {
        **spark_conf.s3(os.environ),
        "spark.history.fs.logDirectory": location,
        "spark.history.ui.port": str(port),
        "spark.history.fs.update.interval": "5s",
    }
    options = [f"-D{name}={value}" for name, value in conf.items()]
    java = [str(jvm.java_home() / "bin" / "java"), "-cp", jvm.class_path(jars), *jvm.options(HEAP_MB, folder, None)]
    return [*java, *options, "org.apache.spark.deploy.history.HistoryServer"]


def main() -> None:
    """Becomes the Java process, so that signals and the exit code are its own."""
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = Path(tempfile.mkdtemp(prefix="spark-history-"))
    (folder / "tmp").mkdir()
    port = int(sys.argv[2]) if len(sys.argv) > 2 else PORT
    try:
        line = command(sys.argv[1], port, settings.load().jars, folder)
    except (settings.SettingsError, jvm.JvmError) as error:
        sys.exit(str(error))
    environment = {
        **settings.child_environment(os.environ),
        "SPARK_HOME": str(jvm.spark_home()),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_SCALA_VERSION": "2.12",  # else Spark looks for a build tree to find it out
    }
    os.execve(line[0], line, environment)


if __name__ == "__main__":
    main()
