"""Operations that change the catalog, and the events that tell of them.

https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html (read 2026-11)
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from localstack.aws.api import RequestContext

from rapid.emulator.glue import notices
from rapid.emulator.glue.models import Structure
from rapid.emulator.glue.scope import Scope

_TABLES: dict[str, Callable[[Structure], list[str]]] = {
    "CreateDatabase": lambda _r: [],
    "DeleteDatabase": lambda _r: [],
    "CreateTable": lambda r: [r["TableInput"]["Name"]] if r.get("TableInput") else [r["Name"]],
    "DeleteTable": lambda r: [r["Name"]],
    "BatchDeleteTable": lambda r: list(r["TablesToDelete"]),
}
"""Operations on databases: which tables have come or gone."""
_PARTITIONS: dict[str, Callable[[Structure], list[list[str]]]] = {
    "UpdateTable": lambda _r: [],
    "CreatePartition": lambda r: [r["PartitionInput"]["Values"]],
    "BatchCreatePartition": lambda r: [given["Values"] for given in r["PartitionInputList"]],
    "UpdatePartition": lambda r: [r["PartitionValueList"]],
    "BatchUpdatePartition": lambda r: [entry["PartitionValueList"] for entry in r["Entries"]],
    "DeletePartition": lambda r: [r["PartitionValues"]],
    "BatchDeletePartition": lambda r: [given["Values"] for given in r["PartitionsToDelete"]],
}
"""Operations on tables: which partitions have changed."""

Handler = Callable[[RequestContext, Any], Any]


def telling(table: dict[str, Handler]) -> dict[str, Handler]:
    """The dispatch table, with handlers that publish an event after each change of the catalog."""
    told = {name: _after(table[name], _of_database(name)) for name in _TABLES}
    return table | told | {name: _after(table[name], _of_table(name)) for name in _PARTITIONS}


def _after(handler: Handler, tell: Callable[[Scope, Structure], None]) -> Handler:
    @wraps(handler)
    def handled(context: RequestContext, request: Any) -> Any:
        answer = handler(context, request)
        tell(Scope.of(context), request)
        return answer

    return handled


def _of_database(operation: str) -> Callable[[Scope, Structure], None]:
    def tell(scope: Scope, request: Structure) -> None:
        name = request.get("DatabaseName") or request.get("Name") or request["DatabaseInput"]["Name"]
        tables = [table.lower() for table in _TABLES[operation](request)]
        notices.database_change(scope, operation, name.lower(), tables)

    return tell


def _of_table(operation: str) -> Callable[[Scope, Structure], None]:
    def tell(scope: Scope, request: Structure) -> None:
        table = request.get("TableName") or request.get("Name") or request["TableInput"]["Name"]
        notices.table_change(
            scope, operation, request["DatabaseName"].lower(), table.lower(), _PARTITIONS[operation](request)
        )

    return tell
