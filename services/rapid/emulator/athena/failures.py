"""DuckDB's failures in Athena's words: our own errors from macros and helpers, then the kinds that data can cause.

Messages: Trino's operators for each type (`BigintOperators`, `DecimalCasts`, …), read 2026-11.
"""

import logging
import math
import re

from rapid.emulator.athena.sql.computed.written import java_double
from rapid.emulator.athena.sql.errors import SqlError

LOG = logging.getLogger(__name__)
_OURS = re.compile(r"^Invalid Input Error: (?:Python exception .*?Error: )?([A-Z][A-Z_]+): (.*)$", re.DOTALL)
_LATE = re.compile(
    r"^Invalid Input Error: Attempting to execute an unsuccessful or closed pending query result\s*Error: "
)
"""What stands before a failure that came after the first rows."""
_PATH = re.compile(r'file "/[^"]*"')
"""A file of this machine, which is nobody's business."""
_TYPES = {
    "INT8": "tinyint", "INT16": "smallint", "INT32": "integer", "INT64": "bigint", "INT128": "bigint", "FLOAT": "real",
    "TINYINT": "tinyint", "SMALLINT": "smallint", "INTEGER": "integer", "BIGINT": "bigint", "DOUBLE": "double",
}  # fmt: skip
_WORDS = {"addition": "addition", "subtraction": "subtraction", "multiplication": "multiplication"}


def translate(error: Exception) -> SqlError:
    """What Athena would say; SQL that DuckDB should not have been given at all is logged."""
    text = _LATE.sub("", str(error)).split("\n\nLINE ")[0].split("\n\nStack Trace")[0].split("\n\nAt:")[0].strip()
    text = _PATH.sub("file", text)
    ours = _OURS.match(text)
    if ours:
        return SqlError(ours[1], ours[2])
    kind, _, message = text.partition(": ")
    message = message or text
    known = _arithmetic(message) or _range(message) or _data(text)
    if known:
        return known
    if "More than one row returned by a subquery" in message:
        return SqlError("SUBQUERY_MULTIPLE_ROWS", "Scalar sub-query has returned multiple rows")
    if "must appear in the GROUP BY" in message:
        message = "Expression must be an aggregate expression or appear in GROUP BY clause"
        return SqlError("EXPRESSION_NOT_AGGREGATE", message)
    if "Max expression depth limit" in message or message.startswith("memory exhausted at or near"):
        return too_deep()
    if zone := re.search(r"Unknown TimeZone '([^']*)'", message):
        return SqlError("INVALID_FUNCTION_ARGUMENT", f"'{zone[1]}' is not a valid time zone")
    if kind == "Conversion Error":
        return SqlError("INVALID_CAST_ARGUMENT", _readable(message))
    if kind == "Out of Memory Error":
        return SqlError("EXCEEDED_LOCAL_MEMORY_LIMIT", "Query exceeded the memory that this machine gives to queries")
    if kind == "IO Error":
        return SqlError("HIVE_CANNOT_OPEN_SPLIT", message)
    if kind == "Out of Range Error":
        return SqlError("NUMERIC_VALUE_OUT_OF_RANGE", _readable(message))
    if kind == "Invalid Input Error":
        return SqlError("INVALID_FUNCTION_ARGUMENT", _readable(message))
    LOG.warning("DuckDB refused compiled SQL: %s", text)
    return SqlError("NOT_SUPPORTED", f"Rapid Analytics could not run this statement: {message.splitlines()[0]}")


def too_deep() -> SqlError:
    """The failure of a query that nests beyond what can be compiled."""
    return SqlError("STACK_OVERFLOW", "statement is too large (stack overflow during analysis)")


