"""The class archive (AppCDS): classes that a job loads, parsed and verified beforehand, so that a JVM starts sooner.

`python -m glue_runner.archive` makes it, unless it is there, with the Python byte code of the same warm-up: at set-up
or when an image is built, never beside a job. It lies in the Python environment, whose paths it holds.
https://docs.oracle.com/en/java/javase/17/vm/class-data-sharing.html (read 2026-11)
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from glue_runner import folders, jvm, settings, spark_conf

HEAP_MB = 512
EXIT_SECONDS = 900


class ArchiveError(Exception):
    """The archive could not be made; jobs run without it, and start slower."""


def build(jars: Path) -> None:
    """Makes the archive in this process, unless it is there. Takes about 40 s of processor time.

    Raises:
        ArchiveError: it could not be made.
    """
    target = jvm.archive_path(jars)
    if jvm.archived(target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if jvm.archived(target):
            return
        print("preparing its Java and Python classes, once (about half a minute)", flush=True)  # noqa: T201 - a command line
        for old in target.parent.glob("*/"):
            shutil.rmtree(old)
        with tempfile.TemporaryDirectory(dir=target.parent) as name:
            fresh, folder = Path(name) / "fresh", folders.make(Path(name) / "work")
            fresh.mkdir()
            _dump_java(fresh)
            _dump_spark(jars, folder, fresh)
            if not jvm.archived(fresh):
                raise ArchiveError("Java did not write its class archive.")
            fresh.rename(target)


def _dump_java(target: Path) -> None:
    command = [
        str(jvm.java_home() / "bin" / "java"),
        "-Xshare:dump",
        f"-XX:SharedArchiveFile={target / jvm.ARCHIVE_OF_JAVA}",
    ]
    done = subprocess.run(
        [*command, jvm.collector(), *jvm.NO_ARCHIVE_LOG],
        capture_output=True,
        text=True,
        check=False,
        timeout=EXIT_SECONDS,
    )
    if done.returncode:
        raise ArchiveError(f"Java's own class archive could not be made: {done.stderr[-2000:] or done.stdout[-2000:]}")


def _dump_spark(jars: Path, folder: Path, target: Path) -> None:
    """Runs a warm-up in a JVM that writes down, when it exits, the classes that it loaded."""
    sys.dont_write_bytecode = False
    folders.enter(folder, "local[1]")
    os.environ.pop("PYTHONDONTWRITEBYTECODE")  # for jobs; here Python workers, too, are to write theirs
    from glue_runner import prepare  # with PySpark: not to be waited for where the archive is there
    from glue_runner.metastore.server import Metastore

    os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    with _Nothing() as nothing:
        os.environ["AWS_ENDPOINT_URL"] = nothing.url
        catalog = Metastore(folder, folder)
        catalog.start()
        conf = spark_conf.defaults(os.environ, "local[1]", folder, HEAP_MB)
        conf["spark.hadoop.hive.metastore.uris"] = catalog.uri
        dump = [
            f"-XX:SharedArchiveFile={target / jvm.ARCHIVE_OF_JAVA}",
            f"-XX:ArchiveClassesAtExit={target / jvm.ARCHIVE_OF_SPARK}",
        ]
        java = jvm.start(conf, jvm.class_path(jars), HEAP_MB, folder, extra=[*dump, *jvm.NO_ARCHIVE_LOG]).wait()
        prepare.import_what_scripts_use()
        session, _ = prepare.make_context({})
        prepare.warm_up(session, folder, lambda: True, prepare.ALL)
        session.stop()
    assert java.stdin  # noqa: S101 - it is a pipe
    java.stdin.close()
    java.wait(EXIT_SECONDS)


class _Nothing(ThreadingHTTPServer):
    """An AWS endpoint that has nothing, so that a warm-up's requests are answered."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _NotFound)
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _NotFound(BaseHTTPRequestHandler):
    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(404)
        self.send_header("content-length", "0")
        self.end_headers()

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the names that the base class calls

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def main() -> None:
    """Makes the archive, for a bootstrap or an image. What it does, it says in one line."""
    try:
        build(settings.load().jars)
    except (ArchiveError, jvm.JvmError, settings.SettingsError, OSError, subprocess.SubprocessError) as error:
        sys.exit(f"The class archive could not be made, so jobs start slower: {error}")


if __name__ == "__main__":
    main()
