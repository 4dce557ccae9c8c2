"""The emulator's log lines go out without a lock.

The standard handler holds its lock while it writes, and the write gives up the interpreter: with 30 requests at once,
most of their threads stood in a queue for it. A line is one `write` to a file that is only appended to, so the kernel
keeps lines whole (those of a pipe up to 4 KiB).
"""

import logging
import os
import sys

from localstack.runtime import hooks


class LineHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes each record to standard error at once, from the thread that logs it."""

    def createLock(self) -> None:  # noqa: N802 - logging's name
        self.lock = None

    def emit(self, record: logging.LogRecord) -> None:
        try:
            rest = (self.format(record) + self.terminator).encode(errors="backslashreplace")
            while rest:
                rest = rest[os.write(sys.stderr.fileno(), rest) :]
        except Exception:  # what logging asks of a handler: it never stops the one who logs
            self.handleError(record)


@hooks.on_infra_start(priority=200)  # before anything else logs
def unlocked_log() -> None:
    """Puts a LineHandler in the place of LocalStack's own, with its form and level."""
    root = logging.getLogger()
    for old in [h for h in root.handlers if type(h) is logging.StreamHandler]:
        new = LineHandler()
        new.setLevel(old.level)
        new.setFormatter(old.formatter)
        new.filters = old.filters
        root.removeHandler(old)
        root.addHandler(new)
