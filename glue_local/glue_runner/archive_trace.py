"""Runs the warm-up in a JVM that writes down the classes it loads: `archive_trace FOLDER LIST`. See `archive`."""

import os
import sys
from pathlib import Path

from glue_runner import folders, jvm, prepare, settings, spark_conf


def main() -> None:
    folder, classes = folders.make(Path(sys.argv[1])), Path(sys.argv[2])
    found = settings.load()
    conf = spark_conf.defaults(os.environ, "local[1]", folder, 512)
    options = ["-Xshare:off", f"-XX:DumpLoadedClassList={classes}"]
    java = jvm.start(conf, jvm.class_path(found.jars), 512, folder, extra=options)
    session, _ = prepare.make_context()
    prepare.warm_up(session, folder, lambda: True)
    session.stop()
    assert java.stdin  # noqa: S101 - it is a pipe
    java.stdin.close()
    java.wait(60)


if __name__ == "__main__":
    main()
