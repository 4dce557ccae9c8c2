"""Esri's JsonSerde: features of a GIS export, their attributes by name and their shape in the binary column.

A file is one object with `features` (EnclosedJsonInputFormat), or features one after the other (Unenclosed…).
https://docs.aws.amazon.com/athena/latest/ug/geospatial-example-queries.html (read 2026-11).
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rapid.emulator.athena.formats import DataFile, Reading
from rapid.emulator.athena.formats.lazy import Form, lazy_value
from rapid.emulator.athena.sql.computed.shapes import legacy_binary
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.athena.sql.scope import quote


def relation(reading: Reading, file: DataFile, name: str) -> tuple[dict[str, str], str]:
    """SQL per wanted column, and the name that the file's Arrow table has in DuckDB.

    Raises:
        SqlError: HIVE_CURSOR_ERROR if the file is not such JSON.
    """
    import pyarrow as pa

    try:
        features = list(_features(Path(file.path).read_text("utf-8")))
        shapes = [legacy_binary(f["geometry"]) if f.get("geometry") else None for f in features]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SqlError("HIVE_CURSOR_ERROR", f"{file.uri} is not JSON of features: {error}") from error
    attributes = [{k.lower(): v for k, v in (f.get("attributes") or {}).items()} for f in features]
    columns, expressions = {"file_index": pa.array([0] * len(features), "int64")}, {}
    for index, column in enumerate(reading.wanted):
        if column.type.name == "varbinary":
            columns[f"f{index}"] = pa.array(shapes, "binary")
            expressions[column.name] = f"f{index}"
        else:
            columns[f"f{index}"] = pa.array([_text(a.get(column.name)) for a in attributes], "string")
            expressions[column.name] = lazy_value(f"f{index}", column.type, Form())
    reading.connection.register(name, pa.table(columns))
    return expressions, quote(name)


def _features(text: str) -> Iterator[dict[str, Any]]:
    decoder, at = json.JSONDecoder(), _between(text, 0)
    while at < len(text):
        found, end = decoder.raw_decode(text, at)
        yield from found.get("features", [found])
        at = _between(text, end)


def _between(text: str, at: int) -> int:
    return re.compile(r"[\s,]*").match(text, at).end()  # type: ignore[union-attr]


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)
