"""The class archive (AppCDS): classes that a job loads, parsed and verified beforehand, so that a JVM starts sooner.

Made once per class path and Java version, by a JVM of its own, and kept beside the jars: beforehand by
`python -m glue_runner.archive`, else in the background by a runner that has had nothing to do for a while.
https://docs.oracle.com/en/java/javase/17/vm/class-data-sharing.html
"""

import hashlib
import logging
import os
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

from glue_runner import jvm
from glue_runner.settings import Settings, child_environment, load

LOG = logging.getLogger(__name__)

BUILD_SECONDS = 240
KEPT = 3
"""Archives that stay, 160 MB each: another checkout or version may use the same folder."""


@lru_cache(maxsize=4)
def path(settings: Settings) -> Path:
    """Where the archive for this class path and Java is, or would be."""
    classes = jvm.class_path(settings.jars)
    sizes = [f"{p}:{Path(p).stat().st_size}" for p in classes.split(":") if Path(p).is_file()]
    release = (jvm.java_home() / "release").read_text() if (jvm.java_home() / "release").is_file() else ""
    key = hashlib.sha256("\0".join([release, *sizes, classes]).encode()).hexdigest()[:16]
    return settings.jars.parent / "classes" / f"classes-{key}.jsa"


def build(settings: Settings) -> bool:
    """Makes the archive, unless it is there. Takes tens of seconds of one core.

    Returns:
        Whether there is one now.
    """
    target = path(settings)
    if target.is_file():
        return True
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        classes, fresh = Path(name) / "classes.lst", Path(name) / "classes.jsa"
        ok = _trace(settings, Path(name), classes) and _dump(settings, Path(name), classes, fresh)
        if ok:
            fresh.replace(target)
    kept = sorted(target.parent.glob("classes-*.jsa"), key=lambda file: file.stat().st_mtime)
    for old in kept[:-KEPT]:
        old.unlink(missing_ok=True)
    return ok


def _trace(settings: Settings, folder: Path, classes: Path) -> bool:
    """Runs a warm-up and has the JVM write down the classes that it loads."""
    return _run([sys.executable, "-m", "glue_runner.archive_trace", str(folder), str(classes)], settings, classes)


def _dump(settings: Settings, folder: Path, classes: Path, fresh: Path) -> bool:
    options = [o for o in jvm.options(settings.heap_mb, folder, None) if not o.startswith("-Xmx")]
    command = [
        *(str(jvm.java_home() / "bin" / "java"), "-Xshare:dump", f"-XX:SharedClassListFile={classes}"),
        *(f"-XX:SharedArchiveFile={fresh}", "-Xlog:cds=off", "-Xlog:class+path=off", "-Xmx1g"),
        *("-cp", jvm.class_path(settings.jars)),
        *options,
    ]
    return _run(command, settings, fresh)


def _run(command: list[str], settings: Settings, expected: Path) -> bool:
    environment = {
        **child_environment(os.environ),
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "GLUE_RUNNER_JARS": str(settings.jars),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
    }
    try:
        done = subprocess.run(
            ["nice", "-n", "19", *command],
            env=environment,
            capture_output=True,
            text=True,
            timeout=BUILD_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        LOG.warning("The class archive could not be made; cold jobs start slower: %s", error)
        return False
    if done.returncode or not expected.is_file():
        LOG.warning("The class archive could not be made; cold jobs start slower: %s", done.stderr[-2000:])
        return False
    return True


def main() -> None:
    """Makes the archive now, for an image or a bootstrap."""
    logging.basicConfig(level=logging.INFO)
    sys.exit(0 if build(load()) else 1)


if __name__ == "__main__":
    main()
