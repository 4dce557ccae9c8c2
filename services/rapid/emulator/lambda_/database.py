"""A small SQLite file that several threads write, each statement durable when it returns."""

import sqlite3
from pathlib import Path


def opened(path: Path | str, table: str) -> sqlite3.Connection:
    """The file's connection; its user holds a lock around each statement.

    Args:
        path: the file, or `:memory:` to keep nothing.
        table: the CREATE TABLE IF NOT EXISTS of its one table.
    """
    if isinstance(path, Path):
        path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute(table)
    return database
