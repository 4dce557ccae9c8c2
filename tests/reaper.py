"""Ends what a test session started when the session itself was killed.

`python tests/reaper.py FOLDER` waits until its standard input is closed, which happens however its parent ends, and
then kills every process that works in FOLDER or was given a path in it: the session's temporary folder, which holds
the homes of all services that its tests start.
"""

import os
import sys

import psutil


def belongs(process: psutil.Process, folder: str) -> bool:
    """Whether a process works in the folder, or names it in its command or its environment."""
    try:
        cwd = process.cwd()
        texts = [*process.cmdline(), *process.environ().values()]
    except (psutil.Error, OSError):
        return False
    return cwd == folder or cwd.startswith(f"{folder}/") or any(f"{folder}/" in text for text in texts)


def reap(folder: str) -> list[int]:
    """Kills the folder's processes, and those that they start meanwhile. Returns their pids."""
    killed: list[int] = []
    while found := [p for p in psutil.process_iter() if p.pid != os.getpid() and belongs(p, folder)]:
        for process in found:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
            killed.append(process.pid)
        psutil.wait_procs(found, timeout=5)
    return killed


if __name__ == "__main__":
    sys.stdin.buffer.read()
    reap(sys.argv[1])
