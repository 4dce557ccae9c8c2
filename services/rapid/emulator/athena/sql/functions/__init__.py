"""Every function that Athena SQL may call: what it is called, what it takes and gives, and how DuckDB computes it.

Most are one line of a table, `name(types) -> type = DuckDB template`; the rest are functions marked `@special`.
This list is also the wall around DuckDB: a function that is not here does not exist.
Source: https://trino.io/docs/current/functions.html (read 2026-11), less what Athena's engine version 3 leaves out.
"""

from rapid.emulator.athena.sql import computed
from rapid.emulator.athena.sql.functions import (
    aggregates,
    arrays,
    checksums,
    collected,
    formats,
    geospatial,
    json,
    maths,
    other,
    regexps,
    sketches,
    strings,
    times,
)
from rapid.emulator.athena.sql.registry import AGGREGATES, COLLECTING, SCALARS, SPECIALS, WINDOWS

__all__ = ["AGGREGATES", "COLLECTING", "SCALARS", "SPECIALS", "WINDOWS", "names"]

_TABLES = (
    aggregates, arrays, checksums, collected, computed, formats, geospatial, json, maths, other, regexps, sketches,
    strings, times,
)  # fmt: skip


def names() -> set[str]:
    """All names that can be called, lower case."""
    return {*SCALARS, *SPECIALS, *AGGREGATES, *WINDOWS, *COLLECTING} - set(other.UNSUPPORTED)
