"""Failures of a statement, in Athena's words.

A statement fails with `CODE: line L:C: message`. The codes and their Athena error types follow Trino's
`StandardErrorCode` and https://docs.aws.amazon.com/athena/latest/ug/error-reference.html (read 2026-11).
"""

from dataclasses import dataclass

SYSTEM, USER = 1, 2

TYPES = {
    "DIVISION_BY_ZERO": 1001,
    "TYPE_MISMATCH": 1002,
    "COLUMN_NOT_FOUND": 1006,
    "INVALID_CAST_ARGUMENT": 1100,
    "TABLE_NOT_FOUND": 1301,
    "SCHEMA_NOT_FOUND": 1301,
    "FUNCTION_NOT_FOUND": 1303,
}
"""Athena's `AthenaError.ErrorType` where it is known; other failures carry `GENERIC_USER`."""
GENERIC_USER = 1

UNAUTHORIZED = " or requester is not authorized to access requested resources"


@dataclass(frozen=True)
class Position:
    """Where in the query text, both counted from 1."""

    line: int
    column: int


class SqlError(Exception):
    """A statement that Athena would refuse or fail: code, message, and where it happened if that is known."""

    def __init__(self, code: str, message: str, position: Position | None = None) -> None:
        super().__init__(code, message, position)
        self.code, self.message, self.position = code, message, position

    @property
    def reason(self) -> str:
        """Athena's `StateChangeReason`."""
        place = f"line {self.position.line}:{self.position.column}: " if self.position else ""
        return f"{self.code}: {place}{self.message}"

    @property
    def error_type(self) -> int:
        return TYPES.get(self.code, GENERIC_USER)


class MalformedQueryError(SqlError):
    """The text is not Athena SQL: `StartQueryExecution` refuses it and no execution is made."""

    def __init__(self, message: str, position: Position | None = None) -> None:
        super().__init__("MALFORMED_QUERY", message, position)
        self.args = (message, position)

    @property
    def reason(self) -> str:
        place = f"line {self.position.line}:{self.position.column}: " if self.position else ""
        return f"{place}{self.message}"


def not_supported(what: str, position: Position | None = None) -> SqlError:
    return SqlError("NOT_SUPPORTED", f"{what} is not supported by Rapid Analytics", position)
