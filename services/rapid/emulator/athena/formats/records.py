"""Records that a library of Python reads: their values as JSON in an Arrow table, which is read as JSON is.

For formats that DuckDB does not know, at the speed of Python.
"""

import json
from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rapid.emulator.athena.formats import Reading
from rapid.emulator.athena.formats.jsonl import How, value
from rapid.emulator.athena.sql.scope import quote


def relation(reading: Reading, name: str, rows: Iterable[list[Any]]) -> tuple[dict[str, str], str]:
    """SQL per wanted column, and `name`, which the Arrow table has in DuckDB.

    Args:
        reading: the columns that are wanted.
        name: of the table.
        rows: per record the values of these columns.
    """
    import pyarrow as pa

    found = [[_json(v) for v in row] for row in rows]
    columns = {"file_index": pa.array([0] * len(found), "int64")}
    columns.update({f"f{i}": pa.array([r[i] for r in found], "string") for i in range(len(reading.wanted))})
    reading.connection.register(name, pa.table(columns))
    return {c.name: value(f"f{i}", c.type, How()) for i, c in enumerate(reading.wanted)}, quote(name)


def _json(given: Any) -> str | None:
    return None if given is None else json.dumps(plain(given), default=str)


def plain(given: Any) -> Any:
    """A value as JSON has it; what JSON lacks becomes text as Hive's types are read."""
    if isinstance(given, dict):
        return {str(k): plain(v) for k, v in given.items()}
    if isinstance(given, list | tuple):
        return [plain(v) for v in given]
    if isinstance(given, datetime):
        moment = given.astimezone(UTC) if given.tzinfo else given
        return f"{moment:%Y-%m-%d %H:%M:%S.%f}"
    if isinstance(given, Decimal):
        return format(given, "f")
    if isinstance(given, bytes):
        return b64encode(given).decode()
    return str(given) if isinstance(given, float) else given
