"""The process of one run: `python -m glue_runner.job_process`, started by the runner.

Protocol. Standard input brings one line, the order (JSON: a RunRequest), and to a session its statements; its end means
that the runner is gone, and everything here ends at once. The report pipe, whose number is the last argument, takes
lines: {"event": "ready"} when a warm process could take a job, {"event": "running"} when the script begins,
{"event": "report", "report": {...}} for what is more than a state, and {"event": "done", "error": null or text}.
Standard output and error are the script's.
"""

import contextlib
import importlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from awsgluedq import publishing
from glue_runner import event_logs, jars, prepare, priority, provided, script, spark_conf
from glue_runner.arguments import check_language, on
from glue_runner.fetch import FetchError, extra_jars, fetch, listed, python_files, python_in_jars
from glue_runner.jars import JarError
from glue_runner.jvm import JvmError, die_with_parent
from glue_runner.metastore.server import Metastore
from glue_runner.metrics import Metrics
from glue_runner.modules import install
from glue_runner.request import RunRequest
from glue_runner.session import Session
from glue_runner.warm_context import WarmContext

SPARK_OUT_OF_MEMORY = 52
"""org.apache.spark.util.SparkExitCode.OOM"""

JAVA_SECONDS = 1.0
"""How often a process that waits for an order looks whether its JVM is still there."""


