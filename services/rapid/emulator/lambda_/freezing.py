"""Environments are frozen between invocations: threads and children of a function stand still, as on AWS.

One thread looks for environments that are done, often enough that nobody counts on what runs afterwards, and not in
the way of an invocation. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html (read 2026-11)
"""

import threading
import time
from collections.abc import Callable

LOOK_SECONDS = 0.05

Freeze = Callable[[], bool]
"""Freezes one environment, if it is done. Returns: whether to look at it again."""


class Freezer:
    """Freezes what is noted, once it can be."""

    def __init__(self) -> None:
        self._noted: set[Freeze] = set()
        self._lock = threading.Lock()
        self._some = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, freeze: Freeze) -> None:
        """Has an environment frozen soon."""
        with self._lock:
            self._noted.add(freeze)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="lambda-freezer", daemon=True)
                self._thread.start()
        self._some.set()

    def _run(self) -> None:
        while self._some.wait():
            time.sleep(LOOK_SECONDS)
            with self._lock:
                noted, self._noted = self._noted, set()
                self._some.clear()
            for freeze in noted:
                if freeze():
                    self.note(freeze)


FREEZER = Freezer()
"""The one of this process."""
