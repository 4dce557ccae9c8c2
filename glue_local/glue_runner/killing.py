"""Ends whole sessions of processes: what a job started, and what that started."""

import contextlib
import os
import signal
from pathlib import Path


def kill_session(*leaders: int) -> None:
    """Kills every process of some sessions: the driver, its JVM, Python workers, what the script started."""
    if Path("/proc/self").exists():
        members = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    else:
        import psutil

        members = psutil.pids()
    for pid in sorted(members, key=lambda pid: pid in leaders):
        with contextlib.suppress(OSError):
            if os.getsid(pid) in leaders:
                os.kill(pid, signal.SIGKILL)
