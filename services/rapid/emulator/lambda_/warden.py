"""Ends every function process when the emulator is gone, however it went (kill -9 included).

`python warden.py`, one per emulator: reads lines `+pid` and `-pid` from its standard input, a pipe whose write end
the emulator holds and each function process holds until it has announced itself. End of file therefore means that the
emulator is dead and that every process it started is known. Process groups are killed, and their other descendants.
A parent-death signal (prctl) would not do: it is tied to the spawning thread and does not reach grandchildren.
"""

import contextlib
import os
import signal
import sys


def kill_tree(pid: int) -> None:
    """Kills a function's process, its process group, and descendants that left the group."""
    import psutil

    descendants: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error):
        descendants = psutil.Process(pid).children(recursive=True)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    for process in descendants:
        with contextlib.suppress(psutil.Error):
            process.kill()


def main() -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)  # it outlives the emulator by intent, for a moment
    living: set[int] = set()
    for line in sys.stdin.buffer:
        pid = int(line[1:])
        if line.startswith(b"+"):
            living.add(pid)
        else:
            living.discard(pid)
    for pid in living:
        kill_tree(pid)


if __name__ == "__main__":
    main()
