"""Threads for connections: made when all are busy, gone when there is nothing to do for a while."""

import logging
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

LOG = logging.getLogger(__name__)

IDLE_SECONDS = 30.0
Job = Callable[[], None]


class Workers:
    """Runs jobs at once, however many. Its threads do not keep the process alive."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._lock = threading.Lock()
        self._idle = 0
        self._made = 0

    def submit(self, job: Job) -> None:
        """Has a thread run a job."""
        with self._lock:
            if self._idle:
                self._idle -= 1  # it is promised to this job
                self._jobs.put(job)
                return
            self._made += 1
            number = self._made
        threading.Thread(target=self._run, args=(job,), name=f"{self._name}-{number}", daemon=True).start()

    def _run(self, job: Job | None) -> None:
        while job is not None:
            try:
                job()
            except Exception:  # the thread's edge
                LOG.exception("A connection failed")
            with self._lock:
                self._idle += 1
            job = self._next()

    def _next(self) -> Job | None:
        try:
            return self._jobs.get(timeout=IDLE_SECONDS)
        except Empty:
            with self._lock:
                if self._idle:
                    self._idle -= 1
                    return None
        return self._jobs.get()  # promised between the time-out and the lock
