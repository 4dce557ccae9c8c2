"""Text as lines, one column `l`; header lines left out."""

import mmap
from pathlib import Path

from rapid.emulator.athena.formats import DataFile, Reading, file_list
from rapid.emulator.athena.sql.errors import SqlError

MAX_LINE = 64 * 2**20
_LOST_LINE = 2**30
"""DuckDB 1.5.5 fails at lines that are longer than it was told, and leaves out those that are longer than this."""
NO_NULL = "\x1c\x1b"
_NEVER = "\x1f\x1e"
"""A separator that no text has: DuckDB then reads whole lines, as they are.

An empty line comes as NULL, and only if NULL is spelled so: with any other spelling DuckDB 1.5.5 leaves it out.
"""


def skipped(reading: Reading) -> int:
    """Header lines to leave out of each file.

    Raises:
        SqlError: HIVE_INVALID_METADATA if it is no number.
    """
    given = reading.parameters.get("skip.header.line.count") or "0"
    if not given.strip().isdigit():
        message = f"Invalid value for skip.header.line.count property: {given}"
        raise SqlError("HIVE_INVALID_METADATA", message)
    return int(given)


def lines(reading: Reading, files: list[DataFile]) -> str:
    """A relation with one column `l`, a line each, and what is carried along."""
    items = f"coalesce(l, '') AS l, {reading.carried}"
    return (
        f"(SELECT {items} FROM read_csv({file_list(files)}, columns={{'l': 'VARCHAR'}}, "
        f"auto_detect=false, delim='{_NEVER}', quote='', escape='', header=false, strict_mode=false, nullstr='', "
        f"skip={skipped(reading)}, max_line_size={MAX_LINE}, {reading.option}))"
    )


def check(files: list[DataFile]) -> None:
    """Looks for lines that would be left out, in files that are not packed: a few looks into each GiB.

    Raises:
        SqlError: there is one.
    """
    for file in files:
        if file.size >= _LOST_LINE and _has_lost_line(file.path):
            raise SqlError("HIVE_CURSOR_ERROR", f"A line of {file.uri} is longer than {MAX_LINE} bytes")


def _has_lost_line(path: str) -> bool:
    with Path(path).open("rb") as source, mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as text:
        begin = 0
        while len(text) - begin >= _LOST_LINE:
            found = text.rfind(b"\n", begin, begin + _LOST_LINE)
            if found < 0:
                return True
            begin = found + 1
    return False
