"""The process of one run, forked by a `keeper` on whose JVM it works, or `python -m glue_runner.job_process`, which has
a JVM of its own, or none.

Protocol. Standard input brings one line, the order (JSON: a RunRequest), and to a session its statements; its end means
that the runner is gone, and everything here ends at once. The report pipe, whose number is the last argument, takes
lines: {"event": "ready"} when a process could take a job, {"event": "running"} when the script begins,
{"event": "report", "report": {...}} for what is more than a state, and {"event": "done", "error": null or text}.
Standard output and error are the script's, from the first of the setup's two marks on, to the second or their end.
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
from glue_runner import event_logs, jars, jvm, parting, prepare, priority, provided, script, spark_conf
from glue_runner.arguments import check_language, on
from glue_runner.fetch import FetchError, extra_jars, fetch, listed, python_files, python_in_jars
from glue_runner.jars import JarError
from glue_runner.jvm import JvmError, die_with_parent
from glue_runner.metastore.server import Metastore
from glue_runner.metrics import Metrics
from glue_runner.modules import install, packed
from glue_runner.request import RunRequest
from glue_runner.session import Session
from glue_runner.warm_context import WarmContext

SPARK_OUT_OF_MEMORY = 52
"""org.apache.spark.util.SparkExitCode.OOM"""


class Job:
    """One run in this process."""

    def __init__(self, setup: dict[str, Any], report: int) -> None:
        """Begins.

        Args:
            setup: folder, jars, cache, heap_mb, master, archive, warm, marks.
            report: the file descriptor of the report pipe.
        """
        self.folder = Path(setup["folder"])
        self.setup = setup
        self.orders: queue.SimpleQueue[RunRequest] = queue.SimpleQueue()
        self.session = Session(self.report)
        self._report, self._telling = report, threading.Lock()
        self._java: subprocess.Popen[bytes] | None = None
        self._ready: WarmContext | None = None
        self._own_jars = False
        self._request: RunRequest | None = None

    def tell(self, event: str, **more: Any) -> None:
        line = (json.dumps({"event": event, **more}) + "\n").encode()
        with self._telling:
            write_all(self._report, line)

    def report(self, report: dict[str, Any]) -> None:
        """Tells the runner what is more than a state."""
        self.tell("report", report=report)

    def start_listening(self) -> None:
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        """Reads the order; when the pipe ends, so does this process and all that it started."""
        for line in sys.stdin.buffer:
            message = json.loads(line)
            if "run_id" in message:
                self.orders.put(RunRequest.parse(message))
                priority.of_session(priority.NORMAL)
            else:
                self.session.take(message)
        end_everything()

    def get_ready(self, first: bool) -> None:
        """Makes a context on a keeper's JVM before there is an order, stopping short when one comes.

        Args:
            first: whether nothing was warmed up in this JVM yet.
        """
        from glue_runner import reuse  # with PySpark, which a Python shell job does without

        reuse.clear(self.folder, self.setup["heap_mb"])
        session, self._ready = prepare.make_context(self._catalog())
        prepare.warm_up(session, self.folder, self.orders.empty, prepare.ALL if first else prepare.PER_CONTEXT)
        if self.orders.empty():
            self.tell("ready")

    def run(self) -> str | None:
        """Waits for the order and carries it out. Returns the error message, None for success."""
        request = self._request = self.orders.get()
        for stream in (1, 2):
            os.write(stream, self.setup["marks"][0].encode())
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

    def _serve_session(self, request: RunRequest) -> str | None:
        """Runs statements until nobody sends any. Returns the error message."""
        sys.argv = ["", *request.argv()]
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
            import awsglue  # noqa: F401 - what it installs is for scripts that are plain Spark, too

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
        installed = None
        if wanted:
            option = arguments.get("--python-modules-installer-option", "")
            installed = install(wanted, option, Path(self.setup["cache"]), modules, downloads)
        library_set = arguments.get("--library-set", "analytics")
        provided.offer(request.needs_spark, library_set, self.folder, Path(self.setup["cache"]))
        if request.needs_spark:
            extra = extra_jars(arguments.get("--extra-jars"), downloads / "jars")
            groups = [*spark_conf.jar_groups(arguments), *self._stream_groups(request, [*filter(None, [path]), *files])]
            own = {**spark_conf.of_arguments(arguments, extra), **event_logs.conf(arguments, self.folder)}
            if installed and self._on_cluster:
                own |= spark_conf.with_modules(packed(installed), own)
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
        self._own_jars = bool(groups)
        if files and self._on_cluster:  # as spark-submit hands modules to executors
            own["spark.submit.pyFiles"] = ",".join(map(str, files))
            own["spark.files"] = ",".join([*filter(None, [own.get("spark.files")]), *map(str, files)])
        if self._ready:
            from glue_runner import reuse

            if groups and self._on_cluster:
                own |= spark_conf.for_executors(jars.paths(kept, jars.CORE, *groups), own)
            self._ready.adopt(own, jars.paths(kept, *groups))
            reuse.check()
            return
        starting = start_java(self.setup, {**self._catalog(), **own}, groups)
        prepare.import_what_scripts_use()
        self._java = starting.wait()

    @property
    def _on_cluster(self) -> bool:
        return not self.setup["master"].startswith("local")

    def _catalog(self) -> dict[str, str]:
        """Opens this job's metastore. Returns the settings by which Spark finds it."""
        catalog = Metastore(self.folder, Path(self.setup["cache"]).parent)
        catalog.start()
        return {"spark.hadoop.hive.metastore.uris": catalog.uri}

    def _java_end(self) -> str | None:
        return java_end(self._java, self.setup["master"])

    def leaves_java_clean(self) -> bool:
        """Whether the JVM may serve another job, now that the script is over."""
        request = self._request
        if request is None or self._own_jars or self._on_cluster:
            return False
        from glue_runner import reuse

        return reuse.may_follow(request, self.folder) and reuse.is_quiet()

    def leave(self) -> None:
        """Ends the Spark application where others look after it; a local one just ends with its JVM."""
        if (self._java or self._ready) and self._on_cluster:
            from py4j.protocol import Py4JError  # type: ignore[import-untyped]
            from pyspark import SparkContext

            with contextlib.suppress(Py4JError, OSError):  # the JVM is gone: `java_end` says so
                if SparkContext._active_spark_context:  # noqa: SLF001 - PySpark's own way to ask
                    SparkContext._active_spark_context.stop()  # noqa: SLF001

    def end_java(self) -> None:
        """Ends the JVM of this process: until then it writes into the job's folder."""
        if self._java:
            parting.from_java()
            self._java.kill()
            self._java.wait()


