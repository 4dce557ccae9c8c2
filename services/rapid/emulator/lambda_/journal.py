"""Accepted asynchronous events on disk, from their 202 until they were handled for good."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path

from rapid.emulator.lambda_.database import opened


@dataclass(frozen=True)
class Entry:
    """One accepted event. `body` is LocalStack's queue message; `due` is when to run it, in epoch seconds."""

    id: int
    body: str
    due: float


class Journal:
    """A file of entries, each belonging to a function version. Every method is durable when it returns."""

    def __init__(self, path: Path | str) -> None:
        """Args: path: the file, or `:memory:` to keep nothing."""
        self._lock = threading.Lock()
        self._database = opened(
            path, "CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, arn TEXT, body TEXT, due REAL)"
        )

    def add(self, arn: str, body: str, delay: float) -> int:
        """Keeps an event. Returns: its id."""
        with self._lock:
            cursor = self._database.execute(
                "INSERT INTO events (arn, body, due) VALUES (?, ?, ?)", (arn, body, time.time() + delay)
            )
            return int(cursor.lastrowid or 0)

    def entries(self, arn: str) -> list[Entry]:
        """The events of a function version that are not handled yet, oldest first."""
        with self._lock:
            rows = self._database.execute("SELECT id, body, due FROM events WHERE arn = ? ORDER BY id", (arn,))
            return [Entry(*row) for row in rows]

    def remove(self, entry_id: int) -> None:
        with self._lock:
            self._database.execute("DELETE FROM events WHERE id = ?", (entry_id,))

    def clear(self, arn: str) -> None:
        """Drops the events of a function version that was deleted."""
        with self._lock:
            self._database.execute("DELETE FROM events WHERE arn = ?", (arn,))
