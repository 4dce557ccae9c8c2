"""Amazon Ion, text and binary, through Amazon's own library.

https://docs.aws.amazon.com/athena/latest/ug/ion-serde.html and
https://github.com/amazon-ion/ion-hive-serde/blob/master/docs/serde-properties.md (read 2026-11).
"""

import gzip
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rapid.emulator.athena.formats import DataFile, Reading, records
from rapid.emulator.athena.sql.errors import SqlError
from rapid.emulator.ion_values import values

_GZIP = b"\x1f\x8b"


def relation(reading: Reading, file: DataFile, name: str) -> tuple[dict[str, str], str]:
    """SQL per wanted column, and the name that the file's Arrow table has in DuckDB.

    Raises:
        SqlError: HIVE_CURSOR_ERROR if the file is not Ion; INVALID_TABLE_PROPERTY for a path that is none.
    """
    exact = reading.parameters.get("ion.path_extractor.case_sensitive", "false").lower() == "true"
    paths = [_path(reading.parameters, c.name) for c in reading.wanted]
    try:
        body = Path(file.path).read_bytes()
        found = values(gzip.decompress(body) if body.startswith(_GZIP) else body)
        rows = [[_plain(_at(record, path, exact)) for path in paths] for record in found]
    except (ValueError, OSError, EOFError) as error:
        raise SqlError("HIVE_CURSOR_ERROR", f"{file.uri} is not Ion: {error}") from error
    return records.relation(reading, name, rows)


def _path(parameters: dict[str, str], column: str) -> list[str | int]:
    """Where in a record a column's value is: `ion.<column>.path_extractor` = `(a b 0)`, or the field of its name."""
    given = parameters.get(f"ion.{column}.path_extractor")
    if given is None:
        return [column]
    steps = given.strip().removeprefix("(").removesuffix(")").split()
    if "*" in steps:
        raise SqlError("NOT_SUPPORTED", f"Wildcards in ion.{column}.path_extractor are not supported: {given}")
    return [int(s) if s.lstrip("-").isdigit() else s.strip("'\"") for s in steps]


def _at(record: Any, path: list[str | int], exact: bool) -> Any:
    for step in path:
        if isinstance(step, int):
            record = record[step] if _kind(record) in ("LIST", "SEXP") and -1 < step < len(record) else None
        elif _kind(record) == "STRUCT":
            record = next(
                (v for k, v in record.items() if k == step or (not exact and k.lower() == step.lower())), None
            )
        else:
            return None
    return record


def _kind(found: Any) -> str:
    return found.ion_type.name if hasattr(found, "ion_type") else ""


def _plain(found: Any) -> Any:
    """A value without Ion's own types."""
    from amazon.ion.simple_types import IonPyNull  # type: ignore[import-untyped]

    if found is None or isinstance(found, IonPyNull):
        return None
    match _kind(found):
        case "BOOL":
            return bool(found)
        case "INT":
            return int(str(found))
        case "BLOB" | "CLOB":
            return bytes(found)
        case "STRUCT":
            return {k: _plain(v) for k, v in found.items()}
        case "LIST" | "SEXP":
            return [_plain(v) for v in found]
        case "SYMBOL":
            return str(found.text)
    return found


def write(table: Any, path: Path, text: bool) -> None:
    """Writes an Arrow table, a struct a row; NULL is a field that is not there."""
    from amazon.ion import simpleion  # type: ignore[import-untyped]

    rows = table.to_pylist(maps_as_pydicts="strict")
    records = [{n: _value(v) for n, v in row.items() if v is not None} for row in rows]
    with path.open("wb") as sink:
        simpleion.dump(records, sink, binary=not text, sequence_as_stream=True)


def _value(given: Any) -> Any:
    from amazon.ion.core import Timestamp, TimestampPrecision  # type: ignore[import-untyped]

    if isinstance(given, dict):
        return {str(k): _value(v) for k, v in given.items()}
    if isinstance(given, list):
        return [_value(v) for v in given]
    if isinstance(given, datetime):
        parts = given.year, given.month, given.day, given.hour, given.minute, given.second, given.microsecond
        return Timestamp(*parts, UTC, precision=TimestampPrecision.SECOND, fractional_precision=6)
    if isinstance(given, date):
        return Timestamp(given.year, given.month, given.day, precision=TimestampPrecision.DAY)
    return given