def write_all(descriptor: int, data: bytes) -> None:
    """Writes all of it, however little a pipe takes at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def start_java(setup: dict[str, Any], own: dict[str, str], groups: Sequence[str] = ()) -> jvm.Starting:
    """Starts the JVM of a process's setup, with a job's own settings and groups of jars."""
    archive = Path(setup["archive"]) if setup.get("archive") else None
    return prepare.start_spark(
        Path(setup["folder"]), Path(setup["jars"]), setup["heap_mb"], setup["master"], own, archive, groups
    )


def java_end(java: "subprocess.Popen[bytes] | None", master: str, seconds: float = 0.05) -> str | None:
    """A message if the JVM ended under the script: then nothing of Spark's can be trusted, whatever was caught.

    Args:
        java: the JVM, of which this process is the parent.
        master: Spark's master; on a cluster the JVM may end with its last application.
        seconds: how long to wait for the end of one that may just be ending.
    """
    if java is None:
        return None
    with contextlib.suppress(subprocess.TimeoutExpired):
        java.wait(seconds)
    code = java.poll()
    if code is None or (code == 0 and not master.startswith("local")):
        return None
    how = (
        f"was killed by signal {-code} ({signal.Signals(-code).name})"
        if code < 0
        else f"ended with exit code {code}" + (" (out of memory)" if code == SPARK_OUT_OF_MEMORY else "")
    )
    return f"The Java process of the job {how} while the script ran."


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
    job.start_listening()
    try:
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
