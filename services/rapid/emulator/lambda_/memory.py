"""How much memory a function's processes really hold: resident pages, never reserved address space.

A limit on address space (RLIMIT_AS, RLIMIT_DATA) would kill numpy, whose libraries reserve gigabytes they never
touch; control groups need privileges. So resident memory is measured while a function runs, as AWS's does count.
"""

import os
import sys
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")


def resident(pid: int) -> int:
    """Bytes of resident memory of a process and all its descendants; 0 if it is gone."""
    if not sys.platform.startswith("linux"):
        return _resident_portable(pid)
    total, waiting = 0, [pid]
    while waiting:
        current = waiting.pop()
        try:
            process = Path(f"/proc/{current}")
            total += int((process / "statm").read_bytes().split()[1]) * PAGE
            for task in (process / "task").iterdir():
                waiting.extend(int(child) for child in (task / "children").read_bytes().split())
        except (OSError, IndexError):
            continue  # it, or one of its threads, ended meanwhile
    return total


def peak(pid: int) -> int:
    """The highest resident memory that one process ever had, in bytes; its present one where that is not kept."""
    try:
        for line in Path(f"/proc/{pid}/status").read_bytes().splitlines():
            if line.startswith(b"VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return resident(pid)


def _resident_portable(pid: int) -> int:
    import psutil

    try:
        root = psutil.Process(pid)
        return sum(p.memory_info().rss for p in [root, *root.children(recursive=True)])
    except psutil.Error:
        return 0
