"""Every function that Athena SQL may call: what it is called, what it takes and gives, and how DuckDB computes it.

Most are one line of a table, `name(types) -> type = DuckDB template`; the rest are functions marked `@special`.
This list is also the wall around DuckDB: a function that is not here does not exist.
Source: https://trino.io/docs/current/functions.html (read 2026-11), less what Athena's engine version 3 leaves out.
"""

from rapid.emulator.athena.sql.functions import aggregates, arrays, json, maths, other, strings, times
from rapid.emulator.athena.sql.functions.registry import AGGREGATES, SCALARS, SPECIALS, WINDOWS

__all__ = ["AGGREGATES", "SCALARS", "SPECIALS", "WINDOWS", "names"]

_TABLES = (aggregates, arrays, json, maths, other, strings, times)


def names() -> set[str]:
    """All names, lower case."""
    return {*SCALARS, *SPECIALS, *AGGREGATES, *WINDOWS}