def _data(text: str) -> SqlError | None:
    """Files that are not what their table says; their paths on this disk are left out."""
    detail = re.sub(r' in file\b( "[^"]*")?', "", text.split(": ", 1)[-1].splitlines()[0])
    if "Failed to read file" in text:
        return SqlError("HIVE_CURSOR_ERROR", detail)
    if "Malformed JSON in file" in text or "JSON transform error in file" in text:
        return SqlError("HIVE_CURSOR_ERROR", f"Row is not a valid JSON Object - JSONException: {detail}")
    if line := re.search(r"CSV Error on Line: (\d+)\n.*Maximum line size of (\d+) bytes exceeded", text, re.DOTALL):
        return SqlError("HIVE_CURSOR_ERROR", f"Line {line[1]} is longer than {line[2]} bytes")
    if "Invalid unicode" in text or "not utf-8 encoded" in text or "Invalid string encoding" in text:
        return SqlError("HIVE_BAD_DATA", "Text that is not UTF-8 is not supported by Rapid Analytics")
    return None


def _readable(message: str) -> str:
    return re.sub(r"\s*when casting from source column .*$", "", message.splitlines()[0])


def _arithmetic(message: str) -> SqlError | None:
    if re.match(r"Overflow in (?:\w+ of DECIMAL|HUGEINT addition)", message) or "Could not multiply DECIMAL" in message:
        return SqlError("NUMERIC_VALUE_OUT_OF_RANGE", "Decimal overflow")
    match = re.match(r"Overflow in (\w+) of (\w+) \((.*)\)!", message)
    if match and match[1] in _WORDS and match[2] in _TYPES:
        what = f"{_TYPES[match[2]]} {match[1]} overflow: {match[3]}"
        return SqlError("NUMERIC_VALUE_OUT_OF_RANGE", what)
    match = re.match(r"Overflow on abs\((.*)\)", message)
    if match:
        return SqlError("NUMERIC_VALUE_OUT_OF_RANGE", f"Value {match[1]} is out of range for abs(bigint)")
    match = re.match(r"Overflow in negation of (?:integer|numeric value|\w+)", message)
    if match:
        return SqlError("NUMERIC_VALUE_OUT_OF_RANGE", "bigint negation overflow")
    return None


def _floating(value: float, target: str) -> SqlError:
    if target == "bigint":
        return SqlError("INVALID_CAST_ARGUMENT", f"Unable to cast {java_double(value)} to bigint")
    if math.isnan(value):
        return SqlError("INVALID_CAST_ARGUMENT", f"Cannot cast double NaN to {target}")
    return SqlError("NUMERIC_VALUE_OUT_OF_RANGE", f"Out of range for {target}: {java_double(value)}")


def _range(message: str) -> SqlError | None:
    match = re.match(r"Type (\w+) with value (\S+) can't be cast because .* destination type (\w+)", message)
    if match:
        source, value, target = match.groups()
        if source == "INT128" and target == "INT64":
            return SqlError("NUMERIC_VALUE_OUT_OF_RANGE", "bigint addition overflow")
        if source in ("DOUBLE", "FLOAT"):
            return _floating(float(value), _TYPES.get(target, target))
        kind = _TYPES.get(target, target.lower())
        return SqlError("NUMERIC_VALUE_OUT_OF_RANGE", f"Out of range for {kind}: {value}")
    match = re.match(r"Failed to cast decimal value (\S+) to type (\w+)", message)
    if match:
        return SqlError(
            "INVALID_CAST_ARGUMENT", f"Cannot cast '{match[1]}' to {_TYPES.get(match[2], match[2]).upper()}"
        )
    match = re.match(r"Could not cast value (\S+) to DECIMAL\((\d+),(\d+)\)", message)
    if match:
        value = match[1].rstrip("0").rstrip(".") if "." in match[1] else match[1]
        kind = "DOUBLE" if "." in match[1] else "BIGINT"
        return SqlError("INVALID_CAST_ARGUMENT", f"Cannot cast {kind} '{value}' to DECIMAL({match[2]}, {match[3]})")
    match = re.match(r'Casting value "(\S+)" to type DECIMAL\((\d+),(\d+)\) failed', message)
    if match:
        whole, _, fraction = match[1].lstrip("-").partition(".")
        source = f"DECIMAL({len(whole + fraction)}, {len(fraction)})"
        return SqlError(
            "INVALID_CAST_ARGUMENT", f"Cannot cast {source} '{match[1]}' to DECIMAL({match[2]}, {match[3]})"
        )
    return None
