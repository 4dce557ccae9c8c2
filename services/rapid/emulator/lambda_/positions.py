"""How far the shards of streams were read, on disk: who reads on, after a change or a restart, goes on from there."""

import threading
from functools import cache
from pathlib import Path

from rapid.core import config as configuration
from rapid.emulator.lambda_.database import opened


class Positions:
    """A file of sequence numbers, by reader (an event source mapping, a pipe) and shard."""

    def __init__(self, path: Path | str) -> None:
        """Args: path: the file, or `:memory:` to keep nothing."""
        self._lock = threading.Lock()
        self._database = opened(
            path,
            "CREATE TABLE IF NOT EXISTS read (reader TEXT, shard TEXT, number TEXT, PRIMARY KEY (reader, shard))",
        )

    def get(self, reader: str, shard: str) -> str | None:
        """The sequence number of the last record that was done with."""
        with self._lock:
            query = "SELECT number FROM read WHERE reader = ? AND shard = ?"
            row = self._database.execute(query, (reader, shard)).fetchone()
            return str(row[0]) if row else None

    def set(self, reader: str, shard: str, number: str) -> None:
        with self._lock:
            self._database.execute("INSERT OR REPLACE INTO read VALUES (?, ?, ?)", (reader, shard, number))

    def forget(self, reader: str) -> None:
        """Drops what a deleted reader has read."""
        with self._lock:
            self._database.execute("DELETE FROM read WHERE reader = ?", (reader,))


@cache
def positions() -> Positions:
    """The one of this emulator; in memory when its state is not durable."""
    config = configuration.load()
    return Positions(config.state / "lambda" / "positions.sqlite" if config.durable else ":memory:")
