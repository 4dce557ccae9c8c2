"""Whether a JVM may serve another job after one, and what is cleared in it in between.

Spark, Hadoop and Hive keep what belongs to a job in its context, its sessions and its file systems, which end between
jobs. Settings that the JVM itself keeps (system properties, levels of logging) are put back. What a script does to
Java beyond that, nobody can undo: after a script that names the JVM for more than a logger or a file system, its
gateway, reflection or streams, the JVM is thrown away.
"""

import re
import shutil
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JError  # type: ignore[import-untyped]
from pyspark import SparkContext

from glue_runner import folders
from glue_runner.request import RunRequest

_CLEARED = (
    rb"org\.apache\.(log4j|hadoop\.(fs|conf|util\.VersionInfo)|spark\.sql\.(Encoders|functions|types))"
    rb"|java\.net\.URI|PythonSQLUtils|ArrowIteratorServer"
)
"""What scripts commonly call in Java and what leaves nothing behind that is not cleared."""
_REACHES_INTO_JAVA = re.compile(
    rb"(?<!serialize_to_)jvm(?!\.(" + _CLEARED + rb")\b)|(?<![A-Za-z0-9])_gateway|java_gateway|JavaGateway"
    rb"|(?i:java_import|java_method|configurator|reflect\s*\(|(read|write)stream|foreachbatch|streaming)"
)
_LARGEST_SCRIPT = 4 << 20
_BEGIN = "glue_runner.begin"
"""The system property that keeps the others as they were when the JVM began. It is no text: Spark does not see it."""

HELD_SHARE = 0.3
"""A JVM whose heap is still full to this share before a job begins is replaced."""


class WornError(Exception):
    """The JVM holds too much of earlier jobs."""


def may_follow(request: RunRequest, folder: Path) -> bool:
    """Whether a script and the modules that came with it can have touched nothing but what is cleared.

    Args:
        request: the run.
        folder: the job's folder, which holds the script and its modules.
    """
    if request.command != "glueetl" or request.arguments.get("--additional-python-modules"):
        return False
    sources = [*(folder / "script").rglob("*"), *(folder / "python").rglob("*")]
    return not any(_suspicious(path) for path in sources if path.is_file())


def _suspicious(path: Path) -> bool:
    return path.stat().st_size > _LARGEST_SCRIPT or bool(_REACHES_INTO_JAVA.search(path.read_bytes()))


def check() -> None:
    """Asks the JVM something.

    Raises:
        Py4JError: it is not there any more.
    """
    _jvm().System.nanoTime()


def is_quiet() -> bool:
    """Whether Spark answers and nothing runs in it any more."""
    try:
        active = _active(_jvm())
        # not the status tracker, which learns of a job's end a moment later
        return not active.isDefined() or bool(active.get().dagScheduler().activeJobs().isEmpty())
    except (Py4JError, OSError):
        return False


def clear(folder: Path, heap_mb: int) -> None:
    """Ends what is left of a job in this JVM and empties its folder. Does no harm where there was none.

    Raises:
        WornError: the JVM is to be replaced.
    """
    java = _jvm()
    active = _active(java)
    if active.isDefined():
        active.get().stop()
    java.org.apache.spark.sql.SparkSession.clearActiveSession()
    java.org.apache.spark.sql.SparkSession.clearDefaultSession()
    java.org.apache.hadoop.fs.FileSystem.closeAll()
    _reset_properties(java)
    java.org.apache.logging.log4j.core.config.Configurator.reconfigure()
    java.System.gc()
    runtime = java.Runtime.getRuntime()
    held = (runtime.totalMemory() - runtime.freeMemory()) / 2**20
    if held > HELD_SHARE * heap_mb:
        raise WornError(f"The JVM still holds {held:.0f} MiB of its {heap_mb} MiB after earlier jobs.")
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink()
    folders.make(folder)


def _jvm() -> Any:
    SparkContext._ensure_initialized()  # noqa: SLF001 - connects to the JVM
    return SparkContext._jvm  # noqa: SLF001


def _active(java: Any) -> Any:
    """Scala's Option of the context of this JVM."""
    return getattr(getattr(java.org.apache.spark, "SparkContext$"), "MODULE$").getActive()


def _reset_properties(java: Any) -> None:
    now = java.System.getProperties()
    begin = now.get(_BEGIN) or now.clone()
    fresh = begin.clone()
    fresh.put(_BEGIN, begin)
    java.System.setProperties(fresh)