class Job:
    """One run in this process."""

    def __init__(self, setup: dict[str, Any], report: int) -> None:
        """Begins.

        Args:
            setup: folder, jars, cache, heap_mb, master, archive, warm.
            report: the file descriptor of the report pipe.
        """
        self.folder = Path(setup["folder"])
        self.setup = setup
        self.orders: queue.SimpleQueue[RunRequest] = queue.SimpleQueue()
        self.session = Session(self.report)
        self._report, self._telling = report, threading.Lock()
        self._java: subprocess.Popen[bytes] | None = None
        self._ready: WarmContext | None = None

    def tell(self, event: str, **more: Any) -> None:
        line = memoryview((json.dumps({"event": event, **more}) + "\n").encode())
        with self._telling:
            while line:
                line = line[os.write(self._report, line) :]

    def report(self, report: dict[str, Any]) -> None:
        """Tells the runner what is more than a state."""
        self.tell("report", report=report)

    def listen(self) -> None:
        """Reads the order; when the pipe ends, so does this process and all that it started."""
        for line in sys.stdin.buffer:
            message = json.loads(line)
            if "run_id" in message:
                self.orders.put(RunRequest.parse(message))
                priority.of_session(priority.NORMAL)
            else:
                self.session.take(message)
        end_everything()

    def warm(self) -> None:
        """Gets ready before there is an order, behind jobs that run, stopping short when one comes in."""
        self._start_spark({})
        session, self._ready = prepare.make_context()
        prepare.warm_up(session, self.folder, self.orders.empty)
        if self.orders.empty():
            self.tell("ready")

    def run(self) -> str | None:
        """Waits for the order and carries it out. Returns the error message, None for success."""
        request = self._order()
        try:
            path = self._bring(request)
        except (FetchError, spark_conf.ConfError, JarError, JvmError) as error:
            print(error, file=sys.stderr, flush=True)  # noqa: T201 - the run's error log
            return str(error)
        publishing.deliver = lambda result: self.report({"data_quality": result})
        if path is None:
            return self._serve_session(request)
        self.tell("running")
        return self._run_script(request, path)

    def _order(self) -> RunRequest:
        """The order, once it comes.

        Raises:
            JvmError: Java ended meanwhile; the runner takes another process.
        """
        while True:
            with contextlib.suppress(queue.Empty):
                request = self.orders.get(timeout=JAVA_SECONDS)
                if self._java is None or self._java.poll() is None:
                    return request
            if self._java and self._java.poll() is not None:
                raise JvmError(f"The Java process ended with {self._java.returncode} while it waited for a job.")

    def _serve_session(self, request: RunRequest) -> str | None:
        """Runs statements until nobody sends any. Returns the error message."""
        if message := self.session.provide():
            return self._java_end() or message
        self.tell("running")
        self.session.serve(request.idle_seconds)
        return self._java_end()

    def _run_script(self, request: RunRequest, path: Path) -> str | None:
        """Runs the script, and brings to AWS what was measured meanwhile. Returns the error message."""
        measured = request.needs_spark and on(request.arguments, "--enable-metrics")
        metrics = Metrics(request.job_name, request.run_id) if measured else None
        if metrics:
            metrics.start()
        if request.needs_spark:
            from awsglue import bucket_roots

            bucket_roots.install()  # for scripts that are plain Spark
        message = script.run(path, request.argv())
        message = self._java_end() or message
        if metrics:
            metrics.finish()
        if request.needs_spark:
            event_logs.upload(request.arguments, self.folder, request.run_id)
        return message

    def _bring(self, request: RunRequest) -> Path | None:
        """Everything that the script needs, then Spark, if it is not there yet. Returns the script, if there is one."""
        arguments, downloads, modules = request.arguments, self.folder / "downloads", self.folder / "python"
        check_language(arguments, request.script_location)
        path = fetch(request.script_location, self.folder / "script") if request.command != "session" else None
        files = python_files(listed(arguments.get("--extra-py-files")), modules, downloads / "py")
        for location in listed(arguments.get("--extra-files")):
            fetch(location, self.folder)
        wanted = listed(arguments.get("--additional-python-modules"))
        if wanted:
            option = arguments.get("--python-modules-installer-option", "")
            install(wanted, option, Path(self.setup["cache"]), modules, downloads)
        library_set = arguments.get("--library-set", "analytics")
        provided.offer(request.needs_spark, library_set, self.folder, Path(self.setup["cache"]))
        if request.needs_spark:
            extra = extra_jars(arguments.get("--extra-jars"), downloads / "jars")
            groups = [*spark_conf.jar_groups(arguments), *self._stream_groups(request, [*filter(None, [path]), *files])]
            own = {**spark_conf.of_arguments(arguments, extra), **event_logs.conf(arguments, self.folder)}
            self._bring_spark(own, groups, files)
        importlib.invalidate_caches()
        return path

    def _stream_groups(self, request: RunRequest, sources: Sequence[Path]) -> list[str]:
        """Kafka's jars for a job whose code speaks of it, and for a streaming job, whose table may, if they can be had.

        Raises:
            JarError: its code speaks of Kafka, and they cannot.
        """
        spoken = any(b"kafka" in source.read_bytes().lower() for source in sources)
        if not spoken and request.command != "gluestreaming":
            return []
        kept = Path(self.setup["jars"])
        try:
            jars.fetch(kept, jars.missing(kept, "kafka"))
        except JarError:
            if spoken:
                raise
            return []
        return ["kafka"]

    def _bring_spark(self, own: dict[str, str], groups: Sequence[str], files: Sequence[Path]) -> None:
        """Spark with a job's own settings and table formats: in the warm JVM, if this has one."""
        kept = Path(self.setup["jars"])
        jars.fetch(kept, jars.missing(kept, *groups))
        python_in_jars(jars.paths(kept, *groups), self.folder / "python")
        if self._ready:
            self._ready.adopt(own, jars.paths(kept, *groups))
            return
        if files and not self.setup["master"].startswith("local"):
            own["spark.submit.pyFiles"] = ",".join(map(str, files))
        self._start_spark(own, groups)

    def _start_spark(self, own: dict[str, str], groups: Sequence[str] = ()) -> None:
        setup = self.setup
        archive = Path(setup["archive"]) if setup.get("archive") else None
        catalog = Metastore(self.folder, Path(setup["cache"]).parent)
        catalog.start()
        own = {"spark.hadoop.hive.metastore.uris": catalog.uri, **own}
        self._java = prepare.start_spark(
            self.folder, Path(setup["jars"]), setup["heap_mb"], setup["master"], own, archive, groups
        )

    def _java_end(self) -> str | None:
        """A message if the JVM ended under the script: then nothing of Spark's can be trusted, whatever was caught."""
        if self._java is None:
            return None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._java.wait(0.05)
        code = self._java.poll()
        if code is None or (code == 0 and not self.setup["master"].startswith("local")):
            return None
        how = (
            f"was killed by signal {-code} ({signal.Signals(-code).name})"
            if code < 0
            else f"ended with exit code {code}" + (" (out of memory)" if code == SPARK_OUT_OF_MEMORY else "")
        )
        return f"The Java process of the job {how} while the script ran."

    def leave(self) -> None:
        """Ends the Spark application where others look after it; a local one just ends with this process."""
        if self._java and self._java.poll() is None and not self.setup["master"].startswith("local"):
            from pyspark import SparkContext

            if SparkContext._active_spark_context:  # noqa: SLF001 - PySpark's own way to ask
                SparkContext._active_spark_context.stop()  # noqa: SLF001


def end_everything() -> None:
    """Kills this process's session: itself, the JVM, Python workers and whatever the script started."""
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):
            os.killpg(0, signal.SIGKILL)
    os._exit(137)


def main() -> None:
    """Runs the process: `job_process SETUP_JSON REPORT_FD`."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    setup, report = json.loads(sys.argv[1]), int(sys.argv[2])
    os.set_inheritable(report, False)
    job = Job(setup, report)
    if setup["warm"]:
        priority.of_session(priority.BACKGROUND)  # until there is an order
    threading.Thread(target=job.listen, daemon=True).start()
    try:
        if setup["warm"]:
            job.warm()
        message = job.run()
    except BaseException:  # the process edge: it ends here and now, while a thread still reads the order pipe
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    job.leave()
    job.tell("done", error=message)
    os._exit(0 if message is None else 1)


if __name__ == "__main__":
    main()
