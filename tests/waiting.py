"""Waiting for what another process does. A limit bounds a test that fails; it says nothing of how long things take."""

import contextlib
import socket
import time
from collections.abc import Callable
from typing import TypeVar

import psutil

SECONDS = 400.0
T = TypeVar("T")


def until(ask: Callable[[], T], wanted: Callable[[T], object] = bool, seconds: float = SECONDS) -> T:
    """Asks until the answer is a wanted one, and returns it.

    Raises:
        AssertionError: none came within so many seconds; the last answer is in the message.
    """
    end = time.monotonic() + seconds
    while not wanted(answer := ask()):
        assert time.monotonic() < end, f"after {seconds:.0f} s still {answer!r}"
        time.sleep(0.05)
    return answer


def runs(pid: int) -> bool:
    """Whether a process is there and has not ended."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def listens(port: int) -> bool:
    """Whether a server takes connections on this port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
