"""Functions of Trino that DuckDB cannot express, computed row by row in Python and registered in the engine.

A function here is declared as Trino declares it, `@computed("soundex(varchar) -> varchar")`, and is then both a
function of Athena SQL and a function of DuckDB; `@helper` makes one that only templates call. NULL arguments give NULL.
Slower than DuckDB's own (some 400,000 calls a second), so what DuckDB can do stays in templates.
"""

from rapid.emulator.athena.sql.computed import (
    addresses,
    binary,
    colors,
    dates,
    geography,
    geometry,
    jsons,
    patterns,
    shapes,
    sketches,
    spooky,
    strings,
    tdigest,
    written,
)
from rapid.emulator.athena.sql.computed.registry import HELPERS, Helper

__all__ = ["HELPERS", "Helper"]

_MODULES = (
    addresses, binary, colors, dates, geography, geometry, jsons, patterns, shapes, sketches, spooky, strings, tdigest,
    written,
)  # fmt: skip
