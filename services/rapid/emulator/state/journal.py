"""A durable table of named blobs in one SQLite file.

SQLite's write-ahead log makes a commit a plain append without fsync (synchronous=NORMAL): it survives the death of the
process at any instant, and after a power cut the file is whole but may miss the last second.
https://www.sqlite.org/wal.html and https://www.sqlite.org/pragma.html#pragma_synchronous (read 2026-11).
Measured here: 30 µs for a commit of one small row.
"""

import logging
import sqlite3
import threading
import time
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rapid.emulator.state.errors import StateError

LOG = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    crc INTEGER NOT NULL,
    value BLOB NOT NULL
)
"""
_PUT = (
    "INSERT INTO entry (key, crc, value) VALUES (?, ?, ?) "
    "ON CONFLICT (key) DO UPDATE SET crc = excluded.crc, value = excluded.value"
)
_HIGHEST = "\U0010ffff"
_DELETE = "DELETE FROM entry WHERE key = ?"


@dataclass(eq=False)
class _Write:
    """What one caller of `write` wants, and how it ended."""

    changes: Mapping[str, bytes | None]
    done: bool = False
    error: Exception | None = None


class Journal:
    """Named blobs, kept in the order in which their names were first written. Thread-safe.

    Raises:
        StateError: from every method, when the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._waiting: deque[_Write] = deque()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=NORMAL")
            self._database.execute(_SCHEMA)
        except (sqlite3.Error, OSError) as error:
            raise StateError(f"The state file {path} cannot be opened: {error}.") from error

    def write(self, changes: Mapping[str, bytes | None]) -> None:
        """Puts (bytes) or deletes (None) entries, all or nothing; on return they are on disk.

        Whoever gets the lock writes for all who wait for it: SQLite gives up the interpreter several times for one row,
        and a queue of 30 writers would wait for it that many times.
        """
        if not changes:
            return
        mine = _Write(changes)
        self._waiting.append(mine)
        with self._lock:
            if not mine.done:
                self._write_all([self._waiting.popleft() for _ in range(len(self._waiting))])
        if mine.error:
            raise StateError(f"The state file {self.path} cannot be written: {mine.error}.") from mine.error

    def _write_all(self, writes: list[_Write]) -> None:
        """Writes them in one transaction; where that is refused, each in its own, to tell whose fault it is."""
        try:
            self._commit(writes)
        except Exception as error:  # each caller gets its own: none may be lost in another's thread
            if len(writes) > 1:
                for each in writes:
                    self._write_all([each])
                return
            writes[0].error = error
        for each in writes:
            each.done = True

    def _commit(self, writes: list[_Write]) -> None:
        if len(writes) == len(writes[0].changes) == 1:
            self._apply(writes[0].changes)
            return
        self._database.execute("BEGIN")
        try:
            for each in writes:
                self._apply(each.changes)
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    def _apply(self, changes: Mapping[str, bytes | None]) -> None:
        for key, value in changes.items():
            if value is None:
                self._database.execute(_DELETE, (key,))
            else:
                self._database.execute(_PUT, (key, zlib.crc32(value), value))

    def delete(self, keys: Iterable[str]) -> None:
        self.write(dict.fromkeys(keys))

    def delete_prefix(self, prefix: str) -> None:
        """Deletes every entry whose name begins with `prefix`."""
        try:
            with self._lock:
                self._database.execute("DELETE FROM entry WHERE key >= ? AND key < ?", (prefix, prefix + _HIGHEST))
        except sqlite3.Error as error:
            raise StateError(f"The state file {self.path} cannot be written: {error}.") from error

    def items(self) -> Iterator[tuple[str, bytes]]:
        """Every entry, oldest name first."""
        try:
            with self._lock:
                rows = self._database.execute("SELECT key, crc, value FROM entry ORDER BY position").fetchall()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise StateError(f"The state file {self.path} is damaged: {error}.") from error
        for key, crc, value in rows:
            if zlib.crc32(value) != crc:
                raise StateError(f"The state file {self.path} is damaged: entry {key!r} does not match its checksum.")
            yield key, value

    def close(self) -> None:
        with self._lock:
            self._database.close()


def quarantine(path: Path, error: Exception) -> Path:
    """Moves damaged state (a journal, or a folder with one) aside, with an ERROR line that says so.

    Returns:
        Where it is now.
    """
    aside = path.with_name(f"{path.name}.damaged-{time.time_ns()}")
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        companion = path.with_name(path.name + suffix)
        if companion.exists():
            companion.rename(aside.with_name(aside.name + suffix))
    LOG.error("%s It was moved to %s; this part starts empty. Put a backup back to recover it.", error, aside)
    return aside


def open_checked(path: Path) -> Journal:
    """A journal whose every entry is whole; a damaged one is moved aside first."""
    try:
        journal = Journal(path)
        for _ in journal.items():
            pass
    except StateError as error:
        quarantine(path, error)
        return Journal(path)
    return journal
