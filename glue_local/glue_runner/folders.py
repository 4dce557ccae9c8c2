"""The folder of one job process: everything that it writes on this machine, removed after it."""

import os
import sys
from pathlib import Path

COMMANDS = Path(__file__).with_name("commands")
"""On the job's Python path and, its `bin`, on its PATH."""


def make(folder: Path) -> Path:
    """Makes the folder and its parts: tmp, python (on the path of driver and workers), spark, warehouse."""
    for part in ("tmp", "python", "spark", "script"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    return folder


def environment(folder: Path, master: str) -> dict[str, str]:
    """Variables that keep a job in its folder; on a local master Spark stays on the loopback interface."""
    source = str(Path(__file__).parents[1])
    return {
        **({"SPARK_LOCAL_IP": "127.0.0.1"} if master.startswith("local") else {}),
        "TMPDIR": str(folder / "tmp"),
        "PATH": os.pathsep.join([str(COMMANDS / "bin"), os.environ.get("PATH", os.defpath)]),
        "PYTHONPATH": os.pathsep.join([str(folder / "python"), source, str(COMMANDS)]),
        "GLUE_INSTALLATION": str(folder / "python"),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "SPARK_LOCAL_DIRS": str(folder / "spark"),
    }


def enter(folder: Path, master: str) -> None:
    """Makes this process one that works in the folder, for runs without a runner."""
    for name, value in environment(folder, master).items():
        if name != "PYTHONPATH":
            os.environ[name] = value
    sys.path[:0] = [str(folder / "python"), str(COMMANDS)]
