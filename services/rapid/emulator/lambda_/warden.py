"""Ends every function process when the emulator is gone, however it went (kill -9 included).

`python warden.py`, one per emulator: reads lines `+pid stream` and `-pid` from its standard input, a pipe whose write
end the emulator holds and each function process holds until it has announced itself. End of file therefore means that
the emulator is dead and that every process it started is known. Their process groups are killed, and every process that
inherited their variables: the log stream's name is an environment's own.
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


MARK = "AWS_LAMBDA_LOG_STREAM_NAME"
"""Names one execution environment; whatever its processes start inherits it."""


def kill_marked(streams: set[str]) -> None:
    """Kills every process of these execution environments: those that left their group, too."""
    import psutil

    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(MARK) in streams:
                process.kill()


def main() -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)  # it outlives the emulator by intent, for a moment
    living: dict[int, str] = {}
    for line in sys.stdin:
        pid, _, stream = line[1:].strip().partition(" ")
        if line.startswith("+"):
            living[int(pid)] = stream
        else:
            living.pop(int(pid), None)
    for each in living:
        kill_group(each)
    kill_marked(set(living.values()))


if __name__ == "__main__":
    main()
