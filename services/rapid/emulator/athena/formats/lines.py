"""Text as lines, one column `l`; header lines left out."""

from rapid.emulator.athena.formats import DataFile, Reading, file_list

MAX_LINE = 64 * 2**20
NO_NULL = "\x1c\x1b"
_NEVER = "\x1f\x1e"
"""A separator that no text has: DuckDB then reads whole lines, as they are.

An empty line comes as NULL, and only if NULL is spelled so: with any other spelling DuckDB 1.5.5 leaves it out.
"""


def skipped(reading: Reading) -> int:
    """Header lines to leave out of each file."""
    return int(reading.parameters.get("skip.header.line.count", "0") or 0)


def lines(reading: Reading, files: list[DataFile]) -> str:
    """A relation with one column `l`, a line each, and what is carried along."""
    items = f"coalesce(l, '') AS l, {reading.carried}"
    return (
        f"(SELECT {items} FROM read_csv({file_list(files)}, columns={{'l': 'VARCHAR'}}, "
        f"auto_detect=false, delim='{_NEVER}', quote='', escape='', header=false, strict_mode=false, nullstr='', "
        f"skip={skipped(reading)}, max_line_size={MAX_LINE}, {reading.option}))"
    )
