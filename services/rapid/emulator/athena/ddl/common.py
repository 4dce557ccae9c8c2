"""What every DDL statement works with: the session's catalog, and failures in Hive's words."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from rapid.emulator.athena.catalog import Structure
from rapid.emulator.athena.hive import HiveColumn, Name
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.sql.errors import SqlError

_INPUT = (
    "Name", "Description", "Owner", "Retention", "StorageDescriptor", "PartitionKeys", "ViewOriginalText",
    "ViewExpandedText", "TableType", "Parameters",
)  # fmt: skip


def failed(message: str, error: str = "SemanticException") -> SqlError:
    """A DDL failure in Hive's form."""
    if error == "SemanticException":
        return SqlError("FAILED", f"SemanticException {message}")
    return task_failed(f"{error}(message:{message})")


def task_failed(message: str) -> SqlError:
    """A failure of Hive's DDL task itself."""
    return SqlError("FAILED", f"Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. {message}")


def call(operation: Any, **arguments: Any) -> Structure:
    """A Glue operation; its error becomes the statement's, in Hive's form."""
    try:
        answer: Structure = operation(**arguments)
    except ClientError as error:
        detail = error.response["Error"]
        raise failed(detail.get("Message", ""), detail["Code"].removesuffix("Exception") + "Exception") from error
    return answer


def glue_columns(found: list[HiveColumn]) -> list[dict[str, str]]:
    return [{"Name": c.name, "Type": c.type, **({"Comment": c.comment} if c.comment else {})} for c in found]


def as_input(table: Structure) -> Structure:
    """What GetTable answers, as UpdateTable takes it."""
    return {m: table[m] for m in _INPUT if m in table}


class Definitions:
    """The catalog as the DDL statements of one session see it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.glue = session.catalog.client

    def database_of(self, name: Name) -> str:
        return self.session.database_of(name)

    def find(self, name: Name) -> Structure | None:
        return self.session.catalog.describe(self.database_of(name), name[1])

    def existing(self, name: Name) -> Structure:
        """Glue's description of a table.

        Raises:
            SqlError: there is none.
        """
        found = self.find(name)
        if found is None:
            raise failed(f"[Error 10001]: Table not found {self.database_of(name)}.{name[1]}")
        return found

    def update(self, name: Name, change: Callable[[Structure], object]) -> None:
        """Changes a table's description."""
        given = as_input(self.existing(name))
        change(given)
        call(self.glue.update_table, DatabaseName=self.database_of(name), TableInput=given)
