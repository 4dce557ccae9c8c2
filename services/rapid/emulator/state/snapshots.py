"""Saves the stores of every service that has no journal of its own, as one blob per service.

Requests that wait for the same service's save share the next one (a group commit): each save covers all changes made
before it began. An unchanged blob is not written. What changes without a request is saved `DELAY_SECONDS` after
`mark_dirty`.
"""

import hashlib
import logging
import shutil
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from localstack.aws.api import RequestContext
from localstack.services.plugins import SERVICE_PLUGINS, Service

from rapid.emulator.state import containers, operations, pickling
from rapid.emulator.state.errors import PicklingError, StateError
from rapid.emulator.state.journal import Journal, open_checked, quarantine

LOG = logging.getLogger(__name__)

DELAY_SECONDS = 0.25
"""The most that a kill can take from changes that no request made."""

_ENTRY = "stores"


class Snapshot:
    """The saved stores of one service. Thread-safe."""

    def __init__(self, journal: Journal, dump: Callable[[], bytes]) -> None:
        self._journal = journal
        self._dump = dump
        self._wanted = 0
        self._saved = 0
        self._digest = b""
        self._counting = threading.Lock()
        self._saving = threading.Lock()

    def save(self) -> None:
        """Returns once every change made before the call is on disk.

        Raises:
            StateError: it could not be pickled or written.
        """
        with self._counting:
            self._wanted += 1
            ticket = self._wanted
        with self._saving:
            if self._saved >= ticket:
                return
            covered = self._wanted
            begin = time.perf_counter()
            data = self._dump()
            digest = hashlib.blake2b(data, digest_size=16).digest()
            if digest != self._digest:
                self._journal.write({_ENTRY: data})
                self._digest = digest
            self._saved = covered
            LOG.debug(
                "%s: %d bytes in %.1f ms", self._journal.path.name, len(data), 1e3 * (time.perf_counter() - begin)
            )


class Snapshots:
    """The snapshots of all services, one file each below `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._snapshots: dict[str, Snapshot] = {}
        self._told: set[str] = set()
        self._lock = threading.Lock()
        self._dirty: set[str] = set()
        self._waiting: dict[str, list[Callable[[], None]]] = defaultdict(list)
        self._wake = threading.Event()
        self._stopped = threading.Event()
        threading.Thread(target=self._keep_saving, name="state-saver", daemon=True).start()

    def check(self) -> None:
        """Moves damaged files aside, with an error in the log for each."""
        for path in sorted(self.folder.glob("*.db")):
            open_checked(path).close()

    def journal(self, service: str) -> Journal:
        return Journal(self.folder / f"{service}.db")

    def save(self, name: str) -> None:
        """Saves one running service. One whose state cannot be pickled is named in an ERROR line, once per cause.

        Raises:
            StateError: the disk did not take it.
        """
        service = SERVICE_PLUGINS.get_service(name)
        if service is None or not containers.containers(service):
            return
        with self._lock:
            if name not in self._snapshots:
                dump = lambda: pickling.dumps(containers.extract(service))  # noqa: E731
                self._snapshots[name] = Snapshot(self.journal(name), dump)
        try:
            self._snapshots[name].save()
        except PicklingError as error:
            message = f"The state of {name} cannot be saved, a restart will lose its latest changes: {error}"
            if message not in self._told:
                self._told.add(message)
                LOG.error("%s", message)

    def has_saved(self, name: str) -> bool:
        return (self.folder / f"{name}.db").exists()

    def load(self, name: str, service: Service) -> bool:
        """Puts a service's saved stores in place. A damaged file is moved aside, with an error in the log.

        Returns:
            Whether there was something to load.
        """
        path = self.folder / f"{name}.db"
        if not path.exists():
            return False
        try:
            journal = self.journal(name)
            saved = dict(journal.items())
            journal.close()
            if _ENTRY not in saved:
                return False
            unknown = containers.inject(service, pickling.loads(saved[_ENTRY]))
        except StateError as error:
            quarantine(path, StateError(f"The saved state of {name} cannot be read: {error}"))
            return False
        if unknown:  # another version wrote it
            copy = path.with_name(f"{path.name}.before-{time.time_ns()}")
            shutil.copy2(path, copy)
            LOG.warning("The saved state of %s has %s, of no use here. All of it is kept in %s.", name, unknown, copy)
        return True

    def mark_dirty(self, name: str) -> None:
        self._dirty.add(name)
        self._wake.set()

    def when_saved(self, name: str, then: Callable[[], None]) -> None:
        with self._lock:
            self._waiting[name].append(then)
        self.mark_dirty(name)

    def _keep_saving(self) -> None:
        while not self._stopped.is_set():
            self._wake.wait()
            self._stopped.wait(DELAY_SECONDS)
            self._wake.clear()
            self.save_dirty()

    def save_dirty(self) -> None:
        """Saves what is marked dirty. Errors go to the log: nobody waits for the answer."""
        while self._dirty:
            name = self._dirty.pop()
            with self._lock:
                waiting = self._waiting.pop(name, [])
            try:
                self.save(name)
            except StateError as error:
                LOG.error("%s", error)
                continue
            for then in waiting:
                then()

    def stop(self) -> None:
        self._stopped.set()
        self._wake.set()
        self.save_dirty()


_current: Snapshots | None = None


def use(snapshots: Snapshots | None) -> None:
    """Called at start: from here on requests are recorded in `snapshots`; None: durable state is off."""
    global _current  # noqa: PLW0603 - one emulator per process, as in LocalStack
    _current = snapshots


def record(context: RequestContext) -> None:
    """Saves the stores of a service whose request just succeeded, if the operation may have changed them."""
    if _current is None or context.service is None or context.operation is None:
        return
    service, operation = context.service.service_name, context.operation.name
    if operations.changes_state(service, operation):
        _current.save(service)
    elif operation in operations.LATER.get(service, ()):
        _current.mark_dirty(service)


def mark_dirty(service: str) -> None:
    """Says that a service's stores changed outside a request; they are saved within `DELAY_SECONDS`. Cheap.

    Args:
        service: the name in botocore, such as "glue".
    """
    if _current is not None:
        _current.mark_dirty(service)


def when_saved(service: str, then: Callable[[], None]) -> None:
    """Marks a service's stores dirty, and calls `then` once they are on disk; never, if the disk does not take them.

    For work whose cause is on disk elsewhere and may be forgotten then: many such changes share one save.
    """
    if _current is not None:
        _current.when_saved(service, then)
    else:
        then()


def save(service: str) -> None:
    """Saves a service's stores now; on return they are on disk.

    Raises:
        StateError: the disk did not take it.
    """
    if _current is not None:
        _current.save(service)


def finish() -> None:
    """Saves what is still marked dirty, at an orderly shutdown."""
    if _current is not None:
        _current.stop()
