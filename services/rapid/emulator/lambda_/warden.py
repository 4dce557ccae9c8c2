"""Ends every function process when the emulator is gone, however it went (kill -9 included).

`python warden.py RUNTIME_DIR`, one per emulator: reads lines `+pid` and `-pid` from its standard input, a pipe whose
write end the emulator holds and each function process holds until it has announced itself. End of file therefore means
that the emulator is dead and that every process it started is known. Their process groups are killed, and every
process that inherited their variables: LAMBDA_RUNTIME_DIR names this emulator's folder.
A parent-death signal (prctl) would not do: it is tied to the spawning thread and does not reach grandchildren.
"""

import contextlib
import os
import signal
import sys


def kill_group(pid: int) -> None:
    """Kills the process group that a function's process leads."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def kill_marked(variable: str, value: str) -> None:
    """Kills every process with this environment variable: those that left their group, too."""
    import psutil

    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(variable) == value:
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
        kill_group(pid)
    kill_marked("LAMBDA_RUNTIME_DIR", sys.argv[1])


if __name__ == "__main__":
    main()
